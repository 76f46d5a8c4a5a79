# SPDX-License-Identifier: Apache-2.0
"""S11: a hundred payloads in every text that the city keeps and in every field of every form; a real browser looks.

The town is built and walked once, in a transaction that is rolled back; the tests look at what went out.
"""

from __future__ import annotations

import csv
import dataclasses
import email.message
import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.test import Client
from playwright.sync_api import sync_playwright
from tests.cityhall.attack import town as towns
from tests.cityhall.attack.payloads import PAYLOADS
from tests.cityhall.attack.rounds import Walker, body_of, patterns
from tests.cityhall.attack.screen import ARGUMENTS, CHROMIUM, IN_BROWSER, Screen, Shot
from tests.pages import PASSWORD, enter

from dothi.documents import vault
from dothi.foundation import clock
from dothi.identity.actions import password, sign_up
from dothi.identity.door import decision_of, give_post
from dothi.identity.models import Account
from dothi.privacy.actions import letter
from dothi.privacy.models import Letter

pytestmark = pytest.mark.slow
UNSEEN_FORMS = re.compile(
    r"password|again|code|digits|secret|credential|per_minute|per_day|days|key|module|label|url|hours|unit-1|measure|value|source"
)
"""Fields whose words a page does not repeat, or refuses by their shape alone. A credential's words are sealed at once."""


@dataclass
class Round:
    """All that went out, and what was put in."""

    shots: list[Shot]
    given: dict[int, tuple[str, int]]
    filled: set[str]
    fields: set[tuple[str, str]]
    letters: list[Any]
    cases: int


def _administrator() -> Account:
    account = Account(name="Dung", login="dung", role="admin")
    account.set_password(PASSWORD)
    account.save()
    give_post(account=account, position="administrator", since=date(2026, 1, 1))
    return account


def _downloads(client: Client, town: towns.Town) -> list[Shot]:
    """What is handed out by a button: the signed file, the zip of one's own data."""
    asked = [f"/documents/{town.things['document_id']}/file/", "/privacy/export/take/"]
    answers = [(address, client.post(address)) for address in asked]
    return [Shot(f"download {address}", address, body_of(one), dict(one.headers)) for address, one in answers]


def _mail(town: towns.Town) -> None:
    """Letters to people whose names are hostile, a new line for the head of a mail among them."""
    for number, role in enumerate(("resident", "staff")):
        name = f"{town.numbers.one('name in a letter', 150)}\nBcc: ai@ngoai.test"
        account, to = (
            Account.objects.create(name=name, login=f"thu{number}", role=role),
            f"thu{number}@dothi.test",
        )
        EmailAddress.objects.create(user=account, email=to, verified=True, primary=True)
        password.ask_reset(email=to, address="127.0.0.1", language="vi", at=clock.now())
    sign_up.ask_account(email="moi2@dothi.test", address="127.0.0.1", language="en", at=clock.now())
    one = Letter.objects.create(request_id=town.things["request_id"], to="an@b.vn", language="vi", key="take", values={"code": town.numbers.one("code in a letter"), "kind": "rectify"})  # fmt: skip
    letter._message(one).send()


def _walk(folder: Path) -> Round:
    settings.SETTINGS = dataclasses.replace(
        settings.SETTINGS, data_dir=str(folder), mail_url="smtp://localhost:25"
    )
    before, vault._secret[:] = list(vault._secret), [lambda: "a secret of this test"]
    mail.outbox = []
    try:
        town, filled = towns.build(_administrator())
        inside, outside = Walker(enter(town.owner), town), Walker(Client(), town)
        downloads = _downloads(inside.client, town)
        _mail(town)
        inside.walk()
        outside.walk({page.name for _, page in patterns() if decision_of(page.callback) == "public"})
        shots = [*inside.shots, *outside.shots, *downloads]
        return Round(shots, town.numbers.given, filled, inside.fields | outside.fields, list(mail.outbox), inside.cases + outside.cases)  # fmt: skip
    finally:
        vault._secret[:] = before


@pytest.fixture(scope="module")
def walked(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Round:
    kept = settings.SETTINGS
    try:
        with django_db_blocker.unblock(), transaction.atomic():
            found = _walk(tmp_path_factory.mktemp("town"))
            transaction.set_rollback(True)
    finally:
        settings.SETTINGS = kept
    return found


def _kind(shot: Shot) -> str:
    return shot.headers.get("Content-Type", "").partition(";")[0]


def _text(shot: Shot) -> str:
    return shot.body.decode("utf-8", "replace")


def _worth_showing(walked: Round) -> list[Shot]:
    """Pages with payloads. Of forms sent with one hostile field after another, the first page of each outcome: the
    others are the same page with the payload in another field, which the form sent with all of them has shown, too."""
    found: dict[object, Shot] = {}
    for one in walked.shots:
        alone = re.search(r" (/\S*/) [^, ]+ \((\d+)\)$", one.case)
        if _kind(one) == "text/html" and towns.numbers_in(_text(one)):
            found.setdefault((*alone.groups(), one.address) if alone else one.body, one)
    return list(found.values())


class _Tags(HTMLParser):
    """What a page would run or fetch, by its source alone."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        self.found += [f"{tag} {value}" for value in given.values() if re.match(r"\s*(javascript|vbscript):", value) and tag != "input"]  # fmt: skip
        if tag in {"iframe", "object", "embed", "base", "style", "marquee", "math", "foreignobject"}:
            self.found.append(tag)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append(tag)


def _tags(shot: Shot) -> list[str]:
    parser = _Tags()
    parser.feed(_text(shot))
    return parser.found


def _seen(walked: Round) -> set[str]:
    """What was met again on some page."""
    met = set[int]().union(*(towns.numbers_in(_text(one)) for one in walked.shots))
    return {walked.given[number][0] for number in met if number in walked.given}


def test_every_text_column_is_attacked_or_has_a_reason_when_models_are_walked(walked: Round) -> None:
    open_ = {towns.name_of(*one) for one in towns.kept_columns() if towns.is_open(*one)}
    every = {towns.name_of(*one) for one in towns.kept_columns()}

    assert open_ - walked.filled == set()
    assert (set(towns.CLOSED) | set(towns.NOT_SHOWN)) - every == set()


def test_every_column_is_met_on_a_page_when_all_are_walked(walked: Round) -> None:
    """Otherwise the tests below could pass on pages that show nothing."""
    assert walked.filled - _seen(walked) - set(towns.NOT_SHOWN) == set()


def test_every_field_of_a_form_is_met_again_unless_it_is_refused_by_shape(walked: Round) -> None:
    fields = {what for what, _ in walked.given.values() if what.startswith("form ")}
    unseen = {one for one in fields - _seen(walked) if not UNSEEN_FORMS.search(one.rpartition(" ")[2])}

    # The words of a message are compared by their hash and told nowhere.
    elsewhere = re.compile(r"form /(privacy/desk/register|documents/credentials)/|form /verify/ text$")
    assert {one for one in unseen if not elsewhere.match(one)} == set()
    assert len(walked.fields) > 170


def test_every_payload_was_used_when_all_are_counted(walked: Round) -> None:
    used = {index for _, index in walked.given.values()}

    assert set(range(len(PAYLOADS))) - used == set()
    assert len(walked.given) > 1_000


def test_source_of_every_page_runs_and_fetches_nothing_of_theirs_when_read(walked: Round) -> None:
    pages = [one for one in walked.shots if _kind(one) == "text/html"]

    assert {one.case: found for one in pages if (found := _tags(one))} == {}
    assert len(pages) > 400


def test_no_page_fails_when_texts_are_hostile(walked: Round) -> None:
    failed = [one.case for one in walked.shots if re.search(r"\(5\d\d\)$", one.case)]

    assert [case for case in failed if "upstream_out (503)" not in case] == []  # that provider is nowhere


class TestInBrowser:
    pytestmark = IN_BROWSER

    def test_texts_stay_texts_when_a_browser_shows_every_page(self, walked: Round) -> None:
        pages = _worth_showing(walked)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            screen = Screen(browser)
            troubles = {one.case: screen.show(one) for one in pages}
            browser.close()

        assert {case: found for case, found in troubles.items() if found} == {}
        assert len(pages) > 200

    def test_taken_home_page_runs_nothing_when_opened_from_a_disk(self, walked: Round) -> None:
        (packed,) = [one for one in walked.shots if _kind(one) == "application/zip"]
        files = zipfile.ZipFile(io.BytesIO(packed.body))
        pages = [Shot(name, f"/{name}", files.read(name), {"content-type": "text/html; charset=utf-8"}) for name in files.namelist() if name.endswith(".html")]  # fmt: skip
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            screen = Screen(browser)
            troubles = [screen.show(one, poke=True) for one in pages]
            browser.close()

        assert [sorted(set(found) - {"element style"}) for found in troubles] == [[], []]
        assert all(towns.numbers_in(one.body.decode()) for one in pages)


def test_answers_that_are_no_pages_are_taken_for_none_when_they_hold_payloads(walked: Round) -> None:
    told = [one for one in walked.shots if _kind(one) != "text/html" and towns.numbers_in(_text(one))]
    kinds = {_kind(one) for one in told}

    assert {one.case for one in told if one.headers.get("X-Content-Type-Options") != "nosniff"} == set()
    assert kinds <= {
        "text/csv", "application/json", "application/problem+json", "application/jwt", "application/geo+json",
        "application/octet-stream", "application/zip", "application/pdf", "application/oauth-authz-req+jwt", "image/svg+xml",
    }  # fmt: skip
    assert {"text/csv", "application/json"} <= kinds
    for one in told:
        if _kind(one) == "application/json":
            json.loads(one.body)


def test_spreadsheet_reckons_with_nothing_when_a_table_is_opened(walked: Round) -> None:
    tables = [one for one in walked.shots if _kind(one) == "text/csv" and "original" not in one.address]
    cells = [cell for one in tables for row in csv.reader(io.StringIO(_text(one))) for cell in row]

    assert [cell for cell in cells if re.match(r"[=+@\t\r]|-\d*\D", cell)] == []
    assert len({one.address for one in tables}) >= 2
    assert any(towns.numbers_in(cell) for cell in cells)


def test_downloads_are_kept_and_named_in_one_line_when_handed_out(walked: Round) -> None:
    handed = [one for one in walked.shots if "Content-Disposition" in one.headers]

    for one in handed:
        said = email.message.Message()
        said["Content-Disposition"] = one.headers["Content-Disposition"]
        assert said.get_content_disposition() == "attachment", one.case
        assert not re.search(r"[\r\n]", one.headers["Content-Disposition"]), one.case
        assert one.headers["X-Content-Type-Options"] == "nosniff", one.case
    assert {one.address.rsplit("/", 2)[-2] for one in handed} >= {"original", "file", "take", "ledger"}


def test_signed_paper_holds_no_code_when_its_words_are_hostile(walked: Round) -> None:
    (paper,) = [one for one in walked.shots if _kind(one) == "application/pdf"]

    words = re.sub(rb"stream\r?\n.*?endstream", b"", paper.body, flags=re.DOTALL) + _packed_objects(
        paper.body
    )
    acts = rb"/(JavaScript|JS|OpenAction|AA|Launch|SubmitForm|GoToR|EmbeddedFile|RichMedia)\b"

    assert set(re.findall(acts, words)) == set()
    assert b"/Type" in words


def _packed_objects(pdf: bytes) -> bytes:
    """The dictionaries that lie compressed in a PDF."""
    found = re.findall(rb"/ObjStm.*?stream\r?\n(.*?)endstream", pdf, flags=re.DOTALL)
    return b" ".join(zlib.decompressobj().decompress(one) for one in found)


def test_letters_are_plain_and_their_heads_one_line_when_words_are_hostile(walked: Round) -> None:
    sent = [one.message() for one in walked.letters]

    assert [one.get_content_type() for one in sent] == ["text/plain"] * 4
    assert [one["To"] for one in sent] == ["thu0@dothi.test", "thu1@dothi.test", "moi2@dothi.test", "an@b.vn"]
    assert [one["Bcc"] for one in sent] == [None] * 4
    assert len([one for one in walked.letters if towns.numbers_in(one.body)]) == 3
    assert [one.subject for one in walked.letters[:3] if towns.numbers_in(one.subject)] == []
