# SPDX-License-Identifier: Apache-2.0
"""One entry of the register of processing: why data about people are held, which, of whom, for whom, how long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

BASES = ("law", "task", "contract", "consent", "emergency")
"""Grounds on which personal data may be processed (Law 91/2025/QH15; article 19 for those without consent)."""
OPENS = ("request",)
"""Kinds of pages with personal data that open only for a purpose."""
DPIA = ("needless", "planned", "under_way", "done")
Told = dict[str, str]
"""A text in vi and, when there is one, en."""
TEXTS = ("title", "purpose", "legal", "data", "people", "recipients", "kept", "security", "unit", "officer")
_KEY = re.compile(r"[a-z][a-z0-9_]{1,49}")


class Purpose(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of one processing. `legal`: the law or decision; `unit` and `officer`: who answers for it.

    `opens`: kinds of pages with personal data (`privacy.what.<kind>`) that may be opened for this purpose.
    """

    key: str
    basis: Literal["law", "task", "contract", "consent", "emergency"]
    title: Told
    purpose: Told
    legal: Told
    data: Told
    people: Told
    recipients: Told
    kept: Told
    security: Told
    unit: Told = {}
    officer: Told = {}
    dpia: Literal["needless", "planned", "under_way", "done"] = "planned"
    sensitive: bool = False
    proven: bool = False
    version: int = 0
    ended: bool = False
    opens: tuple[str, ...] = ()

    def said(self, field: str, language: str) -> str:
        """A text in the language, else in Vietnamese."""
        told: Told = getattr(self, field)
        return told.get(language) or told.get("vi", "")


def purpose_problems(given: Mapping[str, str]) -> dict[str, str]:
    """Message keys by field. Flat: `title_vi`, `title_en`, …"""
    wrong = {}
    if not _KEY.fullmatch(given.get("key", "")):
        wrong["key"] = "privacy.register.key.wrong"
    if given.get("basis") not in BASES:
        wrong["basis"] = "privacy.register.basis.wrong"
    if given.get("dpia") not in DPIA:
        wrong["dpia"] = "privacy.register.dpia.wrong"
    for field in TEXTS:
        if not given.get(f"{field}_vi", "").strip():
            wrong[f"{field}_vi"] = f"privacy.register.text.{field}"
    return wrong
