# SPDX-License-Identifier: Apache-2.0
"""Files on the pages: handed in, asked about, looked at again, taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dothi.sources import filing
from dothi.sources.door import FileDrop, Source

WIDE = "Ngày,Ba Đình,Thanh Liệt,Hồ Tây\n01/02/2021,1.5,2,3\n13/02/2021,0.5,,1\nTổng,2,2,4\n"


@pytest.fixture
def gauges(signed_in: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A source of files, whose originals go to a folder of this test."""
    del signed_in
    monkeypatch.setattr(filing, "_folder", lambda: tmp_path)
    return Source.objects.create(slug="tram-mua", name="Trạm mưa", way="file")


def _hand_in(browser: Client, source: Source, text: str) -> FileDrop:
    file = SimpleUploadedFile("2021.csv", text.encode())
    answer = browser.post(f"/sources/{source.slug}/files/", {"file": file})
    assert answer.status_code == 302
    return FileDrop.objects.get()


def test_preview_says_what_was_understood_when_a_file_is_handed_in(
    signed_in: Client, gauges: Source, tmp_path: Path
) -> None:
    drop = _hand_in(
        signed_in,
        gauges,
        "Ngày;Trạm;Lượng mưa (mm)\n13/02/2021;Hồ Tây;1,5\n14/02/2021;Hồ Tây;0\nxx;Hồ Tây;2\n",
    )

    page = signed_in.get(f"/sources/{gauges.slug}/files/{drop.pk}/").content.decode()

    assert (tmp_path / drop.sha256).read_text("utf-8").startswith("Ngày;Trạm")
    assert "Đã đọc 4 dòng: 2 dòng tốt với 2 số đo, 1 dòng bị từ chối, 1 dòng để ngoài." in page
    assert "Số đo; Lượng mưa" in page
    assert "Dòng 4, cột &quot;Ngày&quot;: thời gian không hợp lệ (&quot;xx&quot;)." in page


def test_rows_wait_for_an_answer_when_stations_are_columns_of_nobody_knows_what(
    signed_in: Client, gauges: Source
) -> None:
    drop = _hand_in(signed_in, gauges, WIDE)
    address = f"/sources/{gauges.slug}/files/{drop.pk}/"

    before = signed_in.post(address + "take/").status_code
    page = signed_in.get(address).content.decode()
    signed_in.post(address + "look/", {"kind": "rain"})
    after = signed_in.post(address + "take/").status_code

    drop.refresh_from_db()
    assert (before, 'name="kind"' in page, 'action="take/"' in page, after) == (400, True, False, 302)
    assert (drop.state, drop.preview["plan"]["type"], drop.preview["asks"]) == (
        "queued",
        "WeatherObserved",
        [],
    )


def test_file_is_turned_away_with_a_sentence_when_it_is_no_table(signed_in: Client, gauges: Source) -> None:
    file = SimpleUploadedFile("bao-cao.xls", b"%PDF-1.7")

    answer = signed_in.post(f"/sources/{gauges.slug}/files/", {"file": file}, follow=True)

    assert "Tệp không phải là bảng." in answer.content.decode()
    assert FileDrop.objects.count() == 0


DOUBT = "Ngày,Trạm,Lượng mưa (mm)\n13/02/2021,Hồ Tây,1.234\n14/02/2021,Hồ Tây,2.345\n"
UNNAMED = "Mốc,Trạm,Lượng mưa (mm)\nsáng,Hồ Tây,1.5\nchiều,Hồ Tây,0\n"


def _values(drop: FileDrop) -> list[str]:
    return [column["role"] for column in drop.preview["columns"]]


def test_decimal_mark_is_asked_and_kept_when_the_file_does_not_prove_it(
    signed_in: Client, gauges: Source
) -> None:
    drop = _hand_in(signed_in, gauges, DOUBT)
    address = f"/sources/{gauges.slug}/files/{drop.pk}/"

    before = signed_in.post(address + "take/").status_code
    page = signed_in.get(address).content.decode()
    signed_in.post(address + "look/", {"decimal": ","})
    after = signed_in.post(address + "take/").status_code

    drop.refresh_from_db()
    assert (before, 'id="f-decimal"' in page, after) == (400, True, 302)
    assert drop.preview["plan"]["columns"][2]["decimal"] == ","


def test_page_solves_a_file_when_its_time_column_is_not_found(signed_in: Client, gauges: Source) -> None:
    drop = _hand_in(signed_in, gauges, UNNAMED)
    address = f"/sources/{gauges.slug}/files/{drop.pk}/"
    assert "chưa đủ thông tin" in signed_in.get(address).content.decode()

    signed_in.post(address + "look/", {"start": "2021-02-13T07:00"})

    drop.refresh_from_db()
    assert (drop.preview["ready"], drop.preview["plan"]["start"]) == (True, "2021-02-13T07:00")


def test_columns_are_corrected_when_the_form_says_so(signed_in: Client, gauges: Source) -> None:
    drop = _hand_in(signed_in, gauges, DOUBT)
    address = f"/sources/{gauges.slug}/files/{drop.pk}/"

    signed_in.post(
        address + "look/",
        {"role-1": "left_out", "unit-2": "cm", "decimal-2": ".", "days-0": "mdy", "term-2": "waterLevel"},
    )

    drop.refresh_from_db()
    value = drop.preview["plan"]["columns"][2]
    assert _values(drop) == ["time", "left_out", "value"]
    assert (value["unit"], value["unit_code"], value["term"]) == ("cm", "CMT", "waterLevel")
    assert drop.preview["plan"]["columns"][0]["time_style"] == "mdy"


def test_preview_is_in_the_readers_language_when_it_changes(signed_in: Client, gauges: Source) -> None:
    drop = _hand_in(signed_in, gauges, DOUBT)
    address = f"/sources/{gauges.slug}/files/{drop.pk}/"

    signed_in.cookies["dothi_language"] = "en"
    page = signed_in.get(address).content.decode()

    assert "Reading; Rainfall" in page
    assert "Số đo" not in page


def test_start_is_asked_again_when_it_is_no_instant(signed_in: Client, gauges: Source) -> None:
    drop = _hand_in(signed_in, gauges, UNNAMED)
    address = f"/sources/{gauges.slug}/files/{drop.pk}/"

    answer = signed_in.post(address + "look/", {"start": "hôm qua"}, follow=True)

    assert "Thời điểm chưa đúng." in answer.content.decode()


def test_file_is_looked_at_when_its_cells_hold_what_cannot_be_stored(
    signed_in: Client, gauges: Source
) -> None:
    drop = _hand_in(signed_in, gauges, "Ngày,Trạm,Mưa (mm)\n13/02/2021,Hồ\x00 Tây,1.5\nx\x00,Hồ Tây,2\n")

    assert signed_in.get(f"/sources/{gauges.slug}/files/{drop.pk}/").status_code == 200
