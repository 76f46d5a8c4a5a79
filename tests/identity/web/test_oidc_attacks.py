# SPDX-License-Identifier: Apache-2.0
"""Attacks on the provider, one case each: every one is refused, and nothing goes to a place that is not the client's."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from tests.identity.relying import Browser, City, Rp, base64url, came_back

pytestmark = pytest.mark.slow

GOOD = "https://rp.example/cb"
REDIRECTS = [
    "https://rp.example/cb/",
    "https://rp.example/CB",
    "https://rp.example/cb?x=1",
    "https://rp.example/cb#x",
    "https://rp.example/cb/../cb",
    "https://rp.example/./cb",
    "https://rp.example//cb",
    "https://rp.example/%63b",
    "https://rp.example:443/cb",
    "https://RP.example/cb",
    "http://rp.example/cb",
    "https://rp.example.evil.example/cb",
    "https://evil.example/cb",
    "https://rp.example@evil.example/cb",
    "https://evil.example\\@rp.example/cb",
    "https://evil.example/?https://rp.example/cb",
    "//rp.example/cb",
    "/cb",
    "javascript:alert(1)//https://rp.example/cb",
    "data:text/html,https://rp.example/cb",
    "https://rp.example/cb\r\nX: y",
    " https://rp.example/cb",
    "https://rp.example/cb\x00",
    "https://rp.exаmple/cb",  # the letter after x is Cyrillic
    "urn:ietf:wg:oauth:2.0:oob",
    "",
]
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("invalid_request", {"code_challenge": None}),
    ("invalid_request", {"code_challenge": "short"}),
    ("invalid_request", {"code_challenge_method": "plain"}),
    ("invalid_request", {"code_challenge_method": None}),
    ("invalid_request", {"code_challenge_method": "s256"}),
    ("unsupported_response_type", {"response_type": "token"}),
    ("unsupported_response_type", {"response_type": "id_token"}),
    ("unsupported_response_type", {"response_type": "code id_token"}),
    ("unsupported_response_type", {"response_type": "none"}),
    ("invalid_request", {"response_type": None}),
    ("invalid_request", {"response_mode": "fragment"}),
    ("invalid_request", {"response_mode": "form_post"}),
    ("request_not_supported", {"request": "eyJhbGciOiJub25lIn0.e30."}),
    ("registration_not_supported", {"registration": "{}"}),
    ("invalid_scope", {"scope": "profile"}),
    ("invalid_scope", {"scope": None}),
    ("invalid_scope", {"scope": "openid admin"}),
    ("invalid_request", {"prompt": "none login"}),
    ("invalid_request", {"prompt": "create"}),
    ("invalid_request", {"max_age": "-1"}),
    ("invalid_request", {"max_age": "soon"}),
    ("invalid_request", {"nonce": "n" * 3000}),
    ("invalid_request", {"nonce": ["one", "two"]}),
    ("invalid_request", {"scope": ["openid", "openid profile"]}),
    ("invalid_request", {"code_challenge": ["a" * 43, "b" * 43]}),
]


@pytest.fixture(scope="module")
def rp(city: City) -> Rp:
    return city.add_client(redirect_uris=GOOD)


@pytest.fixture(scope="module")
def an(city: City) -> Browser:
    return city.browser("an")


@pytest.mark.parametrize("uri", REDIRECTS, ids=range(len(REDIRECTS)))
def test_person_stays_here_when_the_redirect_address_is_not_the_clients(
    rp: Rp, an: Browser, uri: str
) -> None:
    answer = rp.ask(an, redirect_uri=uri)

    assert (answer.status_code, answer.headers.get("location")) == (400, None)
    assert "địa chỉ chưa đăng ký" in answer.text


def test_person_stays_here_when_two_redirect_addresses_are_named(rp: Rp, an: Browser) -> None:
    assert rp.ask(an, redirect_uri=[GOOD, "https://evil.example/cb"]).status_code == 400
    assert rp.ask(an, redirect_uri=None).status_code == 400


@pytest.mark.parametrize("client_id", ["", "app_unknown", "app_%00", "' OR 1=1 --", ["a", "b"]])
def test_person_stays_here_when_the_client_is_unknown(rp: Rp, an: Browser, client_id: Any) -> None:
    assert rp.ask(an, client_id=client_id).status_code == 400


@pytest.mark.parametrize(("error", "changed"), REQUESTS, ids=range(len(REQUESTS)))
def test_error_goes_back_when_the_request_is_wrong(
    city: City, rp: Rp, an: Browser, error: str, changed: dict[str, Any]
) -> None:
    answer = rp.ask(an, **changed)

    found = came_back(answer)
    assert answer.headers["location"].startswith(f"{GOOD}?")
    assert (found["error"], found["iss"], "code" in found) == (error, city.url, False)


@pytest.mark.parametrize("verifier", [None, "", "x" * 43, "short", "v" * 129, "đ" * 43, "challenge itself"])
def test_code_is_burnt_when_the_verifier_is_not_the_one(rp: Rp, an: Browser, verifier: str | None) -> None:
    code = rp.code(an)
    if verifier == "challenge itself":
        verifier = rp.parameters()["code_challenge"]

    wrong = rp.exchange(code, code_verifier=verifier)
    missing = not verifier

    assert wrong.json()["error"] == ("invalid_request" if missing else "invalid_grant")
    assert rp.exchange(code).status_code == (200 if missing else 400)


def test_code_is_refused_when_the_redirect_address_is_another(rp: Rp, an: Browser) -> None:
    code = rp.code(an)

    wrong = rp.exchange(code, redirect_uri="https://rp.example/other")

    assert wrong.json()["error"] == "invalid_grant"
    assert rp.exchange(code).json()["error"] == "invalid_grant"


def test_code_is_refused_when_another_client_shows_it(city: City, rp: Rp, an: Browser) -> None:
    thief = city.add_client(redirect_uris=GOOD)
    thief.verifier = rp.verifier
    code = rp.code(an)

    assert thief.exchange(code).json()["error"] == "invalid_grant"
    assert rp.exchange(code).status_code == 200


def test_refresh_token_is_refused_when_another_client_shows_it(city: City, rp: Rp, an: Browser) -> None:
    thief = city.add_client()
    found = rp.exchange(rp.code(an, scopes=("offline_access",))).json()

    assert thief.refresh(found["refresh_token"]).json()["error"] == "invalid_grant"
    assert thief.call("/oidc/revoke", token=found["refresh_token"]).status_code == 200
    assert rp.refresh(found["refresh_token"], scope="openid email").json()["error"] == "invalid_scope"
    assert rp.refresh(found["refresh_token"]).status_code == 200


def test_code_is_refused_when_a_minute_has_passed(city: City, rp: Rp, an: Browser) -> None:
    code = rp.code(an)
    city.sql(
        "UPDATE allauth_idp_oidc_token SET expires_at = now() - interval '1 second' WHERE client_id = %s AND type = 'ac'",
        rp.id,
    )

    assert rp.exchange(code).json()["error"] == "invalid_grant"


def test_access_token_is_refused_when_it_has_expired(city: City, rp: Rp, an: Browser) -> None:
    found = rp.exchange(rp.code(an)).json()
    city.sql(
        "UPDATE allauth_idp_oidc_token SET expires_at = now() WHERE client_id = %s AND type = 'at'", rp.id
    )

    assert rp.userinfo(found["access_token"]).json()["error"] == "invalid_token"


def test_tokens_are_no_access_tokens_when_they_are_of_another_kind(rp: Rp, an: Browser) -> None:
    code = rp.code(an, scopes=("offline_access",))
    found = rp.exchange(code).json()

    wrong = [rp.userinfo(t).status_code for t in (found["id_token"], found["refresh_token"], code, "x")]

    assert wrong == [401] * 4
    assert rp.refresh(found["access_token"]).json()["error"] == "invalid_grant"


def test_account_that_was_closed_is_known_to_nobody_when_tokens_are_left(city: City, rp: Rp) -> None:
    chi = city.browser("chi")
    found = rp.exchange(rp.code(chi, scopes=("offline_access",))).json()
    city.sql("UPDATE identity_account SET is_active = false WHERE login = 'chi'")

    try:
        assert rp.userinfo(found["access_token"]).status_code == 401
        assert rp.refresh(found["refresh_token"]).json()["error"] == "invalid_grant"
    finally:
        city.sql("UPDATE identity_account SET is_active = true WHERE login = 'chi'")


def _basic(rp: Rp, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{rp.id}:{secret}".encode()).decode()


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, {}, 401),
        ({"Authorization": "Basic !!!"}, {}, 401),
        ({"Authorization": "Basic " + base64.b64encode(b"no colon").decode()}, {}, 401),
        ({"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:x").decode()}, {}, 401),
        ({"Authorization": "wrong"}, {}, 401),
        ({"Authorization": "empty"}, {}, 401),
        ({}, {"client_id": "own", "client_secret": "own"}, 401),
        ({}, {"client_id": "own"}, 401),
        ({"Authorization": "own"}, {"client_secret": "own"}, 400),
        ({"Authorization": "own"}, {"client_id": "app_other"}, 400),
        ({"Authorization": "own"}, {"grant_type": "password"}, 400),
        ({"Authorization": "own"}, {"grant_type": "client_credentials"}, 400),
        ({"Authorization": "own"}, {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400),
        ({"Authorization": "own"}, {"code": ["a", "b"]}, 400),
    ],
    ids=range(14),
)
def test_tokens_are_refused_when_the_client_does_not_prove_itself(
    rp: Rp, headers: dict[str, str], body: dict[str, Any], status: int
) -> None:
    known = {"own": _basic(rp, rp.secret), "wrong": _basic(rp, "wrong"), "empty": _basic(rp, "")}
    sent = {name: known.get(value, value) for name, value in headers.items()}
    own = {"client_id": rp.id, "client_secret": rp.secret}
    given = {name: own[name] if value == "own" else value for name, value in body.items()}
    form = {
        "grant_type": "authorization_code",
        "code": "x",
        "redirect_uri": GOOD,
        "code_verifier": "v" * 43,
    } | given

    answer = httpx.post(f"{rp.city.url}/oidc/token", data=form, headers=sent)

    assert answer.status_code == status, answer.text
    assert "access_token" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_guessing_is_slowed_down_when_secrets_are_wrong(city: City) -> None:
    rp = city.add_client(name="Bị đoán mật mã")
    right, rp.secret = rp.secret, "wrong"

    answers = [rp.exchange("x").status_code for _ in range(21)]
    rp.secret = right
    also_right = rp.exchange("x")

    assert answers == [401] * 20 + [429]
    assert (also_right.status_code, "retry-after" in also_right.headers) == (429, True)


def test_body_is_refused_when_it_is_no_form(rp: Rp) -> None:
    answer = httpx.post(
        f"{rp.city.url}/oidc/token", json={"grant_type": "authorization_code"}, auth=(rp.id, rp.secret)
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


# What only the person may do


@pytest.mark.parametrize("visit", ["", "x", "eyJ4IjoxfQ:abc:def"])
def test_consent_is_refused_when_the_visit_was_made_up(an: Browser, visit: str) -> None:
    assert an.post("/oidc/consent", {"visit": visit, "decision": "allow"}).status_code == 400
    assert an.get("/oidc/resume", visit=visit).status_code == 400


def test_consent_is_refused_when_the_form_is_anothers(city: City, rp: Rp, an: Browser) -> None:
    visit = rp.ask(an, prompt="consent").text.split('name="visit" value="')[1].split('"')[0]
    chi = city.browser("chi")

    hers = chi.post("/oidc/consent", {"visit": visit, "decision": "allow"})
    without_token = an.http.post("/oidc/consent", data={"visit": visit, "decision": "allow"})
    by_address = an.get("/oidc/authorize", visit=visit, decision="allow")

    assert (hers.status_code, "location" in hers.headers) == (200, False)
    assert without_token.status_code == 403
    assert by_address.status_code == 200


def test_more_than_was_asked_is_not_allowed_when_the_form_is_changed(city: City, an: Browser) -> None:
    rp = city.add_client(scope=["profile"])
    visit = rp.ask(an).text.split('name="visit" value="')[1].split('"')[0]

    answer = an.post(
        "/oidc/consent", {"visit": visit, "decision": "allow", "scope": ["profile", "email", "x"]}
    )

    assert rp.exchange(came_back(answer)["code"]).json()["scope"] == "openid"


@pytest.mark.parametrize("who", ["an", ""])
def test_silence_tells_nothing_when_the_person_was_not_asked(city: City, who: str) -> None:
    rp = city.add_client()

    answer = came_back(rp.ask(city.browser(who), prompt="none"))

    expected = "consent_required" if who else "login_required"
    assert answer.keys() == {"error", "error_description", "iss", "state"}
    assert answer["error"] == expected


def test_page_stays_in_its_frame_when_it_asks(rp: Rp, an: Browser) -> None:
    page = rp.ask(an, prompt="consent")

    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://rp.example;" in policy
    assert page.headers["x-frame-options"] == "DENY"


def test_state_and_nonce_come_back_unchanged_when_they_are_odd(rp: Rp, an: Browser) -> None:
    odd = "a b&c=d?#%/\"'<script>~"

    found = an.follow(rp.ask(an, state=odd, nonce=odd))

    assert found["state"] == odd
    assert rp.claims(rp.exchange(found["code"]).json()["id_token"])["nonce"] == odd


def test_no_state_comes_back_when_there_was_none(rp: Rp, an: Browser) -> None:
    assert an.follow(rp.ask(an, state=None, nonce=None)).keys() == {"code", "iss"}


# Pushed requests


def _push(rp: Rp, **changed: Any) -> httpx.Response:
    return rp.call("/oidc/par", **rp.parameters(**changed))


def test_pushed_request_is_answered_once_when_it_is_used(rp: Rp, an: Browser) -> None:
    pushed = _push(rp, state="pushed")
    uri = pushed.json()["request_uri"]

    found = an.follow(an.get("/oidc/authorize", client_id=rp.id, request_uri=uri))
    again = an.get("/oidc/authorize", client_id=rp.id, request_uri=uri)

    assert (pushed.status_code, pushed.json()["expires_in"], found["state"]) == (201, 600, "pushed")
    assert rp.exchange(found["code"]).status_code == 200
    assert again.status_code == 400


def test_parameters_of_the_address_count_nothing_when_the_request_was_pushed(rp: Rp, an: Browser) -> None:
    uri = _push(rp).json()["request_uri"]

    changed = {
        "client_id": rp.id,
        "request_uri": uri,
        "state": "evil",
        "scope": "openid email",
        "nonce": "evil",
    }
    found = an.follow(an.get("/oidc/authorize", **changed), scopes=("email",))
    claims = rp.exchange(found["code"]).json()

    assert found["state"] != "evil"
    assert (claims["scope"], rp.claims(claims["id_token"])["nonce"]) == ("openid", "nonce-1")


def test_pushed_request_is_refused_when_another_client_shows_it(city: City, rp: Rp, an: Browser) -> None:
    other = city.add_client()
    uri = _push(rp).json()["request_uri"]

    swapped = an.get("/oidc/authorize", client_id=other.id, request_uri=uri)
    for_other = rp.call("/oidc/par", **(rp.parameters() | {"client_id": other.id}))

    assert (swapped.status_code, for_other.status_code) == (400, 400)


@pytest.mark.parametrize(
    "uri", ["https://evil.example/request", "urn:ietf:params:oauth:request_uri:guess", "file:///etc/x"]
)
def test_person_stays_here_when_the_request_is_elsewhere(rp: Rp, an: Browser, uri: str) -> None:
    assert rp.ask(an, request_uri=uri).status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uri": "https://evil.example/cb"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "request_uri_not_supported"),
        ({"scope": "openid admin"}, "invalid_scope"),
    ],
)
def test_pushed_request_is_refused_when_it_is_wrong(rp: Rp, changed: dict[str, str], error: str) -> None:
    answer = _push(rp, **changed)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_pushed_request_is_gone_when_it_is_too_old(city: City, rp: Rp, an: Browser) -> None:
    uri = _push(rp).json()["request_uri"]
    city.sql("UPDATE identity_oidcpushed SET expires_at = now() WHERE client_id = %s", rp.id)

    assert an.get("/oidc/authorize", client_id=rp.id, request_uri=uri).status_code == 400


def test_plain_request_is_refused_when_the_client_pushes_them(city: City, an: Browser) -> None:
    rp = city.add_client(requires_par="yes")
    uri = _push(rp).json()["request_uri"]

    assert came_back(rp.ask(an))["error"] == "invalid_request"
    assert "code" in an.follow(an.get("/oidc/authorize", client_id=rp.id, request_uri=uri))


# Tokens that were forged come back as hints at the logout endpoint


def _public(city: City) -> dict[str, str]:
    found: dict[str, str] = httpx.get(f"{city.url}/oidc/jwks").json()["keys"][0]
    return found


def _forged(city: City, rp: Rp, header: dict[str, Any], key: bytes = b"") -> str:
    claims = {"iss": city.url, "aud": rp.id, "sub": "x", "exp": int(time.time()) + 60}
    head, body = (base64url(json.dumps(part).encode()) for part in (header, claims))
    mac = hmac.digest(key, f"{head}.{body}".encode(), "sha256") if header["alg"] == "HS256" else b""
    return f"{head}.{body}.{base64url(mac)}"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "none", "kid": "own"},
        {"alg": "HS256", "kid": "own"},
        {"alg": "HS256"},
        {"alg": "ES256", "kid": "own"},
        {"alg": "ES256", "kid": "../../secrets/oidc"},
        {"alg": "ES256", "kid": "/dev/null"},
        {"alg": "ES256", "kid": "' UNION SELECT 1 --"},
        {"alg": "ES256", "kid": ["own"]},
        {"alg": "ES256", "jku": "https://evil.example/jwks", "kid": "evil"},
        {"alg": "ES256", "jwk": {"kty": "EC"}, "kid": "evil"},
        {"alg": "RS256", "kid": "own"},
    ],
    ids=range(13),
)
def test_token_is_not_ours_when_it_was_forged(
    city: City, rp: Rp, an: Browser, header: dict[str, Any]
) -> None:
    public = _public(city)
    given = {name: public["kid"] if value == "own" else value for name, value in header.items()}

    answer = an.get("/oidc/logout", id_token_hint=_forged(city, rp, given, json.dumps(public).encode()))

    assert answer.status_code == 400
    assert an.get("/me/consents/").status_code == 200


def test_token_is_not_ours_when_one_letter_was_changed(rp: Rp, an: Browser) -> None:
    head, body, signature = rp.exchange(rp.code(an)).json()["id_token"].split(".")
    other = json.loads(base64.urlsafe_b64decode(body + "==")) | {"aud": "app_other"}

    changed = f"{head}.{base64url(json.dumps(other).encode())}.{signature}"

    assert an.get("/oidc/logout", id_token_hint=changed).status_code == 400
