# SPDX-License-Identifier: Apache-2.0
"""A city whose pages are served by two real web processes on a database of their own, and what calls them.

Nothing is rolled back here, so that two processes can compete for one token; clients and people are added by the
city's own pages and actions.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import jwt
import psycopg
from django.db import connections
from tests.pages import PASSWORD
from tests.software_key import SoftwareKey

from dothi.cityhall.postgres import Postgres

ROOT = Path(__file__).parents[2]
PEOPLE = """
import django; django.setup()
from django.db import connection, transaction
from datetime import date
from dothi.identity.models import Account
from dothi.identity.door import give_post
with transaction.atomic():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', '', true)")
    for login, role in (("dung", "admin"), ("an", "resident"), ("chi", "resident")):
        one = Account(id=f"acc_{login}", name=login.title(), login=login, role=role)
        one.set_password(%r)
        one.save()
        if role == "admin":
            give_post(account=one, position="administrator", since=date(2026, 1, 1))
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def copy_of_pages(postgres: Postgres) -> str:
    """The name of a new, empty database with all migrations."""
    connections["default"].close()
    name = f"oidc_{os.urandom(5).hex()}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE dothi_pages')
    return name


class City:
    """Two web processes of a city at `url`."""

    def __init__(self, postgres: Postgres, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix="dothi-oidc-"))
        self.database = postgres.url(copy_of_pages(postgres))
        (self.folder / "secrets").mkdir()
        (self.folder / "secrets" / "oidc").write_text(secrets.token_urlsafe(32))
        self.environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "dothi.cityhall.django_settings",
            "DOTHI_READER_URL": f"postgresql://dothi_reader:reader@{self.database.partition('@')[2]}",
            "DOTHI_DATA_DIR": str(self.folder),
            "DOTHI_PUBLIC_URL": self.url,
            "DOTHI_SECRET_KEY": secrets.token_urlsafe(32),
            "DOTHI_INSIDE_HOSTS": "127.0.0.1 localhost",
            **settings,
        }
        self.browsers: list[Browser] = []
        self.run(PEOPLE % PASSWORD)
        bind = f"127.0.0.1:{self.port}"
        options = ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--no-control-socket"]
        self.log = (self.folder / "log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-b", bind, *options, "dothi.cityhall.wsgi"],
            env=self.environment,
            cwd=self.folder,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self._wait()

    def run(self, code: str) -> str:
        """Run code of ours beside the web processes."""
        command = [sys.executable, "-W", "ignore", "-c", code]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _wait(self) -> None:
        for _ in range(300):
            try:
                if httpx.get(f"{self.url}/.well-known/openid-configuration").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        for browser in self.browsers:
            browser.http.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """As the owner, past row-level security."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            done = connection.execute(statement.encode(), values)
            return done.fetchall() if done.description else []

    def browser(self, login: str = "") -> Browser:
        made = Browser(self)
        self.browsers.append(made)
        if login:
            made.sign_in(login)
        return made

    def add_client(self, **wanted: Any) -> Rp:
        """A client, added on the administrator's page."""
        form = {
            "name": "Phần mềm một cửa",
            "purpose": "Nộp hồ sơ và xem kết quả trên mạng",
            "auth_method": "client_secret_basic",
            "redirect_uris": "https://rp.example/cb",
            "scope": ["profile", "email", "offline_access"],
            "least_acr": "urn:dothi:loa1",
        } | wanted
        answer = self.admin.post("/oidc/clients/add/", form)
        assert answer.status_code == 200, re.findall(r'class="wrong"[^>]*>([^<]*)', answer.text)
        client_id = re.search(r"app_[0-9a-f]{20}", answer.text)
        secret = re.search(r'<p class="secret">([^<]+)</p>', answer.text)
        assert client_id
        return Rp(
            city=self,
            id=client_id.group(),
            secret=secret.group(1) if secret else "",
            redirect_uri=str(form["redirect_uris"]).splitlines()[0] if form["redirect_uris"] else "",
            method=str(form["auth_method"]),
        )

    @functools.cached_property
    def admin(self) -> Browser:
        """An administrator."""
        return self.officer("dung")

    def officer(self, login: str) -> Browser:
        """One of the staff, who comes for the first time: by password and a new passkey."""
        made, key = self.browser(), SoftwareKey(rp_id="localhost", origin=self.url)
        made.sign_in(login)
        options = made.post("/sign-in/first-passkey/options/", {}).json()
        answer = made.post("/sign-in/first-passkey/", {"credential": key.add(options), "name": ""})
        assert answer.status_code == 302, answer.text
        return made


class Browser:
    """Keeps cookies and follows no redirect by itself."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.http = httpx.Client(base_url=city.url, headers={"Accept-Language": "vi"}, timeout=30)

    def get(self, address: str, **parameters: Any) -> httpx.Response:
        return self.http.get(address, params=parameters or None)

    def post(self, address: str, form: dict[str, Any]) -> httpx.Response:
        if "dothi_csrf" not in self.http.cookies:
            self.http.get("/sign-in/")
        token = self.http.cookies["dothi_csrf"]
        return self.http.post(address, data={**form, "csrfmiddlewaretoken": token})

    def sign_in(self, login: str) -> None:
        answer = self.post("/sign-in/", {"login": login, "password": PASSWORD})
        assert answer.status_code == 302, answer.text

    def prove(self, *proved: str, ial: int = 0) -> None:
        """Give the session what a stronger way of signing in leaves in it, by the session's own rules."""
        key = self.http.cookies["dothi_session"]
        self.city.run(
            "import django; django.setup()\n"
            "from django.contrib.sessions.backends.db import SessionStore\n"
            "from dothi.foundation import clock\n"
            "from dothi.identity.rules.session import proven, read_assurance\n"
            f"s = SessionStore({key!r})\n"
            f"for acr in {proved!r}:\n"
            "    before = read_assurance(s['assurance'])\n"
            f"    s['assurance'] = proven(before, acr, ial={ial}, source='test', at=clock.now()).as_json()\n"
            "s.save()"
        )

    def prove_again(self) -> None:
        """Enter the password again, as the page asks."""
        answer = self.post("/sign-in/again/", {"password": PASSWORD})
        assert answer.status_code == 302, answer.text

    def follow(
        self, answer: httpx.Response, *, scopes: tuple[str, ...] = (), remember: bool = False
    ) -> dict[str, str]:
        """Say yes where the consent page asks; what came back to the client."""
        if answer.status_code == 200:
            visit = re.search(r'name="visit" value="([^"]+)"', answer.text)
            assert visit, answer.text
            form: dict[str, Any] = {"visit": visit.group(1), "decision": "allow", "scope": list(scopes)}
            answer = self.post("/oidc/consent", form | ({"remember": "yes"} if remember else {}))
        return came_back(answer)


def came_back(answer: httpx.Response) -> dict[str, str]:
    """The parameters that the client is sent."""
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query, keep_blank_values=True))


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(kw_only=True)
class Rp:
    """A client by hand: each part of each message can be changed."""

    city: City
    id: str
    secret: str
    redirect_uri: str
    method: str = "client_secret_basic"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def parameters(self, **changed: Any) -> dict[str, Any]:
        """An authorization request that is right, but for what is changed; None leaves a parameter out."""
        challenge = base64url(hashlib.sha256(self.verifier.encode()).digest())
        right = {
            "client_id": self.id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid",
            "state": "trạng thái".encode().hex(),
            "nonce": "nonce-1",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | changed
        return {name: value for name, value in right.items() if value is not None}

    def ask(self, browser: Browser, **changed: Any) -> httpx.Response:
        return browser.get("/oidc/authorize", **self.parameters(**changed))

    def code(self, browser: Browser, *, scopes: tuple[str, ...] = (), **changed: Any) -> str:
        """A code, allowed by the person."""
        if scopes:
            changed = {"scope": " ".join(("openid", *scopes)), **changed}
        return browser.follow(self.ask(browser, **changed), scopes=scopes)["code"]

    def call(self, address: str, **form: Any) -> httpx.Response:
        """A call in which the client proves itself."""
        given = {name: value for name, value in form.items() if value is not None}
        if self.method == "client_secret_basic":
            return httpx.post(
                f"{self.city.url}{address}", data=given, auth=(self.id, self.secret), timeout=30
            )
        more = {"client_id": self.id} | ({"client_secret": self.secret} if self.secret else {})
        return httpx.post(f"{self.city.url}{address}", data=more | given, timeout=30)

    def exchange(self, code: str, **changed: Any) -> httpx.Response:
        right = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return self.call("/oidc/token", **{**right, **changed})

    def refresh(self, token: str, **more: Any) -> httpx.Response:
        return self.call("/oidc/token", grant_type="refresh_token", refresh_token=token, **more)

    def userinfo(self, access: str) -> httpx.Response:
        return httpx.get(f"{self.city.url}/oidc/userinfo", headers={"Authorization": f"Bearer {access}"})

    def claims(self, id_token: str) -> dict[str, Any]:
        """The claims, checked as a client must: signature, issuer, audience, time."""
        published = {key["kid"]: key for key in httpx.get(f"{self.city.url}/oidc/jwks").json()["keys"]}
        key = jwt.PyJWK(published[jwt.get_unverified_header(id_token)["kid"]], "ES256")
        found: dict[str, Any] = jwt.decode(
            id_token, key, algorithms=["ES256"], audience=self.id, issuer=self.city.url
        )
        return found


def query_of(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


__all__ = ["Browser", "City", "Rp", "came_back", "copy_of_pages", "free_port", "query_of", "urlencode"]
