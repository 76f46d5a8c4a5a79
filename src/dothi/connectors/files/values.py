# SPDX-License-Identifier: Apache-2.0
"""What a cell says: a number, an instant, or the reason why there is none. Nothing is guessed."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

import msgspec

from dothi.connectors.files.detect import Mark
from dothi.foundation.clock import VIETNAM
from dothi.foundation.text import fold

Cell = str | int | float | bool | datetime | date | time | None

TimeStyle = Literal["dmy", "mdy", "serial", "epoch", "epoch_ms"]


class Missing(msgspec.Struct, frozen=True):
    """There is no value, and the file says why."""

    reason: str


class Refused(msgspec.Struct, frozen=True):
    """There is something that is no value."""

    reason: str


EMPTY = Missing("empty")
_WORDS = {
    "not_available": (
        "na", "n/a", "nan", "null", "none", "nil", "#n/a", "không có", "chưa có", "không có số liệu", "missing",
        "no data", "nodata", "mất số liệu", "mất",
    ),
    "below_detection": ("kph", "kphđ", "nd", "bdl", "<lod", "<mdl", "<loq", "không phát hiện", "vết", "trace"),
    "not_measured": ("kđ", "không đo", "x", "kqt", "không quan trắc", "nm"),
    "fault": ("lỗi", "mất tín hiệu", "err", "error", "fault", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"),
}  # fmt: skip
_MISSING = {word: Missing(reason) for reason, words in _WORDS.items() for word in words}
_DASHES = re.compile(r"[-–—_.…*/?]+\Z")
_SENTINELS = {-999, -9999, -99999, -999.9, -99.99, -9999.9}
_SENTINEL = Missing("sentinel")
_DASH = Missing("dash")
_BELOW = Missing("below_detection")
_NOT_A_NUMBER = Refused("not_a_number")
_BELOW_LIMIT = re.compile(r"[<≤]\s*\d")
_BEYOND_LIMIT = re.compile(r"[>≥]\s*\d")

_USUAL: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(r"-?\d{1,15}(?:\.\d{1,15})?\Z"),
    ",": re.compile(r"-?\d{1,15}(?:,\d{1,15})?\Z"),
}
"""What nearly every cell looks like; the rest takes the longer way below."""

_NUMBER: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(r"[+-]?(?:\d+|\d{1,3}(?:[, ]\d{3})+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?\Z"),
    ",": re.compile(r"[+-]?(?:\d+|\d{1,3}(?:[. ]\d{3})+)?(?:,\d*)?(?:[eE][+-]?\d{1,3})?\Z"),
}


def clean(cell: Cell) -> Cell:
    """Text composed and trimmed, no-break spaces made plain; everything else as it is."""
    if not isinstance(cell, str):
        return cell
    if cell.isascii():
        return cell.strip()
    return (
        unicodedata.normalize("NFC", cell)
        .replace("\xa0", " ")
        .replace("\u202f", " ")
        .strip(" \t\r\n\ufeff\u200b")
    )


def missing(cell: Cell) -> Missing | None:
    """Why the cell holds no value, if it says so."""
    if cell is None or cell == "":
        return EMPTY
    if isinstance(cell, str):
        word = _MISSING.get(cell.lower())
        if word is not None:
            return word
        if _DASHES.match(cell):
            return _DASH
        if _BELOW_LIMIT.match(cell):
            return _BELOW
    return None


def number(cell: Cell, decimal: Mark, unit: str = "") -> int | float | Missing | Refused:
    """The number in a cell under the decimal mark of its column; `unit` may follow it ("31,5 °C")."""
    if isinstance(cell, str) and _USUAL[decimal].match(cell) is not None:
        return _checked(float(cell.replace(",", ".")) if decimal in cell else int(cell))
    if isinstance(cell, (bool, date, time)):
        return _NOT_A_NUMBER
    if isinstance(cell, (int, float)):
        return _checked(cell)
    if (why := missing(cell)) is not None:
        return why
    assert isinstance(cell, str)
    text = cell.replace("−", "-")
    if unit and text.endswith(unit):
        text = text[: -len(unit)].rstrip()
    elif text.endswith("%"):
        text = text[:-1].rstrip()
    if _NUMBER[decimal].match(text) is None or not any(c.isdigit() for c in text):
        return Refused("beyond_limit") if _BEYOND_LIMIT.match(text) else _NOT_A_NUMBER
    text = text.replace(" ", "").replace("." if decimal == "," else ",", "")
    if decimal == ",":
        text = text.replace(",", ".")
    if "." not in text and "e" not in text and "E" not in text and len(text) < 19:
        return _checked(int(text))
    return _checked(float(text))


def _checked(value: int | float) -> int | float | Missing | Refused:
    if value in _SENTINELS:
        return _SENTINEL
    if isinstance(value, float) and math.isnan(value):
        return _MISSING["nan"]
    if math.isinf(value) or abs(value) > 1e15:
        return Refused("out_of_range")
    return value


_DAY = r"(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})"
_CLOCK = (
    r"(?P<h>\d{1,2})(?:[:hg](?P<m>\d{1,2})?(?:[:'mp](?P<s>\d{1,2})?(?:[.,](?P<f>\d{1,9}))?)?s?)"
    r"(?: ?(?P<half>am|pm|sa|ch))?"
)
_ZONE = r"(?: ?(?P<zone>z|[+-]\d{2}:?(?:\d{2})?))?"
_DAY_FIRST = re.compile(rf"{_DAY}(?:(?:t| ?, ?| +- +| +){_CLOCK}{_ZONE})?\Z", re.IGNORECASE)
_CLOCK_FIRST = re.compile(rf"{_CLOCK}(?: ?, ?| +- +| +){_DAY}\Z", re.IGNORECASE)
_BARE_CLOCK = re.compile(rf"{_CLOCK}\Z", re.IGNORECASE)
_WORDED = re.compile(r"(?:(?P<clock>.+?) )?ngay (?P<a>\d{1,2}) thang (?P<b>\d{1,2}) nam (?P<c>\d{4})\Z")
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial date has no zone until it is given one


def _matched(text: str) -> re.Match[str] | None:
    match = _DAY_FIRST.match(text) or _CLOCK_FIRST.match(text)
    if match is None or len(match["a"]) == 4 or len(match["c"]) == 4:
        return match
    # "1.2.10" is a numbering more often than a day; a short year needs its slashes.
    return match if len(match["a"]) <= 2 and len(match["c"]) == 2 and "/" in text else None


def day_parts(text: str) -> tuple[int, int, int] | None:
    """The three numbers of a written day, in the order in which they stand."""
    match = _matched(text)
    return (int(match["a"]), int(match["b"]), int(match["c"])) if match else None


def _day(a: str, b: str, c: str, style: TimeStyle) -> datetime:
    if len(a) >= 3:
        year, month, day = int(a), int(b), int(c)
    else:
        day, month, year = (int(b), int(a), int(c)) if style == "mdy" else (int(a), int(b), int(c))
    if year < 100:
        year += 2000 if year < 70 else 1900
    return datetime(year, month, day)  # noqa: DTZ001 - the zone is added by the caller


def _since_midnight(match: re.Match[str]) -> timedelta:
    hour, minute, second = int(match["h"]), int(match["m"] or 0), int(match["s"] or 0)
    half = (match["half"] or "").lower()
    if half in {"am", "sa"} and hour == 12:
        hour = 0
    elif half in {"pm", "ch"} and hour < 12:
        hour += 12
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError("No time of day")
    fraction = float(f"0.{match['f']}") if match["f"] else 0.0
    return timedelta(hours=hour, minutes=minute, seconds=second + fraction)


def _zone(text: str) -> tzinfo:
    if text.lower() == "z":
        return UTC
    return datetime.strptime(text.replace(":", "").ljust(5, "0"), "%z").tzinfo or UTC


def clock(cell: Cell) -> timedelta | None:
    """Time since midnight in a column of hours: 07:30, 7h30, 7 (hours), a part of a day, or a time."""
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if isinstance(cell, str) and re.fullmatch(r"\d{1,2}", cell):
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return timedelta(hours=cell) if 0 <= cell <= 24 else None
    if isinstance(cell, float):
        return timedelta(seconds=round(cell * 86_400)) if 0 <= cell < 1 else None
    match = _BARE_CLOCK.match(cell) if isinstance(cell, str) else None
    try:
        return _since_midnight(match) if match else None
    except ValueError:
        return None


def instant(cell: Cell, style: TimeStyle, zone: tzinfo = VIETNAM) -> datetime | None:
    """The instant in a cell, in UTC; local time is `zone` unless the cell names its own. None: no time."""
    try:
        if isinstance(cell, datetime):
            return _aware(cell, zone)
        if isinstance(cell, date):
            return _aware(datetime(cell.year, cell.month, cell.day), zone)  # noqa: DTZ001 - zone is added here
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            return _counted(float(cell), style, zone)
        if isinstance(cell, str) and cell:
            if style in {"serial", "epoch", "epoch_ms"}:
                return _counted(float(cell.replace(",", ".")), style, zone)
            return _written(cell, style, zone)
    except (ValueError, OverflowError):
        return None
    return None


def _aware(at: datetime, zone: tzinfo) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _written(text: str, style: TimeStyle, zone: tzinfo) -> datetime | None:
    match = _matched(text)
    if match is not None:
        at = _day(match["a"], match["b"], match["c"], style)
        if match["h"] is not None:
            at += _since_midnight(match)
        named = match.groupdict().get("zone")
        return _aware(at, _zone(named) if named else zone)
    worded = _WORDED.match(fold(text)) if "năm" in text.lower() else None
    if worded is None:
        return None
    return _aware(_day(worded["a"], worded["b"], worded["c"], "dmy"), zone)


def _counted(value: float, style: TimeStyle, zone: tzinfo) -> datetime | None:
    # Excel turns some days of a column into numbers and leaves others as text.
    serial = (
        1 <= value < 200_000 if style == "serial" else style in {"dmy", "mdy"} and 20_000 <= value < 80_000
    )
    if serial:
        return _aware(_EXCEL_EPOCH + timedelta(milliseconds=round(value * 86_400_000)), zone)
    if style == "epoch" and 0 < value < 1e10:
        return datetime.fromtimestamp(value, UTC)
    if style == "epoch_ms" and 0 < value < 1e13:
        return datetime.fromtimestamp(value / 1000, UTC)
    return None
