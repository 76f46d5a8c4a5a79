# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from tests.ledger.cast import CITY, STRANGER, body, exported, kept_of

from dothi.ledger import rules
from dothi.ledger.core import note as notes
from dothi.ledger.core import witness
from dothi.ledger.errors import BadNote, HistoryRewritten

BODIES = [body(number) for number in range(30)]
LINES = exported(BODIES, [5, 12, 30])


def prover(bodies: list[bytes]) -> witness.Prove:
    tree, nodes = rules.CompactRange(), {}
    for one in bodies:
        nodes.update(tree.append(rules.leaf_hash(one)))
    return lambda old, new: rules.proof(rules.consistency_ranges(old, new), nodes)


def shown(lines: list[bytes], at: int = -1) -> str:
    return kept_of(lines, at).checkpoint


def test_witness_moves_on_when_history_is_continued() -> None:
    first = witness.advance(None, shown(LINES, 0), CITY.key.text, prover(BODIES))
    second = witness.advance(first, shown(LINES), "", prover(BODIES))
    same = witness.advance(second, shown(LINES), "", prover(BODIES))

    assert first.note.checkpoint.size == 5
    assert second == same == witness.Kept(CITY.key.text, shown(LINES))


@pytest.mark.parametrize("changed", [0, 4, 11])
def test_witness_refuses_when_history_was_rewritten_with_the_key(changed: int) -> None:
    bodies = [*BODIES[:changed], body(changed, told="otherwise"), *BODIES[changed + 1 :]]
    rewritten = exported(bodies, [5, 12, 30])

    for kept, at in ((kept_of(LINES, 1), -1), (kept_of(LINES, 1), 1)):
        with pytest.raises(HistoryRewritten) as refused:
            witness.advance(kept, shown(rewritten, at), "", prover(bodies))
        assert refused.value.key == "ledger.witness.rewritten"


def test_witness_refuses_when_the_log_is_shorter_or_another() -> None:
    other = notes.Signer("danang.gov.vn/ledger", notes.ED25519, b"\x07" * 32)
    foreign = exported(BODIES, [30], signer=other)

    with pytest.raises(HistoryRewritten, match="cut short"):
        witness.advance(kept_of(LINES), shown(LINES, 0), "", prover(BODIES))
    with pytest.raises(HistoryRewritten, match="another ledger"):
        witness.advance(witness.Kept("", shown(LINES, 0)), shown(foreign), other.key.text, prover(BODIES))


def test_witness_goes_on_when_it_is_told_the_new_key_of_the_same_records() -> None:
    new = notes.Signer("dothi-0123/ledger", notes.ED25519, b"\x07" * 32)
    lines = exported(BODIES, [30], signer=new)

    kept = witness.advance(witness.Kept(new.key.text, shown(LINES, 0)), shown(lines), "", prover(BODIES))

    assert kept == witness.Kept(new.key.text, shown(lines))


def test_witness_refuses_when_a_stranger_signed() -> None:
    with pytest.raises(BadNote):
        witness.advance(kept_of(LINES, 0), shown(exported(BODIES, [30], signer=STRANGER)), "", prover(BODIES))


def test_kept_file_is_read_when_it_is_json_or_bare_paper() -> None:
    paper = shown(LINES)

    assert witness.read(paper) == witness.Kept("", paper)
    assert witness.read('{"log": "x", "checkpoint": "y"}') == witness.Kept("x", "y")
    for nonsense in ("", "{", '{"log": 1}', "x\n\ny"):
        with pytest.raises(BadNote):
            witness.read(nonsense)
