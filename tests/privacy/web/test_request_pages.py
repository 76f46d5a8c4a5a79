# SPDX-License-Identifier: Apache-2.0
"""A person asks, follows and withdraws; an officer takes, asks for more, extends, answers, refuses, closes."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import msgspec
import pytest
from django.core import mail
from django.test import Client

from dothi.foundation import clock
from dothi.ledger import door as ledger
from dothi.privacy.actions import letter
from dothi.privacy.actions.looking import ACT
from dothi.privacy.models import DataRequest, Letter, PurposeVersion
from dothi.privacy.queries.purpose import purpose, purposes_for
from dothi.privacy.rules.purpose import TEXTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_mail(settings: Any) -> None:
    """The city can send mail; Django's own test backend keeps it in `mail.outbox`."""
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, mail_url="smtp://mail.test:25")


def _ask(client: Client, *, kind: str = "erase", **contact: str) -> DataRequest:
    assert client.post("/privacy/ask/", {"kind": kind}).status_code == 302
    assert client.post("/privacy/ask/details/", {"details": "Xoá số cũ"}).status_code == 302
    given = {"name": "Nguyễn Văn An", "email": "", "phone": "", **contact}
    assert client.post("/privacy/ask/contact/", given).status_code == 302
    answer = client.post("/privacy/ask/check/")
    assert (answer.status_code, answer.url) == (302, "/privacy/follow/case/")
    return DataRequest.objects.latest("filed_at")


def _purpose(client: Client, one: DataRequest) -> None:
    client.post(f"/privacy/desk/{one.pk}/", {"privacy_purpose": "data_requests"})


def _acts(one: DataRequest) -> list[str]:
    return [step.verb for step in one.steps.order_by("pk")]


def test_request_is_filed_and_followed_by_its_code_when_nobody_is_signed_in(client: Client) -> None:
    one = _ask(client)
    stranger = Client()

    page = stranger.post("/privacy/follow/", {"code": one.code.lower().replace("-", " ")}, follow=True)

    assert page.status_code == 200
    assert one.code in page.content.decode()
    assert "Nguyễn Văn An" not in page.content.decode()
    assert (one.state, one.kind, one.checked_how, one.account) == ("filed", "erase", "", "")
    assert ledger.about(f"request:{one.pk}", act="privacy.act.request_file", most=5)[0].actor == "visitor"


def test_request_names_no_person_in_the_ledger_when_all_steps_are_gone(
    signed_in: Client, client: Client
) -> None:
    one = _ask(client, email="an@vidu.vn", phone="0912 345 678")
    _purpose(signed_in, one)
    for verb, given in (
        ("take", {}),
        ("check", {"how": "counter"}),
        ("ask", {"words": "Xin cho biết số nào"}),
        ("extend", {"days": "10", "words": "Phải hỏi bên vận hành"}),
        ("answer", {"words": "Đã xoá"}),
        ("close", {}),
    ):
        assert signed_in.post(f"/privacy/desk/{one.pk}/{verb}/", given).status_code == 302, verb

    one.refresh_from_db()
    assert one.state == "closed"
    assert _acts(one) == ["file", "take", "check", "ask", "extend", "answer", "close"]
    for verb in _acts(one):
        (record,) = ledger.about(f"request:{one.pk}", act=f"privacy.act.request_{verb}", most=5)
        assert not re.search("An|vidu|0912|xoá|Xin", str(record))


def test_person_supplies_what_was_asked_for_when_the_case_waits(signed_in: Client, client: Client) -> None:
    one = _ask(client)
    signed_in.post(f"/privacy/desk/{one.pk}/take/")
    signed_in.post(f"/privacy/desk/{one.pk}/ask/", {"words": "Xin cho biết số nào"})

    empty = client.post("/privacy/follow/case/supply/", {"words": " "})
    done = client.post("/privacy/follow/case/supply/", {"words": "Số đã đăng ký năm 2024"}, follow=True)

    assert empty.status_code == 400
    assert "Số đã đăng ký năm 2024" in done.content.decode()
    one.refresh_from_db()
    assert one.state == "taken"


def test_request_ends_when_the_person_withdraws_it(client: Client, signed_in: Client) -> None:
    one = _ask(client)

    client.post("/privacy/follow/case/withdraw/")
    late = signed_in.post(f"/privacy/desk/{one.pk}/take/")

    one.refresh_from_db()
    assert (one.state, late.status_code) == ("withdrawn", 409)


def test_answer_is_refused_when_nobody_knows_who_asks(signed_in: Client, client: Client) -> None:
    one = _ask(client)
    signed_in.post(f"/privacy/desk/{one.pk}/take/")

    answer = signed_in.post(f"/privacy/desk/{one.pk}/answer/", {"words": "Đây là dữ liệu"})

    one.refresh_from_db()
    assert (answer.status_code, one.state) == (409, "taken")


@pytest.mark.parametrize(
    ("verb", "given", "wrong"),
    [
        ("ask", {"words": ""}, "Xin viết vài lời"),
        ("extend", {"days": "16", "words": "lâu"}, "Số ngày phải là số nguyên"),
        ("extend", {"days": "-1", "words": "lâu"}, "Số ngày phải là số nguyên"),
        ("extend", {"days": "5", "words": ""}, "Xin viết vài lời"),
        ("refuse", {"words": "Không được", "ground": ""}, "Từ chối phải nêu căn cứ"),
        ("refuse", {"words": "", "ground": "Điều 19"}, "Xin viết vài lời"),
        ("check", {"how": "photo"}, "Xin cho biết đã xác nhận bằng cách nào"),
    ],
)
def test_step_is_refused_with_a_sentence_when_something_is_missing(
    signed_in: Client, client: Client, verb: str, given: dict[str, str], wrong: str
) -> None:
    one = _ask(client)
    signed_in.post(f"/privacy/desk/{one.pk}/take/")
    _purpose(signed_in, one)

    page = signed_in.post(f"/privacy/desk/{one.pk}/{verb}/", given)

    assert page.status_code == 400
    assert wrong in page.content.decode()
    one.refresh_from_db()
    assert _acts(one) == ["file", "take"]


def test_second_extension_is_refused_when_one_was_taken(signed_in: Client, client: Client) -> None:
    one = _ask(client)
    signed_in.post(f"/privacy/desk/{one.pk}/take/")
    signed_in.post(f"/privacy/desk/{one.pk}/extend/", {"days": "15", "words": "Nhiều hồ sơ"})
    one.refresh_from_db()
    due = one.due

    again = signed_in.post(f"/privacy/desk/{one.pk}/extend/", {"days": "1", "words": "Thêm chút"})

    one.refresh_from_db()
    assert (again.status_code, one.due, one.extended_days) == (409, due, 15)


def test_officer_must_say_what_for_when_opening_a_case(signed_in: Client, client: Client) -> None:
    one = _ask(client)
    path = f"/privacy/desk/{one.pk}/"

    asked = signed_in.get(path)
    refused = [
        signed_in.post(path, {"privacy_purpose": key}) for key in ("", "curiosity", "readings", "accounts")
    ]
    opened = signed_in.post(path, {"privacy_purpose": "data_requests"}, follow=True)

    assert re.findall(r'name="privacy_purpose" value="(\w+)"', asked.content.decode()) == ["data_requests"]
    assert "Nguyễn Văn An" not in asked.content.decode()
    assert [answer.status_code for answer in refused] == [400] * 4
    assert "Nguyễn Văn An" in opened.content.decode()
    (record,) = ledger.about(f"request:{one.pk}", act=ACT, most=5)
    assert record.details == {
        "post": "administrator",
        "purpose": "data_requests",
        "unit": "",
        "what": "request",
    }


def test_purpose_opens_cases_only_when_the_register_says_so(signed_in: Client, client: Client) -> None:
    one = _ask(client)
    edit = "/privacy/desk/register/data_requests/"
    shipped = purpose("data_requests")
    assert shipped is not None
    flat = {f"{field}_vi": shipped.said(field, "vi") for field in TEXTS} | {
        "basis": "law",
        "dpia": "needless",
    }

    before = signed_in.get(edit).content.decode()
    taken = signed_in.post(edit, flat)
    nothing_fits = signed_in.get(f"/privacy/desk/{one.pk}/").content.decode()
    shut = signed_in.post(f"/privacy/desk/{one.pk}/", {"privacy_purpose": "data_requests"})
    signed_in.post(edit, flat | {"opens_request": "on"})
    opened = signed_in.post(f"/privacy/desk/{one.pk}/", {"privacy_purpose": "data_requests"})

    assert 'name="opens_request" checked' in before
    assert "chưa có mục đích nào cho phép mở trang này" in nothing_fits
    assert (taken.status_code, shut.status_code, opened.status_code) == (302, 400, 302)


def test_purpose_still_opens_cases_when_its_entry_was_saved_before_that_was_known(db: None) -> None:
    shipped = purpose("data_requests")
    old = {key: value for key, value in msgspec.to_builtins(shipped).items() if key != "opens"}
    PurposeVersion.objects.create(key="data_requests", version=1, entry=old)

    assert [one.key for one in purposes_for("request")] == ["data_requests"]


def test_failed_step_shows_no_person_when_no_purpose_was_given(signed_in: Client, client: Client) -> None:
    one = _ask(client)

    answer = signed_in.post(f"/privacy/desk/{one.pk}/refuse/", {"words": "", "ground": ""})

    assert (answer.status_code, answer.url) == (302, f"/privacy/desk/{one.pk}/")


def test_queue_shows_no_names_and_what_is_overdue_when_opened(signed_in: Client, client: Client) -> None:
    late = _ask(client)
    DataRequest.objects.filter(pk=late.pk).update(answer_due=clock.parse("2026-01-01T00:00:00Z"))
    _ask(Client(), kind="access")

    page = signed_in.get("/privacy/desk/").content.decode()

    assert "Nguyễn Văn An" not in page
    assert page.index(late.pk) > 0
    assert page.count("Quá hạn") == 1


def test_desk_never_tells_the_secret_code_when_an_officer_looks(signed_in: Client, client: Client) -> None:
    one = _ask(client)

    pages = [signed_in.get("/privacy/desk/").content.decode()]
    _purpose(signed_in, one)
    pages.append(signed_in.get(f"/privacy/desk/{one.pk}/").content.decode())
    client.post("/privacy/follow/case/withdraw/")
    pages.append(signed_in.get("/privacy/desk/?ended=1").content.decode())

    assert [(one.code in page, one.pk in page) for page in pages] == [(False, True)] * 3
    assert str(one) == one.pk


def test_number_of_the_desk_opens_no_case_when_it_is_typed_where_people_follow(client: Client) -> None:
    one = _ask(client)

    answer = Client().post("/privacy/follow/", {"code": one.pk})

    assert (answer.status_code, "Nguyễn" in answer.content.decode()) == (400, False)


def test_letters_name_the_code_only_when_mail_is_set_up(
    with_mail: None, client: Client, signed_in: Client
) -> None:
    one = _ask(client, email="an@vidu.vn")
    signed_in.post(f"/privacy/desk/{one.pk}/take/")
    signed_in.post(f"/privacy/desk/{one.pk}/ask/", {"words": "Bí mật của An là gì"})

    sent = letter.send_all(at=clock.now())

    assert sent == 3
    assert [message.to for message in mail.outbox] == [["an@vidu.vn"]] * 3
    bodies = [message.body for message in mail.outbox]
    assert all(one.code in body and "Bí mật" not in body and "Nguyễn" not in body for body in bodies)
    assert list(Letter.objects.values_list("to", flat=True)) == ["", "", ""]


def test_link_of_the_letter_proves_who_asks_once_its_button_is_pressed(
    with_mail: None, client: Client
) -> None:
    one = _ask(client, email="an@vidu.vn")
    letter.send_all(at=clock.now())
    link = re.search(r"https?://[^/]+(/privacy/mail/\S+/)", mail.outbox[0].body)
    assert link is not None

    looked = Client().get(link.group(1))
    one.refresh_from_db()
    before = one.checked_how
    pressed = Client().post(link.group(1))
    again = Client().post(link.group(1))

    one.refresh_from_db()
    assert (looked.status_code, before) == (200, "")
    assert (pressed.status_code, one.checked_how, again.status_code) == (302, "mail", 409)


@pytest.mark.parametrize("token", ["x", "a:b:c", "eyJ9:1abc:def"])
def test_link_is_refused_when_it_was_never_ours(client: Client, token: str) -> None:
    assert client.get(f"/privacy/mail/{token}/").status_code == 409


def test_letter_stays_and_the_address_is_given_up_at_last_when_the_server_is_down(
    settings: Any, client: Client
) -> None:
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, mail_url="smtp://127.0.0.1:1")
    _ask(client, email="an@vidu.vn")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    for _ in range(letter.TRIES):
        assert letter.send_all(at=clock.now()) == 0

    row = Letter.objects.get()
    assert (row.tries, row.to, row.sent_at, row.given_up_at is None) == (20, "", None, False)


def test_pages_say_that_no_mail_is_sent_when_it_is_not_set_up(client: Client, signed_in: Client) -> None:
    one = _ask(client, email="an@vidu.vn")

    page = client.get("/privacy/follow/case/").content.decode()

    assert "chưa gửi được thư" in page
    assert "chưa gửi được thư" in signed_in.get("/privacy/desk/").content.decode()
    assert Letter.objects.filter(request_id=one.pk).count() == 0


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"name": ""}, "Xin nhập họ và tên"),
        ({"name": "An Nguyễn", "email": "an@"}, "Địa chỉ thư chưa đúng"),
        ({"name": "An Nguyễn", "email": "an@vidu.vn\nBcc: x@y.vn"}, "Địa chỉ thư chưa đúng"),
        ({"name": "An Nguyễn", "email": "a,b@vidu.vn"}, "Địa chỉ thư chưa đúng"),
        ({"name": "An Nguyễn", "phone": "<b>"}, "Số điện thoại chưa đúng"),
    ],
)
def test_contact_is_refused_with_a_sentence_when_it_is_wrong(
    client: Client, given: dict[str, str], wrong: str
) -> None:
    client.post("/privacy/ask/", {"kind": "access"})
    client.post("/privacy/ask/details/", {"details": ""})

    page = client.post("/privacy/ask/contact/", given)

    assert page.status_code == 400
    assert wrong in page.content.decode()


def test_question_is_asked_again_when_somebody_jumps_ahead(client: Client) -> None:
    answers = [client.get(f"/privacy/ask/{step}/") for step in ("check", "contact", "nothing")]

    assert [(a.status_code, a.url) for a in answers] == [
        (302, "/privacy/ask/kind/"),
        (302, "/privacy/ask/kind/"),
        (302, "/privacy/ask/"),
    ]


def test_sixth_request_is_refused_when_one_address_filed_five_in_a_day(client: Client) -> None:
    for _ in range(5):
        _ask(client, email="an@vidu.vn")
    client.post("/privacy/ask/", {"kind": "access"})
    client.post("/privacy/ask/details/", {"details": ""})
    client.post("/privacy/ask/contact/", {"name": "An Nguyễn", "email": "AN@vidu.vn"})

    page = client.post("/privacy/ask/check/")

    assert page.status_code == 400
    assert DataRequest.objects.count() == 5


@pytest.mark.parametrize(
    "code", ["", "DL-AAAA-BBBB-CCCC", "DL-AAAA", "'; DROP", "DL-0OI1-LLLL-AAAA", "é" * 12]
)
def test_code_leads_nowhere_when_it_is_none(client: Client, code: str) -> None:
    page = client.post("/privacy/follow/", {"code": code})

    assert page.status_code == 400
    assert client.get("/privacy/follow/case/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/privacy/desk/",
        "/privacy/desk/register/",
        "/privacy/desk/retention/",
        "/privacy/export/",
        "/privacy/looked/",
        "/privacy/consents/",
    ],
)
def test_page_asks_to_sign_in_when_it_is_not_for_everybody(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.url) == (302, f"/sign-in/?next={path}")
