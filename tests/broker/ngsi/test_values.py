# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.broker.ngsi.faults import BadRequestData
from dothi.broker.ngsi.values import DEPTH, check_document, is_harmless

ODD = st.sampled_from(["\0", "\ud800", "{", "]", "[[", "}{", "\\", "a", "1" * 301, "", "é"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text() | ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5) | ODD, inner, max_size=4),
    max_leaves=30,
)


def _is_refused(document: Any) -> bool:
    try:
        check_document(document)
    except BadRequestData:
        return True
    return False


@given(document=DOCUMENTS, depth=st.integers(0, 70), ascii_only=st.booleans())
def test_nothing_harmless_is_refused_when_looked_at_value_by_value(
    *, document: Any, depth: int, ascii_only: bool
) -> None:
    for _ in range(depth):
        document = [document]
    raw = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")

    try:
        read = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    assert not (is_harmless(raw) and _is_refused(read))


@pytest.mark.parametrize(
    ("raw", "harmless"),
    [
        (b'[{"a": [1, {"b": 2}]}]' * 1000, True),
        (b"[" * (DEPTH - 1) + b"]" * (DEPTH - 1), True),
        (b"[" * DEPTH + b"]" * DEPTH, False),
        (b"[" + b'"]", ' * 100 + b"1]", True),
        (b'["\\u0000"]', False),
        (b"[" + b"7" * 300 + b"]", False),
    ],
)
def test_text_is_harmless_when_it_is_flat_and_plain(raw: bytes, *, harmless: bool) -> None:
    assert is_harmless(raw) is harmless
