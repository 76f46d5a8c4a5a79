# SPDX-License-Identifier: Apache-2.0
"""What is asked of each route by each caller, and how an answer is seen to leak nothing.

Charlie's safe, and what is inner to An's lamp, must not be seen by some. Whoever may not see a thing must be told the
same as if it had asked for a thing that never was: each name of what is hidden has a ghost of the same shape.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from dothi.broker.door import Terms
from dothi.broker.model import Write

NS = "https://uri.etsi.org/ngsi-ld/default-context/"
LOCATION = "https://uri.etsi.org/ngsi-ld/location"
LAMP, CHARLIE = "urn:ngsi-ld:Lamp:an", "urn:ngsi-ld:Safe:charlie"
AT = "2026-11-20T10:00:00.000000Z"

GHOSTS = {
    "charlie": "spectre",
    "Safe": "Mist",
    "secretCode": "vapourCode",
    "innerCode": "ghostCode",
    "innerLevel": "ghostLevel",
    "innerPlace": "ghostPlace",
    "4711": "1174",
    "inner-1": "ghost-1",
}
OF_CHARLIE = ("charlie", "Safe", "secretCode", "4711")
INNER = ("secretCode", "4711", "innerCode", "innerLevel", "innerPlace", "inner-1")

CALLERS: dict[str, tuple[str, Terms]] = {
    "unrestricted": ("", Terms(operations=["read", "write"])),
    "type-restricted": ("", Terms(operations=["read", "write"], types=[f"{NS}Lamp"])),
    "attribute-restricted": ("", Terms(operations=["read", "write"], attrs=[f"{NS}power"])),
    "scope-restricted": ("", Terms(operations=["read", "write"], scopes=["/city/a"])),
    "other-tenant": ("other", Terms(operations=["read", "write"])),
    "read-only": ("", Terms(operations=["read"])),
    "write-only": ("", Terms(operations=["write"])),
}
HIDDEN: dict[str, tuple[str, ...]] = {
    "type-restricted": OF_CHARLIE,
    "attribute-restricted": INNER,
    "scope-restricted": OF_CHARLIE,
    "other-tenant": (*GHOSTS, "Lamp", "power"),
}
SHUT = ("expired", "revoked", "none")


def prop(value: Any, **more: Any) -> dict[str, dict[str, Any]]:
    return {"": {"type": "Property", "value": value, "observedAt": AT, **more}}


def place(lon: float) -> dict[str, dict[str, Any]]:
    return {"": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, 16.4]}}}


def scene() -> list[Write]:
    """Two entities as they stand before each request."""
    inner = {
        f"{NS}innerCode": prop("inner-1"),
        f"{NS}innerLevel": prop(7.5),
        f"{NS}innerPlace": place(107.1),
    }
    lamp = {f"{NS}power": prop(40.0, unitCode="WTT"), LOCATION: place(107.5), **inner}
    safe = {f"{NS}power": prop(12.0), f"{NS}secretCode": prop("Charlie-4711"), LOCATION: place(107.6)}
    return [
        Write(verb="upsert_replace", id=LAMP, types=[f"{NS}Lamp"], scopes=["/city/a/street"], attrs=lamp),
        Write(verb="upsert_replace", id=CHARLIE, types=[f"{NS}Safe"], scopes=["/city/charlie"], attrs=safe),
    ]


Asked = tuple[str, Any]
"""(path with its query, body or None)."""

_FILTERS: tuple[dict[str, str], ...] = (
    {"type": "Lamp"},
    {"type": "Safe"},
    {"type": "Lamp,Safe", "count": "true"},
    {"type": "(Lamp|Safe)", "count": "true"},
    {"type": "Safe", "count": "true", "limit": "0"},
    {"type": "Safe", "count": "true", "limit": "1"},
    {"type": "Lamp,Safe", "limit": "1"},
    {"id": CHARLIE},
    {"id": f"{LAMP},{CHARLIE}", "count": "true"},
    {"idPattern": ".*", "count": "true"},
    {"idPattern": ".*charlie", "count": "true"},
    {"q": "secretCode", "count": "true"},
    {"q": 'secretCode=="Charlie-4711"', "count": "true"},
    {"q": 'secretCode~="4711"'},
    {"type": "Lamp,Safe", "q": 'innerCode=="inner-1"'},
    {"type": "Lamp,Safe", "q": 'innerCode!="x"'},
    {"type": "Lamp,Safe", "q": "innerLevel>1;power>1"},
    {"type": "Lamp,Safe", "q": "innerLevel>1|power<0"},
    {"type": "Lamp,Safe", "q": f"innerCode.observedAt=={AT}"},
    {"attrs": "secretCode"},
    {"attrs": "innerCode,power"},
    {"attrs": "innerCode"},
    {"type": "Lamp", "pick": "id,innerCode"},
    {"type": "Lamp", "omit": "innerCode"},
    {"scopeQ": "/city/charlie", "count": "true"},
    {"scopeQ": "/city/#", "count": "true"},
    {"type": "Lamp,Safe", "options": "sysAttrs"},
    {"type": "Lamp,Safe", "options": "keyValues"},
)
_NEAR = {"georel": "near;maxDistance==5000", "geometry": "Point", "coordinates": "[107.1,16.4]"}
_GEO: tuple[dict[str, str], ...] = (
    {"type": "Lamp,Safe", **_NEAR, "geoproperty": "innerPlace"},
    {"type": "Safe", **_NEAR, "coordinates": "[107.6,16.4]", "count": "true"},
)
_PAST = {"timerel": "after", "timeAt": "2020-01-01T00:00:00Z"}
_SUMS = {"options": "aggregatedValues", "aggrMethods": "sum,max", "aggrPeriodDuration": "PT0S"}


def _query(path: str, *wanted: dict[str, str]) -> list[Asked]:
    return [(f"{path}?" + "&".join(f"{k}={quote(v)}" for k, v in one.items()), None) for one in wanted]


def _as_body(path: str, wanted: tuple[dict[str, str], ...], more: dict[str, Any]) -> list[Asked]:
    """Filters of an address as Query documents (CIM 009 5.2.23)."""
    found: list[Asked] = []
    for one in wanted:
        body: dict[str, Any] = {"type": "Query", **more}
        if "type" in one:
            body["entities"] = [{"type": one["type"], **({"id": one["id"]} if "id" in one else {})}]
        elif not {"q", "attrs", "scopeQ"} & set(one):
            continue
        body |= {k: v for k, v in one.items() if k in {"q", "scopeQ"}}
        body |= {k: v.split(",") for k, v in one.items() if k in {"attrs", "pick", "omit"}}
        if "georel" in one:
            body["geoQ"] = {k: v for k, v in one.items() if k in {"georel", "geometry", "geoproperty"}}
            body["geoQ"]["coordinates"] = json.loads(one["coordinates"])
        address = "&".join(f"{k}={quote(v)}" for k, v in one.items() if k in {"count", "limit", "options"})
        found.append((f"{path}?{address}", body))
    return found


READS: dict[tuple[str, str], list[Asked]] = {
    ("GET", "entities"): _query("entities", *_FILTERS, *_GEO),
    ("GET", "entities/{id}"): [
        (f"entities/{CHARLIE}", None),
        (f"entities/{LAMP}", None),
        (f"entities/{CHARLIE}?options=keyValues", None),
        (f"entities/{LAMP}?attrs=innerCode", None),
        (f"entities/{LAMP}?pick=id,innerCode", None),
        (f"entities/{LAMP}?options=sysAttrs", None),
    ],
    ("POST", "entityOperations/query"): _as_body("entityOperations/query", (*_FILTERS, *_GEO), {}),
    ("GET", "temporal/entities"): [
        *_query("temporal/entities", *({**f, **_PAST} for f in (*_FILTERS, *_GEO) if f.get("limit") != "0")),
        *_query("temporal/entities", {"type": "Lamp,Safe", "attrs": "innerLevel", **_PAST, **_SUMS}),
        *_query("temporal/entities", {"type": "Safe", "attrs": "power", **_PAST, **_SUMS}),
    ],
    ("GET", "temporal/entities/{id}"): [
        (f"temporal/entities/{CHARLIE}", None),
        (f"temporal/entities/{LAMP}", None),
        (f"temporal/entities/{LAMP}?attrs=innerCode", None),
        (f"temporal/entities/{CHARLIE}?options=temporalValues&lastN=1", None),
        *_query(f"temporal/entities/{LAMP}", {"attrs": "innerLevel", **_PAST, **_SUMS}),
    ],
    ("POST", "temporal/entityOperations/query"): _as_body(
        "temporal/entityOperations/query",
        tuple(f for f in (*_FILTERS, *_GEO) if f.get("limit") != "0"),
        {"temporalQ": _PAST},
    ),
    ("GET", "types"): [("types", None), ("types?details=true", None)],
    ("GET", "types/{name}"): [("types/Lamp", None), ("types/Safe", None)],
    ("GET", "attributes"): [("attributes", None), ("attributes?details=true", None)],
    ("GET", "attributes/{name}"): [
        ("attributes/power", None),
        ("attributes/secretCode", None),
        ("attributes/innerCode", None),
    ],
}


def _one(id_: str, kind: str, attr: str) -> dict[str, Any]:
    return {"id": id_, "type": kind, "scope": "/city/a", attr: {"type": "Property", "value": 99}}


def writes(id_: str, kind: str, attr: str) -> dict[tuple[str, str], Asked]:
    """One write of every route that would touch this attribute of this entity."""
    whole = _one(id_, kind, attr)
    part = {attr: {"type": "Property", "value": 99}}
    timed = {attr: [{"type": "Property", "value": 99, "observedAt": AT}]}
    return {
        ("POST", "entities"): ("entities", whole),
        ("DELETE", "entities/{id}"): (f"entities/{id_}", None),
        ("PATCH", "entities/{id}"): (f"entities/{id_}", part),
        ("PUT", "entities/{id}"): (f"entities/{id_}", whole),
        ("POST", "entities/{id}/attrs"): (f"entities/{id_}/attrs", part),
        ("PATCH", "entities/{id}/attrs"): (f"entities/{id_}/attrs", part),
        ("PATCH", "entities/{id}/attrs/{attr}"): (f"entities/{id_}/attrs/{attr}", {"value": 99}),
        ("PUT", "entities/{id}/attrs/{attr}"): (f"entities/{id_}/attrs/{attr}", part[attr]),
        ("DELETE", "entities/{id}/attrs/{attr}"): (f"entities/{id_}/attrs/{attr}", None),
        ("POST", "entityOperations/create"): ("entityOperations/create", [whole]),
        ("POST", "entityOperations/upsert"): ("entityOperations/upsert", [whole]),
        ("POST", "entityOperations/update"): ("entityOperations/update", [{"id": id_, "type": kind, **part}]),
        ("POST", "entityOperations/merge"): ("entityOperations/merge", [{"id": id_, "type": kind, **part}]),
        ("POST", "entityOperations/delete"): ("entityOperations/delete", [id_]),
        ("POST", "temporal/entities"): ("temporal/entities", {"id": id_, "type": kind, **timed}),
        ("DELETE", "temporal/entities/{id}"): (f"temporal/entities/{id_}", None),
        ("POST", "temporal/entities/{id}/attrs"): (f"temporal/entities/{id_}/attrs", timed),
    }


WRITES = writes(CHARLIE, "Safe", "power")


def ghostly(text: str, hidden: tuple[str, ...]) -> str:
    """The text with every hidden name as its ghost."""
    for name in hidden:
        text = text.replace(name, GHOSTS.get(name, f"{name}s"))
    return text


def plain(answer: Any) -> tuple[int, str]:
    """What an answer tells, without the marks of its request."""
    headers = {k: v for k, v in answer.headers.items() if k not in {"x-request-id", "content-length"}}
    body = re.sub(r"urn:dothi:request:[\w-]+", "", answer.text)
    return answer.status_code, json.dumps(headers, sort_keys=True) + body
