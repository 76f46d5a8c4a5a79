# SPDX-License-Identifier: Apache-2.0
"""Words of units as people write them: kinds and their abbreviations, names without them, usual short names."""

from __future__ import annotations

import re
from functools import lru_cache

from dothi.foundation.text import fold, nfc

KINDS = {
    "phường": ("p", "ward"),
    "xã": ("x", "ward"),
    "đặc khu": ("đk", "ward"),
    "thị trấn": ("tt", "ward"),
    "quận": ("q", "district"),
    "huyện": ("h", "district"),
    "thị xã": ("tx", "district"),
    "thành phố": ("tp", "city"),
    "tỉnh": ("t", "province"),
}
"""Legal words with their usual abbreviation and what they name: `ward` is any communal unit. A city may be a province's or a district's."""
_BY_SHORT = {short: word for word, (short, _) in KINDS.items()}
_SHORT_NAMES = {
    "hcm": "hồ chí minh", "tphcm": "hồ chí minh", "tp hcm": "hồ chí minh", "sg": "hồ chí minh",
    "sai gon": "hồ chí minh", "hn": "hà nội", "dn": "đà nẵng", "hp": "hải phòng", "ct": "cần thơ",
    "thua thien hue": "huế", "tt hue": "huế", "brvt": "bà rịa - vũng tàu", "dak lac": "đắk lắk",
    "dac lac": "đắk lắk",
}  # fmt: skip
_DOTTED = re.compile(r"(?<![\w.])(tx|tp|tt|đk|p|q|x|h|t)\s*\.\s*(?=\w)", re.IGNORECASE)
_NUMBERED = re.compile(r"(?<!\w)([pq])\s?(\d{1,2})(?!\w)", re.IGNORECASE)
_BARE = re.compile(r"(?<!\w)(tx|tp|tt|đk)\s+(?=\w)", re.IGNORECASE)


def _long(match: re.Match[str]) -> str:
    rest = match.group(2) if match.lastindex == 2 else ""
    return f"{_BY_SHORT[match.group(1).casefold()]} {rest}"


def spelled_out(text: str) -> str:
    """`P. Bến Nghé, Q.1` → `phường Bến Nghé, quận 1`; a letter without its dot stays as it is, but before a number."""
    found = _DOTTED.sub(_long, nfc(text))
    return nfc(_BARE.sub(_long, _NUMBERED.sub(_long, found)))


@lru_cache(maxsize=20_000)
def split_kind(text: str) -> tuple[str, str]:
    """The legal word at the beginning, with marks and in lower case, and the name: ("phường", "Bến Nghé")."""
    said = spelled_out(text)
    folded = said.casefold()
    for word in KINDS:
        if folded.startswith(f"{word} "):
            return word, said[len(word) + 1 :].strip(" .")
        bare = fold(word)
        if folded.startswith(f"{bare} ") and len(bare) > 2:
            return word, said[len(bare) + 1 :].strip(" .")
    return "", said


def level(kind: str) -> str:
    """What a legal word names: ward, district, city, province, or nothing."""
    return KINDS.get(kind.casefold(), ("", ""))[1]


def bare_name(kind: str, name: str) -> str:
    """The name without its kind: `Bến Sậy` of (`Phường`, `Phường Bến Sậy`)."""
    prefix = f"{kind} ".casefold()
    return name[len(prefix) :] if name.casefold().startswith(prefix) else split_kind(name)[1]


def usual_name(text: str) -> str:
    """The full name that a short one stands for: `TP.HCM`, `Sài Gòn` → `hồ chí minh`; others as they are."""
    return _SHORT_NAMES.get(fold(text), text)
