# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from dothi.cityhall import error_pages, middleware, published, static_files
from dothi.cityhall.templatetags import words
from dothi.foundation import clock
from dothi.identity.door import decision_of
from dothi.places import door as places
from dothi.sources.core.mapping_names import iri

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def _addresses(resolver: URLResolver, before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for one in resolver.url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            found += _addresses(one, address)
        elif isinstance(one, URLPattern):
            found.append((address, one.callback))
    return found


def test_every_address_has_an_authentication_decision_when_listed() -> None:
    addresses = _addresses(get_resolver())

    assert [address for address, view in addresses if decision_of(view) is None] == []
    assert {address for address, view in addresses if decision_of(view) == "public"} >= {"", "sign-in/"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/ket-noi/", "/method/", "/sign-in/"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_public_page_is_small_and_of_one_language_when_read(address: str, language: str) -> None:
    answer = Client(headers={"accept-language": language}).get(address)

    assert (answer.status_code, answer["Content-Language"]) == (200, language)
    assert f'<html lang="{language}"' in answer.content.decode()
    assert len(answer.content) < 100_000
    scripts = ["/static/dothi/passkey.js"] if address == "/sign-in/" else []
    assert re.findall(r'<script[^>]* src="([^"]+)"', answer.content.decode()) == scripts


@pytest.mark.django_db
def test_headers_forbid_inline_code_and_frames_when_answered() -> None:
    answer = Client().get("/")

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert re.fullmatch(r"[0-9a-f-]{36}", answer["X-Request-Id"])


@pytest.mark.django_db
def test_request_id_is_kept_when_the_front_door_gives_one() -> None:
    given = Client().get("/", headers={"x-request-id": "11112222-3333"})
    forged = Client().get("/", headers={"x-request-id": "a b<script>"})

    assert given["X-Request-Id"] == "11112222-3333"
    assert forged["X-Request-Id"] != "a b<script>"


@pytest.mark.django_db
def test_choice_of_language_and_theme_stays_when_made() -> None:
    browser = Client(headers={"accept-language": "vi"})

    back = browser.post("/language/", {"language": "en", "next": "/ket-noi/"})
    browser.post("/theme/", {"theme": "dark"})
    page = browser.get("/").content.decode()

    assert (back.status_code, back["Location"]) == (302, "/ket-noi/")
    assert '<html lang="en" data-theme="dark">' in page


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "\\\\evil.example"])
def test_choice_leads_to_our_own_pages_when_asked_for_others(target: str) -> None:
    assert Client().post("/language/", {"language": "en", "next": target})["Location"] == "/"


@pytest.mark.django_db
def test_simulated_city_says_so_when_its_root_unit_is_simulated() -> None:
    before = Client(headers={"accept-language": "vi"}).get("/").content.decode()
    places.put_units(units=[places.NewUnit(id="99", kind="Thành phố", name="Sông Lam", simulated=True)])
    after = Client(headers={"accept-language": "vi"}).get("/").content.decode()

    assert "Thành phố mô phỏng" not in before
    assert "Thành phố mô phỏng" in after
    assert "Sông Lam" in after


@pytest.mark.django_db
def test_missing_page_says_what_to_do_when_asked_for() -> None:
    answer = Client(headers={"accept-language": "vi"}).get("/khong-co/")

    assert answer.status_code == 404
    assert "Không có trang này" in answer.content.decode()
    assert answer["X-Request-Id"] in answer.content.decode()


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (error_pages.bad_request, 400),
        (error_pages.forbidden, 403),
        (error_pages.failed, 500),
        (error_pages.busy, 503),
    ],
)
def test_error_page_is_told_without_a_database_when_shown(view: Any, status: int) -> None:
    answer = view(RequestFactory().get("/"))

    assert answer.status_code == status
    assert b"<h1>" in answer.content
    assert ("Retry-After" in answer) is (status == 503)


def test_store_that_does_not_answer_is_503_when_any_page_is_asked_for() -> None:
    def fails(_request: Any) -> Any:
        raise OperationalError

    answer = middleware.ErrorPages(fails)(RequestFactory().get("/"))

    assert answer.status_code == 503


def test_policy_lets_the_citys_own_tiles_in_when_set() -> None:
    policy = middleware.content_security_policy("https://tiles.hue.gov.vn/{z}/{x}/{y}.png")

    assert "img-src 'self' data: blob: https://tiles.hue.gov.vn;" in policy


def _thing(kind: str, value: float | None, age: float, name: str = "Trạm") -> published.Thing:
    return published.Thing(kind=kind, name=name, value=value, at=AT - timedelta(seconds=age), period=300)


def test_summary_folds_live_values_only_when_some_are_old() -> None:
    things = [
        _thing("air", 10, 5), _thing("air", 30, 5), _thing("air", 20, 5), _thing("air", 999, 301),
        _thing("rain", 4, 5, "Cầu"), _thing("rain", 9, 5, "Chợ"),
        _thing("noise", 55, 900), _thing("noise", 70, 9000),
        published.Thing(kind="bin", name="", value=None, at=None, period=60),
    ]  # fmt: skip

    found = published.summary(things, at=AT, language="vi")

    shown = [(kind.key, kind.value, kind.where, kind.live, kind.total, kind.old) for kind in found.kinds]
    assert shown == [
        ("air", 20, "", 3, 4, False),
        ("rain", 9, "Chợ", 2, 2, False),
        ("noise", 55, "", 0, 2, True),
        ("bin", None, "", 0, 1, True),
    ]
    assert (found.live, found.stale, found.total) == (5, 4, 9)


@pytest.mark.django_db
def test_things_are_read_as_the_public_reads_when_the_broker_has_some(pages_owner: str) -> None:
    def entity(**terms: Any) -> str:
        return json.dumps({iri(term): {"": instance} for term, instance in terms.items()})

    value = {"type": "Property", "value": 12.5, "observedAt": "2026-11-23T10:00:00.000000Z"}
    rows = [
        ("urn:a", entity(precipitation=value, name={"value": "Cầu"}, reportingPeriod={"value": 60})),
        ("urn:b", entity(precipitation=value, status={"value": "muted"})),
        ("urn:c", entity(precipitation=value | {"value": 98.5}, unpublished={"value": True})),
    ]
    insert = "INSERT INTO broker.entity (tenant, id, types, attrs, created_at, modified_at) VALUES (1, %s, %s, %s, '', '')"
    with psycopg.connect(pages_owner, autocommit=True) as owner:
        try:
            for id_, attrs in rows:
                owner.execute(insert.encode(), [id_, [iri("WeatherObserved")], attrs])
                owner.execute(
                    b"INSERT INTO broker.entity_type VALUES (1, %s, %s)", [iri("WeatherObserved"), id_]
                )

            text = Client(headers={"accept-language": "vi"}).get("/").content.decode()
            english = Client(headers={"accept-language": "en"}).get("/").content.decode()
        finally:
            owner.execute(b"DELETE FROM broker.entity_type")
            owner.execute(b"DELETE FROM broker.entity")

    assert "12,5" in text
    assert "12.5" in english
    assert "Cầu" in text
    assert "98,5" not in text


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [(1234567.891, 2, "1.234.567,89", "1,234,567.89"), (-3.5, 1, "−3,5", "−3.5"), (0, 0, "0", "0"), (None, 1, "–", "–")],
)  # fmt: skip
def test_number_is_written_as_its_language_does_when_shown(
    value: float | None, decimals: int, vi: str, en: str
) -> None:
    shown = []
    for language in ("vi", "en"):
        words.speak(language)
        shown.append(words.number(value, decimals))
    words.speak("vi")

    assert shown == [vi, en]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "vừa xong"), (59, "59 giây trước"), (719, "11 phút trước"), (7200, "2 giờ trước"), (90000, "1 ngày trước"),
     (100 * 86400, "3 tháng trước")],
)  # fmt: skip
def test_age_never_sounds_older_than_it_is_when_told(seconds: float, text: str) -> None:
    assert words.age_in_words(seconds, "vi") == text


def test_moment_is_in_vietnams_time_when_shown() -> None:
    assert (words.moment(AT), words.day(AT), words.moment(None)) == ("17:00 23/11/2026", "23/11/2026", "–")
    assert words.instant(AT) == clock.iso(AT)


def test_static_files_of_all_rooms_are_in_one_folder_when_collected(tmp_path: Any) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "gone.css").write_text("x")

    folder = static_files.collect(tmp_path)

    assert (folder / "dothi-ui" / "tokens.css").read_bytes()
    assert not (folder / "old").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "says"), [("text/html", "<h1>"), ("application/json", '"status": 507')])
def test_no_file_is_taken_in_when_the_disk_is_low(
    kind: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = dataclasses.replace(settings.SETTINGS, free_low_mb=10**9)
    monkeypatch.setattr(settings, "SETTINGS", low)
    browser = Client(headers={"accept": kind, "accept-language": "vi"})

    answer = browser.post("/sources/hue/files/", {"file": io.BytesIO(b"a;b")})

    assert (answer.status_code, answer["Retry-After"]) == (507, "30")
    body = answer.content.decode()
    assert says in body
    assert "sắp đầy" in (json.loads(body)["detail"] if kind == "application/json" else body)
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("vi", "Địa chỉ này không mở trực tiếp được"),
        ("en", "This address cannot be opened directly"),
    ],
)
def test_address_of_a_form_is_explained_when_a_browser_opens_it(
    signed_in: Client, language: str, heading: str
) -> None:
    signed_in.cookies["dothi_language"] = language

    answer = signed_in.get("/documents/codes/issue/", headers={"Accept": "text/html,*/*;q=0.8"})

    body = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert f"<h1>{heading}</h1>" in body
    assert 'href="/"' in body


def test_address_of_a_form_answers_shortly_when_a_program_opens_it(signed_in: Client) -> None:
    answer = signed_in.get("/documents/codes/issue/", headers={"Accept": "*/*"})

    assert (answer.status_code, answer["Allow"], answer.content) == (405, "POST", b"")
