# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from dothi.ledger.core import canonical
from dothi.ledger.errors import BadRecord


def test_form_is_one_when_the_same_is_said_differently() -> None:
    hanoi = timezone(timedelta(hours=7))
    one = {"b": 1.0, "a": ["Huế", None, True], "t": datetime(2026, 11, 23, 17, tzinfo=hanoi), "n": -0.0}
    other = {
        "n": 0,
        "t": datetime(2026, 11, 23, 10, tzinfo=timezone.utc),  # noqa: UP017 - another object for the same zone
        "a": (unicodedata.normalize("NFD", "Huế"), None, True),
        "b": 1,
    }

    assert canonical.encode(one) == canonical.encode(other)
    assert canonical.encode(one).decode() == (
        '{"a":["Huế",null,true],"b":1,"n":0,"t":"2026-11-23T10:00:00.000000Z"}'
    )


def test_numbers_and_text_are_written_as_rfc_8785_has_them() -> None:
    assert (
        canonical.encode([0.1, 123.456, 2**53, -5, 0.00001]) == b"[0.1,123.456,9007199254740992,-5,0.00001]"
    )
    assert canonical.encode('\x1f\x7f"\\\n/\u2028') == '"\\u001f\x7f\\"\\\\\\n/\u2028"'.encode()
    assert canonical.encode("a\x00\ud800b") == '"a\ufffd\ufffdb"'.encode()
    assert canonical.encode({"é": 1, "z": 2, "\ufb01": 3}) == '{"z":2,"é":1,"ﬁ":3}'.encode()


@pytest.mark.parametrize(
    "value",
    [2**53 + 1, 1e300, 1e-7, float("nan"), float("inf"), object(), {1: 2}, {"e\u0301": 1, "é": 2}, "x" * 65_000, b"x"],
)  # fmt: skip
def test_value_is_refused_when_readers_would_differ_on_it(value: Any) -> None:
    with pytest.raises(BadRecord):
        canonical.encode({"details": value})


def test_nesting_is_refused_when_it_has_no_end() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(BadRecord):
        canonical.encode(endless)
