# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with the ledger.

DothiError
├── BadInput
│   ├── BadRecord         what was to be recorded has no canonical form
│   ├── BadQuestion       a number of the question is no number, or out of reach
│   ├── BadNote           a checkpoint or key has not the shape of one
│   └── UnknownWitness    nobody told this city to take that witness's word
├── NotFound
│   └── NoCheckpoint      nothing is signed yet
└── Conflict
    └── HistoryRewritten  two signed checkpoints cannot both be of one append-only log
"""

from __future__ import annotations

from dothi.foundation.errors import BadInput, Conflict, NotFound


class BadRecord(BadInput):
    """What was to be recorded has no canonical form."""

    def __init__(self, reason: str) -> None:
        super().__init__("ledger.record.refused", reason=reason)


class BadQuestion(BadInput):
    """A number of the question is no number, or out of reach."""


class BadNote(BadInput):
    """A checkpoint or key has not the shape of one."""


class UnknownWitness(BadInput):
    """Nobody told this city to take that witness's word."""


class NoCheckpoint(NotFound):
    """Nothing is signed yet."""

    def __init__(self) -> None:
        super().__init__("ledger.checkpoint.none")


class HistoryRewritten(Conflict):
    """Two signed checkpoints cannot both be of one append-only log."""
