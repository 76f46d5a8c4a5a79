# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

Run = Callable[[Any], None]
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
AIR: dict[str, Any] = {
    "id": "urn:ngsi-ld:Air:1",
    "type": "Air",
    "pm25": {"type": "Property", "value": 31.5, "unitCode": "GQ", "observedAt": "2026-11-23T10:00:00Z"},
    "name": {"type": "Property", "value": "Bến Thành"},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [106.698, 10.772]}},
}


def test_entity_lives_its_life_when_created_changed_and_deleted(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        made = await api.post("/entities", json=AIR)
        assert (made.status_code, made.headers["location"]) == (201, "/ngsi-ld/v1/entities/urn:ngsi-ld:Air:1")
        assert (await api.post("/entities/", json=AIR)).status_code == 409
        got = await api.get("/entities/urn:ngsi-ld:Air:1")
        assert (got.status_code, got.json()) == (200, AIR)
        assert CORE in got.headers["link"]

        changed = await api.patch("/entities/urn:ngsi-ld:Air:1/attrs/name", json={"value": "Quận 1"})
        assert changed.status_code == 204
        added = await api.post("/entities/urn:ngsi-ld:Air:1/attrs", json={"no2": {"value": 9}})
        assert added.status_code == 204
        merged = await api.patch(
            "/entities/urn:ngsi-ld:Air:1", json={"pm25": {"value": 5}, "no2": "urn:ngsi-ld:null"}
        )
        assert merged.status_code == 204
        simple = await api.get("/entities/urn:ngsi-ld:Air:1?options=keyValues&pick=id,pm25,name")
        assert simple.json() == {"id": AIR["id"], "pm25": 5, "name": "Quận 1"}

        partly = await api.patch(
            "/entities/urn:ngsi-ld:Air:1/attrs", json={"name": {"value": "X"}, "so2": "urn:ngsi-ld:null"}
        )
        assert partly.status_code == 207
        assert partly.json()["updated"] == ["name"]
        assert [n["attributeName"] for n in partly.json()["notUpdated"]] == ["so2"]
        kept = await api.post(
            "/entities/urn:ngsi-ld:Air:1/attrs?options=noOverwrite", json={"name": {"value": "Y"}}
        )
        assert kept.status_code == 207
        assert (
            await api.put("/entities/urn:ngsi-ld:Air:1/attrs/name", json={"value": "Z"})
        ).status_code == 204
        assert (await api.delete("/entities/urn:ngsi-ld:Air:1/attrs/name")).status_code == 204
        gone = await api.delete("/entities/urn:ngsi-ld:Air:1/attrs/name")
        assert (gone.status_code, gone.json()["type"]) == (404, ERRORS + "ResourceNotFound")
        replaced = await api.put("/entities/urn:ngsi-ld:Air:1", json={"type": "Air", "a": {"value": 1}})
        assert replaced.status_code == 204
        assert (await api.get("/entities/urn:ngsi-ld:Air:1?format=concise")).json() == {
            "id": AIR["id"],
            "type": "Air",
            "a": 1,
        }
        assert (await api.delete("/entities/urn:ngsi-ld:Air:1")).status_code == 204
        assert (await api.get("/entities/urn:ngsi-ld:Air:1")).status_code == 404

    run(journey)


def test_context_is_used_and_named_when_in_the_body_or_a_link(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        context = {"heat": "https://x.test/heat", "Room": "https://x.test/Room"}
        body = {
            "@context": [context, CORE],
            "id": "urn:a:1",
            "type": "Room",
            "heat": {"type": "Property", "value": 1},
        }
        made = await api.post("/entities", json=body, headers={"Content-Type": "application/ld+json"})
        assert made.status_code == 201
        bare = await api.get("/entities/urn:a:1?options=keyValues", headers={"Accept": "application/ld+json"})
        assert bare.json() == {
            "id": "urn:a:1",
            "type": "https://x.test/Room",
            "https://x.test/heat": 1,
            "@context": CORE,
        }
        assert bare.headers["content-type"] == "application/ld+json"
        twice = await api.post("/entities", json=body)
        assert twice.status_code == 400
        missing = await api.get(
            "/entities/urn:a:1",
            headers={"Link": '<http://192.168.0.1/c>; rel="http://www.w3.org/ns/json-ld#context"'},
        )
        assert (missing.status_code, missing.json()["type"]) == (504, ERRORS + "LdContextNotAvailable")

    run(journey)


def test_query_finds_and_pages_when_filtered(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        entities = [
            {
                "id": f"urn:ngsi-ld:S:{n:02}",
                "type": "S" if n % 2 else ["S", "T"],
                "scope": f"/hcm/q{n % 3}",
                "n": {"type": "Property", "value": n, "unitCode": f"U{n}", "deep": {"value": n}},
                "s": {"value": f"name{n}"},
                "o": {"value": {"a": {"b": n}, "l": [n, n + 1]}},
                "r": {"object": f"urn:x:{n}"},
                "v": {"vocab": f"word{n}"},
                "g": {"languageMap": {"en": f"en{n}"}},
                "when": {"value": f"2026-01-{n + 1:02}T00:00:00Z"},
                "seen": {"value": 1, "observedAt": f"2026-01-{n + 1:02}T00:00:00Z"},
                "location": {"type": "Point", "coordinates": [106.0 + n / 100, 10.0]},
            }
            for n in range(10)
        ]
        assert (await api.post("/entityOperations/create", json=entities)).status_code == 201

        async def ids(**parameters: Any) -> list[int]:
            answer = await api.get("/entities", params={"type": "S", "options": "keyValues", **parameters})
            assert answer.status_code == 200, answer.text
            return [int(entity["id"][-2:]) for entity in answer.json()]

        assert await ids(q="n>7") == [8, 9]
        assert await ids(q="n==2..4") == [2, 3, 4]
        assert await ids(q="n==1,3,77") == [1, 3]
        assert await ids(q="n!=2..9") == [0, 1]
        assert await ids(q='s=="name3"|s=="name4"') == [3, 4]
        assert await ids(q="s~=^name[12]$") == [1, 2]
        assert await ids(q="s!~=^name[0-7]") == [8, 9]
        assert await ids(q="o[a.b]>=9") == [9]
        assert await ids(q="o[l]==5") == [4, 5]
        assert await ids(q="r==urn:x:3") == [3]
        assert await ids(q="v==word3") == [3]
        assert await ids(q='g[en]=="en3"') == [3]
        assert await ids(q="n.deep<2") == [0, 1]
        assert await ids(q='n.unitCode=="U4"') == [4]
        assert await ids(q="when>=2026-01-09T07:00:00+07:00") == [8, 9]
        assert await ids(q="seen.observedAt<2026-01-02T00:00:00Z") == [0]
        assert await ids(q="nothing") == []
        assert await ids(q="n;(n<2|n>8)") == [0, 1, 9]
        assert await ids(q="createdAt>2020-01-01T00:00:00Z", limit=2) == [0, 1]
        assert await ids(type="T") == [0, 2, 4, 6, 8]
        assert await ids(type="(S;T)") == [0, 2, 4, 6, 8]
        assert await ids(scopeQ="/hcm/q1") == [1, 4, 7]
        assert await ids(scopeQ="/hcm/#", idPattern="0[12]$") == [1, 2]
        assert await ids(georel="near;maxDistance==1200", geometry="Point", coordinates="[106.05,10]") == [
            4,
            5,
            6,
        ]
        assert await ids(
            georel="within",
            geometry="Polygon",
            coordinates="[[[106,9],[106.025,9],[106.025,11],[106,11],[106,9]]]",
        ) == [1, 2]
        assert await ids(georel="near;minDistance==4500", geometry="Point", coordinates="[106.0,10]") == [
            5,
            6,
            7,
            8,
            9,
        ]

        paged = await api.get("/entities?type=S&limit=4&offset=4&count=true")
        assert paged.headers["ngsild-results-count"] == "10"
        assert 'rel="next"' in paged.headers["link"]
        assert 'rel="prev"' in paged.headers["link"]
        counted = await api.get("/entities?type=S&limit=0&count=true")
        assert (counted.json(), counted.headers["ngsild-results-count"]) == ([], "10")

        document = {"type": "Query", "entities": [{"type": "S"}], "q": "n>7"}
        found = await api.post("/entityOperations/query?options=keyValues&pick=id", json=document)
        assert found.json() == [{"id": "urn:ngsi-ld:S:08"}, {"id": "urn:ngsi-ld:S:09"}]
        shapes = await api.get(
            "/entities?type=S&q=n==3&options=keyValues&pick=id,n", headers={"Accept": "application/geo+json"}
        )
        assert shapes.json()["features"][0]["geometry"] == {"type": "Point", "coordinates": [106.03, 10.0]}

    run(journey)


def test_batches_tell_each_entity_when_some_fail(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        one, two = {"id": "urn:a:1", "type": "T", "x": 1}, {"id": "urn:a:2", "type": "T", "x": 1}
        made = await api.post("/entityOperations/create", json=[one, {"id": "bad"}, 5])
        assert made.status_code == 207
        assert made.json()["success"] == ["urn:a:1"]
        assert [e["error"]["status"] for e in made.json()["errors"]] == [400, 400]
        again = await api.post("/entityOperations/create", json=[one, two])
        assert [e["error"]["type"] for e in again.json()["errors"]] == [ERRORS + "AlreadyExists"]
        put = await api.post("/entityOperations/upsert", json=[one, {"id": "urn:a:3", "type": "T"}])
        assert (put.status_code, put.json()) == (201, ["urn:a:3"])
        assert (await api.post("/entityOperations/upsert?options=update", json=[one])).status_code == 204
        assert (
            await api.post("/entityOperations/update", json=[{"id": "urn:a:1", "y": 2}])
        ).status_code == 204
        assert (
            await api.post("/entityOperations/merge", json=[{"id": "urn:a:1", "y": {"value": 3}}])
        ).status_code == 204
        assert (await api.get("/entities/urn:a:1?options=keyValues")).json() == {**one, "y": 3}
        gone = await api.post("/entityOperations/delete", json=["urn:a:1", "urn:a:9"])
        assert (gone.status_code, gone.json()["success"]) == (207, ["urn:a:1"])

    run(journey)


def test_tenants_and_keys_are_kept_apart_when_asked(run: Run, tokens: dict[str, str]) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        await api.post("/entities", json=AIR)

        def key(name: str) -> dict[str, str]:
            return {"Authorization": f"Bearer {tokens[name]}"}

        assert (await api.get("/entities/urn:ngsi-ld:Air:1", headers=key("other"))).status_code == 404
        assert (await api.get("/entities?type=Air", headers=key("other"))).json() == []
        assert (await api.get("/entities?type=Air", headers=key("writer"))).status_code == 403
        assert (await api.post("/entities", json=AIR, headers=key("reader"))).status_code == 403
        assert (await api.get("/entities?type=Air", headers={"Authorization": "Bearer x"})).status_code == 401
        named = await api.get("/entities?type=Air", headers={**key("all"), "NGSILD-Tenant": "other"})
        assert named.status_code == 403

    run(journey)


def test_types_and_attributes_are_listed_when_there_are_any(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        await api.post("/entities", json=AIR)

        assert (await api.get("/types")).json()["typeList"] == ["Air"]
        assert (await api.get("/types/Air")).json()["entityCount"] == 1
        assert (await api.get("/types/Nothing")).status_code == 404
        assert sorted((await api.get("/attributes")).json()["attributeList"]) == ["location", "name", "pm25"]
        assert (await api.get("/attributes/pm25")).json()["attributeTypes"] == ["Property"]
        assert (await api.get("/types?details=true")).json()[0]["typeName"] == "Air"

    run(journey)
