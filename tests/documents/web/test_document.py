# SPDX-License-Identifier: Apache-2.0
"""Pages for officers: sign, find, download, revoke; keys; codes; and who may not."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.documents import signing, tampering

from dothi.documents import door
from dothi.documents.core.paper import Paper
from dothi.documents.models import (
    CityAddress,
    CredentialOffer,
    MessageCode,
    PresentationRequest,
    SignedDocument,
    SigningKey,
)
from dothi.identity.door import give_post
from dothi.identity.models import RightsEdition
from dothi.places import door as places

pytestmark = pytest.mark.django_db
WRITTEN = {
    "title": "Giấy của bà Ước", "kind": "Giấy xác nhận", "keep": "kept", "text": "Đúng sự thật.",
    "fields": "Họ và tên: Nguyễn Thị Ước\nNơi ở", "table": "a;b;c\n1;2\n3;4;5;6", "number": "Số: 1", "replaces": "",
}  # fmt: skip


def page(browser: Client, address: str, status: int = 200, **sent: Any) -> str:
    answer = browser.post(address, sent) if sent else browser.get(address)
    assert answer.status_code == status, answer.content[:300]
    return answer.content.decode()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_document_is_signed_downloaded_and_revoked_when_an_officer_does_so(
    key: SigningKey, signed_in: Client, language: str
) -> None:
    signed_in.cookies["dothi_language"] = language

    page(signed_in, "/documents/sign/", 302, key=key.pk, **WRITTEN)
    row = SignedDocument.objects.get()
    shown = page(signed_in, f"/documents/{row.pk}/")
    file = signed_in.post(f"/documents/{row.pk}/file/")
    page(signed_in, f"/documents/{row.pk}/revoke/", 302, reason="error", words="Sai ngày")

    assert "Giấy của bà Ước" in shown
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert file["Content-Disposition"] == f'attachment; filename="{row.code}.pdf"'
    assert "Sai ngày" in page(signed_in, f"/documents/{row.pk}/")
    assert "Giấy của bà Ước" in page(signed_in, "/documents/?q=ba+uoc")


def test_pdf_is_refused_with_what_to_do_when_it_is_not_fit(key: SigningKey, signed_in: Client) -> None:
    sent = SimpleUploadedFile("a.pdf", signing.signed())

    answer = signed_in.post(
        "/documents/sign/", {"title": "a", "kind": "b", "keep": "kept", "key": key.pk, "file": sent}
    )

    assert answer.status_code == 400
    assert "Hãy dùng bản chưa ký" in answer.content.decode()
    assert SignedDocument.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": ""}, "Xin nhập tên văn bản"),
        ({"kind": " "}, "Xin nhập loại văn bản"),
        ({"key": "sgk_none"}, "Xin chọn một khóa ký"),
        ({"keep": "x"}, "Xin chọn lưu tập tin"),
        ({"replaces": "0000-0000-0001"}, "Không có văn bản còn hiệu lực"),
        ({"text": "", "fields": "", "table": ""}, "Xin chọn một tập tin PDF"),
    ],
)
def test_form_says_what_is_missing_and_keeps_answers_when_refused(
    key: SigningKey, signed_in: Client, changed: dict[str, str], told: str
) -> None:
    shown = page(signed_in, "/documents/sign/", 400, **{"key": key.pk, **WRITTEN, **changed})

    assert told in shown
    assert "Số: 1" in shown


def test_judgement_is_shown_when_an_officer_hands_any_file_in(
    key: SigningKey, paper: Paper, signed_in: Client
) -> None:
    _, pdf = door.sign(title="a", kind="b", key=key, paper=paper)

    good = page(signed_in, "/documents/check/", file=SimpleUploadedFile("a.pdf", pdf))
    bad = page(signed_in, "/documents/check/", file=SimpleUploadedFile("a.pdf", tampering.flip(pdf, 3_000)))
    stranger = page(signed_in, "/documents/check/", file=SimpleUploadedFile("a.pdf", signing.signed()))

    assert "Chữ ký đúng" in good
    assert "Không thể tin" in bad
    assert "không do tổ chức mà đô thị tin cấp" in stranger


def test_pages_lead_to_sign_in_when_nobody_is_signed_in() -> None:
    addresses = ["", "sign/", "check/", "codes/", "keys/", "AAAA/"]

    assert [Client().get(f"/documents/{one}").status_code for one in addresses] == [302] * 6


def test_writing_is_refused_when_the_position_lets_one_only_look(
    key: SigningKey, paper: Paper, signed_in: Client, dung: Any
) -> None:
    row, _ = door.sign(title="a", kind="b", key=key, paper=paper)
    dung.posts.update(position="auditor")
    RightsEdition.objects.update(mark="changed")

    looked = [signed_in.get(f"/documents/{one}").status_code for one in ("", f"{row.pk}/", "check/")]
    wrote = [
        signed_in.post(f"/documents/{one}").status_code
        for one in ("sign/", f"{row.pk}/revoke/", "codes/issue/", "codes/call/", "keys/add/", "addresses/")
    ]

    assert (looked, wrote) == ([200] * 3, [403] * 6)


def test_documents_of_another_unit_are_out_of_sight_when_one_looks_after_a_ward(
    key: SigningKey, paper: Paper, signed_in: Client, dung: Any
) -> None:
    other = door.make_demo_key(name="Phường khác", organisation="x", unit="ward-b")
    row, _ = door.sign(title="Của phường khác", kind="Giấy", key=other, paper=paper)
    dung.posts.update(position="ward_officer", unit="ward-a")
    RightsEdition.objects.update(mark="changed")

    assert "Của phường khác" not in page(signed_in, "/documents/")
    assert page(signed_in, f"/documents/{row.pk}/", 404)
    assert signed_in.post(f"/documents/{row.pk}/file/").status_code == 404
    assert signed_in.post(f"/documents/{row.pk}/revoke/", {"reason": "error"}).status_code == 404
    assert other.pk not in page(signed_in, "/documents/sign/")


def test_list_asks_the_database_as_often_when_it_holds_more(
    key: SigningKey, paper: Paper, signed_in: Client
) -> None:
    counts = []
    for _ in range(2):
        door.sign(title="a", kind="b", key=key, paper=paper)
        signed_in.get("/documents/")
        with CaptureQueriesContext(connection) as asked:
            signed_in.get("/documents/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_keys_are_added_shown_and_retired_when_an_administrator_does_so(signed_in: Client) -> None:
    page(signed_in, "/documents/keys/add/", 302, name="Phường Chợ Cũ", kind="soft")
    row = SigningKey.objects.get(purpose="seal")
    shown = page(signed_in, "/documents/keys/")
    pem = page(signed_in, f"/documents/keys/{row.pk}/chain.pem")
    page(signed_in, f"/documents/keys/{row.pk}/retire/", 302, yes=1)

    assert "Phường Chợ Cũ" in shown
    assert pem.count("BEGIN CERTIFICATE") == 2
    assert "PRIVATE" not in pem
    assert SigningKey.objects.get(pk=row.pk).retired_at is not None


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"kind": "pkcs11", "name": "a"}, "không có chứng thư ở dạng PEM"),
        ({"kind": "soft", "name": ""}, "Xin nhập tên cơ quan ký"),
        ({"kind": "magic", "name": "a"}, "Xin chọn nơi giữ khóa"),
    ],
)
def test_key_is_refused_at_its_field_when_something_is_missing(
    signed_in: Client, sent: dict[str, str], told: str
) -> None:
    assert told in page(signed_in, "/documents/keys/add/", 400, **sent)


def test_hardware_key_is_kept_with_its_secret_sealed_when_added(signed_in: Client) -> None:
    from dothi.documents.core.certificate import as_pem

    chain = SimpleUploadedFile("c.pem", as_pem([signing.root().der, signing.signer().der]).encode())
    sent = {
        "kind": "csc",
        "name": "Sở",
        "url": "https://ky.example/csc/v2",
        "credential": "c1",
        "secret": "mật khẩu 7",
    }

    page(signed_in, "/documents/keys/add/", 302, chain=chain, **sent)

    row = SigningKey.objects.get(purpose="seal")
    assert (row.kind, row.demo, row.place) == (
        "csc",
        False,
        {"url": "https://ky.example/csc/v2", "credential": "c1"},
    )
    assert "mật khẩu 7".encode() not in bytes(row.private)
    assert "mật khẩu 7" not in page(signed_in, "/documents/keys/")


def test_codes_are_issued_and_withdrawn_when_an_officer_does_so(signed_in: Client) -> None:
    sent = {"channel": "sms", "subject": "Hẹn trả kết quả", "recipient": "0912345678", "text": "Kính gửi…"}

    shown = page(signed_in, "/documents/codes/issue/", **sent)
    row = MessageCode.objects.get()

    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", shown)
    assert "0912345678" not in f"{row.recipient}{row.subject}{row.text_hash}"
    page(signed_in, f"/documents/codes/{row.pk}/withdraw/", 302, yes=1)
    assert MessageCode.objects.get().withdrawn_at is not None


@pytest.mark.parametrize("wrong", ["subject", "recipient", "channel"])
def test_code_is_not_issued_when_something_is_missing(signed_in: Client, wrong: str) -> None:
    sent = {"channel": "sms", "subject": "a", "recipient": "b", wrong: ""}

    page(signed_in, "/documents/codes/issue/", 400, **sent)

    assert MessageCode.objects.count() == 0


@pytest.mark.parametrize(
    "host", ["", "localhost", "a b.vn", "http://", "x" * 300 + ".vn", "-a.vn", "javascript:1"]
)
def test_address_is_refused_when_it_is_none(signed_in: Client, host: str) -> None:
    page(signed_in, "/documents/addresses/", 400, host=host, about_host="x")

    assert CityAddress.objects.count() == 0


CLAIMS = {"full_name": "Nguyễn Văn An", "birth_date": "1990-01-01", "residence": "1 Lê Lợi", "ward": "A"}
QUESTION = {"purpose": "Trả kết quả", "claim": "ward"}


@pytest.fixture
def two_wards(dung: Any, signed_in: Client) -> Client:
    """Dung holds a post in two wards; there is a third."""
    places.put_units(
        units=[
            places.NewUnit(id=unit, kind="Phường", name=unit.title())
            for unit in ("ward-a", "ward-b", "ward-c")
        ]
    )
    dung.posts.update(position="counter_officer", unit="ward-a")
    give_post(account=dung, position="counter_officer", unit="ward-b", since=date(2026, 1, 1))
    return signed_in


def test_officer_of_two_units_chooses_one_when_a_credential_is_offered_or_asked_for(
    two_wards: Client,
) -> None:
    shown = page(two_wards, "/documents/credentials/")
    page(two_wards, "/documents/credentials/offer/", 200, unit="ward-b", **CLAIMS)
    page(two_wards, "/documents/credentials/ask/", 302, unit="ward-a", **QUESTION)

    assert re.findall(r'<option value="(ward-.|)"', shown) == ["ward-a", "ward-b"] * 2
    assert list(CredentialOffer.objects.values_list("unit", flat=True)) == ["ward-b"]
    assert list(PresentationRequest.objects.values_list("unit", flat=True)) == ["ward-a"]


@pytest.mark.parametrize("unit", ["", "ward-c", "no-such"])
def test_credential_is_refused_with_a_sentence_when_the_unit_is_not_within_reach(
    two_wards: Client, unit: str
) -> None:
    offered = page(two_wards, "/documents/credentials/offer/", 400, unit=unit, **CLAIMS)
    asked = page(two_wards, "/documents/credentials/ask/", 400, unit=unit, **QUESTION)

    assert all("Xin chọn một đơn vị trong phạm vi" in shown for shown in (offered, asked))
    assert (CredentialOffer.objects.count(), PresentationRequest.objects.count()) == (0, 0)
