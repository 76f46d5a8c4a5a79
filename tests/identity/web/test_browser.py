# SPDX-License-Identifier: Apache-2.0

"""Pages of accounts in a real browser: no rule of accessibility is broken, and nothing is wider than a small phone."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from tests.axe import NEEDED, on_every_screen
from tests.pages import PASSWORD, enter, with_passkey

from dothi.foundation import clock
from dothi.identity.actions.recovery import open_recovery
from dothi.identity.models import Account

HOST = "http://localhost:8080"
OPEN = ["/sign-in/", "/sign-up/", "/reset/", "/recover/"]
OWN = [
    "/me/",
    "/me/passkeys/add/",
    "/me/password/",
    "/me/emails/add/",
    "/sign-in/again/?next=/me/",
    "/recovery/",
]
LONG = "Nguyễn Phúc Bảo Long Hoàng Thị Ngọc Ánh"

pytestmark = [pytest.mark.django_db, *NEEDED]


@pytest.fixture
def rendered(dung: Any, settings: Any) -> dict[str, dict[str, bytes]]:
    """The pages by language, rendered before the browser's loop turns; wrong forms and half-way ones among them."""
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, mail_url="smtp://mail.example")
    with_passkey(dung)
    an = Account(name=LONG, login="nguyen.phuc.bao.long.hoang.thi.ngoc.anh@example.vn", role="resident")
    an.set_password(PASSWORD)
    an.save()
    for number in range(2):
        EmailAddress.objects.create(
            user=an, email=f"a{number}.{an.login}", verified=True, primary=number == 0
        )
    binh = Account.objects.create(name="Bình", login="binh", role="admin", password=dung.password)
    found: dict[str, dict[str, bytes]] = {}
    for language in ("vi", "en"):
        headers = {"accept-language": language, "host": "localhost:8080"}
        found[language] = _open(headers) | _own(enter(dung, **headers), OWN) | _resident(an, headers)
        found[language] |= _counter(binh, enter(dung, **headers), an)
    return found


def _open(headers: dict[str, str]) -> dict[str, bytes]:
    found = {address: Client(headers=headers).get(address).content for address in OPEN}
    found |= {f"{address} wrong": Client(headers=headers).post(address, {}).content for address in OPEN}
    found["/sign-up/ sent"] = Client(headers=headers).post("/sign-up/", {"email": "long@example.vn"}).content
    second, first = Client(headers=headers), Client(headers=headers)
    second.post("/sign-in/", {"login": "dung", "password": PASSWORD})
    found["second"] = second.get("/sign-in/second/").content
    first.post("/sign-in/", {"login": "binh", "password": PASSWORD})
    found["enrolment"] = first.get("/sign-in/first-passkey/").content
    return found


def _own(browser: Client, addresses: list[str]) -> dict[str, bytes]:
    return {address: browser.get(address).content for address in addresses}


def _resident(an: Account, headers: dict[str, str]) -> dict[str, bytes]:
    browser = enter(an, **headers)
    return {f"resident {k}": v for k, v in _own(browser, ["/me/?done=passkey_added", "/me/app/"]).items()}


def _counter(first: Account, second: Client, an: Account) -> dict[str, bytes]:
    kept = {"document_kind": "passport", "document_digits": "1234"}
    one = open_recovery(officer=first, login=an.login, at=clock.now(), **kept)
    address = f"/recovery/{one.pk}/confirm/"
    found = {"waiting": second.get("/recovery/").content, "confirm": second.get(address).content}
    found["confirm wrong"] = second.post(address, {"document_digits": "9"}).content
    found["slip"] = second.post(address, {"document_digits": "1234"}).content
    found["recovery wrong"] = second.post("/recovery/", {}).content
    return found


def test_pages_break_no_rule_and_fit_when_read_on_any_screen(rendered: dict[str, dict[str, bytes]]) -> None:
    assert on_every_screen(rendered, host=HOST) == {}
