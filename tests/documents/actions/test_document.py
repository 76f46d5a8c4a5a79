# SPDX-License-Identifier: Apache-2.0
"""Documents are signed, kept or handed out once, revoked and replaced; the ledger knows, and holds no names."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.db import connection
from tests.documents import signing

from dothi.documents import door, vault
from dothi.documents.actions import key as key_actions
from dothi.documents.core.checking import check
from dothi.documents.core.paper import Paper
from dothi.documents.errors import CannotSign, NoFile, NotValidAnyMore, RefusedFile, RefusedForm
from dothi.documents.models import DocumentPaper, SignedDocument, SigningKey, StatusChange
from dothi.documents.queries import document as queries
from dothi.documents.queries.key import opened, roots
from dothi.foundation import clock

pytestmark = pytest.mark.django_db


def sign(key: SigningKey, paper: Paper, **more: Any) -> tuple[SignedDocument, bytes]:
    return door.sign(title="Giấy của bà Ước", kind="Giấy xác nhận", key=key, paper=paper, **more)


def records() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM ledger.record ORDER BY id")
        return [json.loads(row[0]) for row in cursor.fetchall()]


def test_document_is_vouched_for_when_signed(key: SigningKey, paper: Paper) -> None:
    row, pdf = sign(key, paper)

    assert (row.file_hash, row.pages, row.level, row.status, row.demo) == (
        hashlib.sha256(pdf).hexdigest(), 1, "B-B", "valid", True,
    )  # fmt: skip
    assert check(pdf, roots=roots(), crls=[], at=clock.now()).good
    assert bytes(DocumentPaper.objects.get(document=row).body or b"") == pdf
    assert [(one["act"], one["object"]) for one in records()[-2:]] == [
        ("documents.act.signed", f"document:{row.pk}"),
        ("documents.act.vouched", f"document:{row.pk}"),
    ]
    assert records()[-1]["details"] == {"sha256": row.file_hash, "certificate": key.fingerprint}


def test_ledger_and_what_is_published_hold_no_title_when_signed(key: SigningKey, paper: Paper) -> None:
    row, _ = sign(key, paper)
    queries.published(row.pk)

    told = json.dumps([records(), queries.told(row)], ensure_ascii=False, default=str)

    assert "Ước" not in told


def test_own_pdf_is_signed_when_handed_in(key: SigningKey) -> None:
    given = signing.prepared()

    row, pdf = door.sign(title="Tờ trình", kind="Tờ trình", key=key, pdf=given)

    assert row.content_hash == hashlib.sha256(given).hexdigest()
    assert pdf.startswith(b"%PDF-")


def test_time_stamp_is_in_when_an_authority_answers(key: SigningKey, paper: Paper) -> None:
    row, _ = sign(key, paper, stamper=signing.stamper())

    assert row.level == "B-T"


def test_nothing_is_kept_when_the_file_is_refused(key: SigningKey) -> None:
    before = len(records())

    with pytest.raises(RefusedFile) as refused:
        door.sign(title="a", kind="b", key=key, pdf=signing.signed())

    assert [one.key for one in refused.value.reasons] == [
        "documents.intake.form",
        "documents.intake.signed",
    ] or [one.key for one in refused.value.reasons] == ["documents.intake.signed"]
    assert (SignedDocument.objects.count(), len(records())) == (0, before)


@pytest.mark.parametrize(
    ("wrong", "given"),
    [
        ("title", {"title": "  "}),
        ("kind", {"kind": ""}),
        ("keep", {"keep": "forever"}),
    ],
)
def test_form_is_refused_at_its_field_when_something_is_missing(
    key: SigningKey, paper: Paper, wrong: str, given: dict[str, str]
) -> None:
    values = {"title": "a", "kind": "b", "keep": "kept", **given}

    with pytest.raises(RefusedForm) as refused:
        door.sign(key=key, paper=paper, **values)

    assert list(refused.value.fields) == [wrong]


def test_retired_key_signs_nothing_when_asked(key: SigningKey, paper: Paper) -> None:
    key_actions.retire_key(key=key)

    with pytest.raises(RefusedForm):
        sign(key, paper)


def test_key_does_not_open_when_the_secret_is_another_one(key: SigningKey, paper: Paper) -> None:
    door.set_secret(lambda: "another secret")

    with pytest.raises(CannotSign):
        sign(key, paper)
    assert SignedDocument.objects.count() == 0


def test_key_does_not_open_when_its_row_was_exchanged(key: SigningKey) -> None:
    other = door.make_demo_key(name="Khác", organisation="Khác")
    other.private = key.private
    with pytest.raises(CannotSign):
        opened(other)


def test_private_key_lies_nowhere_in_the_clear_when_kept(key: SigningKey) -> None:
    assert opened(key).private not in bytes(key.private)
    assert bytes(key.private) != vault.seal(opened(key).private, about=key.pk)


def test_document_is_revoked_once_when_asked_twice(key: SigningKey, paper: Paper) -> None:
    row, _ = sign(key, paper)

    door.revoke(document=row, reason="error", words="Sai ngày sinh của bà Ước")
    with pytest.raises(NotValidAnyMore):
        door.revoke(document=row, reason="error")

    assert [(one.status, one.reason) for one in StatusChange.objects.all()] == [("revoked", "error")]
    assert [one["act"] for one in records()[-2:]] == ["documents.act.revoked", "documents.act.unvouched"]
    assert "Ước" not in json.dumps(records(), ensure_ascii=False)


def test_reason_is_asked_for_when_it_is_none_of_the_list(key: SigningKey, paper: Paper) -> None:
    row, _ = sign(key, paper)

    with pytest.raises(RefusedForm):
        door.revoke(document=row, reason="because")


def test_older_document_leads_to_the_newer_when_replaced(key: SigningKey, paper: Paper) -> None:
    old, _ = sign(key, paper)

    new, _ = sign(key, paper, replaces=old)

    kept = SignedDocument.objects.get(pk=old.pk)
    assert (kept.status, kept.replaced_by_id) == ("replaced", new.pk)
    assert queries.told(kept)["replaced_by"] == new.code
    with pytest.raises(NotValidAnyMore):
        sign(key, paper, replaces=kept)


def test_file_is_gone_after_one_download_when_handed_out_once(key: SigningKey, paper: Paper) -> None:
    once, pdf = sign(key, paper, keep="once")
    kept, _ = sign(key, paper)

    assert door.hand_out(document=once) == pdf
    with pytest.raises(NoFile):
        door.hand_out(document=once)
    assert door.hand_out(document=kept) == door.hand_out(document=kept)


def test_documents_are_found_by_code_title_kind_and_hash_when_searched(key: SigningKey, paper: Paper) -> None:
    row, _ = sign(key, paper)
    sign(key, paper)

    found = [
        [one.pk for one in queries.document_list(words=words)[0]]
        for words in (row.code.lower(), row.file_hash, "ba uoc", "không có")
    ]

    assert found[:2] == [[row.pk], [row.pk]]
    assert [len(one) for one in found[2:]] == [2, 0]
