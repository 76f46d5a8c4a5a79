# SPDX-License-Identifier: Apache-2.0
"""What somebody outside keeps: the newest checkpoint it saw. Whoever holds the city's key cannot rewrite that.

The witness moves on only to checkpoints that are proven to continue the one it has.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from dothi.ledger import rules
from dothi.ledger.core import note as notes
from dothi.ledger.errors import BadNote, HistoryRewritten

Prove = Callable[[int, int], list[bytes]]
"""The path of a consistency proof, from the city: (old size, new size)."""


class Kept(msgspec.Struct, frozen=True):
    """A witness's file: the city's verifier key (may be empty in a bare note) and the newest checkpoint seen."""

    log: str
    checkpoint: str

    @property
    def note(self) -> notes.Note:
        return notes.read_note(self.checkpoint)


def read(text: str) -> Kept:
    """A witness's file, or a checkpoint by itself as it stands on paper; BadNote when it is neither."""
    if not text.lstrip().startswith("{"):
        notes.read_note(text)
        return Kept("", text)
    try:
        return msgspec.json.decode(text, type=Kept)
    except msgspec.DecodeError as error:
        raise BadNote("ledger.note.shape") from error


def _compare(old: notes.Checkpoint, new: notes.Checkpoint, prove: Prove, known: str) -> None:
    if new.origin not in {old.origin, known}:
        raise HistoryRewritten("ledger.witness.other_log", kept=old.origin, shown=new.origin)
    if new.size < old.size:
        raise HistoryRewritten("ledger.witness.shorter", kept=old.size, shown=new.size)
    path = prove(old.size, new.size) if old.size < new.size and old.size else []
    good = rules.is_consistent(old=old.size, new=new.size, old_root=old.root, new_root=new.root, path=path)
    if old.size and not good:
        raise HistoryRewritten("ledger.witness.rewritten", kept=old.size, shown=new.size)


def advance(kept: Kept | None, shown: str, log: str, prove: Prove) -> Kept:
    """What to keep after the city showed a checkpoint; HistoryRewritten, BadNote when it must not be taken.

    The key of the first time is believed from then on; compare it once with what the city published.
    """
    trusted = kept.log if kept and kept.log else log
    note = notes.read_note(shown)
    if not notes.is_signed(note, [notes.read_key(trusted)]):
        raise BadNote("ledger.witness.unsigned", by=trusted)
    if kept is not None:
        # A city that lost its key signs under a new name; whoever keeps watch was told the new key then.
        known = notes.read_key(kept.log).name if kept.log else ""
        _compare(kept.note.checkpoint, note.checkpoint, prove, known)
    return Kept(trusted, shown)
