# SPDX-License-Identifier: Apache-2.0
"""Sentences that are kept as key and values and said in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from dothi.foundation import messages
from dothi.foundation.kinds import QUANTITIES


class Sentence(msgspec.Struct, frozen=True):
    """A message key and its values. A value may be a sentence itself, a list of them, or a `Named`."""

    key: str
    values: dict[str, Any] = {}


class Named(msgspec.Struct, frozen=True):
    """A quantity, called by its name in each language."""

    quantity: str


def say(language: str, part: Any) -> str:
    """The part in `language`: sentences (as structs or as the JSON they are kept as), lists of them, plain values.

    A key that is no longer known stays as it is, so that old rows can still be read.
    """
    if isinstance(part, (Sentence, Named)):
        part = msgspec.to_builtins(part)
    if isinstance(part, (list, tuple)):
        return "; ".join(say(language, one) for one in part)
    if isinstance(part, Mapping):
        if "quantity" in part:
            named = QUANTITIES.get(str(part["quantity"]))
            return (named.vi if language == "vi" else named.en) if named else str(part["quantity"])
        return _sentence(language, str(part.get("key", "")), part.get("values") or {})
    return "" if part is None else str(part)


def _sentence(language: str, key: str, values: Mapping[str, Any]) -> str:
    if key not in messages.catalogue():
        return " ".join([key, *(say(language, value) for value in values.values())]).strip()
    try:
        return messages.text(language, key, **{name: say(language, value) for name, value in values.items()})
    except KeyError:
        return messages.catalogue()[key].get(language, key)
