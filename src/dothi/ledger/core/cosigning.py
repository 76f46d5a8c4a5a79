# SPDX-License-Identifier: Apache-2.0
"""Taking the word of witnesses that this city was told to believe."""

from __future__ import annotations

from collections.abc import Sequence

from dothi.ledger.core import note as notes
from dothi.ledger.core import store
from dothi.ledger.core.record import Cursor
from dothi.ledger.core.sql import SQL
from dothi.ledger.errors import BadNote, BadQuestion, UnknownWitness


def read_witnesses(text: str) -> list[notes.Key]:
    """The keys of a setting: verifier keys of cosignatures, apart by spaces."""
    return [notes.read_key(word) for word in text.split()]


def accept(cursor: Cursor, text: str, witnesses: Sequence[notes.Key]) -> list[str]:
    """Keep the cosignatures of a note of ours; the names of the witnesses.

    BadNote, BadQuestion when it is not of a checkpoint of ours; UnknownWitness when nobody we know signed it.
    """
    note = notes.read_note(text)
    ours = store.checkpoint(cursor, note.checkpoint.size)
    if ours is None or notes.read_note(ours.note).body != note.body:
        raise BadQuestion("ledger.cosignature.not_ours", size=note.checkpoint.size)
    taken = []
    for signature in note.signatures:
        for key in witnesses:
            if (signature.name, signature.key_id) != (key.name, key.id) or key.kind != notes.COSIGNATURE:
                continue
            if not notes.is_good(key, note.body, signature):
                raise BadNote("ledger.cosignature.wrong", witness=key.name)
            cursor.execute(SQL["put_cosignature"], [ours.size, key.text, signature.line])
            taken.append(key.name)
    if not taken:
        raise UnknownWitness("ledger.cosignature.unknown")
    return taken
