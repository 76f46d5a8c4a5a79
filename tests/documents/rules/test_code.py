# SPDX-License-Identifier: Apache-2.0
"""Codes are read however they are typed, and a slip of the finger is noticed."""

from __future__ import annotations

import itertools

import pytest

from dothi.documents.rules import code, status, status_list


@pytest.mark.parametrize("length", [code.LONG, code.SHORT])
def test_code_is_read_when_typed_in_any_way(length: int) -> None:
    made = code.new(length)
    shown = code.shown(made)

    typed = [
        shown,
        shown.lower(),
        f"  {made} ",
        shown.replace("-", " – "),
        shown.replace("0", "o").replace("1", "l"),
    ]

    assert [code.read(one) for one in typed] == [made] * 5


def test_every_single_slip_is_noticed_when_a_code_is_typed() -> None:
    made = code.new(code.LONG)
    slips = {
        made[:at] + letter + made[at + 1 :]
        for at, letter in itertools.product(range(code.LONG), code.ALPHABET)
        if letter != made[at]
    }
    turned = {made[:at] + made[at + 1] + made[at] + made[at + 2 :] for at in range(9)} - {made}

    assert [one for one in slips | turned if code.read(one)] == []


@pytest.mark.parametrize(
    "typed", ["", "A", "U" * 12, "7K2M-9QXT", "0" * 11, "x" * 1000, "７" * 12, "\0" * 12, "mã của tôi"]
)
def test_nonsense_is_no_code_when_typed(typed: str) -> None:
    assert code.read(typed) is None


def test_codes_differ_when_many_are_made() -> None:
    assert len({code.new(code.LONG) for _ in range(2_000)}) == 2_000


def test_nothing_becomes_valid_again_when_it_was_ended() -> None:
    assert [(a, b) for a in status.NEXT for b in status.NEXT if status.may_become(a, b)] == [
        ("valid", "revoked"),
        ("valid", "replaced"),
    ]


def test_list_is_cut_when_it_grows() -> None:
    assert [status_list.digits(n) for n in (0, 5_000, 5_001, 80_000, 80_001)] == [0, 0, 1, 1, 2]
