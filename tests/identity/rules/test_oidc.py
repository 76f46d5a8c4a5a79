# SPDX-License-Identifier: Apache-2.0
"""The rules of the provider, as a lawyer could read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.identity.rules import acr, oidc_client, oidc_request, pkce, subject, upstream, user_code
from dothi.identity.rules.acr import LOA1, LOA2, LOA3, PHR, Proof
from dothi.identity.rules.oidc_request import Asking, Unusable

AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
CLIENT = Asking(id="app", redirect_uris=("https://rp.example/cb",), scopes=frozenset({"openid", "profile"}))


def _proof(aal: int = 1, ial: int = 0, methods: tuple[str, ...] = ("password",)) -> Proof:
    return Proof(aal=aal, ial=ial, methods=methods, at=AT)


@pytest.mark.parametrize(
    ("proof", "reached"),
    [
        (_proof(), {LOA1}),
        (_proof(ial=3), {LOA1}),
        (_proof(aal=2), {LOA1, LOA2}),
        (_proof(aal=2, ial=2), {LOA1, LOA2}),
        (_proof(aal=2, ial=3), {LOA1, LOA2, LOA3}),
        (_proof(methods=("webauthn",)), {LOA1, LOA2, PHR}),
        (_proof(ial=3, methods=("webauthn",)), {LOA1, LOA2, LOA3, PHR}),
    ],
)
def test_proof_reaches_levels_when_it_is_strong_enough(proof: Proof, reached: set[str]) -> None:
    assert proof.reached == reached


@pytest.mark.parametrize(
    ("proof", "asked", "least", "missing"),
    [
        (_proof(), (), LOA1, None),
        (_proof(), (LOA2,), LOA1, LOA2),
        (_proof(), (LOA2, LOA1), LOA1, None),
        (_proof(), (), LOA2, LOA2),
        (_proof(aal=2), (LOA3, LOA2), LOA1, None),
        (_proof(aal=2), (PHR,), LOA2, PHR),
        (_proof(), ("urn:other:gold",), LOA1, None),
        (_proof(), ("urn:other:gold", LOA3), LOA1, LOA3),
    ],
)
def test_level_is_missing_when_none_of_the_asked_was_reached(
    proof: Proof, asked: tuple[str, ...], least: str, missing: str | None
) -> None:
    assert acr.missing(proof, asked=asked, least=least) == missing


@pytest.mark.parametrize(
    ("age", "limit", "old"),
    [(0, 0, False), (1, 0, True), (60, 60, False), (61, 60, True), (9999, None, False)],
)
def test_sign_in_is_too_old_when_more_seconds_have_passed(age: int, limit: int | None, old: bool) -> None:  # noqa: FBT001 - a case
    assert acr.is_too_old(AT - timedelta(seconds=age), limit, at=AT) is old


@pytest.mark.parametrize(
    "uri",
    [
        "https://rp.example/cb",
        "https://rp.example",
        "https://rp.example:8443/a/b?x=1",
        "http://127.0.0.1:8000/cb",
        "http://[::1]:8000/cb",
        "http://localhost/cb",
    ],
)
def test_redirect_address_is_taken_when_it_is_plain(uri: str) -> None:
    assert oidc_client.redirect_problem(uri) is None


@pytest.mark.parametrize(
    "uri",
    [
        "http://rp.example/cb",
        "https://rp.example/cb#x",
        "https://*.rp.example/cb",
        "https://user@rp.example/cb",
        "https://user:pw@rp.example/cb",
        "https://rp.example/a/../b",
        "https://rp.example/a/%2e%2e/b",
        "https://rp.example/a/%2E./b",
        "https://RP.example/cb",
        "https://rp%2eexample/cb",
        "https:///cb",
        "https://",
        "https://rp.example:port/cb",
        "https://rp.example\\evil",
        "https://rp.example/c b",
        "https://rp.example/\n",
        "https://thị-xã.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "vn.gov.app:/cb",
        "ftp://rp.example/",
        "/cb",
        "",
        "https://rp.example/" + "x" * 500,
        "http://127.0.0.1.evil.example/cb",
        "http://0.0.0.0/cb",
    ],
)
def test_redirect_address_is_refused_when_it_holds_a_trick(uri: str) -> None:
    assert oidc_client.redirect_problem(uri) is not None


def test_apps_have_a_scheme_of_their_own_when_it_is_a_reversed_name() -> None:
    judged = [
        oidc_client.redirect_problem(uri, is_app=True) is None
        for uri in ("vn.gov.app:/cb", "app:/cb", "vn.gov.app://host/cb", "javascript:/cb", "vn.gov.app:cb")
    ]

    assert judged == [True, False, False, False, False]


def test_verifier_fits_when_it_is_that_of_the_standard() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B

    assert pkce.matches(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    assert not pkce.matches(verifier + "x", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")


@given(st.text(max_size=130), st.text(max_size=50))
def test_verifier_never_fails_when_it_is_anything(verifier: str, challenge: str) -> None:
    assert pkce.matches(verifier, challenge) in {True, False}


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=2, max_size=2, unique=True))
def test_subjects_differ_when_sector_or_person_does(pairs: list[tuple[str, str]]) -> None:
    one, other = (subject.pairwise(b"k" * 32, sector=s, account=a) for s, a in pairs)

    assert one != other


@given(
    st.dictionaries(
        st.sampled_from([*"abc", "client_id", "redirect_uri", "scope", "prompt", "max_age", "request"]),
        st.lists(st.text(max_size=40), max_size=2),
    )
)
def test_request_is_refused_in_the_words_of_the_standard_when_it_is_anything(given_: dict[str, Any]) -> None:
    with pytest.raises(Unusable) as refused:
        oidc_request.read(given_, CLIENT)

    assert refused.value.error.isascii()
    assert refused.value.error.replace("_", "").isalpha()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BCDF-GHJK", "BCDFGHJK"),
        (" bcdf ghjk ", "BCDFGHJK"),
        ("b.c-d f–ghjk", "BCDFGHJK"),
        ("BCDF", None),
        ("AAAA-AAAA", None),
        ("BCDF-GHJ0", None),
    ],
)
def test_code_is_read_when_it_is_typed_somehow(text: str, code: str | None) -> None:
    assert user_code.typed(text) == code


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["sub", "name", "acr", "a"]), _JSON))
def test_profile_is_clear_or_refused_when_claims_are_anything(claims: dict[str, Any]) -> None:
    rule = {"claim": "acr", "levels": {"1": {"ial": 2, "aal": 2}}, "else": {"ial": 0}}

    try:
        found = upstream.profile(claims, {"subject": ["sub", "a.b"], "name": ["name"]}, rule)
    except upstream.OddClaims:
        return

    assert 0 < len(found.subject) <= 255
    assert (len(found.name) <= 200, found.ial in {0, 2}, found.aal in {1, 2}) == (True, True, True)


@given(_JSON, _JSON)
def test_maps_are_judged_when_they_are_anything(claims: Any, rule: Any) -> None:
    judged = upstream.maps_problem(claims, rule)

    assert judged in {None, "identity.upstream.claims_shape", "identity.upstream.assurance_shape"}


@pytest.mark.parametrize(
    "uri",
    [
        "https://a.test;script-src/cb",
        "https://a.test';x/cb",
        "https://a.test,b/cb",
        "https://a.test:80;x/cb",
        "https://a.test&b/cb",
    ],
)
def test_address_is_refused_when_its_host_would_begin_another_word_of_a_content_policy(uri: str) -> None:
    assert oidc_client.redirect_problem(uri) == "identity.oidc.uri.shape"
