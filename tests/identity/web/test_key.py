# SPDX-License-Identifier: Apache-2.0
"""Pages of keys: made, limited, changed and revoked by people; on a real database, as the pages' own role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dothi.broker.door import Terms, list_keys, make_key, types_there
from dothi.broker.store.keys import digest
from dothi.cityhall.postgres import Postgres
from dothi.foundation import clock
from dothi.identity.rules import key as rules
from dothi.places.actions.unit import NewUnit, put_units

NS = "https://uri.etsi.org/ngsi-ld/default-context/"
LAMP, AIR = f"{NS}Streetlight", f"{NS}AirQualityObserved"
PM25, POWER = f"{NS}pm25", f"{NS}powerState"


@pytest.fixture
def city(db: None) -> None:
    """Two wards, and what the broker's tables know of types and attributes."""
    day = clock.now().date() - timedelta(days=400)
    put_units(
        units=[
            NewUnit(id="hue", kind="thành phố", name="Huế", parent=None, code="46", valid_from=day),
            NewUnit(id="ward-a", kind="phường", name="Thuận Hóa", parent="hue", code="1", valid_from=day),
            NewUnit(id="ward-b", kind="phường", name="Phú Xuân", parent="hue", code="2", valid_from=day),
        ]
    )


@pytest.fixture(scope="module")
def things(django_db_setup: None, postgres: Postgres) -> Iterator[None]:
    """Entities of two types in the database of the pages."""
    with psycopg.connect(postgres.url("dothi_pages")) as owner:
        owner.execute(
            "INSERT INTO broker.entity_type (tenant, type, id) VALUES (1, %s, 'a'), (1, %s, 'b')", [LAMP, AIR]
        )
        owner.execute(
            "INSERT INTO broker.series (tenant, entity, attr) VALUES (1, 'a', %s), (1, 'b', %s), (1, 'c', %s)",
            [POWER, PM25, PM25],
        )
    yield
    with psycopg.connect(postgres.url("dothi_pages")) as owner:
        owner.execute("DELETE FROM broker.entity_type")
        owner.execute("DELETE FROM broker.series")


def form(client: Client, **more: Any) -> dict[str, Any]:
    page = client.get("/keys/add/").content.decode()
    number = re.search(r'name="number" value="([^"]+)"', page)
    owner = re.search(r'<option value="(account:[^"]+)"', page)
    assert number is not None
    assert owner is not None
    given = {"number": number[1], "note": "Bản đồ ngập", "owner": owner[1], "operations": ["read"]}
    return given | more


def rows() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', '', false)")
        return list_keys(cursor)


def token_of(page: str) -> str:
    found = re.search(r"dothi_[0-9a-f]{12}_[\w-]{40,}", page)
    assert found is not None
    return found[0]


def test_key_opens_what_was_chosen_when_made(signed_in: Client, city: None, things: None) -> None:
    given = form(
        signed_in, types=[AIR], attrs=[PM25], scope_more="/hue/ward-a", until="31/12/2027", per_minute="600",
        per_day="10.000", addresses="203.0.113.0/24",
    )  # fmt: skip

    answer = signed_in.post("/keys/add/", given)

    assert answer.status_code == 200
    assert answer["Cache-Control"].count("no-store")
    token = token_of(answer.content.decode())
    [row] = rows()
    assert row.terms == Terms(
        operations=["read"], note="Bản đồ ngập", owner=given["owner"], types=[AIR], attrs=[PM25],
        scopes=["/hue/ward-a"], expires_at=row.expires_at, per_minute=600, per_day=10_000,
        addresses=["203.0.113.0/24"],
    )  # fmt: skip
    assert f"{row.expires_at.astimezone(clock.VIETNAM):%d/%m/%Y %H:%M}" == "01/01/2028 00:00"
    assert opens(token)
    assert not opens(token[:-1])


def opens(token: str) -> bool:
    """Whether broker processes would know this token."""
    _, number, secret = token.split("_", 2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM broker.key WHERE id = %s AND revoked_at IS NULL", [number])
        row = cursor.fetchone()
    return row is not None and bytes(row[0]) == digest(secret)


def test_token_is_shown_once_when_the_form_comes_twice(signed_in: Client, city: None, things: None) -> None:
    given = form(signed_in)

    first, second = signed_in.post("/keys/add/", given), signed_in.post("/keys/add/", given)

    assert (first.status_code, second.status_code, len(rows())) == (200, 409, 1)
    assert "dothi_" not in second.content.decode()
    token = token_of(first.content.decode())
    shown = [signed_in.get(path).content.decode() for path in ("/keys/", f"/keys/{rows()[0].id}/")]
    assert not any(token in page or token.split("_", 2)[2] in page for page in shown)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"note": "a"}, "ít nhất 5 ký tự"),
        ({"owner": ""}, "chịu trách nhiệm"),
        ({"owner": "account:nobody"}, "chịu trách nhiệm"),
        ({"owner": "organisation:' OR 1=1"}, "chịu trách nhiệm"),
        ({"operations": []}, "ít nhất một việc"),
        ({"operations": ["read", "admin"]}, "ít nhất một việc"),
        ({"types": ["urn:nothing"]}, "không còn trong hệ thống"),
        ({"attrs": [f"{NS}secret"]}, "không còn trong hệ thống"),
        ({"scopes": ["/hue/elsewhere"]}, "không còn trong hệ thống"),
        ({"scopes": ["/"]}, "không còn trong hệ thống"),
        ({"until": "hôm qua"}, "f-until"),
        ({"until": "2020-01-01"}, "từ hôm nay trở đi"),
        ({"until": "2099-01-01"}, "tối đa 3 năm"),
        ({"until": "9999-12-31"}, "f-until"),
        ({"per_minute": "0"}, "số nguyên"),
        ({"per_day": "nhiều"}, "số nguyên"),
        ({"addresses": "10.0.0.0/99"}, "không phải địa chỉ mạng"),
        ({"number": "forged"}, "mở quá lâu"),
    ],
)
def test_form_tells_what_is_wrong_and_makes_nothing_when_entered_badly(
    more: dict[str, Any], sentence: str, signed_in: Client, city: None, things: None
) -> None:
    answer = signed_in.post("/keys/add/", form(signed_in, **more))

    assert (answer.status_code, rows()) == (400, [])
    assert sentence in answer.content.decode()


def test_form_keeps_what_was_chosen_when_one_more_unit_is_wanted(
    signed_in: Client, city: None, things: None
) -> None:
    given = form(signed_in, types=[AIR], scopes=["/hue/ward-a"], scope_more="/hue/ward-b", more="1")

    page = signed_in.post("/keys/add/", given).content.decode()

    assert rows() == []
    for scope in ("/hue/ward-a", "/hue/ward-b"):
        assert f'name="scopes" value="{scope}" checked' in page
    assert f'value="{AIR}" checked' in page


def made(**terms: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', '', false)")
        given = {"operations": ["read"], "note": "Cũ", "owner": "account:x", **terms}
        token = make_key(cursor, terms=Terms(**given))
    assert token is not None
    return token.split("_")[1]


def test_limits_change_and_the_token_stays_when_saved(signed_in: Client, city: None, things: None) -> None:
    key_id = made(types=[AIR, f"{NS}Gone"], per_day=5)
    page = signed_in.get(f"/keys/{key_id}/change/").content.decode()
    assert f'value="{NS}Gone" checked' in page

    given = form(signed_in, types=[f"{NS}Gone"], operations=["read", "write"])
    answer = signed_in.post(f"/keys/{key_id}/change/", given)

    [row] = rows()
    assert (answer.status_code, row.id) == (302, key_id)
    assert (row.types, row.operations, row.per_day) == ([f"{NS}Gone"], ["read", "write"], None)
    assert "năm giây" in signed_in.get(f"/keys/{key_id}/").content.decode()


def test_key_is_shut_for_good_when_revoked(signed_in: Client, city: None, things: None) -> None:
    token = token_of(signed_in.post("/keys/add/", form(signed_in)).content.decode())
    key_id = token.split("_")[1]
    asked = signed_in.get(f"/keys/{key_id}/revoke/").content.decode()
    assert "Bản đồ ngập" in asked
    assert opens(token)

    answers = [signed_in.post(f"/keys/{key_id}/revoke/").status_code for _ in range(2)]

    assert answers == [302, 302]
    assert not opens(token)
    changed = signed_in.post(f"/keys/{key_id}/change/", form(signed_in, note="Mở lại"))
    assert (changed.status_code, rows()[0].note) == (302, "Bản đồ ngập")


def test_acts_stand_in_the_ledger_without_words_of_people_when_done(
    signed_in: Client, city: None, things: None
) -> None:
    token = token_of(
        signed_in.post("/keys/add/", form(signed_in, note="Cho bà Hoa", per_day="7")).content.decode()
    )
    key_id = token.split("_")[1]
    signed_in.post(f"/keys/{key_id}/change/", form(signed_in, note="Cho bà Hoa"))
    signed_in.post(f"/keys/{key_id}/revoke/")

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', '', false)")
        cursor.execute("SELECT body FROM ledger.record ORDER BY id")
        told = [row[0] for row in cursor.fetchall() if key_id in row[0]]
    acts = [re.findall(r"identity\.act\.\w+", text)[0] for text in told]
    assert acts == ["identity.act.key_made", "identity.act.key_changed", "identity.act.key_revoked"]
    assert not any("Hoa" in text or token.split("_", 2)[2] in text for text in told)


def test_list_marks_what_nobody_uses_when_ninety_days_are_over(
    signed_in: Client, city: None, things: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, fresh = made(note="Nằm yên lâu"), made(note="Mới tạo ra", types=[AIR], scopes=["/hue/ward-a"])
    assert "90 ngày chưa dùng" not in signed_in.get("/keys/").content.decode()
    monkeypatch.setattr(rules, "UNUSED_AFTER", timedelta(0))

    page = signed_in.get("/keys/").content.decode()

    assert page.count("90 ngày chưa dùng") == 2
    assert "Chất lượng không khí" in page
    assert "Thuận Hóa" in page
    assert all(key_id in page for key_id in (old, fresh))


def test_list_asks_as_often_when_there_are_three_keys_as_when_there_is_one(
    signed_in: Client, city: None, things: None
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert signed_in.get("/keys/").status_code == 200
        return len(captured)

    made(scopes=["/hue/ward-a"])
    asked()
    one = asked()
    made(scopes=["/hue/ward-b"], owner="organisation:1"), made(owner="service:1")

    assert asked() <= one + 2


def test_pages_are_shut_when_one_holds_no_right_to_keys(signed_in: Client, city: None, things: None) -> None:
    key_id = made()
    signed_in.post("/sign-out/")

    answers = [
        signed_in.get(path)
        for path in (
            "/keys/",
            "/keys/add/",
            f"/keys/{key_id}/",
            f"/keys/{key_id}/change/",
            f"/keys/{key_id}/revoke/",
        )
    ]

    assert {(a.status_code, a["Location"][:9]) for a in answers} == {(302, "/sign-in/")}


@pytest.mark.parametrize("path", ["nothing", "../x", "0" * 300, "%00", "a'b"])
def test_page_says_so_when_there_is_no_such_key(path: str, signed_in: Client, things: None) -> None:
    assert signed_in.get(f"/keys/{path}/").status_code in {301, 404}
    assert signed_in.post(f"/keys/{path}/revoke/").status_code in {301, 404}


def test_keys_and_types_of_another_tenant_are_not_there_when_asked(things: None, db: None) -> None:
    made()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', 'other', false)")
        theirs = [list_keys(cursor), types_there(cursor)]
        cursor.execute("SELECT set_config('dothi.tenant', '', false)")
        ours = types_there(cursor)

    assert theirs == [[], []]
    assert ours == sorted([LAMP, AIR])
