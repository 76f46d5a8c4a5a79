# SPDX-License-Identifier: Apache-2.0
"""The query language `q` (CIM 009 4.9): recursive descent into a small tree."""

from __future__ import annotations

import json
import math
import re
import warnings
from typing import Any, Literal

import msgspec

from dothi.broker.ngsi.faults import BadRequestData, NotSupported, TooComplexQuery
from dothi.foundation import clock

LENGTH = 4096
NODES = 200
DEPTH = 32
PATTERN = 200
REPEATS = 1_000

Operator = Literal["==", "!=", ">=", "<=", ">", "<", "~=", "!~="]
_OPERATORS: tuple[Operator, ...] = ("!~=", "~=", "==", "!=", ">=", "<=", ">", "<")
_NAME = re.compile(r"[^\W\d][\w:/#%\-]*(?:@[\w]+)?")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?\Z")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:\d\d)\Z")
_DATE_OR_TIME = re.compile(r"(?:\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d(?:[.,]\d{1,9})?Z?)\Z")
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_PLAIN = re.compile(r"(?:(?!\.\.)[^;|(),\"\s])+")
_IN_PATTERN = re.compile(r"\\([1-9AZmMyYBbcuUxo])|\(\?(?!:)|\[\[[.:=]|[*+?}]\+|\*\*")
_REPEAT = re.compile(r"(?<!\\)\{(\d+)(?:,(\d*))?\}")
_BRACES = re.compile(r"(?<!\\)\{(?!(?:\d{1,2})(?:,\d{0,2})?\})")


class Moment(msgspec.Struct, frozen=True):
    """A DateTime literal, as kept text."""

    iso: str


class Word(msgspec.Struct, frozen=True):
    """An unquoted literal that is no number: a URI, a date, or a term."""

    text: str


Value = str | float | int | bool | Moment | Word


class Span(msgspec.Struct, frozen=True):
    low: Value
    high: Value


class Check(msgspec.Struct, frozen=True):
    """`path`: attribute and sub-attributes; `inside`: the trailing path in brackets. No operator: it exists."""

    path: tuple[str, ...]
    inside: tuple[str, ...] = ()
    operator: Operator | None = None
    values: tuple[Value, ...] = ()
    span: Span | None = None
    pattern: str = ""


class Group(msgspec.Struct, frozen=True):
    all: bool
    parts: tuple[Any, ...]


Node = Check | Group


def parse(text: str) -> Node:
    """The tree of a query; BadRequestData tells where it goes wrong, TooComplexQuery when it is too big."""
    if len(text.encode("utf-8", "replace")) > LENGTH:
        raise TooComplexQuery("broker.ngsi.q_large")
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise BadRequestData("broker.ngsi.bad_text")
    reader = _Reader(text)
    node = reader.any_of(0)
    if reader.at < len(text):
        raise reader.wrong("; | )")
    return node


def names(node: Node) -> set[str]:
    """The attributes that a query speaks of."""
    return {node.path[0]} if isinstance(node, Check) else {n for part in node.parts for n in names(part)}


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.nodes = 0

    def wrong(self, wanted: str) -> BadRequestData:
        return BadRequestData("broker.ngsi.q_syntax", position=self.at + 1, wanted=wanted)

    def took(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def any_of(self, depth: int) -> Node:
        parts = [self.all_of(depth)]
        while self.took("|"):
            parts.append(self.all_of(depth))
        return parts[0] if len(parts) == 1 else Group(all=False, parts=tuple(parts))

    def all_of(self, depth: int) -> Node:
        parts = [self.term(depth)]
        while self.took(";"):
            parts.append(self.term(depth))
        return parts[0] if len(parts) == 1 else Group(all=True, parts=tuple(parts))

    def term(self, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > NODES or depth > DEPTH:
            raise TooComplexQuery("broker.ngsi.q_large")
        if self.took("("):
            node = self.any_of(depth + 1)
            if not self.took(")"):
                raise self.wrong(")")
            return node
        return self.test()

    def test(self) -> Check:
        path = self.path()
        if self.text.startswith("{", self.at):
            raise NotSupported("broker.ngsi.q_linked")
        inside: tuple[str, ...] = ()
        if self.took("["):
            inside = self.path(member=True)
            if not self.took("]"):
                raise self.wrong("]")
        operator = next((o for o in _OPERATORS if self.took(o)), None)
        if operator is None:
            return Check(path, inside)
        if operator in {"~=", "!~="}:
            return Check(path, inside, operator, pattern=self.pattern())
        return self.compared(path, inside, operator)

    def path(self, *, member: bool = False) -> tuple[str, ...]:
        names = [self.name(member=member)]
        while not self.text.startswith("..", self.at) and self.took("."):
            names.append(self.name(member=member))
            if len(names) > 8:
                raise TooComplexQuery("broker.ngsi.q_large")
        return tuple(names)

    def name(self, *, member: bool) -> str:
        if member and self.took("*"):
            return "*"
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise self.wrong("name")
        self.at = found.end()
        return found.group()

    def compared(self, path: tuple[str, ...], inside: tuple[str, ...], operator: Operator) -> Check:
        first = self.value()
        if operator in {"==", "!="}:
            if self.took(".."):
                return Check(path, inside, operator, span=Span(first, self.value()))
            listed = [first]
            while self.took(","):
                listed.append(self.value())
                self.nodes += 1
                if self.nodes > NODES:
                    raise TooComplexQuery("broker.ngsi.q_large")
            return Check(path, inside, operator, tuple(listed))
        if isinstance(first, bool):
            raise self.wrong("number, text or time")
        return Check(path, inside, operator, (first,))

    def value(self) -> Value:
        quoted = _QUOTED.match(self.text, self.at)
        if quoted:
            try:
                text = json.loads(quoted.group())
            except ValueError:
                raise self.wrong("text") from None
            self.at = quoted.end()
            if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
                raise BadRequestData("broker.ngsi.bad_text")
            return str(text)
        plain = _PLAIN.match(self.text, self.at)
        if plain is None:
            raise self.wrong("value")
        found = self.literal(plain.group())
        self.at = plain.end()
        return found

    def literal(self, text: str) -> Value:
        if text in {"true", "false"}:
            return text == "true"
        if _NUMBER.match(text):
            number = float(text)
            if not math.isfinite(number) or len(text) > 300:
                raise BadRequestData("broker.ngsi.bad_number")
            return int(text) if text.lstrip("-").isdigit() else number
        if _DATE_TIME.match(text):
            try:
                return Moment(clock.iso(clock.parse(text.replace(",", "."))))
            except (ValueError, OverflowError):
                raise self.wrong("DateTime") from None
        if _DATE_OR_TIME.match(text) or not text[0].isdigit():
            return Word(text)
        raise self.wrong("value")

    def pattern(self) -> str:
        """The rest of the term: to the next ; | or ) that stands outside of brackets of the pattern."""
        if quoted := _QUOTED.match(self.text, self.at):
            self.at = quoted.end()
            return checked_pattern(_unquoted(quoted.group()))
        start, open_, square = self.at, 0, False
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\\":
                self.at += 2
                continue
            if square:
                square = char != "]"
            elif char == "[":
                square = True
            elif char == "(":
                open_ += 1
            elif char == ")" and open_:
                open_ -= 1
            elif char in ";)" or (char == "|" and not open_):
                break
            self.at += 1
        self.at = min(self.at, len(self.text))
        return checked_pattern(self.text[start : self.at])


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text[1:-1]


def checked_pattern(pattern: str) -> str:
    """A pattern that Python and PostgreSQL read alike, and that cannot make either of them slow."""
    bad = len(pattern) > PATTERN or not pattern or "\0" in pattern
    bad = bad or bool(_IN_PATTERN.search(pattern) or _BRACES.search(pattern)) or pattern.startswith("***")
    # Repeats of repeats multiply the states of PostgreSQL's automaton.
    repeats = [max(int(n) for n in found if n) for found in _REPEAT.findall(pattern)]
    bad = bad or len(repeats) > 4 or math.prod(repeats) > REPEATS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, FutureWarning):
        bad = True
    if bad:
        raise BadRequestData("broker.ngsi.q_pattern", pattern=pattern[:80])
    return pattern
