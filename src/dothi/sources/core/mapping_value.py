# SPDX-License-Identifier: Apache-2.0
"""Values as devices send them: numbers in text, decimal commas, ON and OFF, words for missing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

TEXT_LIMIT = 4096
SAFE_INTEGER = 2**53
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")
_COMMA = re.compile(r"[+-]?\d*,\d+")
_NOT_FINITE = frozenset({"nan", "inf", "-inf", "+inf", "infinity", "-infinity"})
_TRUE = frozenset({"on", "true", "yes", "open", "bật", "mở"})
_FALSE = frozenset({"off", "false", "no", "closed", "tắt", "đóng"})
_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")


class BadValue(ValueError):
    """A value cannot be kept; the argument is the reason of the refusal."""


class MissingValue(ValueError):
    """The device says that it did not measure."""


def finite(value: float) -> float:
    """The number itself, a whole number staying whole; BadValue for NaN, infinity and beyond."""
    try:
        as_float = float(value)
    except OverflowError as error:
        raise BadValue("not_finite") from error
    if not math.isfinite(as_float):
        raise BadValue("not_finite")
    return value if abs(as_float) <= SAFE_INTEGER else as_float


def number_of(text: str) -> float | int | None:
    """The number a text says, decimal comma and Vietnamese thousands (`1.234,5`) included; None when none.

    A lone `1.234` is one and a bit, as every device writes it.
    """
    text = text.strip().replace(" ", "").replace("\u00a0", "")
    if not text or len(text) > 64:
        return None
    if _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    elif "," in text and _GROUPED.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if not text.lstrip("+-").isdigit() else int(text)


def clean_text(value: str) -> str:
    """The text, when the store can keep it."""
    if len(value) > TEXT_LIMIT:
        raise BadValue("text_too_long")
    if _BAD_TEXT.search(value):
        raise BadValue("bad_text")
    return value


def convert(value: Any, kind: str, words: Mapping[str, Any], missing: frozenset[str]) -> Any:
    """A plain value of the wanted kind; BadValue with the reason, MissingValue when the device says so."""
    if value is None:
        raise MissingValue
    if isinstance(value, str):
        value = _from_text(value, kind, words, missing)
    elif words and (found := words.get(_as_word(value))) is not None:
        value = found
    if isinstance(value, bool):
        return int(value) if kind == "number" else str(value).lower() if kind == "text" else value
    if isinstance(value, (int, float)):
        value = finite(value)
        if missing and repr(value).removesuffix(".0") in missing:
            raise MissingValue
        if kind == "boolean":
            if value not in (0, 1):
                raise BadValue("not_a_boolean")
            return bool(value)
        return str(value) if kind == "text" else value
    if isinstance(value, str):
        return clean_text(value)
    raise BadValue("wrong_type")


def _as_word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from_text(value: str, kind: str, words: Mapping[str, Any], missing: frozenset[str]) -> Any:
    if len(value) > TEXT_LIMIT:
        raise BadValue("text_too_long")
    bare = value.strip()
    if bare in words:
        return words[bare]
    folded = bare.casefold()
    if folded in missing:
        raise MissingValue
    if kind == "text":
        return value
    if folded in _NOT_FINITE:
        raise BadValue("not_finite")
    if (number := number_of(bare)) is not None:
        return number
    if kind in {"auto", "boolean"} and folded in _TRUE:
        return True
    if kind in {"auto", "boolean"} and folded in _FALSE:
        return False
    if kind == "number":
        raise BadValue("not_a_number")
    if kind == "boolean":
        raise BadValue("not_a_boolean")
    return value
