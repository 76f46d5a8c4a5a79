# SPDX-License-Identifier: Apache-2.0
"""S10, signing in: who is there, guessing, names that look or fold alike, passwords."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail
from django.test import Client
from tests.cityhall.attack.ways_in import NEW, code_for, is_in, made, password, sign_up_link
from tests.pages import PASSWORD, enter, with_passkey
from tests.told import told

from dothi.foundation import clock
from dothi.identity.actions.person import add_officer, invite, let_go
from dothi.identity.models import Account, FailedTry

pytestmark = pytest.mark.django_db
ALIKE = (
    "dսng", "ԁung", "dung\u200b", "\u200bdung", "d\u00adung", "ｄｕｎｇ", "𝐝𝐮𝐧𝐠", "dung\u0000", "dung\ufeff", "du\u0301ng",
    "dung\u2060", "d\u202eung", "duňg", "đung", "dung%00", "dung;", "dung'--", "dung*", "d_ng", "dun%",
)  # fmt: skip
SAME = ("DUNG", " dung ", "Dung", "\tdung\n")


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, mail_url="smtp://mail.example")


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """One entry for each time that the costly hash is worked out."""
    done: list[str] = []

    def work(name: str) -> Any:
        kept = getattr(Argon2PasswordHasher, name)

        def counted(self: Any, *given: Any, **more: Any) -> Any:
            done.append(name)
            return kept(self, *given, **more)

        return counted

    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, work(name))
    return done


def _plain(answer: Any) -> str:
    """A page without what differs by itself: the token, the mark, and what was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", text)
    return re.sub(r'value="(dung|nobody|open|closed|[a-z]+@example\.vn)"', "", text)


def _accounts() -> None:
    made("open", position="auditor")
    add_officer(name="Chưa mở", login="invited")
    let_go(account=made("closed", position="auditor"))
    with_passkey(made("keyed", position="auditor"))


def test_answer_is_the_same_when_a_name_is_known_or_not(dung: Any) -> None:
    """S10-45: status, page, headers and cookies of a wrong password, for every kind of account and for none."""
    _accounts()
    told_ = set()
    for login in ("dung", "open", "invited", "closed", "keyed", "nobody", "nobody@example.vn"):
        answer = password(Client(headers={"accept-language": "en"}), login, "wrong password here")
        text = _plain(answer).replace(f'value="{login}"', "")
        told_.add((answer.status_code, text, tuple(sorted(answer.headers)), tuple(sorted(answer.cookies))))

    assert len(told_) == 1


@pytest.mark.parametrize(
    "login", ["dung", "open", "invited", "closed", "keyed", "nobody", "\x00", "x" * 9000]
)
def test_work_is_the_same_when_a_name_is_known_or_not(dung: Any, hashes: list[str], login: str) -> None:
    """S10-46: one costly hash for each try, so the time tells nothing."""
    _accounts()
    hashes.clear()

    password(Client(), login, "wrong password here")

    assert len(hashes) == 1


@pytest.mark.parametrize("address", ["/sign-up/", "/reset/"])
def test_answer_and_mail_are_the_same_in_number_when_an_address_is_known_or_not(address: str) -> None:
    """S10-47: one mail either way, one page either way."""
    made("an@example.vn", "resident")
    seen = set()
    for email in ("an@example.vn", "nobody@example.vn"):
        before = len(mail.outbox)
        answer = Client(headers={"accept-language": "en"}).post(address, {"email": email})
        seen.add((answer.status_code, _plain(answer).replace(email, ""), len(mail.outbox) - before))

    assert len(seen) == 1


def test_recovery_says_the_same_when_person_or_code_is_unknown() -> None:
    """S10-48: three ways to be wrong, one answer."""
    made("an")
    person = made("khanh")
    code_for(person)
    seen = {
        (a.status_code, _plain(a).replace(f'value="{login}"', ""))
        for login in ("an", "khanh", "nobody")
        for a in [
            Client(headers={"accept-language": "en"}).post("/recover/", {"login": login, "code": "AAAA-AAAA"})
        ]
    }

    assert len(seen) == 1


def test_passkey_options_are_the_same_when_nobody_is_named(dung: Any, dung_key: Any) -> None:
    """S10-49: the challenge names no account and no key."""
    asked = [
        Client().post("/sign-in/passkey/options/", {"login": login}).json() for login in ("dung", "nobody")
    ]

    assert [one["publicKey"].pop("challenge") != "" for one in asked] == [True, True]
    assert asked[0] == asked[1]
    assert asked[0]["publicKey"]["allowCredentials"] == []


def test_resident_learns_no_officers_login_when_delegating(dung: Any) -> None:
    """S10-50: who holds nothing has nothing to hand on, whoever the taker."""
    resident = enter(made("an@example.vn", "resident"))
    form = {"until": "2026-12-31", "reason": "nghỉ phép"}

    statuses = {
        resident.post("/me/delegations/", form | {"taker": taker}).status_code for taker in ("dung", "nobody")
    }

    assert statuses == {403}


@pytest.mark.parametrize("login", ALIKE)
def test_name_that_looks_alike_is_another_when_signing_in(dung: Any, login: str) -> None:
    """S10-51: twenty ways to write what looks like `dung`."""
    answer = password(Client(), login)

    assert answer.status_code == 400


@pytest.mark.parametrize("login", SAME)
def test_name_is_the_same_when_only_case_or_blanks_differ(dung: Any, login: str) -> None:
    """S10-52: one account, one count of wrong tries."""
    for _ in range(5):
        password(Client(), login, "wrong password here")

    assert password(Client(), "dung").status_code == 400


def test_second_account_is_not_made_when_its_name_only_looks_new(dung: Any, signed_in: Client) -> None:
    """S10-53: logins are plain letters; an address that folds to a known one is the known one."""
    made("an@example.vn", "resident")
    for login in [*ALIKE, "DUNG", "İdung", "ſdung"]:
        signed_in.post(
            "/people/add/", {"name": "Giả", "login": login, "position": "auditor", "since": "2026-11-01"}
        )
    for email in (
        "AN@EXAMPLE.VN",
        "an@Example.vn ",
        "ＡＮ@example.vn",
        "an@exaｍple.vn",
        "an@example.vn\u200b",
        "án@example.vn",
    ):
        Client().post(sign_up_link(email.strip().casefold()), {"name": "Giả"} | NEW)

    logins = sorted(Account.objects.values_list("login", flat=True))
    assert [one for one in logins if not one.isascii() and "@" not in one] == []
    assert [one for one in logins if one in {"dung", "an@example.vn"}] == ["an@example.vn", "dung"]


@pytest.mark.parametrize(
    "typed",
    [
        "mıke@example.vn",
        "MİKE@example.vn",
        "mike@example.vn\u0131",
        "mike@ıexample.vn",
        "miKe@example.vn",
        "mike@exampIe.vn",
    ],
)
def test_link_goes_to_the_address_on_record_when_another_folds_to_it(typed: str) -> None:
    """S10-54: a link that opens an account is mailed to nobody but its owner (Turkish i, Kelvin sign, capital I)."""
    made("mike@example.vn", "resident")

    Client().post("/reset/", {"email": typed})

    links = [
        one
        for one in mail.outbox
        if "/reset/" in str(one.body) and re.search(r"/reset/\S{20,}", str(one.body))
    ]
    assert {to for one in links for to in one.to} <= {"mike@example.vn"}


def test_guessing_stops_at_five_a_minute_when_an_account_has_several_names() -> None:
    """S10-55: login and e-mail addresses of one account are one count."""
    from allauth.account.models import EmailAddress

    account = made("hai", "resident")
    for email in ("hai@example.vn", "hai2@example.vn"):
        EmailAddress.objects.create(user=account, email=email, verified=True, primary=email[3] == "@")
    for login in ("hai", "hai@example.vn", "hai2@example.vn", "HAI", "hai@example.vn"):
        assert password(Client(), login, "wrong password here").status_code == 400

    assert [
        password(Client(), login).status_code for login in ("hai", "hai@example.vn", "hai2@example.vn")
    ] == [400] * 3


def test_spraying_stops_at_thirty_a_minute_when_one_password_is_tried_on_many() -> None:
    """S10-56: one network address, many names, one password each."""
    an = made("an@example.vn", "resident")
    sprayer = Client(headers={"x-client-address": "203.0.113.9"})
    for number in range(30):
        assert password(sprayer, f"name{number}", "Mùa thu 2026!").status_code == 400

    assert password(sprayer, an.login).status_code == 400
    assert "_auth_user_id" not in sprayer.session
    assert password(Client(headers={"x-client-address": "203.0.113.10"}), an.login).status_code == 302


def test_right_password_does_not_reset_the_count_of_others_when_an_attacker_owns_an_account() -> None:
    """S10-57: signing in between to one's own account buys no more tries at another."""
    an, own = made("an@example.vn", "resident"), made("ke@example.vn", "resident")
    for _ in range(5):
        password(Client(), an.login, "wrong password here")
        assert password(Client(), own.login).status_code == 302

    assert password(Client(), an.login).status_code == 400


def test_owner_comes_in_by_his_passkey_when_somebody_locks_his_password(dung: Any, dung_key: Any) -> None:
    """S10-58: five wrong tries shut the password for a minute, not the person."""
    from tests.software_key import sign_in_by

    for _ in range(6):
        password(Client(), "dung", "wrong password here")
    browser = Client()

    assert sign_in_by(browser, dung_key).status_code == 302
    assert is_in(browser)


def test_failed_and_right_sign_ins_stand_in_the_ledger_when_tried(dung: Any, dung_key: Any) -> None:
    """S10-59: with the account and how, never what was typed."""
    password(Client(), "dung", "wrong password here")
    password(Client(), "nobody", "wrong password here")
    enter(dung, dung_key)

    acts = told("identity.act.sign%")
    assert [(act, object_) for _, act, object_, _ in acts] == [
        ("identity.act.sign_in_failed", f"account:{dung.pk}"),
        ("identity.act.signed_in", f"account:{dung.pk}"),
    ]
    assert "wrong" not in str(acts)


@pytest.mark.parametrize(
    "weak",
    ["", "short", "x" * 11, "123456789012", "password1234", "aaaaaaaaaaaa", "abababababab", "qwertyuiop123", "An Nguyễn Văn", "annguyenvan", "dothi2026!!!", "MatKhau@12345", "qwertyuiopas", "lkjihgfedcba", "an@example.vn", "x" * 201],
)  # fmt: skip
def test_password_is_refused_when_it_is_easy_to_guess(weak: str) -> None:
    """S10-60: short, known to be common, of few signs, or the person's own name or address."""
    answer = Client().post(
        sign_up_link("an@example.vn"), {"name": "An Nguyễn Văn", "password": weak, "again": weak}
    )

    assert (answer.status_code, Account.objects.count()) == (400, 0)


@pytest.mark.parametrize(
    "good",
    ["một câu dài chỉ An biết", "🌶🌶🍜 phở bò tái chín", " spaces at both ends  ", "only lower letters here", "x9" + "ab c" * 49, "ТОЛЬКО КИРИЛЛИЦА ТУТ"],
)  # fmt: skip
def test_password_is_taken_as_it_is_when_long_enough(good: str) -> None:
    """S10-61: any signs, no recipe, up to 200; none cut off, no case folded, no blank dropped."""
    browser = Client()
    made_ = browser.post(sign_up_link("an@example.vn"), {"name": "An Văn", "password": good, "again": good})

    assert made_.status_code == 302, made_.content
    assert password(Client(), "an@example.vn", good).status_code == 302
    for other in (
        good[:-1],
        good + " ",
        good.swapcase() if good.swapcase() != good else good + "x",
        good.strip() + "y",
    ):
        if other != good:
            assert password(Client(), "an@example.vn", other).status_code == 400
            FailedTry.objects.all().delete()


def test_password_fields_hide_and_let_managers_fill_them_when_shown(dung: Any, signed_in: Client) -> None:
    """S10-62: `type=password`, an `autocomplete` that managers know, nothing filled in by us."""
    link = invite(account=add_officer(name="Hoa", login="hoa"), base_url="http://localhost:8080")
    pages = [
        Client(headers={"host": "localhost:8080"}).get("/sign-in/").content.decode(),
        Client(headers={"host": "localhost:8080"}).get(link.partition("8080")[2]).content.decode(),
        signed_in.get("/me/password/").content.decode(),
        Client().get(sign_up_link("moi@example.vn")).content.decode(),
    ]
    for page in pages:
        fields = re.findall(r"<input[^>]*name=\"(?:password|again)\"[^>]*>", page)
        assert fields
        for field in fields:
            assert 'type="password"' in field
            assert re.search(r'autocomplete="(new|current)-password"', field)
            assert "value=" not in field
            assert "maxlength" not in field


def test_tries_are_forgotten_after_a_day_when_they_were_wrong(dung: Any) -> None:
    """S10-63: what is kept of them tells nobody what was typed, and not for long."""
    password(Client(), "dung", "wrong password here")
    FailedTry.objects.update(at=clock.now() - timedelta(days=2))
    password(Client(), "nobody", PASSWORD)

    kept = FailedTry.objects.values_list("login", flat=True)
    assert [re.fullmatch(r"password:[0-9a-f]{64}", one) is not None for one in kept] == [True]


def test_refused_permission_stands_in_the_log_when_a_page_is_tried() -> None:
    """S10-85: who tried which page for want of which permission, with the mark of the request; nobody's name."""
    from structlog.testing import capture_logs

    resident = enter(made("an@example.vn", "resident"))
    with capture_logs() as told_:
        assert resident.get("/people/").status_code == 403

    (one,) = [entry for entry in told_ if entry["event"] == "A permission is missing"]
    assert one == {
        "module": "dothi.identity.gates",
        "event": "A permission is missing",
        "log_level": "warning",
        "permission": "identity.see",
        "actor": f"account:{Account.objects.get().pk}",
        "page": "/people/",
    }
