# SPDX-License-Identifier: Apache-2.0
"""Real files of real offices: every row is accounted for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dothi.connectors.files.preview import Preview, preview
from dothi.connectors.files.tables import open_table
from dothi.connectors.files.unpack import unpack


def look(path: Path, **more: Any) -> Preview:
    found = preview(path.read_bytes(), path.name, **more)
    counts = found.counts
    assert counts.good + sum(counts.refused.values()) + sum(counts.left_out.values()) == counts.rows
    return found


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("xa_phuong_windows1258", "Windows-1258"),
        ("xa_phuong_nfd", "UTF-8"),
        ("xa_phuong_utf8_bom", "UTF-8 (BOM)"),
    ],
)
def test_lists_of_wards_are_the_same_when_written_in_three_encodings(
    shared_data: Path, name: str, label: str
) -> None:
    folder = shared_data / "encodings-derived"
    tables = [open_table(unpack((folder / f"{n}.csv").read_bytes(), n)) for n in (name, "xa_phuong_utf8_bom")]

    assert list(tables[0].rows()) == list(tables[1].rows())
    assert tables[0].encoding is not None
    assert tables[0].encoding.label == label


def test_vietnamese_notation_gives_the_numbers_of_the_original_when_read(shared_data: Path) -> None:
    found = look(shared_data / "encodings-derived" / "quan_trac_vn_format.csv")

    assert (found.plan.decimal, found.plan.delimiter, found.plan.layout) == (",", ";", "long")
    assert (found.counts.good, found.counts.readings, found.counts.missing) == (
        600,
        4799,
        {"below_detection": 1},
    )


@pytest.mark.parametrize(
    ("year", "rows", "stations", "readings"),
    [(2021, 227, 43, 4186), (2023, 282, 41, 4270), (2024, 311, 43, 4957)],
)
def test_rain_gauges_are_columns_when_the_page_is_named_xls(
    shared_data: Path, year: int, rows: int, stations: int, readings: int
) -> None:
    found = look(shared_data / "sensors-rain-hanoi" / f"{year}.xls.gz", kind="rain")

    assert (found.plan.format, found.plan.encoding, found.plan.layout) == ("html", "UTF-16", "wide")
    assert (found.counts.good, len(found.plan.having("value")), found.counts.readings) == (
        rows,
        stations,
        readings,
    )
    assert (found.counts.left_out, found.counts.refused) == ({"header": 1, "total": 2}, {})


def test_sums_of_the_gauges_are_those_of_the_page_when_added_up(shared_data: Path) -> None:
    from dothi.connectors.files.readings import read

    data = (shared_data / "sensors-rain-hanoi" / "2021.xls.gz").read_bytes()
    table = open_table(unpack(data, "2021.xls.gz"))
    plan = preview(data, "2021.xls.gz", kind="rain").plan
    told = {
        c.station: table_row[c.index]
        for _, table_row in table.rows()
        if table_row[0] == "Tổng"
        for c in plan.having("value")
    }

    sums: dict[str, float] = {}
    for row in read(table.rows(), plan, now=datetime.fromisoformat("2026-01-01T00:00:00Z")):
        for reading in row.readings:
            sums[reading.station] = sums.get(reading.station, 0) + reading.value

    assert {s: f"{v:.1f}" for s, v in sums.items()} == told


def test_hcmc_stations_are_counted_when_cells_are_empty(shared_data: Path) -> None:
    found = look(shared_data / "sensors-air-hcmc" / "healthyair_hcmc_stations_1_3_5.csv.gz")

    assert (found.counts.good, found.counts.readings, found.counts.missing) == (
        23741,
        154011,
        {"empty": 35917},
    )
    assert found.stations == ["1", "3", "5"]
    assert found.first_at == datetime.fromisoformat("2021-02-23T14:00:00Z")


def test_embassy_marks_are_respected_when_it_calls_values_invalid(shared_data: Path) -> None:
    found = look(shared_data / "sensors-air-hanoi" / "Hanoi_PM2.5_2015_12_MTD.csv")

    assert (found.counts.good, found.counts.refused) == (467, {"marked_invalid": 8})
    assert [c.header for c in found.plan.columns if c.by_parameter] == ["Value"]


@pytest.mark.parametrize(
    ("file", "good", "term"),
    [
        ("aarhus_parking.csv.gz", 55264, "vehicleCount"),
        ("trafficData158324.csv.gz", 12162, "avgMeasuredTime"),
        ("tempm.csv", 4356, "temperature"),
    ],
)
def test_citypulse_files_are_readings_when_columns_are_named(
    shared_data: Path, file: str, good: int, term: str
) -> None:
    found = look(shared_data / "sensors-citypulse" / file)

    assert (found.counts.good, found.plan.having("value")[0].term) == (good, term)


def test_noise_needs_its_start_when_times_are_elapsed(shared_data: Path) -> None:
    path = shared_data / "sensors-noise" / "busy_street.xlsx"
    plan = look(path).plan
    plan.start = "2026-11-01T08:00:00"

    found = look(path, plan=plan)

    assert (found.counts.good, found.counts.missing) == (225, {"not_available": 12})


@pytest.mark.parametrize(
    ("file", "rows"), [("danh-sach-tthc-BoCongAn.xlsx", 339), ("danh-sach-tthc-BoTuPhap.xlsx", 271)]
)
def test_lists_without_readings_are_shown_and_not_judged_when_previewed(
    shared_data: Path, file: str, rows: int
) -> None:
    found = look(shared_data / "procedures" / file)

    assert (found.plan.ready, found.plan.header) == (
        False,
        ["Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"],
    )
    assert found.counts.left_out == {"title": 1, "header": 1, "not_understood": rows}


def test_service_requests_put_the_month_first_when_american(shared_data: Path) -> None:
    found = look(shared_data / "service-requests" / "baltimore_311_a.csv.gz")

    assert [c.time_style for c in found.plan.having("time")] == ["mdy"]
