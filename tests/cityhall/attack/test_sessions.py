# SPDX-License-Identifier: Apache-2.0
"""S10, sessions: planted before, stolen, kept after the end; the cookies and tickets that carry them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from tests.cityhall.attack.ways_in import WAYS, by_password, is_in, made, password
from tests.pages import PASSWORD, enter, with_passkey
from tests.running_settings import settings_of
from tests.software_key import SoftwareKey

from dothi.foundation import clock, ticket
from dothi.identity.actions.person import let_go, take_back
from dothi.identity.door import end_post
from dothi.identity.models import Account, Post

pytestmark = pytest.mark.django_db


def _stolen(browser: Client) -> Client:
    """Another browser with the same cookies."""
    thief = Client()
    for name, morsel in browser.cookies.items():
        thief.cookies[name] = morsel.value
    return thief


@pytest.mark.parametrize("way", WAYS)
def test_planted_session_is_left_behind_when_somebody_comes_in(way: str) -> None:
    """S10-01 to S10-08: one for each way in."""
    browser = Client()
    browser.get("/sign-in/")
    planted = browser.session
    planted["planted"] = "yes"
    planted.save()
    browser.cookies["dothi_session"] = planted.session_key
    attacker = _stolen(browser)

    WAYS[way](browser)

    assert is_in(browser)
    assert not is_in(attacker)
    assert browser.cookies["dothi_session"].value != planted.session_key
    assert "planted" not in browser.session
    assert not Session.objects.filter(session_key=planted.session_key).exists()


@pytest.mark.parametrize("way", WAYS)
def test_token_of_forms_is_another_when_somebody_comes_in(way: str) -> None:
    """S10-09: a token that was known before is worth nothing after."""
    browser = Client()
    browser.get("/sign-in/")
    before = browser.cookies["dothi_csrf"].value

    WAYS[way](browser)

    assert browser.cookies["dothi_csrf"].value != before


def test_id_of_nobody_is_not_taken_over_when_a_browser_names_one() -> None:
    """S10-10: a session id that the server did not make."""
    for chosen in ("x" * 32, "../../etc/passwd", "\x01", "a" * 5000, "' OR 1=1 --", "é"):
        browser = Client()
        browser.cookies["dothi_session"] = chosen
        assert browser.get("/me/").status_code == 302
        by_password(browser) if not Account.objects.exists() else password(browser, "an@example.vn")
        assert browser.cookies["dothi_session"].value != chosen


def test_session_and_ticket_go_when_somebody_signs_out(dung: Any, dung_key: SoftwareKey) -> None:
    """S10-11: the server forgets the session; the browser is told to drop ticket and kept pages."""
    browser = enter(dung, dung_key)
    browser.get("/console/")
    thief = _stolen(browser)
    had = browser.cookies[ticket.COOKIE]["path"]

    answer = browser.post("/sign-out/")

    gone = browser.cookies[ticket.COOKIE]
    assert (had, gone["path"], gone.value, gone["max-age"]) == ("/live", "/live", "", 0)
    assert answer["Clear-Site-Data"] == '"cache"'
    assert not is_in(thief)
    assert thief.post("/console/ticket").status_code == 302


def test_copied_ticket_ends_within_ten_minutes_when_its_owner_signed_out(
    dung: Any, dung_key: SoftwareKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S10-12: a ticket is looked up by nobody, so a copy lives on as long as docs/accounts.md says, and no longer."""
    browser = enter(dung, dung_key)
    browser.get("/console/")
    copy, key = browser.cookies[ticket.COOKIE].value, django_settings.SECRET_KEY
    browser.post("/sign-out/")
    now = clock.now().timestamp()

    assert ticket.verify(key, copy, now=now + 601) is None
    claims = ticket.verify(key, copy, now=now)
    assert claims is not None
    assert (claims.ops, claims.exp <= now + 600) == (("read",), True)


def test_ticket_is_not_renewed_when_account_or_post_has_ended(dung: Any) -> None:
    """S10-13: who lost the right gets no further ticket; what he has ends within ten minutes."""
    chief = enter(made("truong", position="operations_chief"))
    assert chief.post("/console/ticket").status_code == 204
    post = Post.objects.get(account__login="truong")

    end_post(post=post, until=post.since)

    assert chief.post("/console/ticket").status_code == 403
    let_go(account=Account.objects.get(login="truong"))
    assert chief.post("/console/ticket").status_code == 302


def test_rights_end_at_once_when_a_post_ends() -> None:
    """S10-14: in a session that is open."""
    officer = enter(made("lan", position="auditor"))
    assert officer.get("/people/").status_code == 200
    post = Post.objects.get(account__login="lan")

    end_post(post=post, until=post.since)

    assert officer.get("/people/").status_code == 403


def test_old_session_stays_dead_when_a_closed_account_is_opened_again(dung: Any) -> None:
    """S10-15: whoever held a session while the account was closed has none when it comes back."""
    account = made("minh", position="auditor")
    officer = enter(account)
    let_go(account=account)
    assert officer.get("/people/").status_code == 302

    take_back(account=account)

    assert officer.get("/people/").status_code == 302


def test_half_way_session_ends_when_the_account_is_closed(dung: Any) -> None:
    """S10-16: between the password and the passkey."""
    account = made("nga", position="auditor")
    browser = Client()
    with_passkey(account)
    assert password(browser, "nga")["Location"] == "/sign-in/second/"
    let_go(account=account)

    answer = browser.post("/sign-in/second/options/", headers={"accept": "application/json"})

    assert answer.status_code == 403
    assert browser.get("/sign-in/second/")["Location"] == "/sign-in/"
    assert not is_in(browser)


def test_half_way_session_opens_no_page_when_only_the_password_was_shown(
    dung: Any, dung_key: SoftwareKey
) -> None:
    """S10-17: of a staff account, at every address that wants a sign-in."""
    browser = Client()
    password(browser, "dung")

    for address in ("/me/", "/people/", "/console/", "/keys/", "/sources/", "/sign-in/again/", "/recovery/"):
        assert browser.get(address)["Location"].startswith("/sign-in/?next="), address
    assert browser.post("/console/ticket").status_code == 302


def test_session_ends_when_its_assurance_is_taken_out_or_made_up(signed_in: Client) -> None:
    """S10-18: what a session says of itself is read strictly."""
    whole = dict(signed_in.session["assurance"])
    for planted in (
        None,
        {},
        [],
        "aal3",
        whole | {"proved": {}},
        whole | {"aal": "x"},
        whole | {"verified_at": "soon"},
    ):
        browser = enter(made(f"u{abs(hash(str(planted)))}", position="auditor"))
        session = browser.session
        session["assurance"] = planted
        session.save()
        assert browser.get("/people/").status_code == 302, planted


def test_times_of_a_session_are_not_stretched_when_they_lie_ahead(signed_in: Client) -> None:
    """S10-19: a session that says it began in the future is over."""
    session = signed_in.session
    session["began_at"] = clock.iso(clock.now() + timedelta(days=400))
    session.save()

    assert signed_in.get("/people/").status_code == 302


def test_pages_of_signed_in_people_are_kept_by_no_cache_when_answered(signed_in: Client) -> None:
    """S10-20: the browser's back button after sign-out shows nothing."""
    for address in ("/me/", "/people/", "/console/", "/keys/", "/places/", "/ledger/", "/me/password/"):
        cache = signed_in.get(address)["Cache-Control"]
        assert "private" in cache, (address, cache)
        assert "no-store" in cache or "no-cache" in cache, (address, cache)


def test_cookies_are_read_by_no_script_and_sent_from_no_other_site_when_set(signed_in: Client) -> None:
    """S10-21: session and ticket; the token of forms is for scripts of ours, by design."""
    signed_in.get("/console/")
    found = {n: (m["httponly"], m["samesite"], m["domain"]) for n, m in signed_in.cookies.items()}

    assert found == {
        "dothi_session": (True, "Lax", ""),
        "dothi_csrf": ("", "Lax", ""),
        "dothi_broker": (True, "Strict", ""),
    }


def test_cookies_are_of_this_host_and_https_only_when_the_city_has_a_name() -> None:
    """S10-22: with https as public address."""
    told = settings_of("https://dothi.example.vn", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE")  # fmt: skip

    assert told == ["__Host-dothi_session", "__Host-dothi_csrf", True, True, True, "Lax"]


def test_ticket_has_the_secure_name_when_the_city_has_https(signed_in: Client, settings: Any) -> None:
    """S10-23: and the broker knows it by that name."""
    settings.SESSION_COOKIE_SECURE = False
    signed_in.get("/console/")
    settings.SESSION_COOKIE_SECURE = True
    signed_in.cookies["dothi_session"]["secure"] = ""
    answer = signed_in.get("/console/", secure=True)

    found = answer.cookies["__Secure-dothi_broker"]
    header = f"a=b; __Secure-dothi_broker={found.value}"
    assert (found["secure"], found["path"], found["httponly"]) == (True, "/live", True)
    assert ticket.verify(
        django_settings.SECRET_KEY, ticket.from_cookie_header(header), now=clock.now().timestamp()
    )


def test_session_holds_no_password_or_key_when_read_in_the_database(signed_in: Client) -> None:
    """S10-24: nor is the session id the one thing that its row tells."""
    row = Session.objects.get(session_key=signed_in.cookies["dothi_session"].value)

    assert PASSWORD not in str(row.get_decoded())
    assert set(row.get_decoded()) <= {
        "_auth_user_id", "_auth_user_backend", "_auth_user_hash", "assurance", "began_at", "seen_at",
        "account_authentication_methods", "account_authentication_methods_user",
    }  # fmt: skip


def test_post_opens_nothing_when_it_begins_tomorrow() -> None:
    """S10-25: rights go by the day, not by the row."""
    from dothi.identity.door import give_post

    account = made("oanh")
    officer = enter(account)
    give_post(account=account, position="auditor", since=clock.now().date() + timedelta(days=2))

    assert officer.get("/people/").status_code == 403
    give_post(account=account, position="auditor", since=date(2026, 1, 1))
    assert officer.get("/people/").status_code == 200
