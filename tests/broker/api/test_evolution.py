# SPDX-License-Identifier: Apache-2.0
"""The past that is told is exact: nothing is cut silently, nothing of today is mixed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest

from dothi.broker.door import Broker
from dothi.broker.model import BulkSeries
from dothi.broker.store import history
from dothi.broker.store.packing import pack_old

Run = Callable[[Any], None]
D = "https://uri.etsi.org/ngsi-ld/default-context/"
AFTER = "timerel=after&timeAt=2026-01-01T00:00:00Z"


def at(minute: int) -> str:
    return f"2026-11-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"


def prop(value: Any, minute: int | None = None) -> dict[str, Any]:
    return {"type": "Property", "value": value, **({} if minute is None else {"observedAt": at(minute)})}


def thing(id_: str, **attrs: Any) -> dict[str, Any]:
    return {"id": id_, "type": "Air", **attrs}


async def put(api: httpx.AsyncClient, *things: dict[str, Any]) -> None:
    for one in things:
        assert (await api.post("/temporal/entities", json=one)).status_code in {201, 204}


def pack(url: str) -> None:
    async def whole() -> None:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await pack_old(connection, "2027-01-01T00:00:00Z", least=1)

    asyncio.run(whole())


def load(url: str, n: int) -> None:
    """A past of `n` numbers, one a second, of urn:a:1."""

    async def whole() -> None:
        broker = await Broker.open(url)
        times = 1_767_225_600_000_000 + np.arange(n, dtype=np.int64) * 1_000_000
        one = BulkSeries(
            id="urn:a:1", types=[D + "Air"], attr=D + "pm25", at=times, values=np.arange(n) % 7.0
        )
        await broker.store.bulk_history("", [one], key="k")
        await broker.close()

    asyncio.run(whole())


@pytest.mark.parametrize("packed", [False, True])
def test_last_instances_are_exact_when_many_were_corrected(
    run: Run, writer_url: str, *, packed: bool
) -> None:
    async def write(api: httpx.AsyncClient) -> None:
        await put(api, thing("urn:a:1", pm25=[prop(n, n) for n in range(5)]))
        for version in range(130):
            await put(api, thing("urn:a:1", pm25=prop(100 + version, 4)))

    async def read(api: httpx.AsyncClient) -> None:
        found = (await api.get("/temporal/entities/urn:a:1?lastN=3&options=temporalValues")).json()
        assert found["pm25"]["values"] == [[229, at(4)], [3, at(3)], [2, at(2)]]
        counted = f"{AFTER}&options=aggregatedValues&aggrMethods=totalCount,max"
        found = (await api.get(f"/temporal/entities/urn:a:1?{counted}")).json()
        assert [found["pm25"][m][0][0] for m in ("totalCount", "max")] == [5, 229]

    run(write)
    if packed:
        pack(writer_url)
    run(read)


def test_aggregation_counts_everything_when_there_is_much(run: Run, writer_url: str) -> None:
    load(writer_url, 120_000)

    async def journey(api: httpx.AsyncClient) -> None:
        await put(api, thing("urn:a:1", name=prop("A")))
        address = f"/temporal/entities?type=Air&attrs=pm25&{AFTER}&options=aggregatedValues"
        [found] = (
            await api.get(f"{address}&aggrMethods=totalCount,sum,distinctCount&aggrPeriodDuration=P1D")
        ).json()
        assert [row[0] for row in found["pm25"]["totalCount"]] == [86_400, 33_600]
        assert sum(row[0] for row in found["pm25"]["sum"]) == float(np.sum(np.arange(120_000) % 7))
        assert [row[0] for row in found["pm25"]["distinctCount"]] == [7, 7]
        months = (await api.get(f"{address}&aggrMethods=totalCount&aggrPeriodDuration=P1M")).json()
        assert months[0]["pm25"]["totalCount"] == [[120_000, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]]

    run(journey)


def test_aggregation_is_refused_when_more_than_a_request_may_read(
    run: Run, writer_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ROWS_AT_MOST", 1_000)
    load(writer_url, 1_001)

    async def journey(api: httpx.AsyncClient) -> None:
        await put(api, thing("urn:a:1", name=prop("A")))
        address = f"/temporal/entities/urn:a:1?{AFTER}&options=aggregatedValues&aggrMethods=avg"
        answer = await api.get(address)
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (403, "TooComplexQuery")

    run(journey)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("one", [True, False])
def test_parts_lead_through_the_whole_past_when_it_is_long(
    run: Run, writer_url: str, *, one: bool, packed: bool
) -> None:
    seen: list[tuple[str, int]] = []

    async def write(api: httpx.AsyncClient) -> None:
        for start in range(0, 2500, 500):
            await put(api, thing("urn:a:1", pm25=[prop(n, n) for n in range(start, start + 500)]))
        await put(api, thing("urn:a:1", noise=[prop(n, n) for n in range(0, 2500, 100)]))

    async def read(api: httpx.AsyncClient) -> None:
        since = "2026-01-01T00:00:00Z"
        for _ in range(9):
            address = "/temporal/entities/urn:a:1?" if one else "/temporal/entities?type=Air&"
            answer = await api.get(f"{address}timerel=after&timeAt={since}&options=temporalValues")
            body = answer.json() if one else answer.json()[0]
            for name in ("pm25", "noise"):
                seen.extend((name, value) for value, _ in body.get(name, {"values": []})["values"])
            if answer.status_code == 200:
                break
            assert answer.status_code == 206
            unit, span = answer.headers["Content-Range"].split(" ", 1)
            assert (unit, span[:20], span[-2:]) == ("DateTime", since, "/*")
            since = span[21:-2]

    run(write)
    if packed:
        pack(writer_url)
    run(read)

    assert sorted(set(seen)) == sorted(
        [*(("pm25", n) for n in range(2500)), *(("noise", n) for n in range(0, 2500, 100))]
    )


def test_newest_part_comes_first_when_last_instances_are_asked(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        for start in range(0, 1500, 500):
            await put(api, thing("urn:a:1", pm25=[prop(n, n) for n in range(start, start + 500)]))
        address = "/temporal/entities/urn:a:1?options=temporalValues&lastN=1200"
        answer = await api.get(f"{address}&timerel=between&timeAt={at(0)}&endTimeAt={at(1400)}")
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"DateTime {at(1400)}-{at(400)}/1200"
        assert [v for v, _ in answer.json()["pm25"]["values"]] == list(range(1399, 399, -1))

    run(journey)


def test_interval_leaves_out_what_has_no_time_when_asked_by_time(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        await put(api, thing("urn:a:1", pm25=prop(1, 5), name=prop("A")))
        before = (
            await api.get("/temporal/entities/urn:a:1?timerel=before&timeAt=2027-01-01T00:00:00Z")
        ).json()
        assert set(before) == {"id", "type", "pm25"}
        plain = (await api.get("/temporal/entities/urn:a:1?options=temporalValues")).json()
        assert plain["name"] == []
        recorded = "timerel=after&timeAt=2026-01-01T00:00:00Z&timeproperty=modifiedAt&options=temporalValues"
        found = (await api.get(f"/temporal/entities/urn:a:1?{recorded}")).json()
        assert {found[name]["values"][0][0] for name in ("name", "pm25")} == {"A", 1}

    run(journey)


def test_deletions_are_told_when_asked_by_their_time(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        await put(api, thing("urn:a:1", pm25=prop(1, 5), name=prop("A")))
        assert (await api.delete("/entities/urn:a:1/attrs/name")).status_code == 204
        found = (await api.get(f"/temporal/entities?type=Air&{AFTER}&timeproperty=deletedAt")).json()
        assert [(set(e) - {"id", "type"}, e["name"][0]["value"]) for e in found] == [
            ({"name"}, "urn:ngsi-ld:null")
        ]
        assert found[0]["name"][0]["deletedAt"] > "2026"
        ordinary = (await api.get("/temporal/entities/urn:a:1")).json()
        assert "urn:ngsi-ld:null" not in str(ordinary)

    run(journey)


@pytest.mark.parametrize("packed", [False, True])
def test_query_goes_by_the_past_when_the_present_differs(run: Run, writer_url: str, *, packed: bool) -> None:
    async def write(api: httpx.AsyncClient) -> None:
        await put(
            api,
            thing("urn:a:1", pm25=[prop(n, n) for n in range(60)]),
            thing("urn:a:2", pm25=[prop(500, 10), prop(1, 50)]),
            thing("urn:a:3", pm25=[prop(1, 3000)]),
            thing("urn:a:4", pm25=[prop(5, 10), prop(6, 20)]),
            thing("urn:a:5", pm25=[prop(5, 0), prop(6, 59)]),
        )
        assert (await api.delete("/entities/urn:a:4")).status_code == 204

    async def read(api: httpx.AsyncClient) -> None:
        async def ids(more: str, *, end: int = 30) -> list[str]:
            span = f"timerel=between&timeAt={at(5)}&endTimeAt={at(end)}"
            answer = await api.get(f"/temporal/entities?type=Air&{span}&{more}")
            assert answer.status_code == 200
            return [e["id"] for e in answer.json()] + [answer.headers.get("NGSILD-Results-Count", "")]

        assert await ids("count=true") == ["urn:a:1", "urn:a:2", "urn:a:4", "3"]
        assert await ids("limit=1&offset=1") == ["urn:a:2", ""]
        assert await ids("limit=2&offset=2") == ["urn:a:4", ""]
        assert await ids("q=pm25>100") == ["urn:a:2", ""]
        assert await ids("q=pm25==6") == ["urn:a:1", "urn:a:4", ""]
        assert await ids("q=pm25==6&attrs=noise") == [""]

    run(write)
    if packed:
        pack(writer_url)
    run(read)


@pytest.mark.parametrize("packed", [False, True])
def test_past_is_gone_when_deleted_but_not_when_only_the_entity_was(
    run: Run, writer_url: str, *, packed: bool
) -> None:
    async def write(api: httpx.AsyncClient) -> None:
        await put(api, thing("urn:a:1", pm25=[prop(1, 1), prop(2, 2)]), thing("urn:a:2", pm25=prop(3, 3)))
        assert (await api.delete("/entities/urn:a:1")).status_code == 204

    async def read(api: httpx.AsyncClient) -> None:
        found = (await api.get("/temporal/entities/urn:a:1?options=temporalValues")).json()
        assert found["pm25"]["values"] == [[1, at(1)], [2, at(2)]]
        for id_ in ("urn:a:1", "urn:a:2"):
            statuses = [(await api.delete(f"/temporal/entities/{id_}")).status_code for _ in range(2)]
            statuses += [
                (await api.get(f"/{under}/{id_}")).status_code for under in ("temporal/entities", "entities")
            ]
            assert statuses == [204, 404, 404, 404]
        assert (await api.get(f"/temporal/entities?type=Air&{AFTER}")).json() == []
        await put(api, thing("urn:a:1", pm25=prop(5, 5)))
        again = (await api.get("/temporal/entities/urn:a:1?options=temporalValues")).json()
        assert again["pm25"]["values"] == [[5, at(5)]]

    run(write)
    if packed:
        pack(writer_url)
    run(read)


REFUSED = [
    "lastN=²",
    "lastN=٣",
    f"{AFTER}&options=aggregatedValues&aggrMethods=avg&aggrPeriodDuration=P9999999D",
    f"{AFTER}&options=aggregatedValues&aggrMethods=avg&aggrPeriodDuration=P99999Y",
    f"{AFTER}&options=aggregatedValues&aggrMethods=avg&aggrPeriodDuration=PT0.5S",
    f"{AFTER}&options=aggregatedValues&aggrMethods=sum&attrs=huge",
    f"{AFTER}&options=aggregatedValues&aggrMethods=sumsq&attrs=huge",
    f"{AFTER}&options=aggregatedValues&aggrMethods=avg&attrs=word",
    f"{AFTER}&options=aggregatedValues&aggrMethods=max&attrs=link",
    f"{AFTER}&options=aggregatedValues&aggrMethods=stddev&attrs=list",
    "geometryProperty=location",
]


def test_request_is_refused_with_a_sentence_when_it_has_no_answer(run: Run) -> None:
    async def journey(api: httpx.AsyncClient) -> None:
        link = {"type": "Relationship", "object": "urn:a:2", "observedAt": at(1)}
        huge = [prop(1.6e308, 1), prop(1.6e308, 2)]
        await put(api, thing("urn:a:1", huge=huge, word=prop("a", 1), link=link, list=prop([1, 2], 1)))
        for address in REFUSED:
            answer = await api.get(f"/temporal/entities/urn:a:1?{address}")
            assert (address, answer.status_code) == (address, 400)
            assert answer.json()["detail"]
        mean = (
            f"/temporal/entities/urn:a:1?{AFTER}&options=aggregatedValues&aggrMethods=avg,stddev&attrs=huge"
        )
        found = (await api.get(mean)).json()
        assert (found["huge"]["avg"][0][0], found["huge"]["stddev"][0][0]) == (1.6e308, 0.0)
        sizes = f"/temporal/entities/urn:a:1?{AFTER}&options=aggregatedValues&aggrMethods=avg,max&attrs=list"
        assert (await api.get(sizes)).json()["list"]["avg"][0][0] == 2.0

    run(journey)


def test_form_is_negotiated_when_geojson_is_asked(run: Run) -> None:
    geo = {"Accept": "application/geo+json"}

    async def journey(api: httpx.AsyncClient) -> None:
        await put(api, *(thing(f"urn:a:{n}", pm25=prop(1, 5)) for n in range(3)))
        for address in (
            "types",
            "types/Air",
            "attributes",
            "attributes/pm25",
            f"temporal/entities?type=Air&{AFTER}",
        ):
            assert (address, (await api.get("/" + address, headers=geo)).status_code) == (address, 406)
        assert (
            await api.get("/types", headers={"Accept": "application/geo+json, */*;q=0.1"})
        ).status_code == 200
        for kind in ("application/geo+json", "application/ld+json", "application/json"):
            page = await api.get("/entities?type=Air&limit=1", headers={"Accept": kind})
            assert f'rel="next";type="{kind}"' in page.headers["Link"]
        assert (await api.get("/entities/urn:a:1?geometryProperty=place")).status_code == 400
        assert (await api.get("/entities/urn:a:1?geometryProperty=place", headers=geo)).status_code == 200

    run(journey)
