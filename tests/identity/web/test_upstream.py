# SPDX-License-Identifier: Apache-2.0
"""People come in by another body: a stand-in that behaves and misbehaves, and a second Dothi at the first."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.identity.relying import Browser, City, came_back, query_of
from tests.identity.stand_in import StandIn

from dothi.cityhall.postgres import Postgres

pytestmark = pytest.mark.slow
SLUGS = ("lookalike", "plain")


@pytest.fixture(scope="module")
def provider(city: City) -> Iterator[StandIn]:
    """A stand-in that the city knows twice: as OpenID Connect, and as the plain OAuth 2 that VNConnect looks like."""
    made = StandIn()
    maps = {
        "claims": json.dumps({"subject": ["sub"], "name": ["HoVaTen", "name"]}),
        "assurance": json.dumps(
            {
                "claim": "acr",
                "levels": {"LoA1": {"ial": 2, "aal": 1}, "LoA2": {"ial": 3, "aal": 2}},
                "else": {"ial": 0},
            }
        ),
    }
    known = {
        "client_id": "dothi-city",
        "client_secret": "a secret of theirs",
        "scopes": "openid",
        "asked_acr": "LoA1",
    }
    oidc = {"name": "Giống VNeID", "slug": "lookalike", "issuer": made.url}
    plain = {"name": "Giống VNConnect", "slug": "plain"} | {
        name: f"{made.url}/{name}" for name in ("authorize", "token", "userinfo")
    }
    for preset, own in (("vneid", oidc), ("vnconnect", plain)):
        answer = city.admin.post(f"/oidc/upstreams/add/{preset}/", known | maps | own)
        assert answer.status_code == 302, answer.text
    yield made
    made.stop()


@pytest.fixture
def behaving(provider: StandIn, city: City) -> StandIn:
    provider.reset()
    city.sql("DELETE FROM identity_cache")
    city.sql("DELETE FROM identity_oidcrate")
    return provider


def _out(browser: Browser, provider: StandIn, slug: str, **more: str) -> dict[str, str]:
    """What the provider is asked."""
    answer = browser.get(f"/sign-in/with/{slug}/", **more)
    asked = came_back(answer)
    provider.nonce = asked["nonce"]
    return asked


def _back(browser: Browser, slug: str, asked: dict[str, str], **changed: Any) -> httpx.Response:
    given = {"code": "from-the-provider", "state": asked["state"]} | changed
    return browser.get(f"/sign-in/from/{slug}/", **{n: v for n, v in given.items() if v is not None})


def _name(browser: Browser) -> str:
    page = browser.get("/me/consents/")
    return (
        page.text.split("đang đăng nhập với tên <strong>")[1].split("<")[0] if page.status_code == 200 else ""
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_person_comes_in_when_the_provider_vouches_for_them(city: City, behaving: StandIn, slug: str) -> None:
    browser = city.browser()

    asked = _out(browser, behaving, slug, next="/me/consents/")
    answer = _back(browser, slug, asked)

    assert (asked["acr_values"], asked["code_challenge_method"], asked["redirect_uri"]) == (
        "LoA1",
        "S256",
        f"{city.url}/sign-in/from/{slug}/",
    )
    assert (answer.status_code, answer.headers["location"]) == (302, "/me/consents/")
    assert _name(browser) == "Nguyễn Văn An"


def test_person_is_the_same_when_they_come_again(city: City, behaving: StandIn) -> None:
    before = city.sql("SELECT count(*) FROM identity_account")
    behaving.claims["sub"] = "again"
    for _ in range(2):
        browser = city.browser()
        _back(browser, "lookalike", _out(browser, behaving, "lookalike"))
        behaving.claims["HoVaTen"] = "Tên đã đổi"

    assert city.sql("SELECT count(*) FROM identity_account")[0][0] == before[0][0] + 1


def test_nobody_is_found_by_name_or_address_when_they_are_the_same(city: City, behaving: StandIn) -> None:
    behaving.claims |= {
        "sub": "someone-else",
        "HoVaTen": "Dung",
        "email": "dung",
        "preferred_username": "dung",
    }
    browser = city.browser()

    _back(browser, "lookalike", _out(browser, behaving, "lookalike"))

    assert _name(browser) == "Dung"
    assert browser.get("/oidc/clients/").status_code == 403


def test_level_is_what_the_map_says_when_the_person_goes_on_to_a_client(
    city: City, behaving: StandIn
) -> None:
    behaving.claims["sub"] = "level"
    rp = city.add_client(name="Cần mức 3")
    browser = city.browser()
    _back(browser, "lookalike", _out(browser, behaving, "lookalike"))

    found = rp.exchange(browser.follow(rp.ask(browser, acr_values="urn:dothi:loa3"))["code"]).json()
    behaving.claims["acr"] = "LoA99"
    _back(browser, "lookalike", _out(browser, behaving, "lookalike"))
    lower = rp.ask(browser, acr_values="urn:dothi:loa3")

    assert (rp.claims(found["id_token"])["acr"], rp.claims(found["id_token"])["amr"]) == (
        "urn:dothi:loa3",
        ["fed"],
    )
    assert lower.headers["location"].startswith("/sign-in/with/?next=%2Foidc%2Fresume")


def test_nothing_that_names_the_citizen_is_kept_when_they_came_in(city: City, behaving: StandIn) -> None:
    browser = city.browser()
    _back(browser, "plain", _out(browser, behaving, "plain"))

    kept = [row[0] for row in city.sql("SELECT row_to_json(l)::text FROM identity_upstreamlink l")]

    assert len(kept) > 0
    assert not [row for row in kept if "079012345678" in row]


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "x"},
        {"state": None},
        {"code": None},
        {"code": None, "error": "access_denied"},
        {"iss": "https://evil.example"},
    ],
    ids=range(5),
)
def test_nobody_comes_in_when_the_answer_is_not_to_the_question(
    city: City, behaving: StandIn, changed: dict[str, Any]
) -> None:
    browser = city.browser()
    asked = _out(browser, behaving, "lookalike")

    answer = _back(browser, "lookalike", asked, **changed)

    assert answer.status_code == 400
    assert _name(browser) == ""


def test_nobody_comes_in_when_the_answer_is_anothers_or_comes_twice(city: City, behaving: StandIn) -> None:
    browser, other = city.browser(), city.browser()
    asked = _out(browser, behaving, "lookalike")

    of_other = _back(other, "lookalike", asked)
    at_other_address = _back(browser, "plain", asked)
    used_up = _back(browser, "lookalike", asked)

    assert [a.status_code for a in (of_other, at_other_address, used_up)] == [400, 400, 400]


def test_answer_without_its_issuer_is_refused_when_the_provider_always_names_itself(
    city: City, behaving: StandIn
) -> None:
    behaving.metadata["authorization_response_iss_parameter_supported"] = True
    browser = city.browser()

    silent = _back(browser, "lookalike", _out(browser, behaving, "lookalike"))
    named = _back(browser, "lookalike", _out(browser, behaving, "lookalike"), iss=behaving.url)

    assert (silent.status_code, named.status_code) == (400, 302)


@pytest.mark.parametrize(
    "token",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-city"},
        {"aud": ["dothi-city", "another-city"]},
        {"aud": ["dothi-city", "another-city"], "azp": "another-city"},
        {"exp": int(time.time()) - 600},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": "another-person"},
        {"sub": None},
    ],
    ids=range(10),
)
def test_nobody_comes_in_when_the_id_token_is_wrong(
    city: City, behaving: StandIn, token: dict[str, Any]
) -> None:
    browser = city.browser()
    asked = _out(browser, behaving, "lookalike")
    behaving.token = token

    answer = _back(browser, "lookalike", asked)

    assert (answer.status_code, _name(browser)) == (400, "")
    assert "Chưa đăng nhập được" in answer.text


@pytest.mark.parametrize("header", [{"alg": "none"}, {"kid": "unknown"}, {"kid": "../one"}, {}], ids=range(4))
def test_nobody_comes_in_when_the_signature_is_anothers(
    city: City, behaving: StandIn, header: dict[str, str]
) -> None:
    browser = city.browser()
    asked = _out(browser, behaving, "lookalike")
    behaving.header, behaving.signed_by = header, behaving.stranger

    assert _back(browser, "lookalike", asked).status_code == 400
    assert _name(browser) == ""


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": ""},
        {"sub": None},
        {"sub": True},
        {"sub": ["a", "b"]},
        {"sub": {"id": "a"}},
        {"sub": "x" * 300},
        {"id": "a", "name": "No subject"},
    ],
    ids=range(8),
)
def test_nobody_comes_in_when_the_claims_name_nobody(
    city: City, behaving: StandIn, claims: dict[str, Any]
) -> None:
    browser = city.browser()
    asked = _out(browser, behaving, "plain")
    behaving.claims = claims

    assert _back(browser, "plain", asked).status_code == 400
    assert _name(browser) == ""


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"sub": 79012345678, "HoVaTen": "Số"}, "Số"),
        ({"sub": "odd-1", "HoVaTen": ["Trong danh sách"]}, "Trong danh sách"),
        ({"sub": "odd-2", "HoVaTen": {"x": 1}, "name": "Tên khác"}, "Tên khác"),
        ({"sub": "odd-3"}, "Giống VNConnect"),
        ({"sub": "odd-4", "HoVaTen": "<b>Đậm</b>", "acr": ["LoA2"]}, "&lt;b&gt;Đậm&lt;/b&gt;"),
    ],
    ids=range(5),
)
def test_person_comes_in_when_the_claims_are_odd_but_clear(
    city: City, behaving: StandIn, claims: dict[str, Any], name: str
) -> None:
    browser = city.browser()
    asked = _out(browser, behaving, "plain")
    behaving.claims = claims

    assert _back(browser, "plain", asked).status_code == 302
    assert _name(browser) == name


@pytest.mark.parametrize(
    ("path", "fault", "status"),
    [
        ("/token", 500, 503),
        ("/token", b"<html>", 503),
        ("/token", b"[]", 503),
        ("/token", b"x" * 300_000, 503),
        ("/token", 400, 400),
        ("/token", 302, 503),
        ("/userinfo", 500, 503),
        ("/userinfo", b"null", 503),
    ],
    ids=range(8),
)
def test_page_says_what_to_do_when_the_provider_fails(
    city: City, behaving: StandIn, path: str, fault: Any, status: int
) -> None:
    browser = city.browser()
    asked = _out(browser, behaving, "plain")
    behaving.broken = {path: fault}

    answer = _back(browser, "plain", asked)

    assert (answer.status_code, _name(browser)) == (status, "")
    assert "/sign-in/with/plain/" in answer.text


def test_page_says_what_to_do_when_the_provider_is_away(city: City, behaving: StandIn) -> None:
    behaving.broken = {"/.well-known/openid-configuration": 503}

    answer = city.browser().get("/sign-in/with/lookalike/")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "đến quầy tiếp nhận" in answer.text
    assert "/sign-in/with/plain/" in answer.text


def test_page_says_what_to_do_when_the_metadata_is_anothers(city: City, behaving: StandIn) -> None:
    behaving.metadata = {"issuer": "https://evil.example"}

    assert city.browser().get("/sign-in/with/lookalike/").status_code == 503


def test_identity_is_linked_when_one_who_is_signed_in_proves_it(city: City, behaving: StandIn) -> None:
    behaving.claims["sub"] = "linked"
    an, chi = city.browser("an"), city.browser("chi")

    an.post("/me/link/lookalike/", {})
    first = _back(an, "lookalike", _out(an, behaving, "lookalike"))
    chi.post("/me/link/lookalike/", {})
    taken = _back(chi, "lookalike", _out(chi, behaving, "lookalike"))
    later = city.browser()
    _back(later, "lookalike", _out(later, behaving, "lookalike"))

    assert (first.status_code, taken.status_code, _name(later)) == (302, 409, "An")


def test_nobody_comes_in_when_their_account_was_closed(city: City, behaving: StandIn) -> None:
    behaving.claims |= {"sub": "closed", "HoVaTen": "Sẽ đóng"}
    browser = city.browser()
    _back(browser, "lookalike", _out(browser, behaving, "lookalike"))
    city.sql("UPDATE identity_account SET is_active = false WHERE name = 'Sẽ đóng'")

    again = city.browser()
    answer = _back(again, "lookalike", _out(again, behaving, "lookalike"))

    assert (answer.status_code, _name(again)) == (403, "")


def test_patterns_say_that_they_are_not_proven_when_shown(city: City, behaving: StandIn) -> None:
    del behaving
    for address in ("/oidc/upstreams/", "/oidc/upstreams/add/vneid/", "/sign-in/with/"):
        assert "Chưa kiểm chứng" in city.admin.get(address).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "UPPER"),
        ("slug", "lookalike"),
        ("name", ""),
        ("client_secret", ""),
        ("issuer", "http://idp.example"),
        ("issuer", "javascript:x"),
        ("claims", "no json"),
        ("claims", '{"name": ["x"]}'),
        ("assurance", "[]"),
        ("assurance", '{"claim": "acr", "levels": {"a": {"ial": 9}}}'),
    ],
    ids=range(10),
)
def test_provider_is_refused_when_a_word_is_wrong(
    city: City, behaving: StandIn, field: str, value: str
) -> None:
    right = {
        "slug": "new-one",
        "name": "Mới",
        "issuer": behaving.url,
        "client_id": "x",
        "client_secret": "y",
        "claims": '{"subject": ["sub"]}',
        "assurance": '{"claim": "acr", "levels": {}}',
    }

    answer = city.admin.post("/oidc/upstreams/add/oidc/", right | {field: value})

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "y" not in answer.text.split('name="client_secret"')[1].split(">")[0].replace("type", "")


@pytest.fixture
def second(postgres: Postgres, django_db_blocker: Any) -> Iterator[City]:
    with django_db_blocker.unblock():
        made = City(postgres)
    yield made
    made.stop()


def test_person_of_the_first_city_comes_in_when_a_second_relies_on_it(city: City, second: City) -> None:
    rp = city.add_client(name="Thành phố thứ hai", redirect_uris=f"{second.url}/sign-in/from/first/")
    form = {
        "name": "Thành phố thứ nhất",
        "slug": "first",
        "issuer": city.url,
        "client_id": rp.id,
        "client_secret": rp.secret,
        "scopes": "openid profile",
        "claims": '{"subject": ["sub"], "name": ["name"]}',
        "assurance": '{"claim": "acr", "levels": {"urn:dothi:loa1": {"ial": 0, "aal": 1}}, "else": {}}',
    }
    assert second.admin.post("/oidc/upstreams/add/oidc/", form).status_code == 302
    at_first, at_second = city.browser("an"), second.browser()

    asked = at_second.get("/sign-in/with/first/", next="/me/consents/").headers["location"]
    page = at_first.http.get(asked)
    visit = page.text.split('name="visit" value="')[1].split('"')[0]
    back = at_first.post("/oidc/consent", {"visit": visit, "decision": "allow", "scope": ["profile"]})
    entered = at_second.http.get(back.headers["location"])

    assert query_of(back.headers["location"])["iss"] == [city.url]
    assert (entered.status_code, entered.headers["location"]) == (302, "/me/consents/")
    assert _name(at_second) == "An"
