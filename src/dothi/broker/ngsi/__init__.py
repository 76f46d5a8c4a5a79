# SPDX-License-Identifier: Apache-2.0
"""The NGSI-LD language: contexts, representations, queries, geometry and time as pure functions.

Only `remote` and `cache` touch the outside. Nothing here knows HTTP or the store.
"""
