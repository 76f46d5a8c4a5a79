# SPDX-License-Identifier: Apache-2.0
"""Addresses of the ledger, below /ledger/. Who may see what is decided by gates of a room above, put in by city hall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from dothi.ledger.api import views as api
from dothi.ledger.web import page

Gate = Callable[[Any], Any]


def addresses(*, see: Gate, public: Gate) -> list[URLPattern]:
    """Checkpoints and proofs are public: they hold hashes only. Records are for those who may see them."""
    return [
        path("", see(page.records), name="ledger"),
        path("records.csv", see(page.table), name="ledger_csv"),
        path("entries", api.program(see(api.entries)), name="ledger_entries"),
        path("checkpoint", public(api.program(api.checkpoint)), name="ledger_checkpoint"),
        path("keys", public(api.program(api.keys)), name="ledger_keys"),
        path("proof/inclusion", public(api.program(api.inclusion)), name="ledger_inclusion"),
        path("proof/consistency", public(api.program(api.consistency)), name="ledger_consistency"),
        path("cosignatures", public(api.program(api.cosignatures)), name="ledger_cosignatures"),
    ]
