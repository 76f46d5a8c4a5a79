# SPDX-License-Identifier: Apache-2.0
"""The one form in which a record is hashed, after RFC 8785 (JSON canonicalisation).

UTF-8 without spaces; members sorted by code point (RFC 8785 sorts by UTF-16 unit: the same but for names outside the
basic plane, which our records have not); text in Unicode NFC, with U+FFFD for NUL and lone surrogates; times as
`foundation.clock.iso`; whole numbers up to 2^53 without a point; other numbers in their shortest decimal form.
Refused, because readers differ on them: larger integers, numbers that need an exponent, NaN and infinity.
"""

from __future__ import annotations

import math
import unicodedata
import uuid
from datetime import datetime
from typing import Any

import msgspec

from dothi.foundation import clock
from dothi.ledger.errors import BadRecord

WHOLE = 2**53
DEPTH = 20
SIZE = 64_000
"""Bytes of a record. What is larger stands elsewhere, and its SHA-256 here."""


def _text(value: str) -> str:
    if not value.isascii():
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        value = unicodedata.normalize("NFC", value)
    return value.replace("\x00", "\ufffd")


def _number(value: float) -> int | float:
    if isinstance(value, int) or (math.isfinite(value) and value.is_integer()):
        if abs(value) > WHOLE:
            raise BadRecord(f"{value}: larger than 2^53, write it as text")
        return int(value)
    if not math.isfinite(value) or b"e" in msgspec.json.encode(value):
        raise BadRecord(f"{value}: no plain decimal number, write it as text")
    return value


def normal(value: Any, depth: int = 0) -> Any:
    """The value in its one form; BadRecord says what has none."""
    if depth > DEPTH:
        raise BadRecord(f"deeper than {DEPTH}")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return clock.iso(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dict):
        return _members(value, depth)
    if isinstance(value, list | tuple):
        return [normal(one, depth + 1) for one in value]
    raise BadRecord(f"{type(value).__name__} has no JSON form")


def _members(value: dict[Any, Any], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, one in value.items():
        if not isinstance(name, str):
            raise BadRecord(f"{name!r} is no member name")
        found[_text(name)] = normal(one, depth + 1)
    if len(found) != len(value):
        raise BadRecord("two names of one object are the same in NFC")
    return found


def encode(value: Any) -> bytes:
    """The bytes that are hashed; BadRecord when there are none or too many."""
    found = msgspec.json.encode(normal(value), order="sorted")
    if len(found) > SIZE:
        raise BadRecord(f"{len(found)} bytes, {SIZE} are allowed")
    return found
