# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from dothi.broker.ngsi.context import CORE_TERMS, addresses, build
from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest
from dothi.broker.ngsi.terms import CORE, CORE_PREFIXES, CORE_URL, VOCAB

ORACLE_CORE = {**CORE, **{k: {"@id": v, "@prefix": True} for k, v in CORE_PREFIXES.items()}, "@vocab": VOCAB}
USER = {
    "schema": "https://schema.org/",
    "name": "schema:name",
    "brand": {"@id": "https://x.test/brand", "@type": "@id"},
    "alias": "brand",
    "location": "https://evil.test/location",
    "Car": "https://x.test/Car",
    "pre": {"@id": "https://p.test/a", "@prefix": True},
    "made": "pre:made",
}


def oracle(name: str, context: Any) -> str:
    expanded = jsonld.expand({"@context": [context, ORACLE_CORE], name: [{"@id": "urn:x"}]})
    return next(iter(expanded[0]))


@pytest.mark.parametrize(
    "name", [*USER, "unknown", "schema:other", "urn:a:b", "https://q.test/x", "pre:x", "ngsi-ld:y", "value"]
)
def test_name_expands_as_the_oracle_says_when_known_or_not(name: str) -> None:
    assert build(USER, {}).expand(name) == oracle(name, USER)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{2,5}", fullmatch=True),
        st.from_regex(r"https://[a-z]{1,4}\.test/[a-z]{0,3}[/#]?", fullmatch=True),
        max_size=5,
    ),
    st.data(),
)
def test_expansion_agrees_with_the_oracle_when_contexts_are_random(
    context: dict[str, str], data: Any
) -> None:
    name = data.draw(st.sampled_from([*context, "zz", "location"]))

    assert build(context, {}).expand(name) == oracle(name, context)


@pytest.mark.parametrize("name", [*USER, "unknown", "schema:other", "urn:a:b", "https://q.test/x"])
def test_compaction_undoes_expansion_when_any_name(name: str) -> None:
    terms = build(USER, {})

    assert terms.expand(terms.compact(terms.expand(name))) == terms.expand(name)


def test_core_terms_stand_when_a_user_context_redefines_them() -> None:
    terms = build({"location": "https://evil.test/x", "kind": "@type", "@vocab": "https://evil.test/"}, {})

    assert [terms.expand(n) for n in ("location", "kind", "other")] == [
        CORE["location"],
        VOCAB + "kind",
        VOCAB + "other",
    ]


def test_remote_parts_are_named_when_not_core() -> None:
    context = ["https://a.test/c", [CORE_URL, {"x": "https://x.test/x"}, "https://b.test/c"]]

    assert addresses(context) == ["https://a.test/c", "https://b.test/c"]
    assert (
        build(context, {"https://a.test/c": {"x": "https://a.test/x"}, "https://b.test/c": []}).expand("x")
        == "https://x.test/x"
    )


@pytest.mark.parametrize(
    "context",
    [{"a": "b", "b": "a"}, {"a": "b:x", "b": "a:x"}, {"@import": "https://x.test"}, [[[[[[[[[[{}]]]]]]]]]]],
)
def test_context_is_refused_when_it_circles_or_imports(context: Any) -> None:
    with pytest.raises(BadRequestData):
        build(context, {})


@pytest.mark.parametrize("context", [5, [5], {"a": 5}, {"a": {"@id": 5}}, True])
def test_context_is_refused_when_it_is_none(context: Any) -> None:
    with pytest.raises(InvalidRequest):
        build(context, {}) if isinstance(context, dict) else addresses(context)


def test_chain_of_a_thousand_terms_is_refused_when_resolved() -> None:
    chain = {f"t{i}": f"t{i + 1}" for i in range(1000)} | {"t1000": "https://x.test/"}

    with pytest.raises(BadRequestData):
        build(chain, {})


@pytest.mark.parametrize("name", ["", "a b", "@id", "a<b", "x" * 3000])
def test_name_is_refused_when_it_cannot_be_one(name: str) -> None:
    with pytest.raises(BadRequestData):
        CORE_TERMS.expand(name)
