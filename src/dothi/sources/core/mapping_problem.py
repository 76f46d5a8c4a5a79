# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a mapping, as a sentence for the person who writes it."""

from __future__ import annotations

import re

from dothi.sources.core.sentence import Sentence, say

_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `\$?\.?(?P<where>[^`]*)`)?$", re.DOTALL)
_TOLD = (
    (re.compile(r"unknown field `(?P<field>[^`]*)`"), "unknown_field"),
    (re.compile(r"missing required field `(?P<field>[^`]*)`"), "missing_field"),
    (re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<given>[^`]*)`"), "type"),
    (re.compile(r"Invalid enum value (?P<field>.*)"), "choice"),
)


class BadMapping(ValueError):
    """A mapping cannot be used; `sentence` says what to correct."""

    def __init__(self, reason: str, **values: str) -> None:
        self.sentence = Sentence(f"sources.mapping.wrong.{reason}", values)
        super().__init__(say("en", self.sentence))


def shape_problem(told: str) -> BadMapping:
    """What msgspec says about a shape, in our words."""
    match = _WHERE.match(told)
    what, where = (match["what"], match["where"] or "") if match else (told, "")
    for pattern, reason in _TOLD:
        if found := pattern.search(what):
            return BadMapping(reason, where=where or "$", **found.groupdict())
    return BadMapping("shape", where=where or "$", what=what)
