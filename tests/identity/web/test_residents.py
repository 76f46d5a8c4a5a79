# SPDX-License-Identifier: Apache-2.0

"""Residents: an account by a proven address, a forgotten password, codes of an app, addresses; nobody is told who is known."""

from __future__ import annotations

import dataclasses
import re
import smtplib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client
from tests.pages import PASSWORD, enter, with_passkey
from tests.told import told

from dothi.foundation import clock
from dothi.identity.models import Account, FailedTry

pytestmark = pytest.mark.django_db
AN, OTHER = "an@example.vn", "một câu khác hẳn câu trước"


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    """Mail is set up; Django keeps what is sent."""
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, mail_url="smtp://mail.example")


def _browser(**headers: str) -> Client:
    return Client(headers={"accept-language": "en"} | headers)


def _link(number: int = -1) -> str:
    found = re.search(r"http://127\.0\.0\.1:8080/\S+", str(mail.outbox[number].body))
    assert found
    return urlsplit(found.group()).path


def _resident(email: str = AN, **more: Any) -> Account:
    account = Account(**({"name": "An", "login": email, "role": "resident", "ial": 1} | more))
    account.set_password(PASSWORD)
    account.save()
    EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
    return account


def _an() -> Client:
    browser = _browser()
    assert browser.post("/sign-in/", {"login": AN, "password": PASSWORD})["Location"] == "/me/"
    return browser


def _form(**changes: str) -> dict[str, str]:
    return {"name": "An Nguyễn", "password": PASSWORD, "again": PASSWORD} | changes


def test_resident_has_an_account_when_the_address_is_proven() -> None:
    browser = _browser()
    asked = browser.post("/sign-up/", {"email": " An@Example.VN "})
    link = _link()

    made = browser.post(link, _form())
    again = _browser().post(link, _form(name="Bình"))

    assert "was sent to" in asked.content.decode()
    assert (made.status_code, made["Location"], again.status_code) == (302, "/me/", 403)
    assert list(Account.objects.values_list("name", "login", "role", "ial")) == [
        ("An Nguyễn", AN, "resident", 1)
    ]
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(AN, True, True)]
    assert browser.get("/me/").status_code == 200
    assert mail.outbox[0].to == [AN]


def test_answer_is_the_same_when_an_address_is_known_or_not() -> None:
    _resident()
    for address in ("/sign-up/", "/reset/"):
        pages = [
            _browser().post(address, {"email": email}).content.decode() for email in (AN, "nn@example.vn")
        ]
        bare = [re.sub(r'value="[^"]{64}"', "", page).replace("nn@", "an@") for page in pages]
        assert bare[0] == bare[1]
    assert [sorted({m.to[0] for m in mail.outbox}), len(mail.outbox)] == [[AN, "nn@example.vn"], 4]
    assert [m.subject.partition(": ")[2] for m in mail.outbox] == ["you have an account already", "make your account", "set a new password", "no account has this address"]  # fmt: skip


@pytest.mark.parametrize(
    "email", ["", "an", "an@", "@x.vn", "a b@x.vn", "an@x", "an@x..vn", "an@x.vn\nBcc: b@x.vn", "an@x.vn,b@x.vn", "a" * 200 + "@x.vn", "<an@x.vn>", "an@-x.vn", "\x00@x.vn"]
)  # fmt: skip
def test_mail_is_not_sent_when_the_address_is_none(email: str) -> None:
    for address in ("/sign-up/", "/reset/"):
        assert _browser().post(address, {"email": email}).status_code == 400
    assert mail.outbox == []


def test_mailbox_gets_three_mails_an_hour_when_somebody_asks_more_often() -> None:
    answers = [_browser().post("/reset/", {"email": AN}).status_code for _ in range(5)]
    FailedTry.objects.update(at=clock.now() - timedelta(minutes=61))
    _browser().post("/reset/", {"email": AN})

    assert (answers, len(mail.outbox)) == ([200] * 5, 4)


def test_mail_is_refused_when_one_network_asks_for_many() -> None:
    asked = [_browser(**{"x-client-address": "203.0.113.9"}).post("/sign-up/", {"email": f"a{n}@x.vn"}).status_code for n in range(21)]  # fmt: skip

    assert asked == [200] * 20 + [400]


def test_pages_say_what_to_do_when_mail_is_not_set_up(settings: Any) -> None:
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, mail_url="")
    for address in ("/sign-up/", "/reset/"):
        answer = _browser().post(address, {"email": AN})
        assert "cannot send mail yet" in answer.content.decode()
    assert mail.outbox == []


def test_page_says_to_try_later_when_the_mail_server_fails(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    _resident()
    answers = [_browser().post("/reset/", {"email": email}) for email in (AN, "nn@example.vn")]

    assert [(answer.status_code, answer["Retry-After"]) for answer in answers] == [(503, "300")] * 2


def test_link_is_refused_when_old_changed_or_of_another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    _resident("binh@example.vn")
    _browser().post("/sign-up/", {"email": AN})
    sign_up = _link()
    _browser().post("/reset/", {"email": "binh@example.vn"})
    reset = _link()
    wrong = [sign_up[:-3] + "xx/", reset[:-3] + "xx/", sign_up.replace("sign-up", "reset"), reset.replace("reset", "sign-up"), "/reset/x/"]  # fmt: skip

    assert [_browser().get(one).status_code for one in wrong] == [403] * 5
    assert [_browser().get(one).status_code for one in (sign_up, reset)] == [200, 200]
    now = clock.now().timestamp()
    monkeypatch.setattr("time.time", lambda: now + 3601)
    assert [_browser().get(one).status_code for one in (sign_up, reset)] == [200, 403]
    monkeypatch.setattr("time.time", lambda: now + 86401)
    assert _browser().get(sign_up).status_code == 403


def test_form_keeps_answers_and_tells_each_wrong_field_when_refused() -> None:
    _browser().post("/sign-up/", {"email": AN})

    page = _browser().post(_link(), _form(password="short", again="x"))

    text = page.content.decode()
    assert page.status_code == 400
    assert all(part in text for part in ('href="#f-password"', 'href="#f-again"', 'value="An Nguyễn"'))
    assert not Account.objects.exists()


def test_password_is_new_and_sessions_end_when_it_is_reset() -> None:
    _resident()
    old = _an()
    _browser().post("/reset/", {"email": AN})
    link = _link()

    done = _browser().post(link, {"password": OTHER, "again": OTHER})
    again = _browser().get(link)

    assert (done.status_code, again.status_code, old.get("/me/").status_code) == (200, 403, 302)
    assert _browser().post("/sign-in/", {"login": AN, "password": PASSWORD}).status_code == 400
    assert _browser().post("/sign-in/", {"login": AN, "password": OTHER})["Location"] == "/me/"
    assert [row[1] for row in told("identity.act.%")][-5:] == [
        "identity.act.reset_asked", "identity.act.password_changed", "identity.act.sessions_ended",
        "identity.act.sign_in_failed", "identity.act.signed_in",
    ]  # fmt: skip


def test_reset_by_mail_opens_no_staff_account_when_it_has_no_passkey(dung: Any) -> None:
    EmailAddress.objects.create(user=dung, email="dung@hue.gov.vn", verified=True, primary=True)

    _browser().post("/reset/", {"email": "dung@hue.gov.vn"})
    with_passkey(dung)
    _browser().post("/reset/", {"email": "dung@hue.gov.vn"})

    assert ["/reset/" in str(one.body) for one in mail.outbox] == [False, True]


def _code(secret: str, shift: int = 0) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time())) + 1 + shift
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def test_codes_of_an_app_are_asked_for_when_switched_on() -> None:
    account, browser = _resident(), _an()
    page = browser.get("/me/app/").content.decode()
    secret = browser.session["mfa.totp.secret"]
    wrong = browser.post("/me/app/", {"code": "000000"})

    on = browser.post("/me/app/", {"code": _code(secret)})
    codes = [code.replace(" ", "") for code in re.findall(r"<li>(\d{5} \d{5})</li>", on.content.decode())]

    assert "<svg" in page
    assert (wrong.status_code, on.status_code, len(codes)) == (400, 200, 10)
    assert secret not in str(Authenticator.objects.get(user=account, type="totp").data)
    outside = _browser()
    assert outside.post("/sign-in/", {"login": AN, "password": PASSWORD})["Location"] == "/sign-in/second/"
    assert outside.get("/me/").status_code == 302
    assert outside.post("/sign-in/second/", {"code": _code(secret, 1)})["Location"] == "/me/"
    assert outside.session["assurance"]["aal"] == 2

    def by_list(code: str) -> int:
        one = _browser()
        one.post("/sign-in/", {"login": AN, "password": PASSWORD})
        return one.post("/sign-in/second/", {"code": code}).status_code

    assert [by_list(codes[3]), by_list(codes[3]), by_list(_code(secret, 1))] == [302, 400, 400]


def test_code_is_guessed_no_more_than_five_times_a_minute_when_the_password_is_known() -> None:
    account = _resident()
    totp.TOTP.activate(account, "JBSWY3DPEHPK3PXP")
    tries = []
    for _ in range(6):
        browser = _browser()
        browser.post("/sign-in/", {"login": AN, "password": PASSWORD})
        tries.append(browser.post("/sign-in/second/", {"code": "12"}).content.decode())

    assert ["Five wrong tries" in text for text in tries] == [False] * 5 + [True]


def test_app_is_switched_off_with_its_list_when_the_person_asks() -> None:
    account, browser = _resident(), _an()
    browser.get("/me/app/")
    browser.post("/me/app/", {"code": _code(browser.session["mfa.totp.secret"])})
    asked = browser.post("/me/app/remove/")
    browser.post("/sign-in/again/", {"password": PASSWORD, "code": _code(totp.decrypt(Authenticator.objects.get(type="totp").data["secret"]), 1)})  # fmt: skip

    renewed = browser.post("/me/app/codes/")
    off = browser.post("/me/app/remove/")

    assert asked["Location"].startswith("/sign-in/again/?acr=aal2")
    assert (renewed.status_code, off["Location"]) == (200, "/me/?done=app_removed")
    assert not Authenticator.objects.filter(user=account).exists()


def test_app_is_nothing_for_staff_when_they_ask(signed_in: Client) -> None:
    assert [signed_in.get("/me/app/").status_code, signed_in.post("/me/app/codes/").status_code] == [403, 403]


def test_address_is_added_when_its_link_is_opened_by_the_one_who_asked() -> None:
    _resident()
    browser = _an()
    asked = browser.post("/me/emails/add/", {"email": "An.2@example.vn"})
    link = _link()
    _resident("binh@example.vn")
    other = _browser()
    other.post("/sign-in/", {"login": "binh@example.vn", "password": PASSWORD})

    stolen, added, again = other.get(link), browser.get(link), browser.get(link)

    assert asked["Location"] == "/me/?done=email_asked"
    assert (stolen.status_code, added["Location"], again.status_code) == (403, "/me/?done=email_added", 403)
    assert browser.post("/sign-out/").status_code == 302
    assert browser.post("/sign-in/", {"login": "an.2@example.vn", "password": PASSWORD})["Location"] == "/me/"


def test_owner_is_told_and_nobody_else_when_a_known_address_is_to_be_added() -> None:
    _resident()
    _resident("binh@example.vn")
    browser = _an()

    known = browser.post("/me/emails/add/", {"email": "binh@example.vn"})
    free = browser.post("/me/emails/add/", {"email": "free@example.vn"})

    assert known["Location"] == free["Location"]
    assert [("/me/emails/" in str(one.body), one.to) for one in mail.outbox] == [(False, ["binh@example.vn"]), (True, ["free@example.vn"])]  # fmt: skip


def test_address_that_gets_the_mail_stays_when_it_is_to_be_removed() -> None:
    account = _resident()
    second = EmailAddress.objects.create(user=account, email="an.2@example.vn", verified=True)
    first = EmailAddress.objects.get(primary=True)
    browser = _an()

    refused = browser.post(f"/me/emails/{first.pk}/remove/")
    browser.post(f"/me/emails/{second.pk}/first/")
    removed = browser.post(f"/me/emails/{first.pk}/remove/")

    assert (refused.status_code, removed["Location"]) == (400, "/me/?done=email_removed")
    assert list(EmailAddress.objects.values_list("email", "primary")) == [("an.2@example.vn", True)]


def test_address_of_another_person_stays_when_somebody_acts_on_it(signed_in: Client) -> None:
    _resident()
    foreign = EmailAddress.objects.get()

    assert [signed_in.post(f"/me/emails/{foreign.pk}/{act}/").status_code for act in ("first", "remove")] == [404, 404]  # fmt: skip


def test_person_is_told_by_mail_when_his_means_change(django_capture_on_commit_callbacks: Any) -> None:
    account = _resident()
    key = with_passkey(account)
    browser = enter(account, key)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/me/password/", {"password": OTHER, "again": OTHER})
        browser.post(f"/me/passkeys/{account.authenticator_set.get().pk}/remove/")

    assert [one.subject.partition(": ")[2] for one in mail.outbox] == ["mật khẩu đã đổi", "một khoá truy cập đã bị xoá"]  # fmt: skip
    assert all("Kính gửi Ông/Bà An," in str(one.body) for one in mail.outbox)


def test_ledger_holds_no_address_or_name_when_accounts_are_made_and_changed() -> None:
    browser = _browser()
    browser.post("/sign-up/", {"email": AN})
    browser.post(_link(), _form())
    browser.post("/me/emails/add/", {"email": "an.2@example.vn"})
    browser.get(_link())

    text = str(told("identity.%"))
    assert "resident_made" in text
    assert not re.search(r"example|Nguyễn|@", text)
