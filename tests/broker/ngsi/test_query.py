# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.broker.ngsi.faults import BadRequestData, NotSupported, TooComplexQuery
from dothi.broker.ngsi.query import Check, Group, Moment, Span, Word, parse
from dothi.foundation.errors import DothiError


def test_query_is_a_tree_when_it_has_groups() -> None:
    found = parse('a.b[c.d]=="x";(t>3|u~=^ab(c|d);z==1..5)')

    assert found == Group(
        all=True,
        parts=(
            Check(("a", "b"), ("c", "d"), "==", ("x",)),
            Group(
                all=False,
                parts=(
                    Check(("t",), (), ">", (3,)),
                    Group(
                        all=True,
                        parts=(
                            Check(("u",), (), "~=", pattern="^ab(c|d)"),
                            Check(("z",), (), "==", span=Span(1, 5)),
                        ),
                    ),
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a==true", (True,)),
        ("a==-1.5e3", (-1500.0,)),
        ('a=="1","2"', ("1", "2")),
        ("a==urn:x:1", (Word("urn:x:1"),)),
        ("a==2020-01-01T00:00:00Z", (Moment("2020-01-01T00:00:00.000000Z"),)),
        ("a==2020-01-01", (Word("2020-01-01"),)),
        (r'a=="say \"hi\""', ('say "hi"',)),
    ],
)
def test_literal_is_read_when_of_each_kind(text: str, values: tuple[object, ...]) -> None:
    assert parse(text) == Check(("a",), (), "==", values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "a==",
        "a=",
        "(a",
        "a)",
        "a[b",
        "a..b",
        "1a==2",
        "a>true",
        'a=="',
        "a|",
        "a;;b",
        "a==1e999",
        "a\0",
    ],
)
def test_query_is_refused_when_it_breaks_the_grammar(text: str) -> None:
    with pytest.raises(BadRequestData):
        parse(text)


@pytest.mark.parametrize("text", ["(" * 10_000, ";".join(["a"] * 300), "a" * 5000, "a==1" + ",1" * 300])
def test_query_is_refused_when_too_big(text: str) -> None:
    with pytest.raises(TooComplexQuery):
        parse(text)


def test_query_is_refused_when_linked() -> None:
    with pytest.raises(NotSupported):
        parse("a{b}==1")


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a)\1",
        "(?=a)",
        "a++",
        "[",
        "***a",
        "a{9999}",
        "((a{99}){99}){99}",
        "(a{50,}){50}",
        "[[:alpha:]]",
        "a" * 201,
        "(",
    ],
)
def test_pattern_is_refused_when_it_could_hang_or_break(pattern: str) -> None:
    with pytest.raises(BadRequestData):
        parse("a~=" + pattern)


@given(st.text(max_size=60) | st.text('ab.[]()=!<>~;|"1,{}*', max_size=40))
def test_query_parses_or_is_refused_when_anything_comes(text: str) -> None:
    with suppress(DothiError):
        parse(text)
