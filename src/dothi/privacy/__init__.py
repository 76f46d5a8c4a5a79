# SPDX-License-Identifier: Apache-2.0
"""Privacy: the rights of people over their data, the register of what is processed, and how long it is kept.

Owns requests of data subjects with their clocks, consents, purposes and retention rules (Law 91/2025/QH15). It never
decides a legal basis by itself, and never erases anything without a record in the ledger.
"""
