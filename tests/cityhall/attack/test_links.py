# SPDX-License-Identifier: Apache-2.0
"""S10, links and codes that open an account: used twice, late, for another person or purpose, changed."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.test import Client
from tests.cityhall.attack.ways_in import NEW, code_for, made, password, sign_up_link
from tests.pages import PASSWORD, with_passkey
from tests.software_key import SoftwareKey, enrol, options

from dothi.foundation import clock
from dothi.identity.actions.password import _bound
from dothi.identity.actions.person import add_officer, invite, let_go
from dothi.identity.door import create_admin_link
from dothi.identity.models import Account

pytestmark = pytest.mark.django_db
BASE = "http://localhost:8080"
OTHER = "một câu khác hẳn câu trước"


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, mail_url="smtp://mail.example")


def _invited(login: str = "hoa") -> str:
    return urlsplit(invite(account=add_officer(name="Hoa", login=login), base_url=BASE)).path


def _reset(account: Account) -> str:
    return f"/reset/{signing.dumps([account.pk, _bound(account)], salt='dothi.identity.reset')}/"


def _later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    import time

    at, real = clock.now() + timedelta(**passed), time.time() + timedelta(**passed).total_seconds()
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(signing.time, "time", lambda: real)


def _all() -> dict[str, str]:
    return {
        "first": urlsplit(create_admin_link(BASE)).path,
        "invited": _invited(),
        "sign-up": sign_up_link("moi@example.vn"),
        "reset": _reset(made("an@example.vn", "resident")),
    }


FORM = {"name": "Người Mới", "login": "moi"} | NEW


@pytest.mark.parametrize("kind", ["first", "invited", "sign-up", "reset"])
def test_link_works_once_when_it_was_used(kind: str) -> None:
    """S10-64 to S10-67: replay."""
    link = _all()[kind]
    assert Client().post(link, FORM | {"password": OTHER, "again": OTHER}).status_code in {200, 302}

    assert Client().get(link).status_code == 403
    assert Client().post(link, FORM | {"login": "khac"}).status_code == 403


@pytest.mark.parametrize(("kind", "days"), [("first", 1), ("invited", 7), ("sign-up", 1), ("reset", 1 / 24)])
def test_link_is_dead_when_its_time_has_passed(
    kind: str, days: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S10-68 to S10-71: expiry, to the minute."""
    link = _all()[kind]
    _later(monkeypatch, days=days, minutes=-1)
    assert Client(headers={"host": "localhost:8080"}).get(link).status_code == 200

    _later(monkeypatch, minutes=2)

    assert Client().get(link).status_code == 403
    assert Client().post(link, FORM).status_code == 403


@pytest.mark.parametrize("kind", ["first", "invited", "sign-up", "reset"])
def test_link_is_refused_when_any_of_its_signs_is_changed(kind: str) -> None:
    """S10-72: each sign in turn, one cut off, one more, another case, parts swapped."""
    link = _all()[kind]
    token = link.split("/")[-2]
    changed = {
        token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(0, len(token), 3)
    }
    changed |= {
        token[:-1],
        token + "A",
        token.swapcase(),
        token[::-1],
        token.replace(":", "."),
        "x",
        token.rpartition(":")[0],
        token + ":" + token,
    }
    changed.discard(token)

    statuses = {Client().get(link.replace(token, one)).status_code for one in sorted(changed)}

    assert statuses <= {403, 404}


def test_link_of_one_kind_opens_no_other_when_its_token_is_moved() -> None:
    """S10-73: each token at every other address; and what other parts of the city sign."""
    links = _all()
    tokens = [link.split("/")[-2] for link in links.values()]
    tokens += [
        signing.dumps("an@example.vn"),
        signing.dumps(["x", "y"], salt="django.core.signing"),
        signing.Signer().sign("x"),
    ]
    for kind, link in links.items():
        own = link.split("/")[-2]
        for token in tokens:
            if token != own:
                assert Client().get(f"/{kind}/{token}/").status_code == 403, (kind, token)


def test_reset_link_changes_nobody_elses_password_when_the_account_in_it_is_swapped() -> None:
    """S10-74: the account is in the signature; a bound part of one account fits no other."""
    an, binh = made("an@example.vn", "resident"), made("binh@example.vn", "resident")
    binh.set_password(OTHER)
    binh.save()
    token = signing.dumps([binh.pk, _bound(an)], salt="dothi.identity.reset")

    assert Client().get(f"/reset/{token}/").status_code == 403
    Client().post(
        _reset(an),
        {
            "account": binh.pk,
            "login": binh.login,
            "password": "mật khẩu của kẻ gian",
            "again": "mật khẩu của kẻ gian",
        },
    )
    assert password(Client(), binh.login, OTHER).status_code == 302


def test_reset_links_all_die_when_one_is_used_or_sessions_end() -> None:
    """S10-75: two links asked for, one used."""
    an = made("an@example.vn", "resident")
    first, second_ = _reset(an), f"/reset/{signing.dumps([an.pk, _bound(an)], salt='dothi.identity.reset')}/"
    assert Client().post(first, {"password": OTHER, "again": OTHER}).status_code == 200

    assert Client().get(second_).status_code == 403


@pytest.mark.parametrize("kind", ["invited", "reset"])
def test_link_opens_nothing_when_the_account_was_closed(kind: str) -> None:
    """S10-76: the link of somebody who was let go."""
    link = _all()[kind]
    let_go(account=Account.objects.get(login="hoa" if kind == "invited" else "an@example.vn"))

    assert Client().get(link).status_code == 403
    assert Client().post(link, FORM).status_code == 403


def test_invitation_changes_no_account_but_its_own_when_the_form_names_another() -> None:
    """S10-77: the login in the form counts for nothing."""
    link = _invited()
    binh = made("binh")

    Client().post(link, NEW | {"login": "binh", "account": binh.pk, "password": OTHER, "again": OTHER})

    assert password(Client(), "binh", OTHER).status_code == 400
    assert password(Client(), "binh", PASSWORD).status_code == 302


def test_recovery_code_opens_no_page_when_entered_in_another_browser() -> None:
    """S10-78: the page on which the passkey is made belongs to the browser that entered the code."""
    person = made("khanh")
    code = code_for(person)
    browser, other = Client(), Client()
    browser.post("/recover/", {"login": "khanh", "code": code})

    assert other.get("/recover/passkey/").status_code == 403
    assert other.post("/recover/passkey/options/", headers={"accept": "application/json"}).status_code == 403
    assert other.post("/recover/", {"login": "khanh", "code": code}).status_code == 400


def test_recovery_ends_when_the_account_is_closed_meanwhile() -> None:
    """S10-79: between the code and the passkey."""
    person = made("khanh")
    browser = Client()
    browser.post("/recover/", {"login": "khanh", "code": code_for(person)})
    let_go(account=person)

    assert browser.get("/recover/passkey/").status_code == 403
    assert browser.post("/recover/passkey/", {"credential": "{}"}).status_code == 403


def test_links_stand_in_no_referrer_and_in_no_cache_when_opened() -> None:
    """S10-80: what is in the address bar goes nowhere else."""
    for kind, link in _all().items():
        answer = Client(headers={"host": "localhost:8080"}).get(link)
        assert (answer.status_code, answer["Referrer-Policy"]) == (200, "same-origin"), kind
        assert "no-store" in answer["Cache-Control"], kind
        assert "http://" not in answer.content.decode().replace("http://localhost:8080", "").replace(
            "http://127.0.0.1:8080", ""
        ).replace("http://www.w3.org", ""), kind


def test_new_passkey_is_refused_when_it_answers_a_challenge_for_showing_one(dung: Any) -> None:
    """S10-81: one ceremony's challenge in the other, both ways."""
    key, browser = with_passkey(dung), Client()
    fresh = SoftwareKey()
    password(browser, "dung")
    shown = options(browser, "/sign-in/second/options/")
    adding = fresh.add({"publicKey": shown["publicKey"] | {"user": {"id": ""}}})

    assert browser.post("/sign-in/second/", {"credential": adding}).status_code == 400
    options(browser, "/sign-in/second/options/")
    wrong_type = key.show(options(browser, "/sign-in/second/options/")).replace("public-key", "password")
    assert browser.post("/sign-in/second/", {"credential": wrong_type}).status_code == 400
    assert "_auth_user_id" not in browser.session


def test_passkey_is_refused_when_its_client_data_names_the_other_ceremony(
    dung: Any, dung_key: SoftwareKey
) -> None:
    """S10-82: `webauthn.create` where `webauthn.get` belongs, and a payment's."""
    for kind in ("webauthn.create", "payment.get", "", "webauthn.get "):
        browser = Client()
        real = dung_key._client_data
        dung_key._client_data = lambda _kind, challenge, k=kind, r=real: r(k, challenge)
        shown = dung_key.show(options(browser, "/sign-in/passkey/options/"))
        dung_key._client_data = real
        assert browser.post("/sign-in/passkey/", {"credential": shown}).status_code == 400, kind


def test_passkey_names_no_other_account_when_its_handle_is_swapped(dung: Any, dung_key: SoftwareKey) -> None:
    """S10-83: a key of mine with the handle of the administrator."""
    mine = with_passkey(made("binh"))
    for handle in (str(dung.pk).encode(), b"", b"\x00", b"acc_x' OR 1=1", b"x" * 65, "é".encode()):
        mine.handle = handle
        browser = Client()
        shown = mine.show(options(browser, "/sign-in/passkey/options/"))
        assert browser.post("/sign-in/passkey/", {"credential": shown}).status_code == 400, handle
        assert "_auth_user_id" not in browser.session


def test_enrolment_takes_no_passkey_when_the_stage_was_skipped(dung: Any) -> None:
    """S10-84: the pages of a stage, without the stage before it."""
    key, browser = SoftwareKey(), Client()
    for address in (
        "/sign-in/first-passkey/options/",
        "/sign-in/second/options/",
        "/recover/passkey/options/",
    ):
        assert browser.post(address, headers={"accept": "application/json"}).status_code == 403
    with_passkey(dung)
    password(browser, "dung")  # stands at the second proof now, not at enrolment
    assert (
        browser.post("/sign-in/first-passkey/options/", headers={"accept": "application/json"}).status_code
        == 403
    )
    assert browser.get("/sign-in/first-passkey/")["Location"] == "/sign-in/"
    with pytest.raises(AssertionError):
        enrol(browser, key)
