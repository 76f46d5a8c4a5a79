# SPDX-License-Identifier: Apache-2.0
"""The ledger for programs: checkpoint, proofs, entries, cosignatures."""
