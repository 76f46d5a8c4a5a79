# SPDX-License-Identifier: Apache-2.0
"""Tags and filters of every page: sentences by key, numbers, dates and ages as Vietnamese people write them."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from dothi.foundation import clock, messages

register = template.Library()
_language: ContextVar[str] = ContextVar("language", default="vi")
_STEPS = ((60, "second", 1), (3600, "minute", 60), (86400, "hour", 3600), (31 * 86400, "day", 86400))


def speak(language: str) -> None:
    """The language of the page that is made now: a filter is not told of its page."""
    _language.set(language)


@register.simple_tag(takes_context=True)
def t(context: dict[str, Any], key: str, **values: Any) -> SafeString | str:
    """The sentence of `key` in the page's language; values are escaped."""
    return messages.text(
        context.get("language", "vi"), key, **{name: conditional_escape(v) for name, v in values.items()}
    )


@register.filter
def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """`1.234.567,9` on a Vietnamese page, `1,234,567.9` on an English one; an en dash for nothing."""
    if value is None:
        return "–"
    text = f"{value:,.{int(decimals)}f}".replace("-", "\u2212")
    if _language.get() != "vi":
        return text
    return text.replace(",", "\u00a0").replace(".", ",").replace("\u00a0", ".")


@register.filter
def moment(at: datetime | None) -> str:
    """`14:03 22/11/2026` in Vietnam's time."""
    return f"{at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}" if at else "–"


@register.filter
def day(at: datetime | None) -> str:
    return f"{at.astimezone(clock.VIETNAM):%d/%m/%Y}" if at else "–"


def age_in_words(seconds: float, language: str) -> str:
    """`12 phút trước`; whole units, rounded down, so that it never sounds older than it is."""
    if seconds < 5:
        return messages.text(language, "cityhall.age.now")
    for limit, word, size in _STEPS:
        if seconds < limit:
            return messages.text(language, f"cityhall.age.{word}", count=int(seconds // size))
    return messages.text(language, "cityhall.age.month", count=int(seconds // (30 * 86400)))


def length_in_words(seconds: float, language: str) -> str:
    """`5 phút`: the largest unit that divides it, for declared periods."""
    for word, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            return messages.text(language, f"cityhall.length.{word}", count=int(seconds // size))
    return messages.text(language, "cityhall.length.second", count=int(seconds))


@register.simple_tag(takes_context=True)
def age(context: dict[str, Any], at: datetime | None) -> str:
    """How long ago, in words; a word for never."""
    language = context.get("language", "vi")
    if at is None:
        return messages.text(language, "cityhall.age.never")
    return age_in_words((clock.now() - at).total_seconds(), language)


@register.simple_tag(takes_context=True)
def length(context: dict[str, Any], seconds: float | None) -> str:
    return length_in_words(seconds, context.get("language", "vi")) if seconds else "–"


@register.filter
def instant(at: datetime | None) -> str:
    """The machine's form, for `<time datetime>`."""
    return clock.iso(at) if at else ""


@register.filter(name="words")
def apart(text: str) -> list[str]:
    """The words of a text, for a list that stands in a template."""
    return text.split()


@register.filter
def member(mapping: dict[str, Any] | None, key: str) -> Any:
    """An entry by a name that is known only at run time."""
    return (mapping or {}).get(key, "")


@register.simple_tag(takes_context=True)
def tk(context: dict[str, Any], prefix: str, name: str) -> str:
    """The sentence of a key that ends in a state or kind: `prefix` + "." + `name`."""
    return messages.text(context.get("language", "vi"), f"{prefix}.{name}")


@register.simple_tag(takes_context=True)
def refusal(context: dict[str, Any], reason: str, detail: str = "") -> str:
    """The sentence of a reason's code or message key; a reason that is a sentence already stays as it is.

    Codes are those of the mappings; their sentences are the connectors', which tell them to devices too.
    """
    known = messages.catalogue()
    for key in (f"connectors.refused.{reason}", reason):
        if key in known:
            return messages.text(context.get("language", "vi"), key, detail=detail)
    return f"{reason} {detail}".strip()
