# SPDX-License-Identifier: Apache-2.0
"""R15 of the quality plan: 1,000 of 1,000 alterations of a ledger are found, and nothing is found in a whole one."""

from __future__ import annotations

import random

import msgspec
import pytest
from tests.ledger.cast import CITY, STRANGER, body, exported, kept_of

from dothi.ledger.core import export
from dothi.ledger.core import note as notes
from dothi.ledger.core.verify import verify
from dothi.ledger.core.witness import Kept
from dothi.ledger.errors import BadNote

COUNT = 60
HEADS = [1, 7, 20, 33, 50, COUNT]
BODIES = [body(number) for number in range(COUNT)]
LINES = exported(BODIES, HEADS)
KEPT = kept_of(LINES)
FIRST = len(HEADS) + 3
"""Where the entries begin."""


def found(lines: list[bytes], kept: Kept | None = KEPT, key: str = CITY.key.text) -> list[str]:
    return [one.key.removeprefix("ledger.verify.") for one in verify(lines, key=key, kept=kept).findings]


def _altered(chance: random.Random) -> list[bytes]:
    """One bit of one line turned, so that it stays a text of that length."""
    lines = list(LINES)
    at = chance.randrange(len(lines))
    text = bytearray(lines[at])
    text[chance.randrange(len(text))] ^= 1 << chance.randrange(7)
    lines[at] = bytes(text)
    return lines


def _edited(chance: random.Random) -> list[bytes]:
    """A record told differently, and its hash made to fit."""
    lines = list(LINES)
    number = chance.randrange(COUNT)
    lines[FIRST + number] = exported([*BODIES[:number], body(number, told="otherwise")], [number + 1])[-2]
    return lines


def _deleted(chance: random.Random) -> list[bytes]:
    lines = list(LINES)
    del lines[chance.randrange(len(lines))]
    return lines


def _renumbered(chance: random.Random) -> list[bytes]:
    """A record taken out and all after it numbered anew, the old checkpoints kept."""
    gone = chance.randrange(COUNT)
    rest = exported(BODIES[:gone] + BODIES[gone + 1 :], [*HEADS[:-1], COUNT - 1])
    return [*LINES[:FIRST], *rest[FIRST:]]


def _reordered(chance: random.Random) -> list[bytes]:
    lines = list(LINES)
    one, other = chance.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def _swapped(chance: random.Random) -> list[bytes]:
    """Two records change places, each with the number and hash of its new place."""
    bodies = list(BODIES)
    one, other = chance.sample(range(COUNT), 2)
    bodies[one], bodies[other] = bodies[other], bodies[one]
    return [*LINES[:FIRST], *exported(bodies, HEADS)[FIRST:]]


def _truncated(chance: random.Random) -> list[bytes]:
    return LINES[: chance.randrange(len(LINES))]


def _shortened(chance: random.Random) -> list[bytes]:
    """As if the newest checkpoints and all after an older one had never been; every line of it is genuine."""
    kept = chance.randrange(1, len(HEADS))
    return exported(BODIES[: HEADS[kept - 1]], HEADS[:kept])


def _rewritten(chance: random.Random) -> list[bytes]:
    """The whole ledger made anew from one record on, signed with the city's own key."""
    bodies = list(BODIES)
    number = chance.randrange(COUNT)
    act = chance.randrange(3)
    if act == 0:
        bodies[number] = body(number, told="otherwise")
    elif act == 1:
        del bodies[number]
        bodies.append(body(COUNT))
    else:
        bodies.insert(number, body(COUNT))
    return exported(bodies, sorted({*HEADS[:-1], COUNT, len(bodies)}))


WAYS = [
    _altered, _edited, _deleted, _renumbered, _reordered, _swapped, _truncated, _shortened, _rewritten, _rewritten,
]  # fmt: skip


def test_whole_ledger_is_good_with_every_help_and_none() -> None:
    assert found(LINES) == []
    assert found(LINES, None) == []
    assert found(LINES, None, "") == []
    assert found(LINES, kept_of(LINES, 2)) == []
    verdict = verify(LINES)
    assert (verdict.size, verdict.checkpoints, verdict.cosignatures) == (COUNT, len(HEADS), 1)
    assert verdict.key_is_from_file
    assert not verify(LINES, kept=KEPT).key_is_from_file


def test_1000_of_1000_tamperings_are_found_when_a_witness_kept_the_newest_checkpoint() -> None:
    missed = []
    tried = 0
    for seed in range(1_000):
        chance = random.Random(seed)
        way = WAYS[seed % len(WAYS)]
        lines = way(chance)
        assert lines != LINES
        tried += 1
        if not found(lines):
            missed.append((way.__name__, seed))

    assert (tried, missed) == (1_000, [])


@pytest.mark.parametrize("way", [_altered, _edited, _deleted, _renumbered, _reordered, _swapped, _truncated])
def test_tampering_is_found_without_witness_or_key_when_the_signing_key_is_not_known(way) -> None:
    assert [seed for seed in range(100) if not found(way(random.Random(seed)), None, "")] == []


def test_finding_names_the_place_when_one_record_is_altered() -> None:
    lines = list(LINES)
    lines[FIRST + 25] = lines[FIRST + 25].replace(b'"period":25', b'"period":26')

    verdict = verify(lines, kept=KEPT)

    told = [(one.line, one.key, one.values) for one in verdict.findings]
    assert told == [
        (FIRST + 26, "ledger.verify.leaf", {"number": 25}),
        (FIRST + 33, "ledger.verify.root", {"first": 20, "last": 32, "size": 33}),
        (FIRST + COUNT, "ledger.verify.rewritten", {"size": COUNT}),
    ]


def test_rewriting_is_found_by_a_witness_only_when_it_is_signed_with_the_key() -> None:
    rewritten = exported([body(0, told="otherwise"), *BODIES[1:]], HEADS)

    assert found(rewritten, None) == []
    assert found(rewritten) == ["rewritten"]
    assert found(rewritten, kept_of(LINES, 0)) == ["rewritten"]


def test_other_key_is_found_when_the_city_has_published_its_own() -> None:
    foreign = exported(BODIES, HEADS, signer=STRANGER)

    assert found(foreign, None, "") == []
    assert found(foreign, None) == ["newest_signature"]


def test_unsigned_end_is_found_when_records_stand_after_the_newest_checkpoint() -> None:
    lines = exported(BODIES, HEADS[:-1])
    lines[0] = msgspec.json.encode(export.Ledger(1, CITY.key.name, COUNT))
    lines[-1] = msgspec.json.encode(export.End(COUNT, 1, len(HEADS) - 1, 1))

    assert found(lines, None) == ["unsigned"]


def test_older_key_is_taken_when_the_newest_checkpoint_is_signed_with_the_present_one() -> None:
    older = notes.Signer(CITY.key.name, notes.ED25519, b"\x09" * 32)
    before = exported(BODIES, HEADS, signer=older)
    mixed = [LINES[0], before[1], LINES[1], *before[2 : FIRST - 2], *LINES[FIRST - 2 : -1]]
    mixed.append(msgspec.json.encode(export.End(COUNT, 2, len(HEADS), 1)))

    assert found(mixed) == []
    assert found(before) == ["newest_signature"]


def test_witness_of_a_replaced_key_still_proves_when_the_new_one_is_known() -> None:
    older = notes.Signer("dothi-0123/ledger", notes.ED25519, b"\x09" * 32)
    before = exported(BODIES, HEADS[:3], signer=older)
    after = exported(BODIES, HEADS)
    lines = [
        after[0], before[1], after[1], *before[2:5], *after[5:-1],
        msgspec.json.encode(export.End(COUNT, 2, len(HEADS), 1)),
    ]  # fmt: skip
    kept = Kept(older.key.text, kept_of(before).checkpoint)

    assert found(lines, kept) == []
    assert found(lines, kept, "") == ["newest_signature"]
    assert "rewritten" in found([*lines[:9], *exported([body(9), *BODIES[1:]], HEADS)[9:]], kept)


def test_witness_of_another_city_is_told_as_such_when_given() -> None:
    other = notes.Signer("danang.gov.vn/ledger", notes.ED25519, b"\x09" * 32)
    kept = Kept(other.key.text, kept_of(exported([body(1)], [1], signer=other)).checkpoint)

    assert "origin" in found(LINES, kept)


def test_nonsense_is_told_and_never_raises_when_verified() -> None:
    for lines in ([], [b""], [b"\xff"], [b"{}"], [b"null"] * 50, LINES[:FIRST], [LINES[0]] * 3):
        assert found(list(lines))
    with pytest.raises(BadNote):
        verify(LINES, key="no key")
