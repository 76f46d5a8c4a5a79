# SPDX-License-Identifier: Apache-2.0

"""Sessions: how long, how sure, where; ended one by one, or by a change of the means."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from tests.pages import PASSWORD, enter, with_passkey
from tests.software_key import SoftwareKey, options

from dothi.foundation import clock
from dothi.foundation.errors import NotAuthenticated
from dothi.identity import sessions
from dothi.identity.models import Account
from dothi.identity.step_up import recently

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
OTHER = "một câu khác hẳn câu trước"


def _is_in(browser: Client) -> bool:
    return browser.get("/me/").status_code == 200


def _later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    at = clock.now() + timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: at)


def _resident(**more: Any) -> Account:
    account = Account(name="An", login="an@example.vn", role="resident", ial=1, **more)
    account.set_password(PASSWORD)
    account.save()
    return account


def _an() -> Client:
    browser = Client(headers={"accept-language": "en"})
    assert browser.post("/sign-in/", {"login": "an@example.vn", "password": PASSWORD})["Location"] == "/me/"
    return browser


def test_session_keeps_how_sure_it_is_when_it_begins(dung: Any, dung_key: SoftwareKey) -> None:
    _resident()
    strong, weak = enter(dung, dung_key).session["assurance"], _an().session["assurance"]

    assert (strong["aal"], strong["ial"], strong["source"], sorted(strong["proved"])) == (2, 0, "webauthn", ["aal1", "aal2", "phr"])  # fmt: skip
    assert (weak["aal"], weak["ial"], weak["source"], sorted(weak["proved"])) == (1, 1, "password", ["aal1"])
    assert clock.parse(strong["verified_at"]) <= clock.now()


def test_session_ends_when_it_is_an_hour_idle(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _later(monkeypatch, minutes=59)
    used = _is_in(signed_in)
    _later(monkeypatch, minutes=59)
    again = _is_in(signed_in)
    _later(monkeypatch, minutes=60)

    assert (used, again, _is_in(signed_in)) == (True, True, False)


def test_session_ends_after_twelve_hours_when_it_is_used_all_the_time(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for _ in range(16):
        _later(monkeypatch, minutes=45)
        seen.append(_is_in(signed_in))

    assert seen == [True] * 15 + [False]


def test_session_ends_earlier_when_the_city_says_so(signed_in: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, session_idle_minutes=5)
    _later(monkeypatch, minutes=6)

    assert not _is_in(signed_in)


def test_session_is_worth_nothing_when_it_says_nothing_of_how_it_began(signed_in: Client) -> None:
    for name in ("assurance", "began_at", "seen_at"):
        for value in (None, "x", 7):
            browser = Client()
            browser.cookies["dothi_session"] = signed_in.session.session_key
            session = signed_in.session
            kept = session[name]
            session[name] = value
            session.save()
            assert not _is_in(browser), (name, value)
            session[name] = kept
            session.save(must_create=not session.exists(session.session_key))
    assert _is_in(signed_in)


def test_session_by_password_is_worth_nothing_when_the_person_becomes_staff() -> None:
    account, browser = _resident(), _an()
    before = _is_in(browser)
    account.role = "staff"
    account.save()

    assert (before, _is_in(browser)) == (True, False)


def test_resident_sees_no_staff_page_when_signed_in() -> None:
    _resident()
    browser = _an()

    assert [browser.get(address).status_code for address in ("/sources/", "/console/", "/recovery/", "/ledger/")] == [403] * 4  # fmt: skip


def test_page_lists_where_the_person_is_signed_in_when_there_are_two(
    dung: Any, dung_key: SoftwareKey
) -> None:
    first = enter(dung, dung_key, **{"user-agent": FIREFOX, "x-client-address": "203.0.113.7"})
    second = enter(dung, dung_key)

    page = second.get("/me/").content.decode()

    assert "Firefox, Windows" in page
    assert "203.0.113.7" in page
    assert _is_in(first)


def test_other_session_ends_when_the_person_ends_it(dung: Any, dung_key: SoftwareKey) -> None:
    first, second = enter(dung, dung_key), enter(dung, dung_key)
    other = UserSession.objects.get(session_key=first.session.session_key)

    second.post(f"/me/sessions/{other.pk}/end/")

    assert (_is_in(first), _is_in(second)) == (False, True)


def test_session_of_another_person_stays_when_somebody_ends_it(dung: Any, signed_in: Client) -> None:
    binh = Account.objects.create(name="Bình", login="binh", role="staff")
    foreign = UserSession.objects.get(session_key=signed_in.session.session_key)

    answer = enter(binh).post(f"/me/sessions/{foreign.pk}/end/")

    assert (answer.status_code, _is_in(signed_in)) == (404, True)


def test_all_other_sessions_end_when_the_person_ends_them(dung: Any, dung_key: SoftwareKey) -> None:
    others, this = [enter(dung, dung_key) for _ in range(2)], enter(dung, dung_key)
    UserSession.objects.filter(session_key=others[0].session.session_key).delete()

    this.post("/me/sessions/end/")

    assert ([_is_in(one) for one in others], _is_in(this)) == ([False, False], True)


def test_other_sessions_end_when_the_password_changes(dung: Any, dung_key: SoftwareKey) -> None:
    other, this = enter(dung, dung_key), enter(dung, dung_key)

    wrong = this.post("/me/password/", {"password": "short", "again": "other"})
    changed = this.post("/me/password/", {"password": OTHER, "again": OTHER})

    assert (wrong.status_code, changed["Location"]) == (400, "/me/?done=password_changed")
    assert (_is_in(other), _is_in(this)) == (False, True)


def test_other_sessions_end_when_a_passkey_is_added_or_removed(dung: Any, dung_key: SoftwareKey) -> None:
    other, this = enter(dung, dung_key), enter(dung, dung_key)
    added = this.post("/me/passkeys/add/", {"credential": SoftwareKey().add(options(this, "/me/passkeys/options/")), "name": " Máy  ở nhà "})  # fmt: skip
    after = _is_in(other)
    third = enter(dung, dung_key)
    keys = list(dung.authenticator_set.order_by("pk"))

    removed = this.post(f"/me/passkeys/{keys[1].pk}/remove/")

    assert (added["Location"], keys[1].data["name"], after) == ("/me/?done=passkey_added", "Máy ở nhà", False)
    assert (removed["Location"], _is_in(third), _is_in(this)) == ("/me/?done=passkey_removed", False, True)


def test_last_passkey_stays_when_the_account_is_staff(signed_in: Client, dung: Any) -> None:
    key = dung.authenticator_set.get()

    answer = signed_in.post(f"/me/passkeys/{key.pk}/remove/", headers={"accept-language": "en"})

    assert (answer.status_code, dung.authenticator_set.count()) == (400, 1)
    assert "last passkey of a staff account" in answer.content.decode()


def test_passkey_of_another_person_stays_when_somebody_names_or_removes_it(
    dung: Any, dung_key: SoftwareKey
) -> None:
    binh = Account.objects.create(name="Bình", login="binh", role="staff")
    browser, key = enter(binh), dung.authenticator_set.get()

    answers = [
        browser.post(f"/me/passkeys/{key.pk}/{act}/", {"name": "x"}).status_code for act in ("name", "remove")
    ]

    assert answers == [404, 404]
    assert dung.authenticator_set.get().data["name"] == "Khoá thử"


def test_change_asks_for_the_passkey_again_when_the_last_proof_is_old(
    dung: Any, dung_key: SoftwareKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = enter(dung, dung_key)
    _later(monkeypatch, minutes=16)

    asked = browser.get("/me/password/")
    proven = browser.post("/sign-in/again/", {"credential": dung_key.show(options(browser, "/sign-in/again/options/")), "next": "/me/password/"})  # fmt: skip

    assert asked["Location"] == "/sign-in/again/?acr=phr&next=/me/password/"
    assert proven["Location"] == "/me/password/"
    assert browser.get("/me/password/").status_code == 200


def test_proof_is_refused_when_another_persons_passkey_or_a_password_is_shown(
    dung: Any, dung_key: SoftwareKey
) -> None:
    foreign = with_passkey(Account.objects.create(name="Bình", login="binh", role="staff"))
    browser = enter(dung, dung_key)

    shown = foreign.show(options(browser, "/sign-in/again/options/"))
    answers = [browser.post("/sign-in/again/", form).status_code for form in ({"credential": shown}, {"password": PASSWORD})]  # fmt: skip

    assert answers == [400, 400]


def test_proof_by_password_counts_wrong_tries_when_a_session_is_stolen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _resident()
    browser = _an()
    answers = [browser.post("/sign-in/again/", {"password": "x"}) for _ in range(5)]
    blocked = browser.post("/sign-in/again/", {"password": PASSWORD})

    assert [answer.status_code for answer in [*answers, blocked]] == [400] * 6
    assert "Five wrong tries" in blocked.content.decode()


def test_resident_makes_a_passkey_and_signs_in_by_it_when_he_wants_one() -> None:
    account, key = _resident(), SoftwareKey()
    browser = _an()

    answer = browser.post(
        "/me/passkeys/add/", {"credential": key.add(options(browser, "/me/passkeys/options/"))}
    )
    by_password = Client().post("/sign-in/", {"login": "an@example.vn", "password": PASSWORD})

    assert answer["Location"] == "/me/?done=passkey_added"
    assert by_password["Location"] == "/sign-in/second/"
    assert enter(account, key).get("/me/").status_code == 200


def test_gate_asks_for_a_proof_when_it_is_old_or_weak(dung: Any, dung_key: SoftwareKey, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("done")

    browser = enter(dung, dung_key)

    def ask(acr: Any, method: str = "get", **more: Any) -> Any:
        request = getattr(rf, method)("/act/?a=1", **more)
        request.session, request.user = browser.session, dung
        return recently(minutes=10, acr=acr)(view)(request)

    fresh = [ask(acr).content for acr in ("aal1", "aal2", "phr", "own")]
    _later(monkeypatch, minutes=10)
    old = ask("phr")
    posted = ask("aal2", "post", headers={"referer": "http://testserver/form/?b=2"})
    foreign = ask("aal2", "post", headers={"referer": "http://evil.example/form/"})

    assert fresh == [b"done"] * 4
    assert old["Location"] == "/sign-in/again/?acr=phr&next=/act/%3Fa%3D1"
    assert posted["Location"] == "/sign-in/again/?acr=aal2&next=/form/%3Fb%3D2"
    assert foreign["Location"] == "/sign-in/again/?acr=aal2&next=/me/"


def test_gate_tells_a_script_when_a_proof_is_needed(dung: Any, rf: RequestFactory) -> None:
    request = rf.get("/act/")
    request.session, request.user, request.wants_problem = {}, dung, True

    with pytest.raises(NotAuthenticated):
        recently(minutes=10)(lambda _: HttpResponse())(request)


def test_other_body_raises_the_identity_level_and_nothing_falls_when_it_vouches(signed_in: Client, rf: RequestFactory) -> None:  # fmt: skip
    request = rf.get("/")
    request.session = signed_in.session

    raised = sessions.vouch(request, ial=3, source="vneid")
    again = sessions.vouch(request, ial=1, source="other")

    assert raised is not None
    assert again is not None
    assert (raised.ial, raised.aal, again.ial, again.aal) == (3, 2, 3, 2)


def test_enrolment_is_over_when_the_half_way_session_is_old(
    dung: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client()
    browser.post("/sign-in/", {"login": "dung", "password": PASSWORD})
    session = browser.session
    session["account_login"] = session["account_login"] | {"initiated_at": 1.0}
    session.save()

    assert browser.get("/sign-in/first-passkey/")["Location"] == "/sign-in/"
