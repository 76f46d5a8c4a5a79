# SPDX-License-Identifier: Apache-2.0
"""One's own pages: export with a fresh sign-in, consents word for word, who looked; and the register for all."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from dothi.foundation import clock
from dothi.privacy import door
from dothi.privacy.actions.consent import publish_text
from dothi.privacy.models import Consent

pytestmark = pytest.mark.django_db
WORDS = {
    "vi": "Thành phố gửi bản tin hằng tuần vào thư của tôi.",
    "en": "The city sends a weekly letter to my address.",
}
ENTRY = {
    "key": "newsletter", "basis": "consent", "dpia": "needless",
    **{f"{field}_vi": f"{field} bản tin" for field in (
        "title", "purpose", "legal", "data", "people", "recipients", "kept", "security", "unit", "officer"
    )},
}  # fmt: skip


@pytest.fixture
def newsletter(signed_in: Client) -> Client:
    """Dung's browser, with a purpose that rests on consent and its words."""
    assert signed_in.post("/privacy/desk/register/add/", ENTRY).status_code == 302
    assert signed_in.post("/privacy/desk/register/newsletter/words/", WORDS).status_code == 302
    return signed_in


def _text_id(client: Client) -> str:
    page = client.get("/privacy/consents/newsletter/").content.decode()
    assert "checked" not in page
    return page.split('name="text" value="')[1].split('"')[0]


def test_page_of_consents_leads_to_the_software_that_was_allowed_when_the_register_has_none(
    signed_in: Client,
) -> None:
    page = signed_in.get("/privacy/consents/").content.decode()

    assert 'href="/me/consents/"' in page
    assert "Không có việc nào cần Ông/Bà đồng ý" not in page
    assert "Trong sổ xử lý dữ liệu không có việc nào cần Ông/Bà đồng ý" in page


def test_consent_is_kept_with_its_very_words_when_given(newsletter: Client, dung: Any) -> None:
    newsletter.post("/privacy/consents/newsletter/", {"text": _text_id(newsletter), "said": "yes"})

    (given,) = door.consents_of(dung.pk)
    assert (given.purpose, given.text.words, given.language, given.withdrawn_at) == (
        "newsletter",
        WORDS,
        "vi",
        None,
    )
    assert door.consented(dung.pk, "newsletter")


def test_consent_ends_at_once_when_it_is_taken_back(newsletter: Client, dung: Any) -> None:
    newsletter.post("/privacy/consents/newsletter/", {"text": _text_id(newsletter), "said": "yes"})
    newsletter.post("/privacy/consents/newsletter/", {"said": "no"})

    assert not door.consented(dung.pk, "newsletter")
    assert Consent.objects.get().withdrawn_at is not None


def test_consent_counts_no_longer_when_the_words_were_replaced(newsletter: Client, dung: Any) -> None:
    old = _text_id(newsletter)
    newsletter.post("/privacy/consents/newsletter/", {"text": old, "said": "yes"})
    publish_text(purpose="newsletter", vi=WORDS["vi"] * 2, en=WORDS["en"] * 2, by="x", at=clock.now())

    late = newsletter.post("/privacy/consents/newsletter/", {"text": old, "said": "yes"})

    assert (late.status_code, door.consented(dung.pk, "newsletter")) == (409, False)
    newsletter.post("/privacy/consents/newsletter/", {"text": _text_id(newsletter), "said": "yes"})
    assert door.consented(dung.pk, "newsletter")
    assert Consent.objects.filter(withdrawn_at=None).count() == 1


@pytest.mark.parametrize("given", [{}, {"said": ""}, {"said": "maybe"}])
def test_nothing_is_agreed_to_when_nothing_was_chosen(newsletter: Client, given: dict[str, str]) -> None:
    answer = newsletter.post("/privacy/consents/newsletter/", {"text": _text_id(newsletter), **given})

    assert answer.status_code == 400
    assert Consent.objects.count() == 0


@pytest.mark.parametrize("text", ["", "0", "999999", "-1", "x", "1" * 30])
def test_yes_is_refused_when_it_answers_no_words(newsletter: Client, text: str) -> None:
    assert newsletter.post("/privacy/consents/newsletter/", {"text": text, "said": "yes"}).status_code == 409


def test_no_consent_is_asked_for_when_processing_rests_on_the_law(signed_in: Client) -> None:
    assert signed_in.get("/privacy/consents/ledger/").status_code == 409
    assert signed_in.post("/privacy/desk/register/ledger/words/", WORDS).status_code == 409


def test_export_is_made_and_taken_once_when_one_has_just_signed_in(signed_in: Client) -> None:
    assert signed_in.post("/privacy/export/").status_code == 302
    first = signed_in.post("/privacy/export/take/")
    again = signed_in.post("/privacy/export/take/")

    assert (first.status_code, first["Content-Type"], again.status_code) == (200, "application/zip", 409)
    assert first.content[:2] == b"PK"


def test_export_is_refused_when_the_sign_in_is_old(signed_in: Client) -> None:
    session = signed_in.session
    long_ago = "2026-01-01T00:00:00.000000Z"
    session["assurance"] |= {"proved": dict.fromkeys(session["assurance"]["proved"], long_ago)}
    session.save()

    answers = [signed_in.post(path).status_code for path in ("/privacy/export/", "/privacy/export/take/")]

    assert answers == [403, 403]
    assert "Đăng nhập lại" in signed_in.get("/privacy/export/").content.decode()


def test_person_sees_who_looked_without_a_name_when_it_happened(signed_in: Client, dung: Any) -> None:
    door.looked(
        by="account:acc_x", subject=f"account:{dung.pk}", purpose="data_requests", what="request", post="counter_officer",
        at=clock.now(),
    )  # fmt: skip
    door.looked(
        by="account:acc_x",
        subject="account:acc_other",
        purpose="data_requests",
        what="request",
        at=clock.now(),
    )

    page = signed_in.get("/privacy/looked/").content.decode()

    assert page.count("<tr>") == 2
    assert "Cán bộ một cửa" in page
    assert "Yêu cầu về dữ liệu cá nhân" in page
    assert "acc_x" not in page


def test_looking_is_refused_when_the_purpose_is_not_in_the_register(db: None) -> None:
    with pytest.raises(door.RefusedForm):
        door.looked(by="x", subject="account:y", purpose="curiosity", what="request", at=clock.now())


def test_register_is_open_to_all_in_three_shapes_when_read(client: Client) -> None:
    page = client.get("/privacy/register/").content.decode()
    table = list(csv.reader(io.StringIO(client.get("/privacy/register.csv").content.decode("utf-8-sig"))))
    data = json.loads(client.get("/privacy/register.json").content)

    keys = ["accounts", "sign_in", "ledger", "source_contacts", "data_requests", "consents", "readings"]
    assert [row[0] for row in table[1:]] == keys
    assert [row["key"] for row in data["processing"]["en"]] == keys
    assert page.count("chưa kiểm chứng") == 7


def test_saving_makes_a_version_and_ending_takes_it_off_when_staff_edit(newsletter: Client) -> None:
    newsletter.post("/privacy/desk/register/newsletter/", {**ENTRY, "title_vi": "=Bản tin mới"})

    table = newsletter.get("/privacy/register.csv").content.decode("utf-8-sig")
    edit = newsletter.get("/privacy/desk/register/newsletter/").content.decode()
    newsletter.post("/privacy/desk/register/newsletter/end/")

    assert "newsletter,2,consent,'=Bản tin mới" in table
    assert edit.count("<li><strong>") == 2
    assert "newsletter" not in newsletter.get("/privacy/register.json").content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "Không Dấu"}, "key"), ({"key": "ledger"}, "key"), ({"basis": "whim"}, "basis"),
        ({"dpia": ""}, "dpia"), ({"title_vi": " "}, "title_vi"), ({"security_vi": ""}, "security_vi"),
    ],
)  # fmt: skip
def test_entry_is_refused_when_something_is_missing(
    signed_in: Client, change: dict[str, str], field: str
) -> None:
    page = signed_in.post("/privacy/desk/register/add/", {**ENTRY, **change})

    assert page.status_code == 400
    assert f'href="#f-{field}"' in page.content.decode()
