# SPDX-License-Identifier: Apache-2.0
"""The door of the ledger: `note` for Django rooms, `record` for those with a cursor of their own."""

from __future__ import annotations

from dothi.ledger.actions import note
from dothi.ledger.actor import NOBODY, acting, current
from dothi.ledger.core.record import Record
from dothi.ledger.core.record import put as record
from dothi.ledger.people import People, set_people
from dothi.ledger.queries import Proof, about, by_actor, count_by_actor, proof_of

__all__ = [
    "NOBODY",
    "People",
    "Proof",
    "Record",
    "about",
    "acting",
    "by_actor",
    "count_by_actor",
    "current",
    "note",
    "proof_of",
    "record",
    "set_people",
]
