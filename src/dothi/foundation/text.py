# SPDX-License-Identifier: Apache-2.0
"""Vietnamese text: folding for search, keys for order (domain.md §8.3).

No PostgreSQL that we ship knows Vietnamese collation, so both are columns computed here.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^0-9a-z]+")
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: f"{index:02d}" for index, letter in enumerate(_LETTERS)}
# Order of tones: ngang, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def nfc(text: str) -> str:
    """Composed form, without leading, trailing or doubled white space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Search form: no marks, đ→d, lower case, one space between words; "Quận 1" → "quan 1"."""
    lowered = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(c for c in lowered if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", bare).strip()


def sort_key(text: str) -> str:
    """ASCII key whose byte order is Vietnamese order: letters first, tones as second level."""
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", text).lower():
        parts = unicodedata.normalize("NFD", char)
        tone = next((_TONES[p] for p in parts if p in _TONES), "0")
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
        if base in _RANK:
            letters.append(_RANK[base])
            tones.append(tone)
        elif base.isdigit():
            letters.append(f"-{base}")
            tones.append("0")
        else:
            letters.append(" ")
            tones.append("0")
    return "".join(letters) + "|" + "".join(tones)


_TELEX_TONE = re.compile(r"(?<=[aeiouy])([aeiouywcdghmnpt]*?)[sfrxjz]")
_TELEX_LATE = re.compile(r"([aeo])(ng|nh|ch|[cmnpt])\1$")


def telex_fold(text: str) -> str:
    """Search form of words typed in Telex with the input method off: "nguyeenx vawn hueej" → "nguyen van hue".

    For a second try only, when the plain search finds nothing: it also eats letters of words that are no Telex.
    """
    return " ".join(_telex_word(word) for word in fold(text).split())


def _telex_word(word: str) -> str:
    before = ""
    while before != word:
        before, word = word, _TELEX_TONE.sub(r"\1", word)
    word = re.sub(r"^dd", "d", word)
    word = re.sub(r"^(d[aeiouyw]+[a-z]*?)d$", r"\1", word)
    word = re.sub(r"([aeo])\1", r"\1", word)
    word = re.sub(r"(?<=[aou])([a-z]*?)w", r"\1", word)
    word = re.sub(r"(?<=[b-df-hj-np-tvx])w", "u", word)
    return _TELEX_LATE.sub(r"\1\2", word)
