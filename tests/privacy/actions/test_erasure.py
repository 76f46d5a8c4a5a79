# SPDX-License-Identifier: Apache-2.0
"""A person's data are packed whole, and after erasure nothing anywhere says who they were: seeded canaries."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from tests.pages import PASSWORD

from dothi.foundation import clock
from dothi.foundation.errors import Conflict
from dothi.identity.door import give_post
from dothi.identity.models import Account, FailedTry
from dothi.privacy.actions.erasure import erase_account
from dothi.privacy.actions.export import hand_out, make_export
from dothi.privacy.actions.request import file_request
from dothi.privacy.actions.retention import hold
from dothi.privacy.errors import Held, NotNow
from dothi.privacy.models import DataRequest, Export
from dothi.sources.door import add_source
from dothi.sources.models import Source

pytestmark = pytest.mark.django_db

NAME, LOGIN, PHONE = "Hoàng Thị Chim Yến", "chim.yen@canary.vn", "0912000777"
WORDS, MAIL, SECRET = "chim hoàng yến hót trong mỏ", "mo.than@canary.vn", "bi-mat-cua-khoa"
CANARIES = (NAME, "Chim Yến", LOGIN, PHONE, WORDS, MAIL)


@pytest.fixture
def yen(dung: Any) -> Account:
    """Yến, an officer with a little of everything: a key, a failed try, a request, a contact, a session."""
    del dung
    account = Account(name=NAME, login=LOGIN, role="staff")
    account.set_password(PASSWORD)
    account.save()
    give_post(account=account, position="ward_officer", since=date(2026, 1, 1))
    Authenticator.objects.create(user=account, type="totp", data={"secret": SECRET})
    FailedTry.objects.create(login=LOGIN)
    add_source(tenant="", name="Trạm canary", way="http", period=300, contact_name=NAME, contact_phone=PHONE)
    file_request(
        kind="access", name=NAME, email=MAIL, phone=PHONE, details=WORDS, account=account.pk, at=clock.now()
    )
    return account


def _opened(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name).decode() for name in packed.namelist()}


def _everything() -> str:
    """All rows of all tables that pages can read, the ledger and the outbox too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'ledger', 'outbox')"
            " AND has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'SELECT')"
        )
        found = []
        for schema, table in cursor.fetchall():
            cursor.execute(f'SELECT coalesce(string_agg(t::text, chr(10)), \'\') FROM "{schema}"."{table}" t')
            found.append(f"{schema}.{table}: {cursor.fetchone()[0]}")
    return "\n".join(found)


def test_export_holds_everything_but_what_opens_the_account_when_it_is_made(yen: Account) -> None:
    make_export(account=yen.pk, at=clock.now())

    files = _opened(hand_out(account=yen.pk, at=clock.now()))

    assert set(files) == {"data.json", "read.vi.html", "read.en.html", "SHA256SUMS"}
    assert [one for one in CANARIES if one not in files["data.json"] and one != "Chim Yến"] == []
    assert "mfa.authenticator" in files["data.json"]
    assert not any(SECRET in text or "argon2" in text for text in files.values())
    data = json.loads(files["data.json"])
    assert set(data["parts"]) == {"sources", "privacy", "ledger", "identity"}
    assert all(WORDS in files[name] for name in ("read.vi.html", "read.en.html"))


def test_page_to_read_runs_nothing_when_somebody_is_called_like_a_script(yen: Account) -> None:
    Account.objects.filter(pk=yen.pk).update(name="<script>alert(1)</script>")
    make_export(account=yen.pk, at=clock.now())

    files = _opened(hand_out(account=yen.pk, at=clock.now()))

    assert "<script" not in files["read.vi.html"]


def test_export_is_handed_out_once_and_emptied_when_fetched(yen: Account) -> None:
    make_export(account=yen.pk, at=clock.now())
    hand_out(account=yen.pk, at=clock.now())

    with pytest.raises(NotNow):
        hand_out(account=yen.pk, at=clock.now())
    assert bytes(Export.objects.get().content) == b""


def test_export_cannot_be_fetched_when_a_week_has_passed(yen: Account) -> None:
    made = make_export(account=yen.pk, at=clock.now() - timedelta(days=7, seconds=1))

    with pytest.raises(NotNow):
        hand_out(account=yen.pk, at=clock.now())
    assert made.expires_at < clock.now()


def test_export_of_another_is_out_of_reach_when_one_asks_for_oneself(yen: Account, dung: Any) -> None:
    make_export(account=yen.pk, at=clock.now())

    with pytest.raises(NotNow):
        hand_out(account=dung.pk, at=clock.now())


def test_former_export_is_emptied_when_a_new_one_is_made(yen: Account) -> None:
    first = make_export(account=yen.pk, at=clock.now() - timedelta(hours=1))
    make_export(account=yen.pk, at=clock.now())

    first.refresh_from_db()
    assert (bytes(first.content), first.size) == (b"", 0)


def test_nothing_says_who_it_was_when_a_person_was_erased(yen: Account, dung: Any, pages_owner: str) -> None:
    del pages_owner
    client = Client()
    assert client.post("/sign-in/", {"login": LOGIN, "password": PASSWORD}).status_code == 302
    make_export(account=yen.pk, at=clock.now())
    # What sources told the broker waits in the outbox; it is taken in and gone within a second.
    assert [one for one in CANARIES if one in _everything()] != []

    done = erase_account(account=yen.pk, by="account:dung", at=clock.now())

    assert [one for one in CANARIES if one in _everything()] == []
    assert [(one.name, one.because) for one in done] == [
        ("sources", "privacy.kept.broker"),
        ("privacy", ""),
        ("ledger", "privacy.kept.ledger"),
        ("identity", ""),
    ]
    assert client.get("/privacy/export/").status_code == 302
    assert not Authenticator.objects.filter(user_id=yen.pk).exists()
    assert Source.objects.get(name="Trạm canary").contact_phone == ""


def test_export_after_erasure_shows_nothing_of_the_person_when_made_again(yen: Account) -> None:
    erase_account(account=yen.pk, by="account:dung", at=clock.now())

    make_export(account=yen.pk, at=clock.now())

    texts = "".join(_opened(hand_out(account=yen.pk, at=clock.now())).values())
    assert [one for one in CANARIES if one in texts] == []


def test_erasing_twice_does_nothing_more_when_repeated(yen: Account) -> None:
    erase_account(account=yen.pk, by="account:dung", at=clock.now())

    again = erase_account(account=yen.pk, by="account:dung", at=clock.now())

    assert {one.name: one.count for one in again} == {"sources": 0, "privacy": 0, "ledger": 0, "identity": 0}


def test_namesake_keeps_the_account_when_another_is_erased(yen: Account) -> None:
    other = Account.objects.create(name="Người Khác", login="khac@canary.org", role="staff")

    erase_account(account=yen.pk, by="account:dung", at=clock.now())

    other.refresh_from_db()
    assert (other.name, other.is_active) == ("Người Khác", True)


def test_nothing_is_erased_when_a_legal_hold_stands(yen: Account) -> None:
    hold(object_=f"account:{yen.pk}", basis="Điều tra số 12", by="account:dung", at=clock.now())

    with pytest.raises(Held):
        erase_account(account=yen.pk, by="account:dung", at=clock.now())

    yen.refresh_from_db()
    assert yen.name == NAME
    assert DataRequest.objects.get().details == WORDS


def test_nobody_is_half_erased_when_the_last_room_refuses(dung: Any) -> None:
    file_request(kind="erase", name="Dung", details=WORDS, account=dung.pk, at=clock.now())

    with pytest.raises(Conflict):
        erase_account(account=dung.pk, by="account:dung", at=clock.now())

    assert DataRequest.objects.get().details == WORDS


def test_officer_erases_by_a_request_once_it_is_known_who_asks(signed_in: Client, yen: Account) -> None:
    one = file_request(kind="erase", name="An", at=clock.now())
    path = f"/privacy/desk/{one.pk}"
    signed_in.post(f"{path}/", {"privacy_purpose": "data_requests"})
    signed_in.post(f"{path}/take/")

    unknown = signed_in.post(f"{path}/erase/", {"sure": "on", "login": LOGIN})
    signed_in.post(f"{path}/check/", {"how": "counter"})
    unsure = signed_in.post(f"{path}/erase/", {"login": LOGIN})
    nobody = signed_in.post(f"{path}/erase/", {"sure": "on", "login": "ai.do"})
    done = signed_in.post(f"{path}/erase/", {"sure": "on", "login": LOGIN}, follow=True)

    assert (unknown.status_code, unsure.status_code, nobody.status_code, done.status_code) == (
        409,
        400,
        400,
        200,
    )
    assert "Giữ lại vì nhật ký chỉ ghi thêm" in done.content.decode() or "đã xoá" in done.content.decode()
    yen.refresh_from_db()
    assert (yen.name, yen.is_active, yen.login) == ("", False, f"erased-{yen.pk}")


def test_rows_of_another_tenant_stay_out_of_sight_when_the_filter_is_gone(pages_owner: str) -> None:
    """The second line: row-level security, with the owner's rows of another authority in every table."""
    with psycopg.connect(pages_owner) as owner:
        owner.execute(
            "INSERT INTO privacy_legalhold (tenant, object, basis, by, at, lifted_by)"
            " VALUES ('khac', 'rule:files', 'Charlie', '', now(), '')"
        )
        tables = [
            row[0]
            for row in owner.execute(
                "SELECT relname FROM pg_class WHERE relname LIKE 'privacy\\_%' AND relkind = 'r' AND NOT relrowsecurity"
            )
        ]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM privacy_legalhold")
            assert cursor.fetchone() == (0,)
        assert tables == []
    finally:
        with psycopg.connect(pages_owner) as owner:
            owner.execute("DELETE FROM privacy_legalhold WHERE tenant = 'khac'")
