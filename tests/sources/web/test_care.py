# SPDX-License-Identifier: Apache-2.0
"""Accepting, correcting, finding and refusing on the pages of sources."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from dothi.sources import actions
from dothi.sources.core.mapping_presets import PRESETS
from dothi.sources.models import Device, Refusal, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> Source:
    made, _ = actions.add_source(tenant="", name="Trạm mưa", way="mqtt", period=60)
    return made


def _page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_waiting_device_is_accepted_as_what_the_form_says_when_sent_in_one_step(
    signed_in: Client, source: Source
) -> None:
    seen = Device.objects.create(source=source, key="la-1", last_payload="{}")
    page = _page(signed_in, f"/sources/tram-mua/devices/{seen.pk}/")
    assert all(f'name="{field}"' in page for field in ("kind", "name", "unit", "lat", "lon", "unit_code"))

    form = {"name": "Cầu Trường Tiền", "kind": "rain", "lat": "16,47", "lon": "107,59", "unit_code": "MMT"}
    signed_in.post(f"/sources/tram-mua/devices/{seen.pk}/accept/", form)

    seen.refresh_from_db()
    assert (seen.state, seen.name, seen.entity_type) == ("accepted", "Cầu Trường Tiền", "WeatherObserved")
    assert (seen.lat, seen.lon, seen.unit_code) == (16.47, 107.59, "MMT")


def test_form_keeps_answers_and_the_device_waits_when_the_place_is_half(
    signed_in: Client, source: Source
) -> None:
    seen = Device.objects.create(source=source, key="la-1")

    answer = signed_in.post(
        f"/sources/tram-mua/devices/{seen.pk}/accept/", {"kind": "air", "lat": "16,47", "lon": ""}
    )

    assert answer.status_code == 400
    assert '<option value="air" selected>' in answer.content.decode()
    seen.refresh_from_db()
    assert seen.state == "waiting"


def test_kind_is_that_of_the_sources_mapping_when_the_accept_form_opens(
    signed_in: Client, source: Source
) -> None:
    actions.change_mapping(source, mapping={"type": "NoiseLevelObserved", "device": "id", "rest": {}})
    seen = Device.objects.create(source=source, key="la-1")

    assert '<option value="noise" selected>' in _page(signed_in, f"/sources/tram-mua/devices/{seen.pk}/")


def test_many_devices_are_accepted_when_ticked_or_all(signed_in: Client, source: Source) -> None:
    waiting = [Device.objects.create(source=source, key=f"w{n:03}") for n in range(120)]
    page = _page(signed_in, "/sources/tram-mua/")
    assert 'class="chip waiting">120<' in page
    assert "1–20 trên 120" in page
    assert "21–40 trên 120" in _page(signed_in, "/sources/tram-mua/?waiting=20")

    chosen = {"source": "tram-mua", "which": "chosen", "kind": "flood", "device": [w.pk for w in waiting[:2]]}
    signed_in.post("/sources/accept/", chosen)
    assert source.devices.filter(state="accepted", entity_type="FloodMonitoring").count() == 2

    answer = signed_in.post("/sources/accept/", {"source": "tram-mua", "which": "all"}, follow=True)
    assert "Đã chấp nhận 118 thiết bị." in answer.content.decode()
    assert not source.devices.filter(state="waiting").exists()


def test_nothing_is_accepted_when_nothing_is_ticked(signed_in: Client, source: Source) -> None:
    Device.objects.create(source=source, key="w")

    answer = signed_in.post("/sources/accept/", {"device": ["\x00", "dev_none"]}, follow=True)

    assert "Chưa chọn thiết bị nào" in answer.content.decode()
    assert source.devices.get().state == "waiting"


def test_devices_are_found_without_marks_and_paged_both_ways_when_there_are_many(
    signed_in: Client, source: Source
) -> None:
    Device.objects.bulk_create(
        Device(source=source, key=f"t{n:03}", name=f"Cầu Gỗ {n:03}", state="accepted") for n in range(250)
    )

    found = _page(signed_in, "/sources/tram-mua/?q=cau+go+24")
    middle = _page(signed_in, "/sources/tram-mua/?from=100")

    assert "Cầu Gỗ 249" in found
    assert "Cầu Gỗ 123" not in found
    assert 'href="?from=0#devices"' in middle
    assert 'href="?from=200#devices"' in middle
    assert "Không có thiết bị nào khớp" in _page(signed_in, "/sources/tram-mua/?q=khong-co")


def test_recipe_is_on_the_devices_real_topic_when_its_source_is_tasmota(signed_in: Client) -> None:
    source, _ = actions.add_source(tenant="", name="Ổ cắm", way="mqtt", period=60, mapping=PRESETS["tasmota"])

    answer = signed_in.post(f"/sources/{source.slug}/devices/add/", {"key": "o-1"})
    own = signed_in.post(f"/sources/{source.slug}/devices/add/", {"key": "o-2", "topics": "rieng/+/o-2\nx/#"})

    assert Device.objects.get(key="o-1").topics == ["tele/o-1/+", "stat/o-1/+"]
    assert "-t &#x27;tele/o-1/SENSOR&#x27;" in _page(signed_in, answer["Location"])
    assert Device.objects.get(key="o-2").topics == ["rieng/+/o-2", "x/#"]
    assert "-t &#x27;rieng/1/o-2&#x27;" in _page(signed_in, own["Location"])


def test_topic_is_refused_at_its_field_when_it_is_none(signed_in: Client, source: Source) -> None:
    device, _ = actions.add_device(source, key="a")

    answer = signed_in.post(f"/sources/tram-mua/devices/{device.pk}/", {"topics": "#"})

    assert answer.status_code == 400
    assert 'href="#f-topics"' in answer.content.decode()


def test_gateway_login_is_shown_once_when_made(signed_in: Client, source: Source) -> None:
    signed_in.post("/sources/tram-mua/gateway/")

    first, second = _page(signed_in, "/sources/tram-mua/"), _page(signed_in, "/sources/tram-mua/")
    assert source.pk.replace("_", "-") in first
    assert 'class="secret"' in first
    assert 'class="secret"' not in second
    signed_in.post("/sources/tram-mua/gateway/", {"do": "remove"})
    source.refresh_from_db()
    assert source.options == {}


def test_subscription_is_seen_and_corrected_when_changed(signed_in: Client) -> None:
    form = {
        "name": "Máy chủ cũ",
        "way": "subscribe",
        "period": "5",
        "period_unit": "m",
        "host": "mqtt.example.vn",
    }
    bad = signed_in.post("/sources/add/", form | {"port": "²"})
    signed_in.post("/sources/add/", form | {"tls": "on", "password": "bí mật", "topic": "city/#"})

    assert bad.status_code == 400
    assert 'href="#f-port"' in bad.content.decode()
    made = Source.objects.get(way="subscribe")
    assert (made.options["port"], made.options["tls"]) == (8883, True)
    Source.objects.filter(pk=made.pk).update(link_state="no_host", link_error="Name or service not known")
    page = _page(signed_in, "/sources/may-chu-cu/")
    assert all(text in page for text in ("mqtt.example.vn:8883", "city/#", "Không tìm thấy máy chủ MQTT."))

    change = form | {"host": "10.0.0.5", "port": "1884", "topic": "a/#\nb/+", "password": ""}
    assert signed_in.post("/sources/may-chu-cu/change/", change).status_code == 302
    made.refresh_from_db()
    assert made.options == {
        "host": "10.0.0.5", "port": 1884, "username": "", "password": "bí mật", "topics": ["a/#", "b/+"], "tls": False,
    }  # fmt: skip
    assert "bí mật" not in _page(signed_in, "/sources/may-chu-cu/change/")


def test_refusals_of_no_source_are_listed_and_said_in_each_language_when_stored(signed_in: Client) -> None:
    Refusal.objects.bulk_create(
        Refusal(way="mqtt", reason="login", detail=f"ai-do-{n}", topic="", payload="") for n in range(60)
    )
    Refusal.objects.create(way="mqtt", reason="topic", topic="la/hoac", payload='{"v": 1}', times=3)

    vi = _page(signed_in, "/sources/")
    signed_in.cookies["dothi_language"] = "en"
    en = _page(signed_in, "/sources/")

    assert all(text in vi for text in ("Không khớp với nguồn nào", "la/hoac", "Chủ đề MQTT không khớp", "×3"))
    assert "The MQTT topic fits no source." in en
    assert "ai-do-0" not in en
    assert "51–61 of 61" in _page(signed_in, "/sources/refusals/?from=50")


def test_refusal_of_a_source_shows_its_topic_when_listed(signed_in: Client, source: Source) -> None:
    Refusal.objects.create(
        source_id=source.pk,
        way="mqtt",
        reason="bad_time",
        detail="hôm qua",
        topic="tram-mua/x/up",
        payload="{}",
    )

    for address in ("/sources/tram-mua/", "/sources/tram-mua/refusals/"):
        page = _page(signed_in, address)
        assert "tram-mua/x/up" in page
        assert "Không hiểu thời gian &quot;hôm qua&quot;" in page


BAD_FORMS: list[tuple[str, dict[str, str], int]] = [
    ("/sources/add/", {"name": "Nguồn", "way": "mqtt", "period": "²", "period_unit": "m"}, 400),
    ("/sources/add/", {"name": "Nguồn", "way": "mqtt", "period": "9" * 5000, "period_unit": "m"}, 400),
    ("/sources/add/", {"name": "Ng\x00", "way": "mqtt", "period": "5", "period_unit": "m"}, 302),
    (
        "/sources/tram-mua/devices/add/",
        {"key": "a\x00b", "name": "\x00", "unit": "\x00", "kind": "\x00"},
        302,
    ),
    ("/sources/tram-mua/devices/add/", {"key": "c", "lat": "²", "lon": "9" * 5000}, 400),
    ("/sources/tram-mua/mapping/", {"do": "keep", "mapping": '{"device": "a\\u0000"}'}, 400),
    ("/sources/tram-mua/mapping/", {"do": "keep", "mapping": '{"device": "\\ud800"}'}, 400),
    ("/sources/tram-mua/mapping/", {"do": "keep", "mapping": '{"latitude": 1e999}'}, 400),
    ("/sources/tram-mua/mapping/", {"do": "keep", "mapping": '{"latitude": ' + "9" * 5000 + "}"}, 400),
    ("/sources/tram-mua/mapping/", {"do": "keep", "mapping": "[" * 50_000}, 400),
    ("/sources/tram-mua/mapping/", {"do": "try", "mapping": "{}", "payload": "\x00", "topic": "\x00"}, 200),
]


@pytest.mark.parametrize(("address", "form", "status"), BAD_FORMS)
def test_malformed_values_are_answered_plainly_when_posted(
    signed_in: Client, source: Source, address: str, form: dict[str, str], status: int
) -> None:
    assert signed_in.post(address, form).status_code == status


@pytest.mark.parametrize(
    "query", ["from=²", f"from={'9' * 5000}", "from=-1", "waiting=x", "q=%00", "files=%00"]
)
def test_list_begins_at_its_start_when_the_address_says_nonsense(
    signed_in: Client, source: Source, query: str
) -> None:
    _page(signed_in, f"/sources/tram-mua/?{query}")


def test_thing_is_missing_when_its_address_holds_nul(signed_in: Client, source: Source) -> None:
    _page(signed_in, "/sources/tram-mua/devices/%00/", 404)
    _page(signed_in, "/sources/tram-mua/files/%00/", 404)


@pytest.mark.parametrize(
    ("language", "said"), [("vi", "Không có mục tên “tpye”"), ("en", "There is no “tpye”")]
)
def test_problem_of_a_mapping_is_said_in_the_readers_language_when_tried(
    signed_in: Client, source: Source, language: str, said: str
) -> None:
    signed_in.cookies["dothi_language"] = language

    answer = signed_in.post("/sources/tram-mua/mapping/", {"mapping": json.dumps({"tpye": "x"})})

    assert said in answer.content.decode()


def test_source_says_so_when_its_kept_mapping_cannot_be_used(signed_in: Client, source: Source) -> None:
    broken: dict[str, Any] = {"tpye": 1}
    Source.objects.filter(pk=source.pk).update(mapping=broken)

    assert "Không có mục tên “tpye”" in _page(signed_in, "/sources/tram-mua/")
