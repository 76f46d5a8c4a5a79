# SPDX-License-Identifier: Apache-2.0
"""The statements of the ledger, by name."""

from __future__ import annotations

from importlib.resources import files

from dothi.foundation.sql import queries

SQL = queries(files("dothi.ledger.core").joinpath("store.sql"))
