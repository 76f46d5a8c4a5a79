# SPDX-License-Identifier: Apache-2.0
"""S11: content policy, framing, other origins, cookies and kinds of every address, generated from the addresses."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.cityhall.attack import town as towns
from tests.cityhall.attack.rounds import addresses, undone
from tests.pages import enter

from dothi.cityhall.caddy import style_policy
from dothi.documents import vault
from dothi.identity.web.oidc_authorize import policy_for

ELSEWHERE = "https://ngoai.test"
READ_BY_ALL = {
    "oidc_discovery", "oauth_discovery", "oidc_jwks", "oidc_token", "oidc_par", "oidc_revoke", "oidc_device", "oidc_userinfo",
}  # fmt: skip
"""Addresses that scripts of other pages may read (docs/attack.md): the city's OpenID, which asks for no cookie."""
STRICT = {
    "default-src": {"'none'"}, "object-src": {"'none'"}, "script-src": {"'self'"}, "style-src": {"'self'"}, "font-src": {"'self'"},
    "img-src": {"'self'", "data:", "blob:"}, "connect-src": {"'self'"}, "worker-src": {"'self'", "blob:"},
    "manifest-src": {"'self'"}, "form-action": {"'self'"}, "frame-ancestors": {"'none'"}, "base-uri": {"'none'"},
}  # fmt: skip
TRUSTED = {"require-trusted-types-for": {"'script'"}, "trusted-types": {"'none'"}}
WITH_A_MAP = {"console", "source_add", "device_add", "device", "verify", "verify_short"}
"""Pages whose scripts need more: MapLibre, and the service worker of /verify/."""
UNESCAPED = {"cityhall/templatetags/words.py", "identity/web/app.py"}
"""Sentences of our own with their values escaped; a QR code drawn by the product."""
METHODS = {"nobody": ("get", "options"), "dung": ("get", "post")}


@dataclasses.dataclass
class Answered:
    """One answer of one address."""

    name: str
    method: str
    who: str
    answer: Any

    def __str__(self) -> str:
        return f"{self.who} {self.method} {self.name} ({self.answer.status_code})"


def parsed(policy: str) -> dict[str, set[str]]:
    """Directive -> its sources; one named twice fails, for browsers heed the first only."""
    found: dict[str, set[str]] = {}
    for part in filter(None, (one.strip() for one in policy.split(";"))):
        name, *sources = part.split()
        assert name not in found, policy
        found[name] = set(sources)
    return found


@pytest.fixture
def answered(dung: Any, tmp_path: Path, settings: Any, db: None) -> Iterator[list[Answered]]:
    """Every address by every method, by nobody and by an administrator, asked from a foreign page."""
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, data_dir=str(tmp_path))
    before, vault._secret[:] = list(vault._secret), [lambda: "a secret of this test"]
    town, _ = towns.build(dung, many=False)
    found = []
    for who, client in (("nobody", Client()), ("dung", enter(dung))):
        client.raise_request_exception = False
        cookies = client.cookies.output()
        for name, address in {**addresses(town.things), "nowhere": "/no/such/page/"}.items():
            for method in METHODS[who]:
                with undone():
                    client.cookies.load(cookies.replace("Set-Cookie: ", ""))
                    answer = getattr(client, method)(address, headers={"origin": ELSEWHERE})
                    for end in getattr(answer, "_resource_closers", ()):
                        end()  # a file that was handed out; the whole answer's close would close the database, too
                    found.append(Answered(name, method, who, answer))
    yield found
    vault._secret[:] = before


def _is_page(one: Answered) -> bool:
    return str(one.answer.headers.get("Content-Type", "")).startswith("text/html")


@pytest.mark.django_db
@pytest.mark.slow
def test_every_answer_keeps_to_the_headers_when_asked_from_a_foreign_page(answered: list[Answered]) -> None:
    assert len(answered) > 600
    for check in (_policy, _framing, _origins, _kinds, _cookies):
        assert {str(one): wrong for one in answered if (wrong := check(one))} == {}


def _policy(one: Answered) -> object:
    """What differs from the strict policy."""
    policy = parsed(one.answer["Content-Security-Policy"])
    loose = one.name in WITH_A_MAP or not _is_page(one)
    wanted = STRICT if loose and not set(TRUSTED) <= set(policy) else STRICT | TRUSTED
    return [] if policy == wanted else policy


def _framing(one: Answered) -> object:
    said = {name: one.answer.headers.get(name) for name in ("X-Frame-Options", "Cross-Origin-Opener-Policy", "Referrer-Policy")}  # fmt: skip
    wanted = {"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin"}
    return {name: said[name] for name in wanted if said[name] != wanted[name]} or said[
        "Referrer-Policy"
    ] is None


def _origins(one: Answered) -> object:
    """Headers that let scripts of other pages read the answer, where nobody decided so; never together with cookies."""
    said = {name: value for name, value in one.answer.headers.items() if name.startswith("Access-Control-")}
    if one.name in READ_BY_ALL:
        return said.get("Access-Control-Allow-Credentials") or said.get("Access-Control-Allow-Origin") != "*"
    return said


def _kinds(one: Answered) -> object:
    """A browser must not guess what an answer is, and what is handed out as a file is no page."""
    kind = one.answer.headers.get("Content-Type", "")
    kept = "attachment" in one.answer.headers.get("Content-Disposition", "")
    if one.answer.headers.get("X-Content-Type-Options") != "nosniff" or (kept and "text/html" in kind):
        return kind or "none"
    return "charset" not in kind if kind.startswith("text/") else ""


def _cookies(one: Answered) -> object:
    """Cookies of ours go to no foreign page's request but top-level links, and those that sign in are read by no script."""
    return [
        cookie.output()
        for name, cookie in one.answer.cookies.items()
        if cookie["max-age"] != 0  # one that is taken away
        and (
            cookie["samesite"] not in {"Lax", "Strict"}
            or (name not in {"dothi_csrf", "dothi_language", "dothi_theme"} and not cookie["httponly"])
        )
    ]


def test_pages_with_a_policy_of_their_own_are_as_strict_when_read() -> None:
    consent = parsed(policy_for("https://phan-mem.test"))
    front = parsed(style_policy())

    assert consent["form-action"] == {"'self'", "https://phan-mem.test"}
    assert {name: consent[name] for name in ("default-src", "object-src", "frame-ancestors", "base-uri")} == {
        name: {"'none'"} for name in ("default-src", "object-src", "frame-ancestors", "base-uri")
    }
    assert consent["script-src"] == consent["style-src"] == {"'self'"}
    assert all(re.fullmatch(r"'sha256-[\w+/=]+'", one) for one in front.pop("style-src"))
    assert set().union(*front.values()) == {"'none'"}


def test_no_template_holds_code_or_style_of_its_own_when_read() -> None:
    """Inline code would need a hole in the policy; it fails here before it is seen by nobody in a browser."""
    root = Path(__file__).parents[3] / "src/dothi"
    inline = re.compile(
        r"<script(?![^>]*(src=|application/json))|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
    )

    assert [
        str(one) for one in root.rglob("templates/**/*.html") if inline.search(one.read_text("utf-8"))
    ] == []


def test_no_template_turns_escaping_off_when_read() -> None:
    root = Path(__file__).parents[3] / "src/dothi"
    off = re.compile(r"\|\s*safe\b|autoescape\s+off|mark_safe|SafeString|@html_safe|format_html_join")
    found = {str(one.relative_to(root)) for kind in ("*.html", "*.py") for one in root.rglob(kind) if off.search(one.read_text("utf-8"))}  # fmt: skip

    assert found == UNESCAPED
