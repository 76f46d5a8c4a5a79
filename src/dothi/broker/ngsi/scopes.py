# SPDX-License-Identifier: Apache-2.0
"""The scope query language (CIM 009 4.19) as SQL over `scopes text[]`."""

from __future__ import annotations

import re

from dothi.broker.ngsi.condition import Condition, every, some
from dothi.broker.ngsi.faults import BadRequestData, TooComplexQuery

_SCOPE = re.compile(r"/(?:[\w-]+|\+|#)(?:/(?:[\w-]+|\+))*(?:/#)?")
_LENGTH = 4096
_NODES = 200


def compile_scopes(text: str) -> Condition:
    """The condition of a scopeQ; `+` is one level, `#` the whole tree below."""
    if len(text) > _LENGTH:
        raise TooComplexQuery("broker.ngsi.q_large")
    reader = _Reader(text)
    found = reader.any_of(0)
    if reader.at < len(text):
        raise reader.wrong()
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.nodes = 0

    def wrong(self) -> BadRequestData:
        return BadRequestData("broker.ngsi.bad_parameter", name="scopeQ", wanted="/a/b, /a/#, /a/+/c")

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def any_of(self, depth: int) -> Condition:
        parts = [self.all_of(depth)]
        while self.peek() and self.peek() in "|,":
            self.at += 1
            parts.append(self.all_of(depth))
        return some(parts)

    def all_of(self, depth: int) -> Condition:
        parts = [self.one(depth)]
        while self.peek() == ";":
            self.at += 1
            parts.append(self.one(depth))
        return every(parts)

    def one(self, depth: int) -> Condition:
        self.nodes += 1
        if self.nodes > _NODES or depth > 32:
            raise TooComplexQuery("broker.ngsi.q_large")
        if self.peek() == "(":
            self.at += 1
            found = self.any_of(depth + 1)
            if self.peek() != ")":
                raise self.wrong()
            self.at += 1
            return found
        scope = _SCOPE.match(self.text, self.at)
        if scope is None:
            raise self.wrong()
        self.at = scope.end()
        return _condition(scope.group())


def _condition(scope: str) -> Condition:
    if "+" not in scope and "#" not in scope:
        return Condition("%s = ANY(scopes)", (scope,))
    pattern = "".join(
        "(/[^/]+)*" if level == "#" else "/[^/]+" if level == "+" else f"/{re.escape(level)}"
        for level in scope[1:].split("/")
    )
    sql = "EXISTS (SELECT 1 FROM unnest(scopes) AS scope(name) WHERE scope.name ~ %s)"
    return Condition(sql, (f"^{pattern}$",))
