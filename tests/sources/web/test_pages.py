# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dothi.sources import actions, filing
from dothi.sources.models import Device, FileDrop, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def data_folder(tmp_path: Path, settings: Any) -> Path:
    settings.SETTINGS = replace(django_settings.SETTINGS, data_dir=str(tmp_path))
    return tmp_path


@pytest.fixture
def reader() -> Iterator[None]:
    """A reader of files that takes the first line as the header."""

    before = list(filing._readers)

    def read(content: bytes, name: str, answers: Mapping[str, str]) -> filing.Preview:
        assert answers == {}
        lines = content.decode().splitlines()
        columns = [filing.Column(title=t, meaning=["value"]) for t in lines[0].split(",")]
        facts = [({"key": "sources.file.name"}, name)]
        return filing.Preview(columns=columns, rows=len(lines) - 1, facts=facts, plan={"header": lines[0]})

    filing.set_file_reader(read)
    yield
    filing._readers[:] = before


def _form(**changes: str) -> dict[str, str]:
    wanted = {"name": "Trạm mưa", "way": "http", "period": "5", "period_unit": "m", "preset": "json"}
    return wanted | changes


def _page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_pages_lead_to_sign_in_when_nobody_is_signed_in() -> None:
    for address in (
        "/sources/",
        "/sources/add/",
        "/sources/x/",
        "/sources/x/mapping/",
        "/sources/x/files/y/",
    ):
        answer = Client().get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")


def test_key_is_shown_once_when_a_source_is_added(signed_in: Client) -> None:
    answer = signed_in.post("/sources/add/", _form())

    assert (answer.status_code, answer["Location"]) == (302, "/sources/tram-mua/")
    first, second = _page(signed_in, "/sources/tram-mua/"), _page(signed_in, "/sources/tram-mua/")
    shown = re.search(r'class="secret">([\w-]{32})<', first)
    assert shown is not None
    assert shown[1] not in second
    assert Source.objects.get().mapping["device"] == "id"


def test_form_names_wrong_fields_and_keeps_answers_when_refused(signed_in: Client) -> None:
    answer = signed_in.post("/sources/add/", _form(name="", contact_phone="12", contact_name="Bình"))

    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'href="#f-name"' in text
    assert 'href="#f-contact_phone"' in text
    assert 'value="Bình"' in text


def test_device_is_added_with_place_and_password_when_entered(signed_in: Client) -> None:
    signed_in.post("/sources/add/", _form(way="mqtt"))

    answer = signed_in.post(
        "/sources/tram-mua/devices/add/", {"key": "t1", "kind": "rain", "lat": "16,47", "lon": "107.59"}
    )

    device = Device.objects.get()
    text = _page(signed_in, answer["Location"])
    assert (device.lat, device.lon, device.kind) == (16.47, 107.59, "rain")
    assert "-t &#x27;tram-mua/t1/up&#x27;" in text
    assert 'class="secret"' in text


def test_half_a_place_is_refused_when_entered(signed_in: Client) -> None:
    signed_in.post("/sources/add/", _form())

    answer = signed_in.post("/sources/tram-mua/devices/add/", {"key": "t1", "lat": "16,47", "lon": ""})

    assert answer.status_code == 400
    assert 'href="#f-lon"' in answer.content.decode()


def test_waiting_device_is_accepted_or_forgotten_when_chosen(signed_in: Client) -> None:
    source, _ = actions.add_source(tenant="", name="Trạm mưa", way="mqtt", period=60)
    one, two = (Device.objects.create(source=source, key=key, last_payload='{"t": 1}') for key in "ab")
    assert "Thiết bị mới chờ chấp nhận" in _page(signed_in, "/sources/")

    signed_in.post(f"/sources/tram-mua/devices/{one.pk}/accept/")
    signed_in.post(f"/sources/tram-mua/devices/{two.pk}/refuse/")

    assert list(Device.objects.values_list("key", "state")) == [("a", "accepted")]


def test_mapping_is_tried_on_the_last_payload_when_edited(signed_in: Client) -> None:
    source, _ = actions.add_source(tenant="", name="Trạm mưa", way="mqtt", period=60)
    Device.objects.create(
        source=source, key="a", last_topic="tram-mua/a/up", last_payload='{"id": "a", "pm25": 35.5}'
    )
    address = "/sources/tram-mua/mapping/"

    shown = signed_in.post(address, {"do": "preset", "preset": "json"}).content.decode()
    broken = signed_in.post(address, {"do": "keep", "mapping": "{"})
    kept = signed_in.post(address, {"do": "keep", "mapping": '{"device": "id", "rest": {}}'})

    assert "35.5" in shown
    assert "pm25" in shown
    assert (broken.status_code, kept.status_code) == (400, 302)
    source.refresh_from_db()
    assert source.mapping == {"device": "id", "rest": {}}


def test_source_is_retired_when_confirmed(signed_in: Client) -> None:
    actions.add_source(tenant="", name="Trạm mưa", way="mqtt", period=60)
    assert "Trạm mưa?" in _page(signed_in, "/sources/tram-mua/retire/")

    signed_in.post("/sources/tram-mua/retire/")

    assert Source.objects.get().retired_at is not None
    assert signed_in.post("/sources/tram-mua/mute/", {"muted": "yes"}).status_code == 400


def test_file_is_previewed_kept_and_queued_when_handed_in(
    signed_in: Client, data_folder: Path, reader: None
) -> None:
    actions.add_source(tenant="", name="Bảng mưa", way="file", period=86400)
    sent = SimpleUploadedFile("mưa tháng 10.csv", "giờ,mưa\n1,2\n".encode())

    answer = signed_in.post("/sources/bang-mua/files/", {"file": sent})

    drop = FileDrop.objects.get()
    assert (data_folder / "files" / drop.sha256).read_bytes() == "giờ,mưa\n1,2\n".encode()
    assert "giờ" in _page(signed_in, answer["Location"])
    signed_in.post(f"{answer['Location']}take/")
    drop.refresh_from_db()
    assert (drop.state, drop.rows, drop.preview["plan"]) == ("queued", 1, {"header": "giờ,mưa"})
    assert signed_in.get(answer["Location"])["Refresh"] == "2"
    original = signed_in.get(f"{answer['Location']}original/")
    assert b"".join(original.streaming_content) == "giờ,mưa\n1,2\n".encode()  # type: ignore[attr-defined]  # - a FileResponse


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [("a.pdf", b"x", "không phải bảng"), ("a.csv", b"", "Tệp trống")],
)
def test_file_is_refused_with_a_sentence_when_it_is_no_table(
    signed_in: Client, data_folder: Path, reader: None, name: str, content: bytes, sentence: str
) -> None:
    actions.add_source(tenant="", name="Bảng mưa", way="file", period=86400)

    signed_in.post("/sources/bang-mua/files/", {"file": SimpleUploadedFile(name, content)})

    assert sentence in _page(signed_in, "/sources/bang-mua/")
    assert not FileDrop.objects.exists()


@pytest.mark.parametrize("address", ["/sources/", "/sources/nguon-0/"])
def test_list_takes_constant_statements_when_it_grows(signed_in: Client, address: str) -> None:
    def plant(start: int, end: int) -> int:
        for number in range(start, end):
            source, _ = actions.add_source(tenant="", name=f"Nguồn {number}", way="mqtt", period=60)
            first = Source.objects.get(slug="nguon-0")
            actions.add_device(first, key=f"t{number}")
            Device.objects.create(source=first, key=f"w{number}")
            del source
        with CaptureQueriesContext(connection) as seen:
            assert signed_in.get(address).status_code == 200
        return len(seen)

    signed_in.get("/sources/")  # what the account may do is read once
    assert plant(0, 1) == plant(1, 3)
