# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

Run = Callable[[Any], None]


def _time(hour: int) -> str:
    return f"2026-11-20T{hour:02}:00:00Z"


BODY: dict[str, Any] = {
    "id": "urn:a:1",
    "type": "Air",
    "pm25": [
        {"type": "Property", "value": hour, "unitCode": "GQ", "observedAt": _time(hour)} for hour in range(10)
    ],
}


def test_past_is_read_back_in_every_form_when_written(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        assert (await api.post("/temporal/entities", json=BODY)).status_code == 201
        assert (await api.post("/temporal/entities", json=BODY)).status_code == 204
        more = {"pm25": [{"type": "Property", "value": 99, "unitCode": "GQ", "observedAt": _time(12)}]}
        assert (await api.post("/temporal/entities/urn:a:1/attrs", json=more)).status_code == 204

        plain = await api.get("/temporal/entities/urn:a:1?options=temporalValues")
        assert plain.json() == {
            "id": "urn:a:1",
            "type": "Air",
            "pm25": {
                "type": "Property",
                "values": [*([h, _time(h)] for h in range(10)), [99, _time(12)]],
            },
        }
        window = f"timerel=between&timeAt={_time(2)}&endTimeAt={_time(4)}"
        part = await api.get(f"/temporal/entities/urn:a:1?{window}")
        assert [(i["value"], i["observedAt"], i["unitCode"]) for i in part.json()["pm25"]] == [
            (2, _time(2), "GQ"),
            (3, _time(3), "GQ"),
        ]
        last = await api.get("/temporal/entities/urn:a:1?lastN=1&options=temporalValues")
        assert last.json()["pm25"]["values"] == [[99, _time(12)]]
        every = f"timerel=before&timeAt={_time(4)}&options=aggregatedValues&aggrMethods=avg,max,totalCount,stddev&aggrPeriodDuration=PT2H"
        found = (await api.get(f"/temporal/entities?type=Air&{every}")).json()
        assert found[0]["pm25"] == {
            "type": "Property",
            "avg": [[0.5, _time(0), _time(2)], [2.5, _time(2), _time(4)]],
            "max": [[1.0, _time(0), _time(2)], [3.0, _time(2), _time(4)]],
            "totalCount": [[2, _time(0), _time(2)], [2, _time(2), _time(4)]],
            "stddev": [[0.5, _time(0), _time(2)], [0.5, _time(2), _time(4)]],
        }
        document = {
            "type": "Query",
            "entities": [{"type": "Air"}],
            "temporalQ": {"timerel": "after", "timeAt": _time(9)},
        }
        asked = await api.post("/temporal/entityOperations/query?options=temporalValues", json=document)
        assert asked.json()[0]["pm25"]["values"] == [[9, _time(9)], [99, _time(12)]]
        assert (await api.get("/entities/urn:a:1?options=keyValues")).json()["pm25"] == 99
        assert (await api.get(f"/temporal/entities?type=Air&timerel=before&timeAt={_time(0)}")).json() == []
        assert (await api.get("/temporal/entities/urn:a:2")).status_code == 404

    run(journey)


def test_past_is_gone_when_the_evolution_is_deleted(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        await api.post("/temporal/entities", json=BODY)
        assert (await api.delete("/temporal/entities/urn:a:1")).status_code == 204
        assert (await api.delete("/temporal/entities/urn:a:1")).status_code == 404
        assert (await api.get("/entities/urn:a:1")).status_code == 404
        now = {"id": "urn:a:1", "type": "Air", "pm25": {**BODY["pm25"][0], "value": 7}}
        await api.post("/temporal/entities", json=now)
        past = await api.get("/temporal/entities/urn:a:1?options=temporalValues")
        assert past.json()["pm25"]["values"] == [[7, _time(0)]]

    run(journey)


def test_attribute_is_refused_when_it_has_no_instance(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        made = await api.post("/temporal/entities", json={"id": "urn:a:1", "type": "Air", "t": []})
        assert (made.status_code, "t" in made.json()["detail"]) == (400, True)
        assert (await api.get("/entities/urn:a:1")).status_code == 404

    run(journey)


def test_scope_is_the_newest_when_it_comes_with_its_past(run: Run) -> None:
    scopes = [{"type": "Property", "value": f"/q{hour}", "observedAt": _time(hour)} for hour in (1, 3, 2)]

    async def journey(api: httpx.AsyncClient) -> None:
        assert (await api.post("/temporal/entities", json={**BODY, "scope": scopes})).status_code == 201
        assert (await api.get("/entities/urn:a:1?options=keyValues&pick=scope")).json() == {"scope": "/q3"}

    run(journey)


def test_times_far_away_are_kept_when_a_client_states_them(run: Run) -> None:
    far = ["9999-12-30T23:59:59.999999Z", "1000-01-01T00:00:00Z"]

    async def journey(api: httpx.AsyncClient) -> None:
        for n, time in enumerate(far):
            body = {"id": "urn:a:1", "type": "Air", "pm25": {"value": n, "observedAt": time}}
            assert (await api.post("/entityOperations/upsert", json=[body])).status_code in {201, 204}
            assert (await api.get("/entities/urn:a:1")).json()["pm25"]["observedAt"] == time
        past = await api.get("/temporal/entities/urn:a:1?options=temporalValues")
        assert past.json()["pm25"]["values"] == [[1, far[1]], [0, far[0]]]

    run(journey)
