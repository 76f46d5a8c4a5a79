# SPDX-License-Identifier: Apache-2.0
"""Imports: the counts add up, good rows stay, repeats are harmless."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from dothi.broker.model import Result, Write
from dothi.connectors.files.import_ import EntityTemplate, ImportResult, import_file, rows_to_writes
from dothi.connectors.files.preview import preview
from dothi.foundation.errors import BadInput, Busy, StorageFull

TEXT = """Ngày giờ;Trạm;PM2.5 (µg/m³);Nhiệt độ (°C)
13/02/2021 01:00;Bà Chiểu;12,5;30
13/02/2021 02:00;Bà Chiểu;KPH;31
13/02/2021 01:00;Bà Chiểu;12,5;30
13/02/2021 03:00;Hồ Tây;abc;29
13/02/2021 xx;Hồ Tây;1;2
Tổng;;13,5;
"""
TEMPLATE = EntityTemplate(type="AirQualityObserved")
CONTEXT = "https://uri.etsi.org/ngsi-ld/default-context/"


class Kept:
    """The twin of the broker's door for this room: keeps instances, knows repeats and conflicts."""

    def __init__(self, refuse: str = "", fail: Sequence[Exception] = ()) -> None:
        self.instances: dict[tuple[str, str, str], Any] = {}
        self.writes: list[Write] = []
        self._refuse, self._fail = refuse, list(fail)

    async def write(self, writes: Sequence[Write], /) -> list[Result]:
        if self._fail:
            raise self._fail.pop(0)
        results = []
        for write in writes:
            if self._refuse and self._refuse in write.id:
                results.append(Result(status="refused", detail="broker.refused"))
                continue
            repeats = conflicts = 0
            for attribute, by_dataset in write.attrs.items():
                instance = by_dataset[""]
                assert instance is not None
                key = (write.id, attribute, instance["observedAt"])
                old = self.instances.get(key)
                repeats += old == instance["value"]
                conflicts += old is not None and old != instance["value"]
                self.instances[key] = instance["value"]
            results.append(
                Result(
                    status="unchanged" if repeats == len(write.attrs) else "updated",
                    repeats=repeats,
                    conflicts=conflicts,
                )
            )
            self.writes.append(write)
        return results


def bring(broker: Kept, text: str = TEXT, **more: Any) -> ImportResult:
    data = text.encode()
    plan = preview(data, "x.csv").plan
    result = asyncio.run(
        import_file(broker, plan, data, "x.csv", source="so-tnmt", template=TEMPLATE, **more)
    )
    assert result.adds_up
    return result


def test_counts_add_up_when_rows_are_good_repeated_wrong_and_left_out() -> None:
    broker = Kept()

    result = bring(broker, file_id="7")

    assert (result.rows, result.accepted, result.repeated, result.refused, result.left_out) == (
        7,
        3,
        1,
        {"bad_time": 1},
        {"header": 1, "total": 1},
    )
    assert (result.readings, result.repeats, result.missing, result.bad_cells) == (
        4,
        2,
        {"below_detection": 1},
        {"not_a_number": 1},
    )
    assert [(e.row, e.reason, e.column) for e in result.errors] == [
        (5, "not_a_number", "PM2.5"),
        (6, "bad_time", "Ngày giờ"),
    ]
    assert broker.writes[0] == Write(
        verb="observe",
        id="urn:ngsi-ld:AirQualityObserved:so-tnmt:ba-chieu",
        types=[CONTEXT + "AirQualityObserved"],
        attrs={
            CONTEXT + "pm25": {
                "": {
                    "type": "Property",
                    "value": 12.5,
                    "observedAt": "2021-02-12T18:00:00.000000Z",
                    "unitCode": "GQ",
                }
            },
            CONTEXT + "temperature": {
                "": {
                    "type": "Property",
                    "value": 30,
                    "observedAt": "2021-02-12T18:00:00.000000Z",
                    "unitCode": "CEL",
                }
            },
        },
        origin="file:7",
        backfill=True,
    )


def test_every_row_is_a_repeat_when_the_file_comes_again() -> None:
    broker = Kept()
    bring(broker)

    again = bring(broker)

    assert (again.accepted, again.repeated, again.readings, again.conflicts) == (0, 4, 0, 0)


def test_conflicts_are_told_when_a_corrected_file_comes() -> None:
    broker = Kept()
    bring(broker)

    again = bring(broker, TEXT.replace(";31\n", ";31,5\n"))

    assert (again.accepted, again.repeated, again.conflicts) == (1, 3, 1)


def test_rows_are_refused_with_the_reason_when_the_store_refuses_them() -> None:
    result = bring(Kept(refuse="ho-tay"))

    assert result.refused == {"bad_time": 1, "store": 1}
    assert [(e.row, e.text) for e in result.errors if e.reason == "store"] == [(5, "broker.refused")]


def test_import_waits_and_goes_on_when_the_store_is_busy() -> None:
    result = bring(Kept(fail=[Busy("foundation.busy", retry_after=1, seconds=1)]))

    assert (result.stopped, result.accepted) == ("", 3)


def test_import_stops_and_says_why_when_it_cannot_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dothi.connectors.files.import_.TRIES", 1)

    result = bring(Kept(fail=[StorageFull("foundation.storage_full")]))

    assert (result.stopped, result.rows) == ("foundation.storage_full", 0)


def test_rows_before_stay_when_somebody_cancels() -> None:
    broker = Kept()
    text = "Ngày giờ;PM2.5\n" + "".join(
        f"13/02/2021 {h:02}:{m:02};{h},5\n" for h in range(24) for m in range(60)
    )
    told: list[int] = []

    result = bring(broker, text, progress=lambda r: told.append(r.rows), cancelled=lambda: len(told) == 1)

    assert (result.stopped, result.rows, len(broker.instances)) == ("cancelled", 500, 499)


def test_stations_keep_apart_when_only_marks_tell_them() -> None:
    text = "Ngày;Trạm;Mưa (mm)\n13/02/2021;Bà Rịa;1,5\n13/02/2021;Ba Ria;2,5\n13/02/2021;BÀ RỊA;1,5\n13/02/2021;Trạm 7;3\n"
    broker = Kept()

    result = asyncio.run(
        import_file(
            broker,
            preview(text.encode(), "x.csv").plan,
            text.encode(),
            "x.csv",
            source="s",
            template=EntityTemplate(
                type="WeatherObserved", known={"trạm 7": "urn:ngsi-ld:WeatherObserved:seven"}
            ),
        )
    )

    ids = [write.id for write in broker.writes]
    assert (ids[0], ids[2], ids[3]) == (
        "urn:ngsi-ld:WeatherObserved:s:ba-ria",
        ids[0],
        "urn:ngsi-ld:WeatherObserved:seven",
    )
    assert ids[1].startswith("urn:ngsi-ld:WeatherObserved:s:ba-ria-")
    assert (result.accepted, result.repeated) == (3, 1)


def test_nothing_is_written_when_the_plan_makes_no_readings() -> None:
    data = "Mã;Tên\na;b\nc;d\n".encode()

    with pytest.raises(BadInput):
        next(rows_to_writes(preview(data, "x").plan, data, "x", source="s", template=TEMPLATE))
