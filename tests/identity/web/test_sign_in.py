# SPDX-License-Identifier: Apache-2.0

"""Signing in by stages: password, second proof, passkey of staff; what is tried against it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from tests.pages import PASSWORD, enter, with_passkey
from tests.software_key import SoftwareKey, enrol, options, sign_in_by
from tests.told import told

from dothi.foundation import clock
from dothi.identity.models import Account, FailedTry

pytestmark = pytest.mark.django_db
SECOND, FIRST_KEY = "/sign-in/second/", "/sign-in/first-passkey/"


def _password(browser: Client, login: str = "dung", password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/sign-in/", {"login": login, "password": password} | more)


def _second(browser: Client, key: SoftwareKey) -> Any:
    return browser.post(SECOND, {"credential": key.show(options(browser, f"{SECOND}options/"))})


def _is_in(browser: Client) -> bool:
    return browser.get("/sources/").status_code == 200


def test_staff_make_a_passkey_before_any_other_page_when_they_have_none(dung: Any) -> None:
    browser, key = Client(), SoftwareKey()

    asked = _password(browser, next="/places/")
    before = _is_in(browser)
    page = browser.get(FIRST_KEY)
    made = enrol(browser, key)

    assert (asked.status_code, asked["Location"], before, page.status_code) == (302, FIRST_KEY, False, 200)
    assert (made.status_code, made["Location"]) == (302, "/places/")
    assert _is_in(browser)
    assert [one.data["id"] for one in Authenticator.objects.filter(user=dung)] != []


def test_staff_show_their_passkey_after_the_password_when_they_have_one(
    dung: Any, dung_key: SoftwareKey
) -> None:
    browser = Client()

    asked = _password(browser, login="DUNG", next="/places/")
    before = _is_in(browser)
    shown = _second(browser, dung_key)

    assert (asked["Location"], before) == (SECOND, False)
    assert (shown.status_code, shown["Location"], _is_in(browser)) == (302, "/places/", True)


def test_passkey_alone_lets_in_when_it_is_shown(dung: Any, dung_key: SoftwareKey) -> None:
    browser = Client()

    answer = sign_in_by(browser, dung_key, "/places/")

    assert (answer.status_code, answer["Location"], _is_in(browser)) == (302, "/places/", True)
    assert Authenticator.objects.get(user=dung).data["sign_count"] == dung_key.counter


@pytest.mark.parametrize(
    "foreign", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in_leads_to_our_own_pages_when_asked_for_others(
    dung: Any, dung_key: SoftwareKey, foreign: str
) -> None:
    assert sign_in_by(Client(), dung_key, foreign)["Location"] == "/console/"


def _refused(browser: Client, answer: Any, reason: str) -> None:
    assert answer.status_code == 400
    assert reason in answer.content.decode()
    assert not _is_in(browser)


def test_passkey_is_refused_when_made_for_another_origin(dung: Any, dung_key: SoftwareKey) -> None:
    for origin in (
        "http://evil.example",
        "https://localhost.evil.example",
        "null",
        "http://127.0.0.1:8080",
        "",
    ):
        browser, dung_key.origin = Client(headers={"accept-language": "en"}), origin
        _refused(browser, sign_in_by(browser, dung_key), "was not accepted")


def test_passkey_is_refused_when_the_person_was_not_verified(dung: Any, dung_key: SoftwareKey) -> None:
    browser, dung_key.flags = Client(headers={"accept-language": "en"}), 0x01

    _refused(browser, sign_in_by(browser, dung_key), "was not accepted")


def test_passkey_is_refused_when_nobody_was_present(dung: Any, dung_key: SoftwareKey) -> None:
    browser, dung_key.flags = Client(headers={"accept-language": "en"}), 0x04

    _refused(browser, sign_in_by(browser, dung_key), "was not accepted")


def test_passkey_is_refused_when_bound_to_another_name(dung: Any, dung_key: SoftwareKey) -> None:
    browser, dung_key.rp_id = Client(headers={"accept-language": "en"}), "evil.example"

    _refused(browser, sign_in_by(browser, dung_key), "was not accepted")


def test_passkey_is_refused_when_signed_by_another_key(dung: Any, dung_key: SoftwareKey) -> None:
    browser, other = Client(headers={"accept-language": "en"}), SoftwareKey()
    other.id, other.handle = dung_key.id, dung_key.handle

    _refused(browser, sign_in_by(browser, other), "was not accepted")


def test_passkey_is_refused_and_recorded_when_its_counter_goes_back(dung: Any, dung_key: SoftwareKey) -> None:
    browser = Client(headers={"accept-language": "en"})
    sign_in_by(Client(), dung_key)
    dung_key.counter = 0

    _refused(browser, sign_in_by(browser, dung_key), "seems to have been copied")
    assert told("identity.act.passkey_copied") == [
        ("visitor", "identity.act.passkey_copied", f"passkey:{Authenticator.objects.get().pk}", {})
    ]


def test_passkey_is_refused_when_its_answer_is_sent_twice(dung: Any, dung_key: SoftwareKey) -> None:
    browser = Client(headers={"accept-language": "en"})
    shown = dung_key.show(options(browser, "/sign-in/passkey/options/"))
    browser.post("/sign-in/passkey/", {"credential": shown})
    browser.post("/sign-out/")

    _refused(
        browser, browser.post("/sign-in/passkey/", {"credential": shown}), "older than 5 minutes or was used"
    )


def test_passkey_is_refused_when_its_challenge_was_given_to_another_browser(
    dung: Any, dung_key: SoftwareKey
) -> None:
    browser = Client(headers={"accept-language": "en"})
    options(browser, "/sign-in/passkey/options/")
    shown = dung_key.show(options(Client(), "/sign-in/passkey/options/"))

    _refused(browser, browser.post("/sign-in/passkey/", {"credential": shown}), "was not accepted")


def test_passkey_is_refused_when_its_challenge_is_old(
    dung: Any, dung_key: SoftwareKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client(headers={"accept-language": "en"})
    shown = dung_key.show(options(browser, "/sign-in/passkey/options/"))
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)

    _refused(browser, browser.post("/sign-in/passkey/", {"credential": shown}), "older than 5 minutes")


def test_second_proof_is_refused_when_another_persons_passkey_is_shown(
    dung: Any, dung_key: SoftwareKey
) -> None:
    binh = Account.objects.create(name="Bình", login="binh", role="staff")
    foreign, browser = with_passkey(binh), Client(headers={"accept-language": "en"})
    _password(browser)

    _refused(browser, _second(browser, foreign), "not known here")


def test_second_proof_of_staff_is_no_code_when_they_have_a_passkey(dung: Any, dung_key: SoftwareKey) -> None:
    Authenticator.objects.create(user=dung, type="totp", data={"secret": "x"})
    browser = Client(headers={"accept-language": "en"})
    _password(browser)

    page = browser.get(SECOND).content.decode()
    answer = browser.post(SECOND, {"code": "123456"})

    assert 'name="code"' not in page
    _refused(browser, answer, "Press the button again")


@pytest.mark.parametrize(
    "credential",
    ["", "null", "[]", "{}", "{", '"x"', "1e999", "[" * 5000, "x" * 30_000, '{"id": 1}', '{"id":"","rawId":"","type":"public-key","response":{}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","authenticatorData":"AA","signature":"AA","userHandle":"AAAA"}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"","signature":"","userHandle":null}}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"","attestationObject":"oA"}}'],
)  # fmt: skip
def test_passkey_is_refused_when_it_is_no_such_thing(dung: Any, credential: str) -> None:
    browser = Client()
    options(browser, "/sign-in/passkey/options/")
    assert browser.post("/sign-in/passkey/", {"credential": credential}).status_code == 400

    _password(browser)
    options(browser, f"{FIRST_KEY}options/")
    assert browser.post(FIRST_KEY, {"credential": credential}).status_code == 400
    assert not _is_in(browser)
    assert not Authenticator.objects.exists()


def test_new_passkey_is_refused_when_made_wrongly(dung: Any) -> None:
    for name, value in (
        ("flags", 0x01),
        ("origin", "https://evil.example"),
        ("rp_id", "evil.example"),
        ("algorithm", -65535),
    ):
        browser, key = Client(), SoftwareKey()
        setattr(key, name, value)
        _password(browser)
        assert enrol(browser, key).status_code == 400
    assert not Authenticator.objects.exists()


def test_new_passkey_is_refused_when_another_account_has_it(dung: Any, dung_key: SoftwareKey) -> None:
    Account.objects.create(name="Bình", login="binh", role="staff", password=dung.password)
    browser = Client(headers={"accept-language": "en"})
    _password(browser, login="binh")

    _refused(browser, enrol(browser, dung_key), "known here already")


def test_stages_lead_back_to_the_beginning_when_nobody_is_on_the_way() -> None:
    for address in (SECOND, FIRST_KEY):
        assert Client().get(address)["Location"] == "/sign-in/"
        assert Client().post(f"{address}options/", headers={"accept": "application/json"}).status_code == 403


def test_sign_in_begins_a_new_session_when_right(dung: Any, dung_key: SoftwareKey) -> None:
    browser = Client()
    browser.get("/sign-in/")
    session = browser.session
    session["planted"] = "yes"
    session.save()
    browser.cookies["dothi_session"] = session.session_key
    planted = session.session_key

    _password(browser)
    half_way = browser.cookies["dothi_session"].value
    _second(browser, dung_key)

    assert len({planted, half_way, browser.cookies["dothi_session"].value}) == 3
    assert "planted" not in browser.session
    assert not Session.objects.filter(session_key__in=[planted, half_way]).exists()


def test_sign_in_waits_a_minute_when_tried_wrongly_five_times(dung: Any) -> None:
    browser = Client(headers={"accept-language": "en"})
    for _ in range(5):
        assert "not right" in _password(browser, password="x").content.decode()

    blocked = _password(browser)
    FailedTry.objects.update(at=clock.now() - timedelta(seconds=61))
    later = _password(browser)

    assert (blocked.status_code, later.status_code) == (400, 302)
    assert "Wait a minute" in blocked.content.decode()


def test_sign_in_waits_when_one_network_address_tries_many_names(dung: Any) -> None:
    at = clock.now()
    FailedTry.objects.bulk_create(FailedTry(login=f"x{n}", address="203.0.113.9", at=at) for n in range(30))

    answers = [
        Client(headers={"x-client-address": address}).post(
            "/sign-in/", {"login": "dung", "password": PASSWORD}
        )
        for address in ("203.0.113.9", "203.0.113.10")
    ]

    assert [answer.status_code for answer in answers] == [400, 302]


def test_sign_in_says_the_same_when_the_name_or_the_password_is_wrong(dung: Any) -> None:
    answers = []
    for login, password in (("dung", "wrong"), ("nobody", "wrong"), ("\x00", "wrong"), ("x" * 5000, "")):
        text = _password(Client(), login=login, password=password).content.decode()
        answers.append(text[text.index("wrong-list") : text.index("</ul></div>")])

    assert len(set(answers)) == 1


def test_sign_in_keeps_nothing_readable_when_a_stranger_types_a_password_as_his_name() -> None:
    _password(Client(), login="mật khẩu gõ nhầm ô")

    assert "mật" not in FailedTry.objects.get().login


def test_forms_are_refused_when_they_carry_no_token(dung: Any) -> None:
    for address in ("/sign-in/", "/sign-in/passkey/", "/sign-in/passkey/options/", "/sign-out/", "/sign-up/", "/reset/", "/recover/"):  # fmt: skip
        answer = Client(enforce_csrf_checks=True).post(address, {"login": "dung", "password": PASSWORD})
        assert answer.status_code == 403, address


def test_page_leads_to_localhost_when_the_browser_came_by_a_bare_address() -> None:
    for host, place in (
        ("127.0.0.1:8080", "localhost:8080"),
        ("[::1]:9000", "localhost:9000"),
        ("127.0.0.1", "localhost"),
    ):
        answer = Client(headers={"host": host}).get("/sign-in/?next=/places/")
        assert (answer.status_code, answer["Location"]) == (302, f"http://{place}/sign-in/?next=/places/")
    assert Client(headers={"host": "localhost:8080"}).get("/sign-in/").status_code == 200


def test_page_says_where_passkeys_work_when_the_browser_came_by_another_name() -> None:
    page = Client(headers={"host": "city.example", "accept-language": "en"}).get("/sign-in/").content.decode()

    assert "work only at http://localhost:8080" in page


def test_sign_in_page_leads_on_when_the_person_is_in_already(signed_in: Client) -> None:
    assert signed_in.get("/sign-in/?next=/places/")["Location"] == "/places/"


def test_session_ends_when_the_person_signs_out(dung: Any, dung_key: SoftwareKey) -> None:
    browser = enter(dung, dung_key)
    stolen = browser.cookies["dothi_session"].value
    browser.post("/sign-out/")
    browser.cookies["dothi_session"] = stolen

    assert not _is_in(browser)


def test_account_that_is_closed_is_let_in_by_nothing_when_it_has_all_proofs(
    dung: Any, dung_key: SoftwareKey
) -> None:
    browser = enter(dung, dung_key)
    Account.objects.update(is_active=False)

    assert not _is_in(browser)
    assert _password(Client()).status_code == 400
    assert sign_in_by(Client(), dung_key).status_code == 400
