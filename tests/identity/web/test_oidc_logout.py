# SPDX-License-Identifier: Apache-2.0
"""Signing out: at the city, at a client, and the word that goes to clients behind the scenes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from tests.identity.relying import Browser, City, Rp, query_of
from tests.identity.stand_in import StandIn

pytestmark = pytest.mark.slow
BYE = "https://rp.example/bye"
WORK = """
import django; django.setup()
from procrastinate.contrib.django import app
with app.replace_connector(app.connector.get_worker_connector()):
    app.run_worker(wait=False, listen_notify=False, concurrency=1)
"""


@pytest.fixture(scope="module")
def receiver() -> Iterator[StandIn]:
    """The server of a client that wants to be told."""
    made = StandIn()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def rp(city: City, receiver: StandIn) -> Rp:
    return city.add_client(
        name="Muốn được báo", post_logout_uris=BYE, backchannel_uri=f"{receiver.url}/backchannel"
    )


@pytest.fixture
def an(city: City) -> Browser:
    return city.browser("an")


def _signed_in(rp: Rp, browser: Browser, *scopes: str) -> dict[str, Any]:
    found: dict[str, Any] = rp.exchange(rp.code(browser, scopes=scopes)).json()
    return found


def _is_in(browser: Browser) -> bool:
    return browser.get("/me/consents/").status_code == 200


def test_tokens_of_the_session_end_when_the_person_signs_out(rp: Rp, an: Browser) -> None:
    short, lasting = _signed_in(rp, an), _signed_in(rp, an, "offline_access")

    an.post("/sign-out/", {})

    assert rp.userinfo(short["access_token"]).status_code == 401
    assert rp.userinfo(lasting["access_token"]).status_code == 200


def test_client_is_told_when_the_person_signs_out(city: City, rp: Rp, an: Browser, receiver: StandIn) -> None:
    receiver.reset()
    receiver.calls.clear()
    claims = rp.claims(_signed_in(rp, an)["id_token"])

    an.post("/sign-out/", {})
    city.run(WORK)

    tokens = [form["logout_token"] for path, form in receiver.calls if path == "/backchannel"]
    told = [t for t in (rp.claims(token) for token in tokens) if t["sid"] == claims["sid"]]
    assert [t["sub"] for t in told] == [claims["sub"]]
    assert jwt.get_unverified_header(tokens[0])["typ"] == "logout+jwt"
    assert told[0].keys() == {"iss", "aud", "sub", "sid", "iat", "exp", "jti", "events"}
    assert told[0]["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}


def test_client_is_told_again_when_it_did_not_answer(
    city: City, rp: Rp, an: Browser, receiver: StandIn
) -> None:
    receiver.reset()
    _signed_in(rp, an)
    receiver.broken = {"/backchannel": 500}

    an.post("/sign-out/", {})
    city.run(WORK)
    waiting = city.sql(
        "SELECT tries, problem FROM identity_oidclogout WHERE told_at IS NULL AND client_id = %s", rp.id
    )
    receiver.broken = {}
    city.sql("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    city.run(WORK)
    left = city.sql(
        "SELECT count(*) FROM identity_oidclogout WHERE told_at IS NULL AND client_id = %s", rp.id
    )

    assert waiting == [(1, "the answer is 500")]
    assert left == [(0,)]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.2:{port}/x",
        "http://[::1]:{port}/x",
        "http://localhost.:{port}/x",
        "http://0.0.0.0:{port}/x",
    ],
)
def test_city_calls_nothing_inside_when_an_address_leads_there(
    city: City, rp: Rp, an: Browser, receiver: StandIn, address: str
) -> None:
    receiver.reset()
    receiver.calls.clear()
    _signed_in(rp, an)
    inside = address.format(port=receiver.port)
    city.sql("UPDATE identity_oidcclient SET backchannel_uri = %s WHERE client_id = %s", inside, rp.id)

    an.post("/sign-out/", {})
    city.run(WORK)
    city.sql(
        "UPDATE identity_oidcclient SET backchannel_uri = %s WHERE client_id = %s",
        f"{receiver.url}/backchannel",
        rp.id,
    )
    problems = city.sql(
        "SELECT problem FROM identity_oidclogout WHERE told_at IS NULL ORDER BY id DESC LIMIT 1"
    )
    city.sql("UPDATE identity_oidclogout SET given_up_at = now() WHERE told_at IS NULL")

    assert receiver.calls == []
    assert problems[0][0].startswith(("the address is not public", "the name has no address"))


def test_person_is_out_at_once_when_the_client_shows_their_token(rp: Rp, an: Browser) -> None:
    token = _signed_in(rp, an)["id_token"]

    answer = an.get("/oidc/logout", id_token_hint=token, post_logout_redirect_uri=BYE, state="s 1")

    assert (answer.status_code, answer.headers["location"]) == (302, f"{BYE}?state=s%201")
    assert not _is_in(an)


def test_person_is_asked_when_nothing_shows_that_the_client_means_them(
    city: City, rp: Rp, an: Browser
) -> None:
    chis = _signed_in(rp, city.browser("chi"))["id_token"]

    plain = an.get("/oidc/logout")
    by_client = an.get("/oidc/logout", client_id=rp.id, post_logout_redirect_uri=BYE)
    by_other = an.get("/oidc/logout", id_token_hint=chis)
    stayed = an.post("/oidc/leave", {"decision": "stay", "client_id": rp.id, "post_logout_redirect_uri": BYE})
    still = _is_in(an)
    left = an.post("/oidc/leave", {"decision": "leave", "client_id": rp.id, "post_logout_redirect_uri": BYE})

    assert [a.status_code for a in (plain, by_client, by_other)] == [200, 200, 200]
    assert f"form-action 'self' {BYE.removesuffix('/bye')};" in by_client.headers["content-security-policy"]
    assert (stayed.headers["location"], left.headers["location"], still, _is_in(an)) == (
        BYE,
        BYE,
        True,
        False,
    )


@pytest.mark.parametrize(
    "uri", ["https://evil.example/", f"{BYE}/", f"{BYE}?x=1", "javascript:alert(1)", "//rp.example/bye"]
)
def test_person_stays_here_when_the_place_to_go_is_not_the_clients(rp: Rp, an: Browser, uri: str) -> None:
    token = _signed_in(rp, an)["id_token"]

    answer = an.get("/oidc/logout", id_token_hint=token, post_logout_redirect_uri=uri)

    assert (answer.status_code, _is_in(an)) == (400, True)


def test_tokens_end_when_the_person_ends_the_session_elsewhere(city: City, rp: Rp, an: Browser) -> None:
    other = city.browser("an")
    found = _signed_in(rp, other)

    an.post("/me/sessions/end/", {})

    assert rp.userinfo(found["access_token"]).status_code == 401


# Keys


def _kids(city: City) -> list[str]:
    return [key["kid"] for key in httpx.get(f"{city.url}/oidc/jwks").json()["keys"]]


def test_next_key_is_known_before_it_signs_when_keys_rotate(city: City, rp: Rp, an: Browser) -> None:
    before = _kids(city)
    young = city.admin.post("/oidc/keys/rotate/", {}).headers["location"]
    city.sql("UPDATE identity_oidckey SET made_at = now() - interval '2 hours' WHERE state = 'next'")
    old = _signed_in(rp, an)

    done = city.admin.post("/oidc/keys/rotate/", {}).headers["location"]
    new = _signed_in(rp, an)

    old_kid, new_kid = (jwt.get_unverified_header(t["id_token"])["kid"] for t in (old, new))
    assert (query_of(young)["said"], query_of(done)["said"]) == (["too_young"], ["rotated"])
    assert (old_kid in before, new_kid in before, old_kid != new_kid) == (True, True, True)
    assert set(before) < set(_kids(city))
    assert rp.claims(old["id_token"])["sub"] == rp.claims(new["id_token"])["sub"]


def test_key_that_may_be_known_is_published_no_more_when_it_was_rotated_at_once(
    city: City, rp: Rp, an: Browser
) -> None:
    old_kid = jwt.get_unverified_header(_signed_in(rp, an)["id_token"])["kid"]

    city.admin.post("/oidc/keys/rotate/", {"at_once": "yes"})

    assert old_kid not in _kids(city)
    assert rp.claims(_signed_in(rp, an)["id_token"])["aud"] == rp.id


def test_private_keys_are_not_readable_when_the_database_is(city: City) -> None:
    sealed = [bytes(row[0]) for row in city.sql("SELECT sealed FROM identity_oidckey")]

    assert len(sealed) > 1
    assert not [one for one in sealed if b"PRIVATE" in one]


def test_metadata_tells_the_truth_when_it_is_read(city: City) -> None:
    found = httpx.get(f"{city.url}/.well-known/openid-configuration").json()
    other = httpx.get(f"{city.url}/.well-known/oauth-authorization-server").json()

    assert found == other
    assert found["issuer"] == city.url
    assert (found["response_types_supported"], found["code_challenge_methods_supported"]) == (
        ["code"],
        ["S256"],
    )
    assert (found["subject_types_supported"], found["id_token_signing_alg_values_supported"]) == (
        ["pairwise"],
        ["ES256"],
    )
    for name, value in found.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert httpx.get(value).status_code != 404, name


def test_acts_stand_in_the_ledger_when_they_were_done(city: City) -> None:
    found = {row[0] for row in city.sql("SELECT DISTINCT act FROM ledger.record")}

    assert {a for a in found if re.match(r"identity\.act\.oidc_", a)} >= {
        "identity.act.oidc_client_added",
        "identity.act.oidc_consent_given",
        "identity.act.oidc_grant_ended",
        "identity.act.oidc_key_made",
        "identity.act.oidc_key_rotated",
        "identity.act.oidc_signed_in",
    }
