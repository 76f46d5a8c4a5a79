# SPDX-License-Identifier: Apache-2.0
"""The public page: papers, messages, calls and addresses, by code; limits; and what is never told."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.test import Client

from dothi.documents import door
from dothi.documents.actions import code as actions
from dothi.documents.actions import status_list, tries
from dothi.documents.core.paper import Paper
from dothi.documents.errors import TooOften
from dothi.documents.models import CallCode, MessageCode, SignedDocument, SigningKey
from dothi.documents.queries import document as queries
from dothi.documents.rules import code
from dothi.documents.rules import status_list as rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(key: SigningKey, paper: Paper) -> SignedDocument:
    return door.sign(title="Giấy của bà Ước", kind="Giấy xác nhận", key=key, paper=paper)[0]


def typed(text: str, status: int = 200) -> str:
    answer = Client().post("/verify/", {"typed": text})
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("way", ["code", "small", "hash", "link"])
def test_document_is_told_without_its_title_when_its_code_is_typed(
    document: SignedDocument, way: str
) -> None:
    ways = {
        "code": document.code,
        "small": document.code.lower().replace("-", " "),
        "hash": document.file_hash.upper(),
        "link": f"http://127.0.0.1:8080/v/{document.code}#abc",
    }

    shown = typed(ways[way])

    assert "Đúng là văn bản của đô thị" not in re.sub(r"<template.*?</template>", "", shown, flags=re.DOTALL)
    assert 0 < shown.index("không có giá trị pháp lý") < shown.index("Mã và chữ ký thử khớp")
    assert document.fingerprint in shown
    assert "Ước" not in shown


def test_qr_leads_to_the_answer_when_scanned(document: SignedDocument) -> None:
    shown = Client().get(f"/v/{document.code}").content.decode()

    assert f'data-content-hash="{document.content_hash}"' in shown


def test_revocation_and_replacement_are_told_when_asked(
    key: SigningKey, paper: Paper, document: SignedDocument
) -> None:
    newer, _ = door.sign(title="b", kind="Giấy xác nhận", key=key, paper=paper, replaces=document)
    replaced = typed(document.code)
    door.revoke(document=newer, reason="court", words="Bí mật nội bộ")

    revoked = typed(newer.code)

    assert "đã được thay bằng bản khác" in replaced
    assert newer.code in replaced
    assert "đã bị thu hồi" in revoked
    assert "cơ quan có thẩm quyền" in revoked
    assert "Bí mật" not in revoked


@pytest.mark.parametrize(
    "text",
    [
        "7K2M-9QXT-R4W8",
        "xin chào",
        "A" * 3000,
        "🙂" * 12,
        "0" * 64,
        "' OR 1=1 --",
        "<script>alert(1)</script>",
    ],
)
def test_nothing_is_known_when_something_else_is_typed(document: SignedDocument, text: str) -> None:
    shown = typed(text).partition("<dothi-verify>")[0]

    assert "Đúng là" not in shown
    assert "<script>alert" not in shown


def test_empty_field_is_asked_for_when_sent() -> None:
    assert "Xin nhập mã" in typed("  ")


def test_unknown_and_foreign_codes_are_answered_alike_when_typed(document: SignedDocument) -> None:
    first, second = (typed(code.shown(code.new(code.LONG))) for _ in range(2))

    assert first.count("Không có trong sổ của đô thị") == second.count("Không có trong sổ của đô thị") == 2


def test_typing_is_stopped_when_it_happens_too_often(document: SignedDocument) -> None:
    answers = [Client().post("/verify/", {"typed": code.new(code.LONG)}).status_code for _ in range(25)]

    assert answers[0] == 200
    assert answers[-1] == 429


def test_right_code_is_not_answered_either_when_wrong_ones_were_tried_too_often(
    document: SignedDocument,
) -> None:
    for _ in range(20):
        Client().post("/verify/", {"typed": code.new(code.LONG)})

    assert Client().post("/verify/", {"typed": document.code}).status_code == 429
    assert Client().get(f"/v/{document.code}").status_code == 429
    elsewhere = Client(headers={"x-forwarded-for": "203.0.114.7"})
    assert elsewhere.get(f"/v/{document.code}").status_code == 200


def test_right_codes_are_answered_however_many_when_many_share_an_address(document: SignedDocument) -> None:
    assert {Client().get(f"/v/{document.code}").status_code for _ in range(30)} == {200}


def test_call_is_not_spent_when_its_code_is_followed_as_a_link(db: None) -> None:
    row = actions.begin_call(unit="", about="x")

    Client().get(f"/v/{code.shown(row.pk)}")

    assert CallCode.objects.get().used_at is None


def test_tries_of_one_place_do_not_stop_another_when_counted(db: None) -> None:
    tries.count(who="1.1.1.1", what="typed", most=1)
    with pytest.raises(TooOften):
        tries.count(who="1.1.1.1", what="typed", most=1)

    tries.count(who="2.2.2.2", what="typed", most=1)


def message(text: str) -> str:
    return door.code_for(
        channel="sms", subject="Hẹn trả kết quả", recipient="0912", text=text, organisation="Phường A"
    )


def verdict(shown: str) -> tuple[str, str]:
    found = re.search(r'<article class="panel answer"><div class="note (\w+)"><div><h2>([^<]+)', shown)
    assert found is not None
    return found[1], found[2]


SENT = "Mời Ông/Bà đến nhận kết quả\nlúc 8 giờ"
SAME = ("good", "Đúng là tin nhắn của đô thị, lời tin không bị sửa")
DIFFERENT = ("bad", "Nội dung KHÔNG khớp với tin của đô thị")


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        (SENT, SAME),
        ("  " + unicodedata.normalize("NFD", SENT).replace("\n", "\r\n\u00a0") + "\n", SAME),
        (SENT + "\nCODE", SAME),
        ("CODE " + SENT, SAME),
        (SENT + ". Chuyển 500.000 đồng vào tài khoản 123. CODE", DIFFERENT),
        ("CODE", DIFFERENT),
        (SENT.lower(), DIFFERENT),
        (" \n\t", ("careful", "Mã này có thật; chưa so nội dung")),
    ],
)
def test_message_is_vouched_for_only_when_its_words_are_pasted_and_fit(
    db: None, pasted: str, expected: tuple[str, str]
) -> None:
    made = message(SENT)

    answer = Client().post("/verify/", {"typed": made, "text": pasted.replace("CODE", made)})

    assert verdict(answer.content.decode()) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (actions.text_hash(SENT), SAME),
        (f"{'0' * 64} {actions.text_hash(SENT)}", SAME),
        ("0" * 64, DIFFERENT),
        ("abc", ("careful", "Mã này có thật; chưa so nội dung")),
    ],
)
def test_message_is_compared_by_hash_when_the_browser_made_it(
    db: None, sent: str, expected: tuple[str, str]
) -> None:
    answer = Client().post("/verify/", {"typed": message(SENT), "text_hash": sent})

    assert verdict(answer.content.decode()) == expected


def test_message_is_never_green_when_no_hash_was_kept_or_it_was_withdrawn(db: None) -> None:
    bare, taken_back = message(""), message(SENT)
    row = MessageCode.objects.get(pk=taken_back.replace("-", ""))
    actions.withdraw_code(message=row)

    shown = [
        verdict(Client().post("/verify/", {"typed": one, "text": SENT}).content.decode())
        for one in (bare, taken_back)
    ]

    assert shown == [
        ("careful", "Mã này có thật; không so được nội dung"),
        ("bad", "Tin nhắn này không còn hiệu lực"),
    ]


def test_message_is_told_when_its_code_is_typed(db: None) -> None:
    made = message("Kính gửi")

    shown = typed(made)

    assert verdict(shown) == ("careful", "Mã này có thật; chưa so nội dung")
    assert "Hẹn trả kết quả" in shown
    assert "Phường A" in shown


def test_call_is_told_once_when_its_code_is_typed(db: None) -> None:
    row = actions.begin_call(unit="", about="Lịch hẹn trả kết quả")

    first, second = (typed(code.shown(row.pk)) for _ in range(2))

    assert "Lịch hẹn trả kết quả" in first
    assert "Lịch hẹn" not in second
    assert "Không có cuộc gọi nào mang mã này" in second


def test_call_is_over_when_ten_minutes_went_by(db: None) -> None:
    row = actions.begin_call(unit="", about="x")
    CallCode.objects.update(made_at=row.made_at - timedelta(minutes=11))

    assert actions.answer_call(typed=row.pk) is None
    assert CallCode.objects.get().used_at is None


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("https://lacgiang.gov.vn/thu-tuc?a=1", True),
        ("dichvu.lacgiang.gov.vn", True),
        ("http://127.0.0.1:8080/", True),
        ("lacgiang.gov.vn.xau.example", False),
        ("https://lacgiang.gov.vn@xau.example/", False),
        ("https://lacgiang-gov.vn", False),
        ("xlacgiang.gov.vn", False),
        ("https://[", False),
        ("http://l\u0430cgiang.gov.vn", False),
    ],
)
def test_address_is_the_citys_only_when_it_is_listed(db: None, address: str, *, is_ours: bool) -> None:
    actions.add_address(host="lacgiang.gov.vn", about="Cổng thông tin", below=True)

    shown = typed(address)

    assert ("Đúng là trang của đô thị" in shown, "Không phải trang của đô thị" in shown) == (
        is_ours,
        not is_ours,
    )


def test_list_is_signed_and_holds_no_title_when_fetched(document: SignedDocument) -> None:
    keys = Client().get("/verify/keys").json()["keys"]
    signed = Client().get("/verify/list/all").content.decode()

    known = jwt.PyJWKSet.from_dict({"keys": keys})[jwt.get_unverified_header(signed)["kid"]]
    found = jwt.decode(signed, known, algorithms=["ES256"])

    assert (found["digits"], found["part"]) == (0, "")
    assert found["rows"] == [
        [document.file_hash, "valid", "Giấy xác nhận", document.organisation, int(document.signed_at.timestamp()), int(document.status_at.timestamp()), "", True]
    ]  # fmt: skip
    assert "d" not in keys[0]


def test_list_is_fetched_in_parts_when_it_is_long(
    document: SignedDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "LARGEST_PART", 0.5)
    assert queries.digits() == 1

    def rows(part: str) -> tuple[str, int]:
        found: dict[str, Any] = jwt.decode(status_list.signed_part(part), options={"verify_signature": False})
        return found["part"], len(found["rows"])

    first = document.file_hash[0]
    other = "0" if first != "0" else "1"
    assert [Client().get(f"/verify/list/{one}").status_code for one in ("all", first, other)] == [200] * 3
    assert [rows(first), rows(other)] == [(first, 1), (other, 0)]


@pytest.mark.parametrize("part", ["zz", "%00", "ABC", "123456789"])
def test_part_does_not_exist_when_it_is_no_beginning_of_a_hash(db: None, part: str) -> None:
    assert Client().get(f"/verify/list/{part}").status_code == 404


def test_programs_are_told_by_hash_when_they_ask(document: SignedDocument) -> None:
    known, unknown = (
        Client().get(f"/verify/document/{one}").json() for one in (document.file_hash, "0" * 64)
    )

    assert (known["status"], known["code"], unknown) == ("valid", document.code, {"status": "unknown"})


def test_private_key_of_lists_is_made_once_when_fetched_often(db: None) -> None:
    for _ in range(3):
        Client().get("/verify/keys")

    assert SigningKey.objects.filter(purpose="list").count() == 1
