# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from tests.pages import PASSWORD
from tests.software_key import SoftwareKey, enrol

from dothi.foundation import clock
from dothi.identity import door
from dothi.identity.models import Account, AdminLink

pytestmark = pytest.mark.django_db


def _link() -> str:
    return urlsplit(door.create_admin_link("http://127.0.0.1:8080")).path


def _form(**changes: str) -> dict[str, str]:
    return {"name": "An", "login": "an@hue.gov.vn", "password": PASSWORD, "again": PASSWORD} | changes


def test_first_link_makes_one_administrator_when_used_once() -> None:
    link, browser = _link(), Client()

    assert browser.get(link).status_code == 200
    made = browser.post(link, _form(name="An Nguyễn"))
    again = Client().post(link, _form(login="binh"))

    enrolled = enrol(browser, SoftwareKey())

    assert (made.status_code, made["Location"]) == (302, "/sign-in/first-passkey/")
    assert (enrolled.status_code, enrolled["Location"], again.status_code) == (302, "/sources/", 403)
    assert list(Account.objects.values_list("name", "login", "role")) == [
        ("An Nguyễn", "an@hue.gov.vn", "admin")
    ]
    assert Account.objects.get().password.startswith("argon2")
    assert browser.get("/sources/").status_code == 200


def test_first_link_works_no_more_when_a_day_has_passed() -> None:
    link = _link()
    AdminLink.objects.update(made_at=clock.now() - timedelta(hours=24))

    assert Client().get(link).status_code == 403


def test_first_link_works_no_more_when_a_newer_one_is_made() -> None:
    older = _link()
    _link()

    assert Client().get(older).status_code == 403


def test_first_link_is_refused_when_its_signature_is_changed() -> None:
    link = _link()

    assert Client().get(link[:-3] + "xx/").status_code == 403


def test_first_page_tells_each_wrong_field_and_keeps_answers_when_refused() -> None:
    answer = Client(headers={"accept-language": "en"}).post(_link(), _form(login="a b", password="short"))

    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'href="#f-login"' in text
    assert 'href="#f-password"' in text
    assert 'href="#f-again"' in text
    assert 'value="a b"' in text
    assert "short" not in text
    assert not Account.objects.exists()


def test_session_ends_when_the_password_changes(signed_in: Client, dung: Any) -> None:
    assert signed_in.get("/sources/").status_code == 200

    dung.set_password("một câu khác hẳn câu trước")
    dung.save()

    assert signed_in.get("/sources/").status_code == 302


def test_sign_out_ends_the_session_when_asked(signed_in: Client) -> None:
    signed_in.post("/sign-out/")

    assert signed_in.get("/sources/").status_code == 302


def test_forms_are_refused_when_they_carry_no_token(dung: Any) -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "dung", "password": PASSWORD})

    assert answer.status_code == 403
