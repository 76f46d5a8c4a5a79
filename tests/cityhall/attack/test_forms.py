# SPDX-License-Identifier: Apache-2.0
"""S10, forms: sent by another site, with more fields than they have, with bytes that nobody types; where they lead."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from tests.cityhall.attack.every_address import addresses
from tests.cityhall.attack.ways_in import made, password
from tests.cityhall.isolation import test_pages as pages
from tests.cityhall.isolation import world as worlds
from tests.cityhall.isolation.world import World
from tests.pages import PASSWORD, enter

from dothi.identity.models import Account

pytestmark = pytest.mark.django_db

WITHOUT_A_FORM = {
    "ledger_cosignatures",  # a witness hands its signature in: the signature itself is checked
    "credential_token",
    "credential_nonce",
    "credential_issue",
    "credential_response",  # a wallet answers: it has no session, and shows a token or a proof instead
    "oidc_authorize",  # OpenID Connect Core 3.1.2.1 wants POST, too; it acts only after a page of ours asked
    "oidc_token",
    "oidc_par",
    "oidc_revoke",
    "oidc_device",
    "oidc_userinfo",  # a program shows its own secret or token
    "oidc_logout",  # a program leads here; the page of ours asks before it ends a session
}
"""Addresses that machines post to, without a session. Each: why no other site gains by sending it."""
FOREIGN = (
    "https://evil.example", "http://evil.example/", "//evil.example", "///evil.example", "////evil.example/x",
    "/\\evil.example", "\\\\evil.example", "/\\/evil.example", "https:evil.example", "https:/evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", " //evil.example",
    "\t//evil.example", "/\t/evil.example", "/\n/evil.example", "http:///evil.example", "ftp://evil.example/",
    "evil.example", "@evil.example", "//localhost@evil.example", "//evil.example%2f@localhost", "\x00//evil.example",
    "https://localhost:8080@evil.example/", "//[::1]@evil.example", "/%0a/evil.example/..//evil.example", "", "x" * 9000,
)  # fmt: skip
FOREIGN_HOSTS = (
    "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "localhost:8080.evil.example",
    "localhost@evil.example", "evil.example/x", "evil.example#", "[::1].evil.example", "x" * 300, "a,b", "localhost evil.example",
    "localhost:99999", "localhost:x", "",
)  # fmt: skip
ODD = {
    "nul": "An\x00Bình",
    "long": "x" * 100_000,
    "turned": "An\u202egnp.exe",
    "lone surrogate": b"An\xed\xa0\x80",
    "no utf-8": b"\xff\xfe\xfa",
    "control": "An\r\nSet-Cookie: a=b\x1b[2J",
    "combining": "a" + "\u0301" * 2000,
    "number": "9" * 400,
    "template": "{{ 7|add:7 }}{% debug %}${7*7}",
    "statement": "'; DROP TABLE identity_account; --",
}


@pytest.fixture
def world(db: None, tmp_path: Any, settings: Any) -> World:
    from dataclasses import replace

    settings.SETTINGS = replace(settings.SETTINGS, data_dir=str(tmp_path), mail_url="smtp://mail.example")
    return worlds.build()


def _names() -> set[str]:
    return set(addresses({}))


def test_addresses_without_a_form_exist_when_listed() -> None:
    """S10-26: the list of exceptions names nothing that is gone."""
    assert WITHOUT_A_FORM - _names() == set()


@pytest.mark.parametrize("token", ["none", "made up", "of another browser"])
def test_no_address_takes_a_form_when_another_site_sent_it(world: World, token: str) -> None:
    """S10-27 to S10-29: every address there is, as administrator; one that is new is tried the day it is written."""
    signed_in, stranger = enter(world.accounts["dung"]), Client()
    stranger.get("/sign-in/")
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.cookies["dothi_session"] = signed_in.cookies["dothi_session"].value
    form = {
        "none": {},
        "made up": {"csrfmiddlewaretoken": "x" * 64},
        "of another browser": {"csrfmiddlewaretoken": stranger.cookies["dothi_csrf"].value},
    }[token]
    if token == "made up":
        browser.cookies["dothi_csrf"] = "y" * 32

    answers = {
        name: browser.post(address, pages.FORM | form).status_code
        for name, address in addresses(world.things["a"]).items()
        if name not in WITHOUT_A_FORM
    }

    assert {name: status for name, status in answers.items() if status not in {403, 405}} == {}
    assert len(answers) > 100


def test_no_address_takes_a_form_when_the_origin_is_another(world: World) -> None:
    """S10-30: the right token, sent by a page of another name."""
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in/")
    token = browser.cookies["dothi_csrf"].value
    for origin in ("https://evil.example", "null", "http://localhost.evil.example", "http://testserver:1"):
        answer = browser.post(
            "/sign-in/", {"login": "dung", "csrfmiddlewaretoken": token}, headers={"origin": origin}
        )
        assert answer.status_code == 403, origin


def test_machines_addresses_know_no_session_when_posted_to(world: World) -> None:
    """S10-31: where no token of forms is asked for, the cookie of a signed-in person counts for nothing."""
    signed_in = enter(world.accounts["dung"])
    for name, address in addresses(world.things["a"]).items():
        if name in WITHOUT_A_FORM:
            with_cookie = signed_in.post(address, "{}", content_type="application/json")
            without = Client().post(address, "{}", content_type="application/json")
            assert with_cookie.status_code == without.status_code, name


@pytest.mark.parametrize("foreign", FOREIGN)
def test_sign_in_stays_in_the_city_when_asked_to_lead_away(foreign: str) -> None:
    """S10-32: thirty ways to write another place."""
    made("an@example.vn", "resident")
    by_form, by_address = Client(), Client()

    answers = [
        password(by_form, "an@example.vn", next=foreign),
        by_address.post(
            "/sign-in/", {"login": "an@example.vn", "password": PASSWORD}, query_params={"next": foreign}
        ),
    ]
    answers.append(by_form.get("/sign-in/", {"next": foreign}))
    answers.append(by_form.post("/sign-in/again/", {"password": PASSWORD, "next": foreign}))
    answers.append(by_form.post("/language/", {"language": "en", "next": foreign}))
    answers.append(by_form.post("/theme/", {"theme": "dark", "next": foreign}))

    for answer in answers:
        parts = urlsplit(answer["Location"])
        assert (answer.status_code, parts.scheme, parts.netloc) == (302, "", ""), answer["Location"]
        assert answer["Location"].startswith("/")
        assert not answer["Location"].startswith(("//", "/\\"))


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_no_answer_names_the_host_when_a_request_made_it_up(host: str, settings: Any) -> None:
    """S10-33: links, mails and redirects are built from the public address."""
    from dataclasses import replace

    from django.core import mail

    settings.SETTINGS = replace(settings.SETTINGS, mail_url="smtp://mail.example")
    made("an@example.vn", "resident")
    browser = Client(headers={"host": host}, raise_request_exception=False)
    told = ""
    for address in ("/", "/sign-in/", "/me/", "/people", "/sign-in", "/recover/", "/none/"):
        answer = browser.get(address)
        assert answer.status_code < 500, address
        told += answer.get("Location", "") + answer.content.decode()
    browser.post("/reset/", {"email": "an@example.vn"})
    told += "".join(str(one.body) for one in mail.outbox)

    assert "evil" not in told
    assert all("http://127.0.0.1:8080/reset/" in str(one.body) for one in mail.outbox)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["an", "giang", "binh", "hoa", "em"])
def test_nobody_is_more_than_before_when_forms_carry_more_fields(world: World, role: str) -> None:
    """S10-34 to S10-38: role, tenant and the like in every form, by a resident, officers, a ward's head, an auditor."""
    browser = enter(world.accounts[role])
    browser.raise_request_exception = False
    me = world.accounts[role].pk
    extra = {
        "role": "admin", "is_admin": "1", "is_staff": "1", "is_superuser": "1", "is_active": "1", "tenant": "khac", "ial": "3",
        "aal": "3", "account": me, "account_id": me, "owner": me, "subject": f"account:{me}", "permissions": "*",
        "permission": "identity.manage", "position": "administrator", "unit": "", "sessions_ended": "0", "taker": role,
        "by": "account:x", "giver": world.accounts["dung"].pk, "subtree": "1", "id": me, "pk": me,
    }  # fmt: skip
    before = list(Account.objects.order_by("pk").values_list("pk", "role", "tenant", "ial", "password"))
    from dothi.foundation import clock
    from dothi.identity.door import rights_of

    held = {g.permission for g in rights_of(f"account:{me}").granted if g.holds_at(clock.now())}

    for things in (world.things["a"], world.things["city"] | {"account_id": me}):
        for address in addresses(things).values():
            if address.startswith(("/sign-out/", "/me/sessions/")):
                continue
            with pages._undone():
                answer = browser.post(address, pages.FORM | extra)
                assert answer.status_code < 500, (address, answer.status_code)
                now = {g.permission for g in rights_of(f"account:{me}").granted if g.holds_at(clock.now())}
                after = list(
                    Account.objects.order_by("pk").values_list("pk", "role", "tenant", "ial", "password")
                )
                assert now <= held, address
                assert [row for row in after if row in before] == before, address
                assert not [row for row in after if row not in before and (row[1] == "admin" or row[2])], (
                    address
                )


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/sign-in/", ("login", "password", "next", "credential")),
        ("/sign-in/passkey/", ("credential", "next")),
        ("/sign-up/", ("email",)),
        ("/reset/", ("email",)),
        ("/recover/", ("login", "code")),
        ("/language/", ("language", "next")),
    ],
)
def test_public_forms_fail_on_nothing_when_bytes_are_odd(odd: str, address: str, fields: tuple[str, ...], settings: Any) -> None:  # fmt: skip
    """S10-39: what nobody types is refused in words, and nothing of it comes back as a header."""
    from dataclasses import replace

    settings.SETTINGS = replace(settings.SETTINGS, mail_url="smtp://mail.example")
    browser = Client(raise_request_exception=False)
    for field in fields:
        answer = browser.post(address, {"login": "dung", "password": "x"} | {field: ODD[odd]})
        assert answer.status_code in {200, 302, 400, 403}, (field, answer.status_code)
        assert "Set-Cookie" not in "".join(answer.headers.values())
        assert answer.headers.keys() & {"X-Injected"} == set()


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD)
def test_no_page_of_people_fails_when_bytes_are_odd(world: World, odd: str) -> None:
    """S10-40: every form about people, keys and oneself, every field of it, as administrator."""
    browser = enter(world.accounts["dung"])
    browser.raise_request_exception = False
    found = []
    for name, address in addresses(world.things["a"]).items():
        if not address.startswith(
            ("/people/", "/me/", "/keys/", "/recovery/", "/sign-in/again/", "/places/")
        ):
            continue
        if address.startswith("/me/sessions/"):
            continue
        form = dict.fromkeys([*pages.FORM, "again", "password", "email", "code", "digits", "note", "types", "login", "document_digits", "title", "basis", "attributes", "purposes"], ODD[odd])  # fmt: skip
        with pages._undone():
            answer = browser.post(address, form)
            if answer.status_code >= 500:
                found.append((name, answer.status_code))
        with pages._undone():
            answer = browser.get(address, {"q": ODD[odd], "unit": ODD[odd], "done": ODD[odd], "opened": ODD[odd], "acr": ODD[odd]})  # fmt: skip
            if answer.status_code >= 500:
                found.append((f"GET {name}", answer.status_code))

    assert found == []


@pytest.mark.parametrize("odd", ["%00", "%FF", "..%2f..%2fetc", "x" * 5000, "9" * 30, "%E2%80%AE", "-1", "0"])
def test_no_address_fails_when_its_ids_are_made_up(world: World, odd: str) -> None:
    """S10-41: what stands in an address is looked for and not found."""
    browser = enter(world.accounts["dung"])
    browser.raise_request_exception = False
    number = odd if odd.isdecimal() else "1"
    failed = [
        name
        for name, address in addresses({}, number=number, otherwise=odd).items()
        if odd in address and browser.get(address).status_code >= 500
    ]

    assert failed == []


def test_sign_in_field_counts_once_when_sent_twice(dung: Any) -> None:
    """S10-42: of two values of a field the last counts, at the check and at what is done."""
    browser = Client()
    made("an@example.vn", "resident")

    answer = browser.post("/sign-in/?login=dung", {"login": ["dung", "an@example.vn"], "password": PASSWORD})

    assert answer["Location"] == "/me/"
    assert browser.session["_auth_user_id"] == Account.objects.get(login="an@example.vn").pk


def test_forms_are_refused_when_they_hold_too_much(dung: Any) -> None:
    """S10-43: a thousand times more fields, a file where none belongs, a body beyond the limit."""
    browser = Client(raise_request_exception=False)

    many = browser.post("/sign-in/", {f"f{n}": "" for n in range(3000)})
    large = browser.post("/sign-in/", {"login": "x" * (django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    as_json = browser.post("/sign-in/", "[" * 100_000, content_type="application/json")

    assert [answer.status_code for answer in (many, large, as_json)] == [400, 400, 400]


def test_sign_in_is_done_by_no_get_when_the_form_stands_in_the_address(dung: Any) -> None:
    """S10-44: acts want POST; a link does nothing."""
    browser = Client()
    browser.get("/sign-in/", {"login": "dung", "password": PASSWORD})
    signed_in = enter(made("an@example.vn", "resident"))

    assert "_auth_user_id" not in browser.session
    assert [
        signed_in.get(a).status_code for a in ("/sign-out/", "/me/sessions/end/", "/language/", "/theme/")
    ] == [405] * 4
    assert signed_in.get("/me/").status_code == 200
