# SPDX-License-Identifier: Apache-2.0
"""How text was written down: encoding, form of the Vietnamese letters, delimiter, decimal mark."""

from __future__ import annotations

import codecs
import io
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

Mark = Literal[",", "."]

_CHUNK = 1 << 20
_TONES_1258 = "\u0300\u0301\u0303\u0309\u0323"
_VOWELS = frozenset("aăâeêioôơuưyAĂÂEÊIOÔƠUƯY")
_SHARE_DAMAGED = 0.02


class Encoding(msgspec.Struct, frozen=True):
    """A Python codec, how it is told to people, and whether letters were decomposed or damaged."""

    codec: str
    label: str
    decomposed: bool = False
    damaged: bool = False

    @property
    def errors(self) -> str:
        return "replace" if self.damaged else "strict"

    def open(self, data: bytes) -> io.TextIOWrapper:
        """The text, decoded as it is read; line ends are left as they are."""
        return io.TextIOWrapper(io.BytesIO(data), encoding=self.codec, errors=self.errors, newline="")


def _scan(data: bytes, codec: str) -> tuple[bool, bool]:
    """Whether `data` decodes, and whether it holds combining marks."""
    decoder = codecs.getincrementaldecoder(codec)()
    combining = False
    view = memoryview(data)
    try:
        for start in range(0, len(data), _CHUNK):
            text = decoder.decode(view[start : start + _CHUNK], start + _CHUNK >= len(data))
            if not text.isascii() and any(
                mark in text for mark in (*_TONES_1258, "\u0302", "\u0306", "\u031b")
            ):
                combining = True
    except UnicodeDecodeError:
        return False, combining
    return True, combining


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a mark betrays itself by zero bytes on one side of the pairs."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.15 and even <= odd // 20:
        return "utf-16-le"
    if even > len(head) * 0.15 and odd <= even // 20:
        return "utf-16-be"
    return None


def _is_damaged_utf8(data: bytes) -> bool:
    """UTF-8 with a few broken letters, such as a file cut off in the middle of one."""
    text = data[: 4 * _CHUNK].decode("utf-8", errors="replace")
    whole = sum(1 for char in text if ord(char) > 127 and char != "\ufffd")
    return whole > 0 and text.count("\ufffd") <= max(1, whole * _SHARE_DAMAGED)


def _is_1258(data: bytes) -> bool:
    """Windows-1258 writes a tone as a mark after its vowel; in Western text those bytes stand elsewhere."""
    try:
        text = data.decode("cp1258")
    except UnicodeDecodeError:
        return False
    marks = [i for i, char in enumerate(text) if char in _TONES_1258]
    joined = sum(1 for i in marks if i and text[i - 1] in _VOWELS)
    letters = sum(text.count(char) for char in "đĐơƠưƯăĂ")
    return joined >= 0.9 * len(marks) and (joined > 0 or letters > 0)


def detect_encoding(data: bytes) -> Encoding:
    """The encoding of a text file; never fails: what fits nothing is read as Windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        good, combining = _scan(data, "utf-16")
        return Encoding("utf-16", "UTF-16", combining, not good)
    if codec := _utf16(data):
        good, combining = _scan(data, codec)
        return Encoding(codec, "UTF-16", combining, not good)
    bom = data.startswith(codecs.BOM_UTF8)
    good, combining = _scan(data, "utf-8")
    if good:
        return Encoding("utf-8-sig", "UTF-8 (BOM)" if bom else "UTF-8", combining)
    if bom or _is_damaged_utf8(data):
        return Encoding("utf-8-sig", "UTF-8", combining, damaged=True)
    if _is_1258(data):
        return Encoding("cp1258", "Windows-1258", decomposed=True)
    return Encoding("cp1252", "Windows-1252", damaged=not _scan(data, "cp1252")[0])


def detect_delimiter(lines: Iterable[str]) -> str:
    """One of `;` tab `|` `,`: the one that stands equally often in most lines.

    A decimal comma stands at most once a field, so another delimiter wins while it explains the commas.
    """
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines if line.strip()]
    shares: dict[str, tuple[float, int]] = {}
    for mark in (";", "\t", "|", ","):
        counts = Counter(line.count(mark) for line in bare)
        usual, often = max(((c, n) for c, n in counts.items() if c), key=lambda p: p[1], default=(0, 0))
        shares[mark] = (often / len(bare) if bare else 0.0, usual)
    commas = statistics.median(line.count(",") for line in bare) if bare else 0
    fitting = [m for m in (";", "\t", "|") if shares[m][0] >= 0.6 and shares[m][1] + 1 >= commas]
    if fitting:
        return max(fitting, key=lambda m: shares[m])
    best = max(shares, key=lambda m: (shares[m][0] * (shares[m][1] > 0), shares[m][1]))
    return best if shares[best][1] else ","


_PLAIN = re.compile(r"[+-]?\d+([.,])(\d+)(?:[eE][+-]?\d+)?\Z")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})+([.,])\d+\Z")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})+\Z")


def _evidence(text: str) -> Mark | None:
    """The decimal mark that this number alone proves; "1.234" proves nothing."""
    found: str | None = None
    match = _GROUPED.match(text)
    if match and match[1] != match[2]:
        found = match[2]
    elif match := _THOUSANDS.match(text):
        found = "," if match[1] == "." else "."
    elif match := _PLAIN.match(text):
        whole = text[: match.start(1)].lstrip("+-")
        if len(match[2]) != 3 or len(whole) > 3 or whole.startswith("0"):
            found = match[1]
    return None if found is None else ("," if found == "," else ".")


def detect_decimal(texts: Iterable[str], fallback: Mark) -> tuple[Mark, bool]:
    """The decimal mark of these numbers, and whether they prove it."""
    votes = Counter(mark for text in texts if (mark := _evidence(text)) is not None)
    if votes[","] == votes["."]:
        return fallback, False
    return ("," if votes[","] > votes["."] else "."), True


def looks_ambiguous(texts: Sequence[str]) -> bool:
    """Whether any of these reads as two numbers, such as 1.234."""
    return any(_PLAIN.match(text) is not None and _evidence(text) is None for text in texts)
