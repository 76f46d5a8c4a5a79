# SPDX-License-Identifier: Apache-2.0
"""Real examples of smart data models are understood and come back equal in every form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from dothi.broker.model import Entity
from dothi.broker.ngsi import parse, represent
from dothi.broker.ngsi.context import Terms, build
from dothi.broker.ngsi.represent import View
from dothi.broker.ngsi.values import check_document
from dothi.foundation.errors import DothiError

# These examples break the standard themselves: types of NGSI v2 ("DateTime", "string", "Property "), a time without
# a zone, ids that are no URI, a place beyond the globe, a name with a blank; a client's modifiedAt is not kept.
WRONG_NORMALIZED = {
    "NightSkyQuality",
    "PhreaticObserved",
    "KeyPerformanceIndicator",
    "CityWork",
    "RestrictionException",
    "SpecialRestriction",
    "TransportStation",
}
WRONG_SIMPLE = {
    "NightSkyQuality",
    "KeyPerformanceIndicator",
    "AnprFlowObserved",
    "TransportStation",
    "WeatherAlert",
}


def _terms(folder: Path) -> Terms:
    return build(json.loads((folder.parent / "context.jsonld").read_text("utf-8"))["@context"], {})


def _entity(body: dict[str, Any], terms: Terms) -> Entity:
    check_document(body)
    found = parse.entity({k: v for k, v in body.items() if k != "@context"}, terms)
    attrs = cast("Any", found.attrs)
    return Entity(id=found.id, types=found.types, scopes=found.scopes or [], attrs=attrs)


def _again(path: Path) -> str:
    """Empty when the example comes back equal; else what is wrong with it."""
    body = json.loads(path.read_text("utf-8"))
    terms = _terms(path.parent)
    try:
        first = _entity(body, terms)
    except DothiError as error:
        return error.sentence("en")
    for form in ("normalized", "concise"):
        if _entity(represent.entity(first, terms, View(form=form)), terms) != first:
            return f"differs when {form}"
    shown = represent.entity(first, terms, View(form="simplified"))
    wanted = {terms.compact(terms.expand(k)) for k in body if k not in {"id", "type", "@context", "scope"}}
    return "" if wanted <= set(shown) else f"lacks {wanted - set(shown)}"


def _told(shared_data: Path, name: str) -> tuple[int, dict[str, str]]:
    paths = sorted((shared_data / "ngsi-ld").glob(f"*/*/{name}"))
    found = {f"{p.parent.name}": _again(p) for p in paths}
    return len(paths), {name: told for name, told in found.items() if told}


def test_normalized_examples_come_back_equal_when_parsed(shared_data: Path) -> None:
    number, told = _told(shared_data, "example-normalized.jsonld")

    assert number > 50
    assert set(told) == WRONG_NORMALIZED


def test_simple_examples_come_back_equal_when_parsed(shared_data: Path) -> None:
    number, told = _told(shared_data, "example.jsonld")

    assert number > 50
    assert set(told) == WRONG_SIMPLE
