# SPDX-License-Identifier: Apache-2.0
"""Relying parties that others wrote sign in at the city: authlib's, and openid-client's."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from tests.identity.authlib_client import Authlib
from tests.identity.relying import Browser, City, Rp

FRONTEND = Path(__file__).parents[3] / "frontend"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rp(city: City) -> Rp:
    return city.add_client(name="Của người khác viết", post_logout_uris="https://rp.example/bye")


@pytest.fixture
def an(city: City) -> Browser:
    return city.browser("an")


def _through(browser: Browser, address: str) -> str:
    """Where the browser is sent in the end, having said yes."""
    answer = browser.http.get(address)
    if answer.status_code == 200:
        visit = answer.text.split('name="visit" value="')[1].split('"')[0]
        answer = browser.post(
            "/oidc/consent", {"visit": visit, "decision": "allow", "scope": ["profile", "offline_access"]}
        )
    return str(answer.headers["location"])


def test_authlib_knows_the_person_when_they_agreed(rp: Rp, an: Browser) -> None:
    authlib = Authlib(rp)

    found = authlib.end(_through(an, authlib.begin()))

    assert found["userinfo"]["sub"] == rp.claims(found["id_token"])["sub"]
    assert authlib.client.userinfo(token=found)["name"] == "An"


def test_authlib_refuses_when_the_state_was_changed(rp: Rp, an: Browser) -> None:
    authlib = Authlib(rp)

    back = _through(an, authlib.begin())

    with pytest.raises(MismatchingStateError):
        authlib.end(back.replace("state=", "state=x"))


def test_authlib_is_refused_when_it_shows_a_code_twice(rp: Rp, an: Browser) -> None:
    authlib = Authlib(rp)
    back = _through(an, authlib.begin())
    kept = dict(authlib.session)
    authlib.end(back)
    authlib.session.update(kept)

    with pytest.raises(OAuthError, match="invalid_grant"):
        authlib.end(back)


@pytest.fixture
def node() -> Iterator[subprocess.Popen[str]]:
    program = shutil.which("node")
    if program is None or not (FRONTEND / "node_modules/openid-client").is_dir():
        pytest.skip("no node with openid-client here: make setup")
    with subprocess.Popen(
        [program, "test/relying-party.mjs"],
        cwd=FRONTEND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def _said(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def _tell(process: subprocess.Popen[str], what: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(what) + "\n")
    process.stdin.flush()


def _start(process: subprocess.Popen[str], rp: Rp, **more: Any) -> None:
    known = {"issuer": rp.city.url, "id": rp.id, "secret": rp.secret, "redirect": rp.redirect_uri}
    _tell(process, known | more)


def test_openid_client_knows_the_person_when_they_agreed(
    rp: Rp, an: Browser, node: subprocess.Popen[str]
) -> None:
    _start(node, rp)
    for _ in ("a plain request", "a pushed one"):
        _tell(node, {"back": _through(an, _said(node)["go"])})

    found = _said(node)

    assert "failed" not in found, found
    done = found["done"]
    assert (done["same"], done["ended"]) == (True, "invalid_grant")
    assert done["info"] == {"sub": done["claims"]["sub"], "name": "An"}
    assert an.http.get(done["leave"]).status_code == 200
    assert an.get("/me/consents/").status_code == 302


def test_openid_client_refuses_when_another_issuer_answers(
    rp: Rp, an: Browser, node: subprocess.Popen[str]
) -> None:
    _start(node, rp)
    back = _through(an, _said(node)["go"])

    _tell(node, {"back": re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", back)})

    assert "iss" in _said(node)["failed"]


def test_openid_client_gets_tokens_when_a_person_lets_the_device_in(
    city: City, an: Browser, node: subprocess.Popen[str]
) -> None:
    rp = city.add_client(name="Ki-ốt", is_device="yes", place="Sảnh tầng 1", redirect_uris="")
    _start(node, rp, device=True)
    code = _said(node)["code"]

    page = an.get("/device/", user_code=code).text
    done = an.post("/device/", {"user_code": code, "decision": "allow"})
    found = _said(node)

    assert "Sảnh tầng 1" in page
    assert done.status_code == 200
    assert found["done"]["claims"]["aud"] == rp.id
