# SPDX-License-Identifier: Apache-2.0
"""Finding units by name of any time, with or without marks, in abbreviations, in Telex typed plain, by code."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from dothi.foundation.text import fold, nfc, telex_fold
from dothi.places.rules.book import Book
from dothi.places.rules.tree import Version, is_valid_at
from dothi.places.rules.words import bare_name, spelled_out, split_kind, usual_name

Why = Literal["name", "former_name", "gone", "code"]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that was found: its newest words, why it was found and what stands for it on the day asked for."""

    id: str
    name: str
    kind: str
    title: str
    matched: str
    why: Why
    above: tuple[str, ...] = ()
    heirs: tuple[str, ...] = ()
    rank: int = 0


class _Entry(msgspec.Struct, frozen=True):
    version: Version
    text: str
    bare: str
    bare_text: str
    full: str
    words: frozenset[str]


_Hit = tuple[tuple[int, int, int], str, Version]


class _Search:
    """Folded texts of a book, made once."""

    def __init__(self, book: Book) -> None:
        self.entries = [self._entry(book, version) for version in book.versions]

    @staticmethod
    def _entry(book: Book, version: Version) -> _Entry:
        title = str(version)
        bare = bare_name(version.kind, version.name)
        above = " ".join(str(book.last(u)) for u in book.chain(version.unit)[:-1])
        return _Entry(
            version, nfc(title).casefold(), fold(bare), nfc(bare).casefold(), fold(title),
            frozenset(f"{fold(title)} {fold(above)}".split()),
        )  # fmt: skip


def _searchable(book: Book) -> _Search:
    kept = book.searchable
    if not isinstance(kept, _Search):
        kept = book.searchable = _Search(book)
    return kept


def _rank(entry: _Entry, folded: str, bare: str, words: list[str]) -> int | None:
    """How well an entry fits; less is better, None is not at all."""
    if folded in (entry.full, entry.bare):
        return 0
    if bare == entry.bare:
        return 1
    if entry.full.startswith(folded) or entry.bare.startswith(folded):
        return 2
    if f" {folded}" in f" {entry.full}":
        return 3
    if all(any(known.startswith(word) for known in entry.words) for word in words):
        return 4
    return None


def _by_words(book: Book, text: str, folded: str, day: date) -> list[_Hit]:
    """Entries that fit the words, or the full name that a usual short one stands for."""
    if not folded:
        return []
    kind, name = split_kind(text)
    long = usual_name(name if kind else text)
    tries = [(folded, fold(name))]
    if fold(long) != fold(name if kind else text):
        tries.append((fold(f"{kind} {long}"), fold(long)))
    exact, bare_exact = nfc(text).casefold(), nfc(name).casefold()
    found: list[_Hit] = []
    for entry in _searchable(book).entries:
        ranks = [
            rank + usual
            for usual, (full, bare) in enumerate(tries)
            if (rank := _rank(entry, full, bare, full.split())) is not None
        ]
        if not ranks:
            continue
        version = entry.version
        other_marks = exact != folded and exact not in entry.text and bare_exact != entry.bare_text
        now = is_valid_at(version.valid_from, version.valid_to, day)
        found.append(((int(other_marks), min(ranks), int(not now)), version.sort, version))
    return found


def _by_code(book: Book, code: str) -> dict[str, str]:
    return {c.unit: c.code for c in book.codes if c.code.casefold() == code.casefold()}


def search(book: Book, words: str, day: date, limit: int = 50) -> list[Found]:
    """Units of any time, best first; each once, with its heirs when it is gone on `day`."""
    text = spelled_out(words)
    coded = _by_code(book, words.strip())
    found = [
        _found(book, book.last(unit), book.last(unit), day, "code", matched=code)
        for unit, code in coded.items()
    ]
    hits = _by_words(book, text, fold(text), day) or _by_words(
        book, telex_fold(words), telex_fold(words), day
    )
    seen = set(coded)
    for rank, _, version in sorted(hits, key=lambda hit: (hit[0], hit[1], hit[2].unit)):
        if version.unit not in seen and len(found) < limit:
            seen.add(version.unit)
            last = book.last(version.unit)
            found.append(_found(book, version, last, day, _why(book, version, last, day), rank=rank[1]))
    return found


def _why(book: Book, version: Version, last: Version, day: date) -> Why:
    if version.unit not in book.tree(day):
        return "gone"
    return "name" if version.name == last.name else "former_name"


def _found(
    book: Book, version: Version, last: Version, day: date, why: Why, *, matched: str = "", rank: int = 0
) -> Found:
    above = tuple(str(book.last(u)) for u in reversed(book.chain(version.unit)[:-1]))
    heirs = tuple(u for u in book.heirs(version.unit, day) if u != version.unit)
    return Found(
        id=version.unit, name=last.name, kind=last.kind, title=str(last), matched=matched or str(version),
        why=why, above=above, heirs=heirs, rank=rank,
    )  # fmt: skip
