# SPDX-License-Identifier: Apache-2.0
"""A person signs in at a client: the whole way, on two real web processes."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest
from tests.identity.relying import Browser, City, Rp, came_back, query_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rp(city: City) -> Rp:
    return city.add_client()


@pytest.fixture
def an(city: City) -> Browser:
    return city.browser("an")


def _tokens(rp: Rp, browser: Browser, *scopes: str) -> dict[str, Any]:
    answer = rp.exchange(rp.code(browser, scopes=scopes))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_tokens_say_who_it_is_when_the_person_agreed(rp: Rp, an: Browser) -> None:
    found = _tokens(rp, an, "profile")

    claims = rp.claims(found["id_token"])
    assert found.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert (found["token_type"], found["scope"]) == ("Bearer", "openid profile")
    assert claims["nonce"] == "nonce-1"
    assert (claims["acr"], claims["amr"]) == ("urn:dothi:loa1", ["pwd"])
    assert rp.userinfo(found["access_token"]).json() == {"sub": claims["sub"], "name": "An"}


def test_person_signs_in_first_when_nobody_is_signed_in(city: City, rp: Rp) -> None:
    browser = city.browser()

    sign_in = rp.ask(browser)
    back = query_of(sign_in.headers["location"])["next"][0]
    browser.sign_in("an")
    waiting = browser.get(back)
    onward = waiting.text.split('content="0; url=')[1].split('"')[0]

    assert sign_in.headers["location"].startswith("/sign-in/?acr=aal1&next=%2Foidc%2Fresume")
    assert waiting.status_code == 200
    assert "code" in browser.follow(browser.get(onward.replace("&amp;", "&")))


def test_only_what_was_ticked_is_told_when_less_was_allowed(rp: Rp, an: Browser) -> None:
    code = an.follow(rp.ask(an, scope="openid profile email offline_access"), scopes=())["code"]

    found = rp.exchange(code).json()

    assert found["scope"] == "openid"
    assert "refresh_token" not in found
    assert rp.userinfo(found["access_token"]).json().keys() == {"sub"}


def test_nothing_is_ticked_when_consent_is_asked(rp: Rp, an: Browser) -> None:
    page = rp.ask(an, scope="openid profile offline_access", prompt="consent").text

    assert "checked" not in page
    assert "Nộp hồ sơ và xem kết quả trên mạng" in page
    assert "rp.example" in page


def test_person_is_not_asked_again_when_they_said_so(city: City, an: Browser) -> None:
    rp = city.add_client(name="Nhớ lời")

    an.follow(rp.ask(an, scope="openid profile"), scopes=("profile",), remember=True)
    again = came_back(rp.ask(an, scope="openid profile"))
    silent = came_back(rp.ask(an, prompt="none"))
    more = rp.ask(an, scope="openid profile email")

    assert ("code" in again, "code" in silent, more.status_code) == (True, True, 200)


def test_refusal_goes_back_when_the_person_says_no(city: City, rp: Rp, an: Browser) -> None:
    page = rp.ask(an, prompt="consent").text
    visit = page.split('name="visit" value="')[1].split('"')[0]

    answer = came_back(an.post("/oidc/consent", {"visit": visit, "decision": "deny"}))

    assert (answer["error"], answer["iss"], "code" in answer) == ("access_denied", city.url, False)


def test_answer_names_the_issuer_when_it_is_a_code_or_an_error(city: City, rp: Rp, an: Browser) -> None:
    good = an.follow(rp.ask(an))
    bad = came_back(rp.ask(an, scope="openid everything"))

    assert (good.keys(), good["iss"]) == ({"code", "iss", "state"}, city.url)
    assert (bad.keys(), bad["iss"]) == ({"error", "error_description", "iss", "state"}, city.url)


def test_subjects_differ_when_sectors_do(city: City, rp: Rp, an: Browser) -> None:
    same = city.add_client(redirect_uris="https://rp.example/other")
    other = city.add_client(redirect_uris="https://other.example/cb")

    subjects = [one.claims(_tokens(one, an)["id_token"])["sub"] for one in (rp, same, other)]
    chi = rp.claims(_tokens(rp, city.browser("chi"))["id_token"])["sub"]

    assert (subjects[0] == subjects[1], subjects[0] == subjects[2], chi in subjects) == (True, False, False)
    assert "acc_an" not in subjects


def test_second_use_of_a_code_ends_what_the_first_gave_when_it_is_shown_twice(rp: Rp, an: Browser) -> None:
    code = rp.code(an, scopes=("offline_access",))
    first = rp.exchange(code).json()

    second = rp.exchange(code)

    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    assert rp.userinfo(first["access_token"]).status_code == 401
    assert rp.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"


def _at_once(calls: int, what: Any) -> list[httpx.Response]:
    answers: list[httpx.Response] = []
    gate = threading.Barrier(calls)

    def one() -> None:
        gate.wait()
        answers.append(what())

    threads = [threading.Thread(target=one) for _ in range(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_one_of_many_wins_when_a_code_is_raced_for(city: City, rp: Rp, an: Browser) -> None:
    code = rp.code(an)

    answers = _at_once(6, lambda: rp.exchange(code))

    won = [a.json()["access_token"] for a in answers if a.status_code == 200]
    assert sorted(a.status_code for a in answers) == [200, 400, 400, 400, 400, 400]
    assert rp.userinfo(won[0]).status_code == 401, "the race itself ends the family"


def test_refresh_token_is_exchanged_once_when_it_is_used(rp: Rp, an: Browser) -> None:
    first = _tokens(rp, an, "profile", "offline_access")

    second = rp.refresh(first["refresh_token"], scope="openid").json()
    third = rp.refresh(second["refresh_token"]).json()

    assert first["refresh_token"] != second["refresh_token"] != third["refresh_token"]
    assert (second["scope"], third["scope"]) == ("openid", "openid profile offline_access")
    assert rp.claims(third["id_token"])["auth_time"] == rp.claims(first["id_token"])["auth_time"]
    assert rp.userinfo(second["access_token"]).json().keys() == {"sub"}


def test_family_ends_when_a_refresh_token_is_used_again(rp: Rp, an: Browser) -> None:
    first = _tokens(rp, an, "offline_access")
    second = rp.refresh(first["refresh_token"]).json()

    stolen = rp.refresh(first["refresh_token"])

    assert stolen.json()["error"] == "invalid_grant"
    assert rp.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert rp.userinfo(second["access_token"]).status_code == 401


def test_family_ends_when_a_refresh_token_is_raced_for(rp: Rp, an: Browser) -> None:
    first = _tokens(rp, an, "offline_access")

    answers = _at_once(4, lambda: rp.refresh(first["refresh_token"]))

    won = [a.json() for a in answers if a.status_code == 200]
    assert len(won) == 1
    assert rp.refresh(won[0]["refresh_token"]).json()["error"] == "invalid_grant"


def test_tokens_end_when_the_person_withdraws(city: City, an: Browser) -> None:
    rp = city.add_client(name="Rút lại được")
    found = _tokens(rp, an, "profile", "offline_access")
    page = an.get("/me/consents/").text
    consent = page.split("Rút lại được")[1].split("/me/consents/")[1].split("/")[0]
    chi = city.browser("chi")

    foreign = chi.post(f"/me/consents/{consent}/withdraw/", {})
    still = rp.userinfo(found["access_token"]).status_code
    own = an.post(f"/me/consents/{consent}/withdraw/", {})

    assert (foreign.status_code, still, own.status_code) == (404, 200, 302)
    assert rp.userinfo(found["access_token"]).status_code == 401
    assert rp.refresh(found["refresh_token"]).json()["error"] == "invalid_grant"
    assert "Rút lại được" not in chi.get("/me/consents/").text


def test_tokens_end_when_the_client_is_revoked(city: City, an: Browser) -> None:
    rp = city.add_client(name="Sắp bị thu hồi")
    found = _tokens(rp, an, "offline_access")

    city.admin.post(f"/oidc/clients/{rp.id}/revoke/", {})

    assert rp.userinfo(found["access_token"]).status_code == 401
    assert rp.refresh(found["refresh_token"]).status_code == 401
    assert rp.ask(an).status_code == 400


def test_old_secret_is_worth_nothing_when_a_new_one_was_given(city: City, an: Browser) -> None:
    rp = city.add_client(name="Đổi mật mã")
    code = rp.code(an)

    page = city.admin.post(f"/oidc/clients/{rp.id}/secret/", {}).text
    old = rp.exchange(code)
    rp.secret = page.split('<p class="secret">')[1].split("<")[0]

    assert old.json()["error"] == "invalid_client"
    assert rp.exchange(code).status_code == 200
    assert rp.secret not in city.admin.get(f"/oidc/clients/{rp.id}/").text


def test_tokens_end_when_they_are_handed_back(rp: Rp, an: Browser) -> None:
    found = _tokens(rp, an, "offline_access")
    other = _tokens(rp, an, "offline_access")

    rp.call("/oidc/revoke", token=found["access_token"])
    rp.call("/oidc/revoke", token=other["refresh_token"])

    assert rp.userinfo(found["access_token"]).status_code == 401
    assert rp.userinfo(other["access_token"]).status_code == 401
    assert rp.refresh(found["refresh_token"]).status_code == 200
    assert rp.call("/oidc/revoke", token="unknown").status_code == 200


def test_person_signs_in_anew_when_the_client_asks_for_it(rp: Rp, an: Browser) -> None:
    for wish in ({"prompt": "login"}, {"max_age": "0"}, {"prompt": "select_account"}):
        sent = rp.ask(an, **wish)
        back = query_of(sent.headers["location"])["next"][0]
        too_soon = an.get(back.replace("/oidc/resume", "/oidc/authorize"))
        an.prove_again()
        now = an.get(back.replace("/oidc/resume", "/oidc/authorize"))

        assert (sent.status_code, too_soon.headers["location"][:9], now.status_code) == (
            302,
            "/sign-in/",
            200,
        )


def test_levels_are_asked_for_when_the_session_is_weaker(rp: Rp, an: Browser) -> None:
    weak = rp.ask(an, acr_values="urn:dothi:loa3 urn:dothi:loa2")
    silent = came_back(rp.ask(an, acr_values="phr", prompt="none"))
    an.prove("aal2")
    reached = rp.exchange(an.follow(rp.ask(an, acr_values="urn:dothi:loa3 urn:dothi:loa2"))["code"]).json()
    an.prove("phr")
    strong = rp.exchange(an.follow(rp.ask(an, acr_values="phr"))["code"]).json()

    assert query_of(weak.headers["location"])["acr"] == ["phr"]
    assert silent["error"] == "unmet_authentication_requirements"
    assert (rp.claims(reached["id_token"])["acr"], rp.claims(reached["id_token"])["amr"]) == (
        "urn:dothi:loa2",
        ["pwd"],
    )
    assert rp.claims(strong["id_token"])["acr"] == "phr"


def test_client_is_told_when_the_level_was_not_reached(rp: Rp, an: Browser) -> None:
    sent = rp.ask(an, acr_values="urn:dothi:loa2")
    an.prove_again()

    answer = came_back(an.get(query_of(sent.headers["location"])["next"][0].replace("resume", "authorize")))

    assert answer["error"] == "unmet_authentication_requirements"


def test_userinfo_asks_for_more_when_the_sign_in_was_too_weak(city: City, an: Browser) -> None:
    rp = city.add_client(name="Đòi mức cao")
    found = _tokens(rp, an)

    city.sql(
        "UPDATE identity_oidcclient SET least_acr = 'urn:dothi:loa2', max_age = 60 WHERE client_id = %s",
        rp.id,
    )
    weak = rp.userinfo(found["access_token"])
    city.sql(
        "UPDATE identity_oidcclient SET least_acr = 'urn:dothi:loa1', max_age = 60 WHERE client_id = %s",
        rp.id,
    )
    city.sql(
        "UPDATE identity_oidcgrant SET auth_time = now() - interval '2 minutes' WHERE client_id = %s", rp.id
    )
    old = rp.userinfo(found["access_token"])

    assert (weak.status_code, weak.json()["error"]) == (401, "insufficient_user_authentication")
    assert 'acr_values="urn:dothi:loa2", max_age="60"' in weak.headers["www-authenticate"]
    assert (old.json()["error"], old.json()["max_age"]) == ("insufficient_user_authentication", "60")
