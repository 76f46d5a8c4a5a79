# SPDX-License-Identifier: Apache-2.0
"""The store: entities, their history and the change log in PostgreSQL; every write is one group commit."""
