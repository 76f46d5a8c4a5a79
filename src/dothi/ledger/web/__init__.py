# SPDX-License-Identifier: Apache-2.0
"""The ledger for people: one page, its CSV, and all addresses of the room."""
