# SPDX-License-Identifier: Apache-2.0
"""Kiosks and counters: the code on the screen, the person's answer, and those who guess."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.identity.relying import Browser, City, Rp

from dothi.identity.rules.user_code import ALPHABET

pytestmark = pytest.mark.slow
PLACE = "Sảnh tầng 1, Trung tâm hành chính công"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(scope="module")
def kiosk(city: City) -> Rp:
    return city.add_client(
        name="Ki-ốt lấy số", is_device="yes", place=PLACE, redirect_uris="", scope=["profile"]
    )


@pytest.fixture
def an(city: City) -> Browser:
    city.sql("DELETE FROM identity_oidcrate")
    return city.browser("an")


def _begin(kiosk: Rp) -> dict[str, Any]:
    answer = kiosk.call("/oidc/device", scope="openid profile")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _poll(kiosk: Rp, waiting: dict[str, Any]) -> httpx.Response:
    """Ask as if the interval had passed."""
    kiosk.city.sql("UPDATE identity_oidcdevice SET asked_at = NULL WHERE client_id = %s", kiosk.id)
    return kiosk.call("/oidc/token", grant_type=GRANT, device_code=waiting["device_code"])


def test_code_is_easy_to_copy_when_a_device_asks(kiosk: Rp) -> None:
    found = _begin(kiosk)

    code = found["user_code"].replace("-", "")
    assert (len(code), set(code) <= set(ALPHABET), found["expires_in"], found["interval"]) == (
        8,
        True,
        600,
        5,
    )
    assert found["verification_uri"] == f"{kiosk.city.url}/device/"
    assert found["verification_uri_complete"].endswith(f"?user_code={found['user_code']}")


def test_device_gets_tokens_once_when_the_person_allows_it(kiosk: Rp, an: Browser) -> None:
    waiting = _begin(kiosk)

    before = _poll(kiosk, waiting).json()["error"]
    page = an.get("/device/", user_code=waiting["user_code"].lower().replace("-", " "))
    unanswered = _poll(kiosk, waiting).json()["error"]
    an.post("/device/", {"user_code": waiting["user_code"], "decision": "allow"})
    tokens = _poll(kiosk, waiting)
    again = _poll(kiosk, waiting).json()["error"]

    assert (before, unanswered, again) == ("authorization_pending", "authorization_pending", "invalid_grant")
    assert PLACE in page.text
    assert kiosk.userinfo(tokens.json()["access_token"]).json()["name"] == "An"
    assert "Ki-ốt lấy số" in an.get("/me/consents/").text


def test_device_gets_nothing_when_the_person_denies_it(kiosk: Rp, an: Browser) -> None:
    waiting = _begin(kiosk)

    an.post("/device/", {"user_code": waiting["user_code"], "decision": "deny"})

    assert _poll(kiosk, waiting).json()["error"] == "access_denied"
    late = an.post("/device/", {"user_code": waiting["user_code"], "decision": "allow"})
    assert (late.status_code, _poll(kiosk, waiting).json()["error"]) == (400, "access_denied")


def test_device_is_told_to_wait_when_it_asks_too_fast(kiosk: Rp) -> None:
    waiting = _begin(kiosk)

    answers = [
        kiosk.call("/oidc/token", grant_type=GRANT, device_code=waiting["device_code"]).json()["error"]
        for _ in range(3)
    ]

    assert answers == ["authorization_pending", "slow_down", "slow_down"]


def test_device_is_forgotten_when_ten_minutes_have_passed(kiosk: Rp, an: Browser) -> None:
    waiting = _begin(kiosk)
    kiosk.city.sql("UPDATE identity_oidcdevice SET expires_at = now() WHERE client_id = %s", kiosk.id)

    assert an.get("/device/", user_code=waiting["user_code"]).status_code == 400
    assert _poll(kiosk, waiting).json()["error"] == "expired_token"


def test_device_code_is_refused_when_another_client_shows_it(city: City, kiosk: Rp) -> None:
    other = city.add_client(name="Ki-ốt khác", is_device="yes", place="Nơi khác", redirect_uris="")

    assert _poll(other, _begin(kiosk)).json()["error"] == "invalid_grant"


def test_guessing_is_slowed_down_when_codes_are_wrong(kiosk: Rp, an: Browser) -> None:
    waiting = _begin(kiosk)

    answers = [an.post("/device/", {"user_code": "BCDF-GHJK"}).status_code for _ in range(11)]
    right = an.post("/device/", {"user_code": waiting["user_code"], "decision": "allow"})

    assert answers == [400] * 10 + [429]
    assert (right.status_code, _poll(kiosk, waiting).json()["error"]) == (429, "authorization_pending")


@pytest.mark.parametrize(
    "typed", ["", "BCDF", "BCDF-GHJKL", "AEIO-UAEI", "1234-5678", "<script>", "ĐĐĐĐ-ĐĐĐĐ"]
)
def test_page_asks_again_when_what_was_typed_is_no_code(an: Browser, typed: str) -> None:
    answer = an.post("/device/", {"user_code": typed, "decision": "allow"})

    assert answer.status_code == (400 if typed else 200)
    assert 'name="user_code"' in answer.text


def test_nobody_is_let_in_when_the_address_says_allow(kiosk: Rp, an: Browser) -> None:
    waiting = _begin(kiosk)

    an.get("/device/", user_code=waiting["user_code"], decision="allow")
    without_token = an.http.post("/device/", data={"user_code": waiting["user_code"], "decision": "allow"})

    assert without_token.status_code == 403
    assert _poll(kiosk, waiting).json()["error"] == "authorization_pending"


def test_person_signs_in_first_when_they_follow_the_code(city: City, kiosk: Rp) -> None:
    waiting = _begin(kiosk)

    answer = city.browser().get("/device/", user_code=waiting["user_code"])

    assert answer.headers["location"].startswith("/sign-in/?acr=aal1&next=%2Fdevice%2F%3Fuser_code%3D")
