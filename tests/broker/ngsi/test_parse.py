# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.broker.model import Entity
from dothi.broker.ngsi import parse, represent
from dothi.broker.ngsi.context import CORE_TERMS, build
from dothi.broker.ngsi.faults import BadRequestData
from dothi.broker.ngsi.represent import View
from dothi.broker.ngsi.values import check_document
from dothi.foundation.errors import BadInput, DothiError

D = "https://uri.etsi.org/ngsi-ld/default-context/"
BODY: dict[str, Any] = {
    "id": "urn:ngsi-ld:Vehicle:A1",
    "type": ["Vehicle", "Bus"],
    "scope": "/hcm/q1",
    "speed": [
        {
            "type": "Property",
            "value": 55.5,
            "unitCode": "KMH",
            "observedAt": "2026-11-23T10:00:00.25Z",
            "source": {"type": "Property", "value": "Speedometer"},
        },
        {"type": "Property", "value": 54, "datasetId": "urn:ngsi-ld:Dataset:gps"},
    ],
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [106.7, 10.8]}},
    "driver": {"type": "Relationship", "object": "urn:ngsi-ld:Person:1", "objectType": "Person"},
    "route": {"type": "LanguageProperty", "languageMap": {"vi": "Bến Thành", "en": "Market"}},
    "mode": {"type": "VocabProperty", "vocab": "nonMotorised"},
    "raw": {"type": "JsonProperty", "json": {"a": [1, None]}},
    "stops": {"type": "ListProperty", "valueList": [1, 2, 2]},
    "crew": {"type": "ListRelationship", "objectList": ["urn:x:1", "urn:x:2"]},
    "address": {"type": "Property", "value": {"type": "PostalAddress", "city": "HCM"}},
}


def kept(body: dict[str, Any], terms: Any = CORE_TERMS) -> Entity:
    found = parse.entity(body, terms)
    return Entity(id=found.id, types=found.types, scopes=found.scopes or [], attrs=cast("Any", found.attrs))


def test_entity_comes_back_equal_when_normalized() -> None:
    assert represent.entity(kept(BODY), CORE_TERMS, View()) == BODY


def test_entity_is_short_when_concise_and_parses_to_the_same() -> None:
    concise = represent.entity(kept(BODY), CORE_TERMS, View(form="concise"))

    assert concise["location"] == {"type": "Point", "coordinates": [106.7, 10.8]}
    assert concise["driver"] == {"object": "urn:ngsi-ld:Person:1", "objectType": "Person"}
    assert kept(concise) == kept(BODY)


def test_entity_is_values_when_simplified() -> None:
    assert represent.entity(kept(BODY), CORE_TERMS, View(form="simplified", lang="en;q=0.5,vi")) == {
        "id": "urn:ngsi-ld:Vehicle:A1",
        "type": ["Vehicle", "Bus"],
        "scope": "/hcm/q1",
        "speed": {"dataset": {"@none": 55.5, "urn:ngsi-ld:Dataset:gps": 54}},
        "location": {"type": "Point", "coordinates": [106.7, 10.8]},
        "driver": "urn:ngsi-ld:Person:1",
        "route": "Bến Thành",
        "mode": {"vocab": "nonMotorised"},
        "raw": {"json": {"a": [1, None]}},
        "stops": {"valueList": [1, 2, 2]},
        "crew": {"objectList": ["urn:x:1", "urn:x:2"]},
        "address": {"type": "PostalAddress", "city": "HCM"},
    }


def test_entity_is_a_feature_when_geojson() -> None:
    body = {"id": "urn:a:1", "type": "T", "location": BODY["location"], "n": 1}

    assert represent.feature(
        kept(body), CORE_TERMS, View(form="simplified"), "https://uri.etsi.org/ngsi-ld/location"
    ) == {
        "id": "urn:a:1",
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [106.7, 10.8]},
        "properties": {"type": "T", "location": {"type": "Point", "coordinates": [106.7, 10.8]}, "n": 1},
    }


def test_members_are_chosen_when_picked_omitted_or_by_dataset() -> None:
    view = View(pick=frozenset({"id", D + "speed"}), datasets=frozenset({"@none"}), form="simplified")

    assert represent.entity(kept(BODY), CORE_TERMS, view) == {"id": "urn:ngsi-ld:Vehicle:A1", "speed": 55.5}


def test_names_of_sub_attributes_are_expanded_when_kept() -> None:
    terms = build({"speed": "https://x.test/speed", "source": "https://x.test/source"}, {})

    found = kept({"id": "urn:a:1", "type": "T", "speed": BODY["speed"][0]}, terms)

    assert found.attrs["https://x.test/speed"][""]["https://x.test/source"] == {
        "type": "Property",
        "value": "Speedometer",
    }


@pytest.mark.parametrize(
    "attribute",
    [
        {"type": "Property"},
        {"type": "Nonsense", "value": 1},
        {"type": "Property", "value": None},
        {"type": "Property", "value": "urn:ngsi-ld:null"},
        {"type": "Property", "value": 1, "object": "urn:a:b"},
        {"type": "Relationship", "object": "no uri"},
        {"type": "Relationship", "object": 5},
        {"type": "LanguageProperty", "languageMap": {"vi": 5}},
        {"type": "VocabProperty", "vocab": 5},
        {"type": "JsonProperty", "json": 5},
        {"type": "ListProperty", "valueList": 5},
        {"type": "ListRelationship", "objectList": ["x y"]},
        {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [181, 0]}},
        {"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}},
        {"type": "GeoProperty", "value": {"type": "Point", "coordinates": ["a", "b"]}},
        {"type": "GeoProperty", "value": {"type": "LineString", "coordinates": [[0, 0]] * 10_001}},
        {"type": "Property", "value": 1, "observedAt": "yesterday"},
        {"type": "Property", "value": 1, "observedAt": "2026-01-01T00:00:00"},
        {"type": "Property", "value": 1, "observedAt": "2026-13-01T00:00:00Z"},
        {"type": "Property", "value": 1, "observedAt": 5},
        {"type": "Property", "value": 1, "unitCode": 5},
        {"type": "Property", "value": 1, "datasetId": "x"},
        [{"type": "Property", "value": 1}, {"type": "Property", "value": 2}],
        None,
    ],
)
def test_attribute_is_refused_and_named_when_wrong(attribute: Any) -> None:
    with pytest.raises(BadRequestData) as caught:
        parse.entity({"id": "urn:a:1", "type": "T", "bad": attribute}, CORE_TERMS)

    assert "bad" in caught.value.sentence("en") or "geometry" in caught.value.sentence("en")


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        {},
        {"id": "no uri", "type": "T"},
        {"id": "urn:a:1"},
        {"id": "urn:a:1", "type": 5},
        {"id": "urn:a:1", "type": []},
        {"id": "urn:a:1", "type": "T", "scope": "/a//b"},
        {"id": "urn:a:1", "type": "T", "a b": 1},
        {"id": "urn:a:1", "type": "T", "expiresAt": "soon"},
        {"id": "urn:a:1", "type": "T"} | {f"a{i}": i for i in range(1001)},
    ],
)
def test_entity_is_refused_when_wrong(body: Any) -> None:
    with pytest.raises(BadInput):
        parse.entity(body, CORE_TERMS)


def test_parts_are_deleted_when_patched_with_null() -> None:
    found = parse.entity(
        {
            "a": "urn:ngsi-ld:null",
            "b": {"value": "urn:ngsi-ld:null"},
            "c": {"unitCode": "CEL"},
            "d": 5,
            "e": None,
        },
        CORE_TERMS,
        patch=parse.DEEP,
    )

    assert found.attrs == {
        D + "a": {"": None},
        D + "b": {"": None},
        D + "c": {"": {"unitCode": "CEL"}},
        D + "d": {"": {"type": "Property", "value": 5, "~implied": True}},
        D + "e": {"": None},
    }


@pytest.mark.parametrize("value", ["a\0b", "\ud800", float("nan"), float("inf"), 10**400, {"\0": 1}])
def test_document_is_refused_when_no_store_can_keep_it(value: Any) -> None:
    with pytest.raises(BadRequestData):
        check_document({"a": [value]})


def test_document_is_refused_when_deep() -> None:
    deep: Any = 1
    for _ in range(1000):
        deep = [deep]

    with pytest.raises(BadRequestData):
        check_document(deep)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "value", "object", "a", "observedAt", "datasetId"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(
    body=st.dictionaries(st.sampled_from(["id", "type", "scope", "x", "y"]), JSON, max_size=5),
    patch=st.sampled_from([0, parse.NULLS, parse.MEMBERS, parse.DEEP]),
    simplified=st.booleans(),
)
def test_parser_answers_or_refuses_when_anything_comes(
    body: dict[str, Any], *, patch: int, simplified: bool
) -> None:
    with suppress(DothiError):
        parse.entity(body, CORE_TERMS, patch=patch, simplified=simplified)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{2,6}", fullmatch=True).filter(lambda n: n not in {"id", "type", "scope"}),
        JSON,
        max_size=4,
    )
)
def test_normalized_form_is_a_fixed_point_when_parsed_again(attributes: dict[str, Any]) -> None:
    try:
        first = kept({"id": "urn:a:1", "type": "T", **attributes})
    except DothiError:
        return

    again = kept(represent.entity(first, CORE_TERMS, View()))

    assert again == first
