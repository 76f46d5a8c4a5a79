# SPDX-License-Identifier: Apache-2.0
"""Ledger: the append-only, tamper-evident record of who did what, when, on which object.

Owns the records, their leaves in a Merkle tree (RFC 9162), signed checkpoints and the cosignatures of witnesses.
`core` is its part without Django. Must never change or forget a record, nor know what the rooms above mean by one.
"""
