# SPDX-License-Identifier: Apache-2.0
"""Why a figure has its grade, over the real store."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from tests.broker.live.test_app import verify

from dothi.broker.door import Broker
from dothi.broker.live.app import LiveApp
from dothi.broker.model import Write
from dothi.foundation import clock

CORE = "https://uri.etsi.org/ngsi-ld/default-context/"
PERIOD = 600


def station(number: int, values: list[float], *, lon: float = 107.6, ago: float = 0.0) -> list[Write]:
    """What a station is, and its readings, the last one `ago` seconds old."""
    id_ = f"urn:air:{number}"
    about: dict[str, Any] = {
        f"{CORE}name": {"": {"type": "Property", "value": f"Trạm {number}"}},
        f"{CORE}reportingPeriod": {"": {"type": "Property", "value": PERIOD}},
        f"{CORE}contactPoint": {
            "": {"type": "JsonProperty", "json": {"name": "Quân", "phone": "0900 000 013"}}
        },
        "https://uri.etsi.org/ngsi-ld/location": {
            "": {
                "type": "GeoProperty",
                "value": {"type": "Point", "coordinates": [lon + number / 1000, 10.9]},
            }
        },
    }
    made = [Write(verb="describe", id=id_, types=[f"{CORE}AirQualityObserved"], attrs=about)]
    now = clock.now()
    for index, value in enumerate(values):
        at = now - timedelta(seconds=ago + (len(values) - 1 - index) * PERIOD)
        instance = {"type": "Property", "value": value, "unitCode": "GQ", "observedAt": clock.iso(at)}
        made.append(
            Write(
                verb="observe",
                id=id_,
                types=[f"{CORE}AirQualityObserved"],
                attrs={f"{CORE}pm25": {"": instance}},
                backfill=True,
            )
        )
    return made


def asked(url: str, writes: list[Write], *addresses: str) -> list[httpx.Response]:
    async def act() -> list[httpx.Response]:
        broker = await Broker.open(url)
        live = LiveApp(broker.store, verify)
        for write in writes:
            await broker.write([write])
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=live),
            base_url="http://city",
            headers={"authorization": "Bearer an"},
        ) as client:
            found = [await client.get(address) for address in addresses]
        await live.close()
        await broker.close()
        return found

    return asyncio.run(act())


def plausible(count: int, seed: int) -> list[float]:
    return [20 + (index * 7 + seed * 3) % 5 + seed / 10 for index in range(count)]


def test_grade_says_why_how_old_and_whom_to_call(writer_url: str):
    values = plausible(30, 1)
    values[20] = 1500

    (answer,) = asked(writer_url, station(1, values), "/live/grade?id=urn:air:1&attr=pm25&language=vi")

    told = answer.json()
    assert {k: told["grade"][k] for k in ("overall", "sufficient", "trustworthy", "timely")} == {
        "overall": "B", "sufficient": "A", "trustworthy": "B", "timely": "A",
    }  # fmt: skip
    assert told["words"].startswith("Điểm B: dùng được.")
    assert told["contact"] == {"name": "Quân", "phone": "0900 000 013"}
    assert [(one["v"], one["flag"], one["tests"]) for one in told["flagged"]] == [(1500, 4, {"Q3": 4})]
    assert (told["window"]["judged"], told["window"]["passed"]) == (30, 29)
    assert "1 trên 30 số đo không qua kiểm tra." in [one["sentence"] for one in told["reasons"]]


def test_station_is_named_when_it_is_far_from_those_near_by(writer_url: str):
    writes = [w for n in range(1, 6) for w in station(n, plausible(30, n))] + station(
        6, [90 + v for v in plausible(30, 6)]
    )

    grade, worst = asked(
        writer_url, writes, "/live/grade?id=urn:air:6&attr=pm25&language=vi", "/live/quality?language=vi"
    )

    assert grade.json()["grade"]["trustworthy"] == "D"
    assert len(grade.json()["neighbours"]) == 5
    first = worst.json()["rows"][0]
    assert (first["name"], first["overall"]) == ("Trạm 6", "D")
    assert "lệch hẳn 5 trạm gần đó" in first["why"][0]
    assert worst.json()["letters"] == {"D": 1, "B": 5}


def test_silent_and_stuck_stations_are_worst_first(writer_url: str):
    stuck = plausible(10, 2) + [22.5] * 40
    writes = station(1, plausible(50, 1)) + station(2, stuck) + station(3, plausible(50, 3), ago=40_000)

    grade, worst = asked(
        writer_url, writes, "/live/grade?id=urn:air:2&attr=pm25", "/live/quality?language=en"
    )

    assert {one["code"] for one in grade.json()["tests"]} == {"Q6"}
    rows = {row["name"]: row for row in worst.json()["rows"]}
    assert [row["name"] for row in worst.json()["rows"]][:2] == ["Trạm 3", "Trạm 2"]
    assert rows["Trạm 3"]["timely"] == "D"
    assert rows["Trạm 2"]["trustworthy"] > "B"


def test_figure_is_graded_as_it_was_known_then(writer_url: str):
    writes = station(1, plausible(30, 1))
    before = clock.iso(clock.now() - timedelta(hours=1))

    now, then = asked(
        writer_url,
        writes,
        "/live/grade?id=urn:air:1&attr=pm25",
        f"/live/grade?id=urn:air:1&attr=pm25&at={before}",
    )

    assert now.status_code == 200
    assert then.status_code == 404


def test_grade_is_refused_when_there_is_no_such_figure(writer_url: str):
    missing, unnamed = asked(
        writer_url, station(1, [20.0]), "/live/grade?id=urn:air:9&attr=pm25", "/live/grade?id=urn:air:1"
    )

    assert (missing.status_code, unnamed.status_code) == (404, 400)


def test_figure_is_not_evaluated_when_nobody_knows_what_is_usual(writer_url: str):
    writes = station(1, [20.0])
    shoe = {"type": "Property", "value": 43, "observedAt": clock.iso(clock.now())}
    writes.append(Write(verb="observe", id="urn:air:1", types=["x"], attrs={f"{CORE}shoeSize": {"": shoe}}))

    (answer,) = asked(writer_url, writes, "/live/grade?id=urn:air:1&attr=shoeSize&language=en")

    assert (answer.json()["grade"], answer.json()["words"]) == (None, "Not evaluated")


def test_grade_is_exported_in_the_words_of_others_when_asked(writer_url: str):
    base = "/live/grade?id=urn:air:1&attr=pm25&language=en"

    plain, dqv, assessment, wrong = asked(
        writer_url,
        station(1, plausible(30, 1)),
        base,
        f"{base}&as=dqv",
        f"{base}&as=assessment",
        f"{base}&as=pdf",
    )

    letters = [one["dqv:value"] for one in dqv.json()["dqv:hasQualityMeasurement"]]
    grade = plain.json()["grade"]
    assert letters == [grade[dimension] for dimension in ("sufficient", "trustworthy", "timely")]
    assert dqv.json()["@id"] == "urn:air:1#pm25"
    assert dqv.headers["content-type"].startswith("application/ld+json")
    assert assessment.json()["type"] == "DataQualityAssessment"
    assert assessment.json()["quality"]["value"]["overall"] == grade["overall"]
    assert wrong.status_code == 400
    assert "dqv, assessment" in wrong.text
