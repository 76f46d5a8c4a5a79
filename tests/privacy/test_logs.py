# SPDX-License-Identifier: Apache-2.0
"""A hundred secrets and personal data go through the doors of a running city; no log of any process holds one."""

from __future__ import annotations

import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.software_key import SoftwareKey

from dothi.cityhall.bench.instance import three_ports

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("whole product")]
PASSWORD = "một câu dài để vào thành phố"


class Canaries:
    """One hundred strings that stand nowhere else, by what they pretend to be."""

    def __init__(self) -> None:
        self.passwords = [f"mat-khau-{secrets.token_hex(8)}" for _ in range(20)]
        self.emails = [f"chim{secrets.token_hex(6)}@canary.vn" for _ in range(20)]
        self.numbers = [f"0460{secrets.randbelow(10**8):08}" for _ in range(20)]
        self.tokens = [secrets.token_urlsafe(24) for _ in range(25)]
        self.links: list[str] = []
        """Links and tokens that the city makes on the way."""
        self.names = [f"Hoàng Yến {secrets.token_hex(6)}" for _ in range(15)]

    def all(self) -> list[str]:
        return [*self.passwords, *self.emails, *self.numbers, *self.tokens, *self.names]


class City:
    """`dothi up` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, ""
        port = three_ports()
        self.url = f"http://127.0.0.1:{port}"
        self.log = (folder / "up.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dothi.cityhall.cli", "up", "--port", str(port), "--data", str(folder / "data")],
            stdout=self.log, stderr=subprocess.STDOUT, cwd="/",
            env={"PATH": "/usr/bin:/bin:" + str(Path(sys.executable).parent), "PYTHONPATH": str(ROOT / "src"), "DOTHI_LOG_LEVEL": "debug"},
        )  # fmt: skip

    def first_link(self) -> str:
        for _ in range(600):
            found = re.search(r"/first/\S+", (self.folder / "up.log").read_text("utf-8"))
            if found:
                return found.group()
            assert self.process.poll() is None, (self.folder / "up.log").read_text("utf-8")
            time.sleep(0.2)
        raise AssertionError("no link")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.log.close()

    def logs(self) -> dict[str, str]:
        """What every process wrote, by file."""
        files = [self.folder / "up.log", *(self.folder / "data").rglob("*log*")]
        return {path.name: path.read_text("utf-8", "replace") for path in files if _is_log(path)}


def _is_log(path: Path) -> bool:
    """Files of logs, none of PostgreSQL's own tables and journals."""
    return path.is_file() and not {"postgres", "programs"} & set(path.parts) and "pg_wal" not in path.parts


@pytest.fixture
def city() -> Iterator[City]:
    folder = Path(tempfile.mkdtemp(prefix="dothi-logs-"))
    folder.chmod(0o755)
    started = City(folder)
    yield started
    for client in CLIENTS:
        client.close()
    CLIENTS.clear()
    if started.process.poll() is None:
        started.stop()
    shutil.rmtree(folder, ignore_errors=True)


CLIENTS: list[httpx.Client] = []


def _client(url: str, **headers: str) -> httpx.Client:
    """A client that is closed with the city."""
    made = httpx.Client(base_url=url, headers=headers, timeout=20, follow_redirects=True)
    CLIENTS.append(made)
    return made


class Visitor:
    """A browser: keeps cookies and sends the token of forms back."""

    def __init__(self, url: str) -> None:
        self.http = _client(url)

    def post(self, path: str, given: dict[str, str]) -> httpx.Response:
        self.http.get("/privacy/ask/")
        token = self.http.cookies.get("dothi_csrf") or ""
        return self.http.post(path, data=given | {"csrfmiddlewaretoken": token})


def _enter(city: City, canaries: Canaries) -> Visitor:
    """The first link: wrong three times, then right."""
    link, visitor = city.first_link(), Visitor(city.url)
    for password, name in zip(canaries.passwords[:3], canaries.names, strict=False):
        wrong = {"name": name, "login": "quan.tri", "password": password, "again": password[::-1]}
        assert visitor.post(link, wrong).status_code == 400
    right = {"name": "Quản Trị", "login": "quan.tri", "password": PASSWORD, "again": PASSWORD}
    assert visitor.post(link, right).status_code == 200
    return visitor


def _sign_in_wrongly(city: City, canaries: Canaries) -> None:
    for login, password in zip(canaries.emails, canaries.passwords[3:], strict=False):
        assert Visitor(city.url).post("/sign-in/", {"login": login, "password": password}).status_code == 400
    for token in canaries.tokens[:5]:
        assert Visitor(city.url).http.get(f"/first/{token}/").status_code == 403


def _ask(city: City, canaries: Canaries) -> None:
    for email, number, name in zip(canaries.emails, canaries.numbers, canaries.names, strict=False):
        visitor = Visitor(city.url)
        visitor.post("/privacy/ask/", {"kind": "rectify"})
        visitor.post("/privacy/ask/details/", {"details": f"Số căn cước {number}"})
        visitor.post("/privacy/ask/contact/", {"name": name, "email": email, "phone": number[:10]})
        assert visitor.post("/privacy/ask/check/", {}).status_code == 200
        visitor.post("/privacy/follow/", {"code": number})
        visitor.post("/privacy/follow/case/supply/", {"words": number})
    for token in canaries.tokens[5:10]:
        assert Visitor(city.url).http.get(f"/privacy/mail/{token}/").status_code == 409


def _work(visitor: Visitor, canaries: Canaries) -> None:
    for name, number, token in zip(canaries.names, canaries.numbers[15:], canaries.tokens[20:], strict=False):
        given = {"way": "http", "name": "N", "contact_name": name, "contact_phone": number, "period": token}
        visitor.post("/sources/add/?way=http", given)
        visitor.http.get("/ledger/", params={"actor": name})
        visitor.http.get("/sources/", params={"q": number})


def _send(city: City, canaries: Canaries) -> None:
    for token, number in zip(canaries.tokens[10:], canaries.numbers, strict=False):
        keys = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "X-Api-Key": token}
        http = _client(city.url, **keys)
        bad = f'{{"id": "{number}", "secret": "{token}", '
        for path in ("/ingest/khong-co", "/ingest/khong-co/x", "/ngsi-ld/v1/entities"):
            assert http.post(path, content=bad).status_code >= 400
        http.get("/ngsi-ld/v1/entities", params={"q": f'name=="{number}'})
        http.get(f"/ngsi-ld/v1/entities/urn:ngsi-ld:Person:{number}")


def _make_passkey(city: City, visitor: Visitor) -> None:
    """Officers get further only with a passkey: one of software, over the wire."""
    port = city.url.rpartition(":")[2]
    key = SoftwareKey(rp_id="localhost", origin=f"http://localhost:{port}")
    options = visitor.post("/sign-in/first-passkey/options/", {}).json()
    made = visitor.post("/sign-in/first-passkey/", {"credential": key.add(options), "name": "Khoá"})
    assert visitor.http.get("/people/").status_code == 200, made.text[:2000]


def _invite(city: City, visitor: Visitor, canaries: Canaries) -> None:
    """Officers are entered by name and invited; the link and wrong passwords go through, and a recovery."""
    for number, name in enumerate(canaries.names[:3]):
        given = {
            "name": name,
            "login": f"can.bo{number}",
            "position": "auditor",
            "unit": "*",
            "since": "2026-01-01",
            "basis": name,
        }
        page = visitor.post("/people/add/", given)
        account = re.search(r"/people/(acc_\w+)", str(page.url) + page.text)
        assert account is not None, page.text[:2000]
        shown = visitor.post(f"/people/{account.group(1)}/invite/", {}).text
        link = re.search(r"/invited/[^\s\"<&]+", shown)
        assert link is not None
        canaries.links.append(link.group().split("/")[2])
        for password in canaries.passwords[number * 4 : number * 4 + 4]:
            assert (
                visitor.post(link.group(), {"password": password, "again": password[::-1]}).status_code == 400
            )
        visitor.post("/recovery/", {"login": f"can.bo{number}", "document_kind": "passport", "document_digits": canaries.numbers[number][-4:]})  # fmt: skip
        Visitor(city.url).post("/recover/", {"login": f"can.bo{number}", "code": canaries.numbers[number]})


def _make_keys(visitor: Visitor, canaries: Canaries) -> None:
    """Keys of machines whose purpose names people; the token is a secret of the city's own making."""
    for name in canaries.names[:5]:
        form = visitor.http.get("/keys/add/").text
        owner, number = re.search(r"account:acc_\w+", form), re.search(r'name="number" value="([^"]+)"', form)
        assert owner is not None
        assert number is not None
        given = {
            "note": f"Cho {name}",
            "owner": owner.group(),
            "operations": "read",
            "number": number.group(1),
        }
        token = re.search(r"dothi_[0-9a-f]{12}_[\w-]+", visitor.post("/keys/add/", given).text)
        assert token is not None
        canaries.links.append(token.group().split("_", 2)[2])


def _sign_papers(visitor: Visitor, canaries: Canaries) -> None:
    """Documents, codes, credentials and keys with a secret; well-formed and not."""
    visitor.post("/documents/keys/add/", {"kind": "demo", "name": "Khoá thử", "organisation": "Thành phố"})
    key = re.search(r"sgk_\w+", visitor.http.get("/documents/keys/").text)
    for name, number, token in zip(canaries.names, canaries.numbers, canaries.tokens, strict=False):
        paper = {"title": name, "kind": "Giấy", "key": key.group() if key else "", "text": number, "fields": f"Họ tên: {name}", "number": number}  # fmt: skip
        visitor.post("/documents/sign/", paper)
        visitor.post(
            "/documents/codes/issue/", {"channel": "sms", "subject": name, "recipient": number, "text": token}
        )
        visitor.post("/documents/codes/call/", {"about": name})
        visitor.post("/documents/keys/add/", {"kind": "remote", "name": name, "url": f"https://a.test/{token}", "credential": token, "secret": token})  # fmt: skip
        claims = {"full_name": name, "birth_date": "2000-01-01", "residence": number, "ward": name}
        visitor.post("/documents/credentials/offer/", claims)
        visitor.http.get(f"/documents/{number}/")
        visitor.http.get("/verify/", params={"code": number, "text": name})


def _take_credentials(city: City, canaries: Canaries) -> None:
    """A wallet's wrong codes, tokens and proofs."""
    for token, number in zip(canaries.tokens, canaries.numbers, strict=False):
        wallet = _client(city.url, Authorization=f"Bearer {token}")
        grant = {"grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code", "pre-authorized_code": token, "tx_code": number}  # fmt: skip
        assert wallet.post("/credentials/token", data=grant).status_code >= 400
        assert (
            wallet.post(
                "/credentials/credential", json={"proofs": {"jwt": [token]}, "name": number}
            ).status_code
            >= 400
        )
        wallet.post(f"/credentials/response/{number}", data={"vp_token": token, "state": number})
        wallet.post("/oidc/token", data={"grant_type": "authorization_code", "code": token, "client_secret": token, "code_verifier": token})  # fmt: skip
        wallet.get("/oidc/authorize", params={"client_id": number, "state": token, "login_hint": number})


def test_no_log_holds_a_secret_or_a_person_when_a_hundred_went_through(city: City) -> None:
    canaries = Canaries()
    visitor = _enter(city, canaries)
    _make_passkey(city, visitor)
    _sign_in_wrongly(city, canaries)
    _ask(city, canaries)
    _work(visitor, canaries)
    _send(city, canaries)
    _invite(city, visitor, canaries)
    _make_keys(visitor, canaries)
    _sign_papers(visitor, canaries)
    _take_credentials(city, canaries)
    city.stop()

    logs = city.logs()

    assert len(canaries.all()) == 100
    assert {"up.log", "web.log", "caddy.log"} <= set(logs)
    assert [
        (name, line[:300])
        for name, text in logs.items()
        for line in text.splitlines()
        if any(one in line for one in [*canaries.all(), *canaries.links, PASSWORD])
    ] == []
