# SPDX-License-Identifier: Apache-2.0
"""Walks every address of the pages, fills every form that it meets, and keeps the answers as they went out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.cityhall.attack.screen import Shot
from tests.cityhall.attack.town import Numbers, Town

OF_PAGE: dict[str, dict[str, str]] = {
    "first": {"signed": "first"},
    "invited": {"signed": "invited"},
    "sign_up_link": {"signed": "sign_up_link"},
    "reset_link": {"signed": "reset_link"},
    "email_confirm": {"signed": "email_confirm"},
    "recovery_confirm": {"pk": "recovery"},
    "recovery_give_up": {"pk": "recovery"},
    "email_first": {"pk": "email"},
    "email_remove": {"pk": "email"},
    "post_end": {"number": "posts"},
    "grant_withdraw": {"number": "grants"},
    "program_withdraw": {"number": "program_grants"},
    "delegation_withdraw": {"number": "delegation"},
    "document_key_retire": {"key_id": "document_key"},
    "document_key_chain": {"key_id": "document_key"},
    "document_code_withdraw": {"code": "message"},
    "verify_short": {"code": "message"},
    "privacy_prove": {"token": "privacy_mail"},
    "privacy_desk_purpose": {"key": "purpose"},
    "privacy_desk_purpose_end": {"key": "purpose"},
    "privacy_desk_words": {"key": "purpose"},
    "credential_request": {"request_id": "wallet_request"},
    "credential_response": {"request_id": "wallet_request"},
    "document_shown": {"request_id": "wallet_request"},
    "document_credential_revoke": {"number": "credential"},
    "upstream_out": {"slug": "upstream_slug"},
    "upstream_back": {"slug": "upstream_slug"},
    "upstream_link": {"slug": "upstream_slug"},
    "source_files": {"slug": "file_slug"},
    **{
        f"source_file{verb}": {"slug": "file_slug"} for verb in ("", "_look", "_take", "_cancel", "_original")
    },
}
"""What a parameter is called among the town's things, where its own name says too little."""
PLAIN = {"pk": 1, "step": "details", "verb": "supply", "key": "refused_payloads", "preset": "oidc"}
MORE = ["/verify/?code={message}", "/documents/{revoked}/", "/people/?q={n}", "/privacy/ask/contact/", "/privacy/ask/check/",
        "/oidc/authorize?client_id={client_id}&response_type=code&redirect_uri=https%3A%2F%2Fphan-mem.test%2Fcb&scope=openid&state=a&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&prompt=consent",
        "/sources/add/?way=mqtt", "/sources/add/?way=http", "/sources/add/?way=file", "/sources/add/?way=subscribe", "/places/?at=2020-01-01",
        "/places/unit/p1/", "/places/calendar/?unit=p1&year=2026", "/ledger/?after=&actor=", "/sources/tep/", "/no/such/page/"]  # fmt: skip
LIST = "Mã,Tên,Loại,Mã tỉnh,Tên tỉnh\n46,Huế,Thành phố,,\n19999,<b onclick=__x=71000>,Phường,46,Huế\n"
TYPED = {"text", "search", "tel", "url", "email", "password", ""}
SOUND = {"number": "5", "date": "2026-11-20", "datetime-local": "2026-11-20T08:00", "time": "08:00", "month": "2026-11", "email": "an@dothi.test", "tel": "0901234567", "url": "https://dothi.test/", "color": "#000000", "range": "5"}  # fmt: skip


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, address)
        else:
            yield address, entry


def addresses(things: dict[str, Any]) -> dict[str, str]:
    """Name of each page: its address in the town; a page with a parameter that the town does not know fails."""
    found = {}
    for shape, page in patterns():
        name, address = page.name or shape, shape.removeprefix("^").removesuffix("$")
        for parameter in page.pattern.converters or page.pattern.regex.groupindex:
            known = OF_PAGE.get(name, {}).get(parameter, parameter)
            value = things.get(known, PLAIN.get(known))
            assert value is not None, f"{name} {shape}: the town has no {known}; add one to town.py"
            address = re.sub(rf"<\w+:{parameter}>|\(\?P<{parameter}>[^)]*\)", str(value), address)
        assert "<" not in address, address
        found[name] = f"/{address}"
    return found


@dataclass
class Field:
    """One input of a form; `choices`: what a select offers."""

    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)
    checked: bool = False


@dataclass
class Form:
    """A form of a page as a browser would send it."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    key: str = ""


class Forms(HTMLParser):
    """The forms of a page, fields outside of them that name one by `form=` included."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.apart: list[tuple[str, Field]] = []
        self.now: Form | None = None
        self.choosing: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.now = Form(
                given.get("action", ""), given.get("method", "get").lower(), key=given.get("id", "")
            )
            self.forms.append(self.now)
        elif tag in {"input", "textarea", "select", "button"} and given.get("name"):
            kind = given.get("type", "" if tag == "input" else tag) if tag != "button" else "button"
            one = Field(given["name"], kind, given.get("value", ""), checked="checked" in given)
            self.choosing = one if tag == "select" else self.choosing
            if "form" in given:
                self.apart.append((given["form"], one))
            elif self.now:
                self.now.fields.append(one)
        elif tag == "option" and self.choosing and given.get("value", ""):
            self.choosing.choices.append(given["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.now = None
        elif tag == "select":
            self.choosing = None

    def found(self) -> list[Form]:
        for key, one in self.apart:
            for form in self.forms:
                if form.key == key:
                    form.fields.append(one)
        return self.forms


def forms_of(body: str) -> list[Form]:
    parser = Forms()
    parser.feed(body)
    return parser.found()


def is_typed(one: Field) -> bool:
    return one.kind in TYPED | {"textarea"}


def _sound(one: Field) -> Any:
    """What somebody would answer who means well."""
    if one.kind == "file" and one.name == "list":
        return SimpleUploadedFile("danh-sach.csv", LIST.encode(), "text/csv")
    if one.kind == "file":
        return SimpleUploadedFile("tep.csv", b"time,pm25\n2026-11-20 08:00,5\n", "text/csv")
    if one.kind == "select":
        return one.choices[0] if one.choices else ""
    return one.value or SOUND.get(one.kind, "Văn bản thường")


def answers(form: Form, hostile: dict[str, str], numbers: Numbers) -> dict[str, Any]:
    """The form as sent, with payloads in the named fields; names of files are payloads, too."""
    given: dict[str, Any] = {}
    for one in form.fields:
        if one.kind in {"radio", "checkbox"} and one.name in given and not one.checked:
            continue
        if one.name in hostile:
            given[one.name] = hostile[one.name]
        elif one.kind == "file" and hostile:
            given[one.name] = SimpleUploadedFile(f"{numbers.one('file name', 120)}.csv", numbers.one("file").encode(), "text/csv")  # fmt: skip
        else:
            given[one.name] = _sound(one)
    return given


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is taken back; the tenant and reach of the test stand again."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', '', true), set_config('dothi.units', '*', true)")


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def shot(case: str, address: str, answer: Any) -> Shot:
    return Shot(f"{case} ({answer.status_code})", address, body_of(answer), dict(answer.headers))


class Walker:
    """One who goes round with a browser's cookies, and forgets each time what was done before."""

    def __init__(self, client: Client, town: Town) -> None:
        self.client, self.town = client, town
        self.client.raise_request_exception = False
        self.cookies = {name: one.value for name, one in client.cookies.items()}
        self.shots: list[Shot] = []
        self.fields: set[tuple[str, str]] = set()
        self.cases = 0

    def go(self, case: str, address: str, given: dict[str, Any] | None = None, method: str = "get") -> Shot:
        """One request and, when it leads on, the page that it leads to."""
        self.cases += 1
        if method == "get":
            answer = self.client.get(address + (f"?{urlencode(given)}" if given else ""))
        else:
            answer = self.client.post(address, given or {})
        at = address
        for _ in range(3):
            if answer.status_code not in {301, 302, 303}:
                break
            at = urljoin(at, answer["Location"])
            if urlsplit(at).netloc:
                break  # leaves the city
            answer = self.client.get(at)
        return shot(case, urlsplit(at).path, answer)

    def page(self, case: str, address: str) -> Shot:
        """A page; one that asks what for first is told."""
        seen = self.go(case, address)
        if b'name="privacy_purpose"' in seen.body:
            self.shots.append(seen)
            (form,) = [one for one in forms_of(seen.body.decode()) if any(f.name == "privacy_purpose" for f in one.fields)]  # fmt: skip
            given = answers(form, {}, self.town.numbers)
            seen = self.go(case, address, given, "post")
        self.shots.append(seen)
        return seen

    def fill(self, name: str, seen: Shot) -> None:
        """Every form of a page: all typed fields at once, and each alone among sound ones."""
        if "text/html" not in seen.headers.get("Content-Type", ""):
            return
        for form in forms_of(seen.body.decode("utf-8", "replace")):
            target = urlsplit(urljoin(seen.address, form.action)).path
            typed = list(dict.fromkeys(one.name for one in form.fields if is_typed(one)))
            fresh = [one for one in typed if (target, one) not in self.fields]
            if not fresh:
                continue
            self.fields |= {(target, one) for one in fresh}
            for chosen in [typed, *([one] for one in fresh if len(typed) > 1)]:
                hostile = {one: self.town.numbers.one(f"form {target} {one}") for one in chosen}
                given = answers(form, hostile, self.town.numbers)
                with undone():
                    self.client.cookies = SimpleCookie(self.cookies)
                    self.shots.append(
                        self.go(f"{name} {target} {','.join(chosen)}", target, given, form.method)
                    )

    def walk(self, only: set[str] | None = None) -> None:
        """Every address (or those named), the languages in turn."""
        known = addresses(self.town.things)
        more = {
            one: one.format(**self.town.things, n=self.town.numbers.one(f"query {one}", 60)) for one in MORE
        }
        for index, (name, address) in enumerate([*known.items(), *more.items()]):
            if only is not None and name not in only:
                continue
            self.cookies["dothi_language"] = language = ("vi", "en")[index % 2]
            self.client.cookies = SimpleCookie(self.cookies)
            with undone():
                seen = self.page(f"{language} {name}", address)
                self.fill(name, seen)
