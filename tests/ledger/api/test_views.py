# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from tests.ledger.cast import CITY, STRANGER, WITNESS
from tests.ledger.planted import plant

from dothi.ledger import rules
from dothi.ledger.core import note as notes

pytestmark = pytest.mark.django_db


def raw(one: str) -> bytes:
    return base64.b64decode(one)


def newest(browser: Client) -> notes.Note:
    answer = browser.get("/ledger/checkpoint")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    return notes.read_note(answer.content.decode())


def test_checkpoint_is_signed_by_the_published_key_when_anybody_asks(pages_owner: str) -> None:
    plant(pages_owner, 3)
    browser = Client()

    note = newest(browser)

    keys = [notes.read_key(line) for line in browser.get("/ledger/keys").content.decode().split()]
    assert keys == [CITY.key]
    assert notes.is_signed(note, keys)


def test_proofs_lead_to_the_checkpoint_when_anybody_asks(pages_owner: str) -> None:
    plant(pages_owner, 2)
    browser = Client()
    before = newest(browser).checkpoint
    plant(pages_owner, 5)
    after = newest(browser).checkpoint

    leaf = browser.get("/ledger/proof/inclusion", {"leaf": before.size, "size": after.size}).json()
    grown = browser.get("/ledger/proof/consistency", {"from": before.size, "to": after.size}).json()

    assert rules.is_included(
        leaf=before.size, size=after.size, leaf_=raw(leaf["hash"]), path=[*map(raw, leaf["path"])], root=after.root
    )  # fmt: skip
    assert rules.is_consistent(
        old=before.size, new=after.size, old_root=before.root, new_root=after.root, path=[*map(raw, grown["path"])]
    )  # fmt: skip


def test_entries_are_for_staff_and_fit_their_leaves_when_read(signed_in: Client, pages_owner: str) -> None:
    plant(pages_owner, 3)
    last = newest(signed_in).checkpoint.size - 1
    query = {"from": last - 2, "to": last}

    stranger = Client().get("/ledger/entries", query)
    found = signed_in.get("/ledger/entries", query).json()["entries"]

    assert (stranger.status_code, stranger["Content-Type"]) == (401, "application/problem+json")
    assert [one["number"] for one in found] == [last - 2, last - 1, last]
    assert all(raw(one["hash"]) == rules.leaf_hash(one["record"].encode()) for one in found)


@pytest.mark.parametrize(
    "question",
    [
        "proof/inclusion", "proof/inclusion?leaf=x&size=1", "proof/inclusion?leaf=5&size=5", "proof/inclusion?leaf=-1&size=2",
        "proof/inclusion?leaf=0&size=999999999", "proof/inclusion?leaf=0&size=99999999999999999999",
        "proof/consistency?from=0&to=1", "proof/consistency?from=2&to=1", "proof/consistency?from=1&to=999999999",
        "proof/inclusion?leaf=٣&size=4",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["vi", "en"])
def test_question_is_refused_with_a_problem_when_it_has_no_answer(question: str, language: str) -> None:
    answer = Client(headers={"accept-language": language, "accept": "text/html"}).get(f"/ledger/{question}")

    told = answer.json()
    assert (answer.status_code, answer["Content-Type"], told["status"]) == (
        400,
        "application/problem+json",
        400,
    )
    assert len(told["detail"]) > 10


def test_entries_are_refused_when_too_many_are_asked_for(signed_in: Client) -> None:
    assert signed_in.get("/ledger/entries?from=0&to=1000").status_code == 400
    assert signed_in.get("/ledger/entries?from=3&to=2").status_code == 400


def test_cosignature_is_kept_when_a_known_witness_signed_our_checkpoint(
    pages_owner: str, settings: Any
) -> None:
    settings.SETTINGS = replace(django_settings.SETTINGS, ledger_witnesses=WITNESS.key.text)
    plant(pages_owner, 1)
    browser = Client(enforce_csrf_checks=True)
    note = newest(browser)
    line = notes.cosign(WITNESS, note, seconds=1_800_000_000).line

    def hand_in(text: str) -> int:
        return browser.post("/ledger/cosignatures", text, content_type="text/plain").status_code

    assert hand_in(f"{note.body}\n{line}") == 201
    assert hand_in(f"{note.body}\n{line}") == 201
    assert [one.name for one in newest(browser).signatures] == ["hue.gov.vn/ledger", "danang.gov.vn"]


def test_cosignature_is_refused_when_it_proves_nothing(pages_owner: str, settings: Any) -> None:
    settings.SETTINGS = replace(django_settings.SETTINGS, ledger_witnesses=WITNESS.key.text)
    plant(pages_owner, 1)
    note = newest(Client())
    forged = notes.sign_checkpoint(STRANGER, size=note.checkpoint.size, root=b"\x01" * 32)
    unknown = notes.Signer("unknown.vn", notes.COSIGNATURE, b"\x08" * 32)
    good = notes.cosign(WITNESS, note, seconds=1)
    later = notes.Signature(good.name, good.key_id, b"\0" * 7 + b"\x02" + good.raw[8:])

    texts = [
        "", "x", note.text, b"\xff\xfe",
        f"{forged.body}\n{notes.cosign(WITNESS, forged, seconds=1).line}",
        f"{note.body}\n{notes.cosign(unknown, note, seconds=1).line}",
        f"{note.body}\n{later.line}",
        f"{note.body}\n{good.line * 500}",
    ]  # fmt: skip
    answers = [
        Client().post("/ledger/cosignatures", text, content_type="text/plain").status_code for text in texts
    ]

    assert answers == [400] * len(texts)
    assert newest(Client()).text == note.text
