# SPDX-License-Identifier: Apache-2.0
"""Whether an exported ledger is whole: every record, every head, every signature. Needs no server and no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from dothi.ledger import rules
from dothi.ledger.core import export, witness
from dothi.ledger.core import note as notes
from dothi.ledger.core.export import CheckpointLine, CosignatureLine, End, Entry, KeyLine, Ledger
from dothi.ledger.errors import BadNote

MOST = 20
"""Findings that are told; more say nothing new."""
_ORDER = (Ledger, KeyLine, CheckpointLine, CosignatureLine, Entry, End)
_decode = msgspec.json.Decoder(export.Line).decode


class Finding(msgspec.Struct, frozen=True):
    """What is wrong and where: a message key with its values; `line` of the file, 0 for the file as a whole."""

    line: int
    key: str
    values: dict[str, Any]


class Verdict(msgspec.Struct):
    """What was looked at and what was found."""

    findings: list[Finding]
    size: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    root: bytes = rules.EMPTY
    key: str = ""
    key_is_from_file: bool = False

    @property
    def good(self) -> bool:
        return not self.findings


class _Walk:
    """One reading of a file, line by line: what a later line needs of the earlier ones, and the tree."""

    def __init__(self, trusted: Sequence[notes.Key], kept: notes.Note | None) -> None:
        self.trusted = list(trusted)
        self.kept = kept
        self.found = Verdict([])
        self.at = 0
        self.stage = -1
        self.keys: list[notes.Key] = []
        self.notes: dict[int, notes.Note] = {}
        self.heads: dict[int, list[notes.Checkpoint]] = {}
        self.header: Ledger | None = None
        self.end: End | None = None
        self.tree = rules.CompactRange()
        self.expected = 0
        self.proven = 0
        self.broken = False
        if kept is not None:
            self.heads.setdefault(kept.checkpoint.size, []).append(kept.checkpoint)

    def wrong(self, key: str, **values: Any) -> None:
        if len(self.found.findings) < MOST:
            self.found.findings.append(Finding(self.at, key, values))

    def line(self, text: bytes) -> None:
        self.at += 1
        try:
            read = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.wrong("ledger.verify.line")
            return
        stage = _ORDER.index(type(read))
        if stage < self.stage or (stage == self.stage and stage in {0, 5}) or (self.at == 1) != (stage == 0):
            self.wrong("ledger.verify.place", kind=text[:40].decode("utf-8", "replace"))
        self.stage = max(stage, self.stage)
        try:
            self._take(read)
        except BadNote as error:
            self.wrong(error.key, **error.values)

    def _take(self, read: export.Line) -> None:
        if isinstance(read, Entry):
            self._entry(read)
        elif isinstance(read, CheckpointLine):
            self._checkpoint(read)
        elif isinstance(read, CosignatureLine):
            self._cosignature(read)
        elif isinstance(read, KeyLine):
            self.keys.append(notes.read_key(read.key))
        elif isinstance(read, Ledger):
            self.header = read
        else:
            self.end = read

    def _checkpoint(self, read: CheckpointLine) -> None:
        note = notes.read_note(read.note)
        head = note.checkpoint
        self.found.checkpoints += 1
        if self.notes and head.size <= max(self.notes):
            self.wrong("ledger.verify.checkpoint_order", size=head.size)
        if not notes.is_signed(note, [*self.trusted, *self.keys]) or len(note.signatures) != 1:
            self.wrong("ledger.verify.signature", size=head.size)
        self.notes[head.size] = note
        self.heads.setdefault(head.size, []).append(head)

    def _cosignature(self, read: CosignatureLine) -> None:
        self.found.cosignatures += 1
        note = self.notes.get(read.size)
        if note is None:
            self.wrong("ledger.verify.cosignature_lost", size=read.size)
            return
        key = notes.read_key(read.key)
        (signature,) = notes.read_note(f"{note.body}\n{read.line}").signatures[:1]
        if not notes.is_good(key, note.body, signature):
            self.wrong("ledger.verify.cosignature", size=read.size, witness=key.name)

    def _entry(self, read: Entry) -> None:
        if read.number != self.expected:
            self.wrong("ledger.verify.number", expected=self.expected, number=read.number)
        self.expected = read.number + 1
        hash_ = rules.leaf_hash(bytes(read.record))
        if hash_.hex() != read.hash:
            self.wrong("ledger.verify.leaf", number=read.number)
        self.tree.append(hash_)
        self._judge_heads()

    def _judge_heads(self) -> None:
        for head in self.heads.pop(self.tree.size, []):
            if head.root == self.tree.root():
                self.proven = self.tree.size
            elif self.kept is not None and head is self.kept.checkpoint:
                self.wrong("ledger.verify.rewritten", size=head.size)
            elif not self.broken:
                self.broken = True
                self.wrong("ledger.verify.root", first=self.proven, last=head.size - 1, size=head.size)

    def finish(self) -> Verdict:
        """The verdict on the file as a whole."""
        self.at = 0
        self.found.size, self.found.root = self.tree.size, self.tree.root()
        self._judge_ends()
        self._judge_newest()
        return self.found

    def _judge_ends(self) -> None:
        size = self.tree.size
        for head in [head for heads in self.heads.values() for head in heads if head.size]:
            by_witness = self.kept is not None and head is self.kept.checkpoint
            key = "ledger.verify.shorter_than_witness" if by_witness else "ledger.verify.shorter"
            self.wrong(key, size=head.size, there=size)
        if self.header is None or self.header.format != export.FORMAT:
            self.wrong("ledger.verify.no_header")
        elif self.header.size != size:
            self.wrong("ledger.verify.header", size=self.header.size, there=size)
        counted = End(size, len(self.keys), self.found.checkpoints, self.found.cosignatures)
        if self.end != counted:
            self.wrong("ledger.verify.no_end")

    def _judge_newest(self) -> None:
        if not self.notes:
            self.wrong("ledger.verify.no_checkpoint")
            return
        newest = self.notes[max(self.notes)]
        if newest.checkpoint.size < self.tree.size:
            first, last = newest.checkpoint.size, self.tree.size - 1
            self.wrong("ledger.verify.unsigned", first=first, last=last)
        trusted = self.trusted or self.keys
        self.found.key_is_from_file = not self.trusted
        self.found.key = trusted[-1].text if trusted else ""
        if not notes.is_signed(newest, trusted):
            self.wrong("ledger.verify.newest_signature", size=newest.checkpoint.size)
        origin = newest.checkpoint.origin
        if self.header is not None and self.header.origin != origin:
            self.wrong("ledger.verify.origin", header=self.header.origin, origin=origin)
        if self.kept is not None and self.kept.checkpoint.origin not in {
            origin,
            *(key.name for key in self.keys),
        }:
            self.wrong("ledger.verify.origin", header=self.kept.checkpoint.origin, origin=origin)


def verify(file: Iterable[bytes], *, key: str = "", kept: witness.Kept | None = None) -> Verdict:
    """Judge an exported ledger. `key`: the city's verifier key as published; `kept`: what a witness kept.

    Without either, the file is judged by the key that it brings along itself, and the verdict says so. BadNote when
    key or witness are none.
    """
    text = key or (kept.log if kept else "")
    trusted = [notes.read_key(text)] if text else []
    walk = _Walk(trusted, kept.note if kept else None)
    # A witness may have seen checkpoints of a key that was replaced since.
    believed = [notes.read_key(kept.log)] if kept and kept.log else trusted
    if kept and believed and not notes.is_signed(kept.note, believed):
        walk.wrong("ledger.verify.witness_signature", size=kept.note.checkpoint.size)
    for line in file:
        walk.line(line.rstrip(b"\n"))
    return walk.finish()
