# SPDX-License-Identifier: Apache-2.0
"""Every way into the city, walked from its first page to a session as a person walks it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.core import signing
from django.test import Client
from tests.pages import PASSWORD, enter, with_passkey
from tests.software_key import SoftwareKey, enrol, options, sign_in_by

from dothi.identity.actions.person import add_officer, invite
from dothi.identity.door import create_admin_link, give_post
from dothi.identity.models import Account, Recovery

SECOND = "/sign-in/second/"
NEW = {"password": PASSWORD, "again": PASSWORD}


def made(login: str, role: str = "staff", position: str = "", unit: str = "") -> Account:
    account = Account(name=login.title(), login=login, role=role, ial=1)
    account.set_password(PASSWORD)
    account.save()
    if "@" in login:
        EmailAddress.objects.create(user=account, email=login, verified=True, primary=True)
    if position:
        give_post(account=account, position=position, unit=unit, since=date(2026, 1, 1))
    return account


def password(browser: Client, login: str, secret: str = PASSWORD, **more: str) -> Any:
    return browser.post("/sign-in/", {"login": login, "password": secret} | more)


def second(browser: Client, key: SoftwareKey) -> Any:
    return browser.post(SECOND, {"credential": key.show(options(browser, f"{SECOND}options/"))})


def by_password(browser: Client) -> None:
    made("an@example.vn", "resident")
    password(browser, "an@example.vn")


def by_password_and_passkey(browser: Client) -> None:
    key = with_passkey(made("binh"))
    password(browser, "binh")
    second(browser, key)


def by_password_and_first_passkey(browser: Client) -> None:
    made("chi")
    password(browser, "chi")
    enrol(browser, SoftwareKey())


def by_passkey(browser: Client) -> None:
    sign_in_by(browser, with_passkey(made("giang")))


def by_first_link(browser: Client) -> None:
    path = urlsplit(create_admin_link("http://localhost:8080")).path
    browser.post(path, {"name": "Em", "login": "em"} | NEW)
    enrol(browser, SoftwareKey())


def by_invitation(browser: Client) -> None:
    path = urlsplit(
        invite(account=add_officer(name="Hoa", login="hoa"), base_url="http://localhost:8080")
    ).path
    browser.post(path, NEW)
    enrol(browser, SoftwareKey())


def by_sign_up(browser: Client) -> None:
    browser.post(sign_up_link("moi@example.vn"), {"name": "Người Mới"} | NEW)


def by_recovery(browser: Client) -> None:
    an = made("khanh")
    browser.post("/recover/", {"login": an.login, "code": code_for(an)})
    enrol(browser, SoftwareKey(), "/recover/passkey/")


WAYS: dict[str, Callable[[Client], None]] = {
    name: way for name, way in list(globals().items()) if name.startswith("by_")
}


def sign_up_link(email: str) -> str:
    """What stands in the mail, as `actions.sign_up` makes it."""
    return f"/sign-up/{signing.dumps(email, salt='dothi.identity.sign_up')}/"


def code_for(person: Account) -> str:
    """The code of a slip, by two officers at the counter."""
    names = [f"quay{person.login[:5]}{number}" for number in (1, 2)]
    first, other = (enter(made(name, position="counter_officer")) for name in names)
    first.post(
        "/recovery/", {"login": person.login, "document_kind": "citizen_card", "document_digits": "12ab"}
    )
    pk = Recovery.objects.latest("pk").pk
    slip = other.post(f"/recovery/{pk}/confirm/", {"document_digits": "12ab"}).content.decode()
    found = re.search(r'code-large">([^<]+)<', slip)
    assert found, slip
    return found.group(1)


def is_in(browser: Client) -> bool:
    return browser.get("/me/").status_code == 200
