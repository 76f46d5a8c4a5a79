# SPDX-License-Identifier: Apache-2.0
"""Payloads become JSON values, or a reason why not."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec

PAYLOAD_LIMIT = 1_000_000
DEPTH_LIMIT = 32
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\b(?:nan|inf|infinity)\b|,(?=\s*[}\]])', re.IGNORECASE)
_decode = msgspec.json.Decoder().decode


class BadPayload(ValueError):
    """A payload is no JSON that we take; the argument is the reason of the refusal."""


def _depth(payload: bytes) -> int:
    """How deep brackets stand; those in texts are counted too, which only matters for absurd texts."""
    deep = most = 0
    for byte in payload:
        if byte in b"{[":
            deep += 1
            most = max(most, deep)
        elif byte in b"}]":
            deep -= 1
    return most


def parse(payload: bytes, *, repair: bool = False) -> Any:
    """The JSON value. NaN and infinity, which JSON does not have, come out as floats for the value to be judged.

    `repair` also forgives a comma before a closing bracket, as old Tasmota firmware sends.
    """
    if len(payload) > PAYLOAD_LIMIT:
        raise BadPayload("too_big")
    if payload.count(b"{") + payload.count(b"[") > DEPTH_LIMIT and _depth(payload) > DEPTH_LIMIT:
        raise BadPayload("too_deep")
    try:
        return _decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    mended = _TOKENS.sub(lambda match: _mend(match[0], repair=repair), payload)
    if mended == payload:
        raise BadPayload("bad_json")
    try:
        return _restore(_decode(mended))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload("bad_json") from error


_NAN = "\x01nan"


def _mend(token: bytes, *, repair: bool) -> bytes:
    if token[:1] == b'"':
        return token
    if token == b",":
        return b"" if repair else token
    return b'"\\u0001nan"'


def _restore(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _restore(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_restore(inner) for inner in value]
    return math.nan if value == _NAN else value


def bare(payload: bytes) -> str:
    """The payload as one bare value's text; BadPayload when it is no short text."""
    if len(payload) > 256:
        raise BadPayload("bad_json")
    try:
        return payload.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise BadPayload("bad_json") from error
