# SPDX-License-Identifier: Apache-2.0
"""The part of the ledger that works without Django: records, the sequencer, notes, files to be verified."""
