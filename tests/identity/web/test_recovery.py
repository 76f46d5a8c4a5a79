# SPDX-License-Identifier: Apache-2.0

"""Recovery at the counter, and what is tried against it."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from tests.pages import enter, with_passkey
from tests.software_key import SoftwareKey, enrol, sign_in_by
from tests.told import told

from dothi.foundation import clock
from dothi.identity.door import give_post
from dothi.identity.models import Account, Recovery

pytestmark = pytest.mark.django_db
PERSON = {"login": "an", "document_kind": "citizen_card", "document_digits": "12 ab"}


@dataclass
class Counter:
    """An, who lost his phone; officers Bình and Chi; each officer in a browser of his own."""

    an: Account
    lost: SoftwareKey
    binh: Client
    chi: Client


def _made(login: str, role: str) -> Account:
    account = Account.objects.create(name=login.title(), login=login, role=role)
    if role != "resident":
        position = "administrator" if role == "admin" else "counter_officer"
        give_post(account=account, position=position, since=date(2026, 1, 1))
    return account


@pytest.fixture
def counter() -> Counter:
    an = _made("an", "staff")
    english = {"accept-language": "en"}
    return Counter(an, with_passkey(an), enter(_made("binh", "staff"), **english), enter(_made("chi", "staff"), **english))  # fmt: skip


def _open(officer: Client, **changes: str) -> Any:
    return officer.post("/recovery/", PERSON | changes)


def _confirm(officer: Client, digits: str = "12AB") -> Any:
    return officer.post(f"/recovery/{Recovery.objects.latest('pk').pk}/confirm/", {"document_digits": digits})


def _code(counter: Counter) -> str:
    _open(counter.binh)
    return _shown(_confirm(counter.chi))


def _shown(slip: Any) -> str:
    found = re.search(r'code-large">([^<]+)<', slip.content.decode())
    assert found, slip.content.decode()
    return found.group(1)


def _enter(code: str, login: str = "an") -> tuple[Client, Any]:
    browser = Client(headers={"accept-language": "en"})
    return browser, browser.post("/recover/", {"login": login, "code": code})


def _later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    at = clock.now() + timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: at)


def test_person_has_a_new_passkey_when_two_officers_vouch(
    counter: Counter, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, mail_url="smtp://mail.example")
    EmailAddress.objects.create(user=counter.an, email="an@example.vn", verified=True, primary=True)
    before = enter(counter.an, counter.lost)
    with django_capture_on_commit_callbacks(execute=True):
        opened = _open(counter.binh)
        browser, entered = _enter(_shown(_confirm(counter.chi)).lower().replace("-", " "))
        key = SoftwareKey()
        done = enrol(browser, key, "/recover/passkey/")

    assert (opened.status_code, entered["Location"], done["Location"]) == (302, "/recover/passkey/", "/me/")
    assert browser.get("/me/").status_code == 200
    assert browser.session["assurance"]["ial"] == 2
    assert before.get("/me/").status_code == 302
    assert sign_in_by(Client(), counter.lost).status_code == 400
    assert sign_in_by(Client(), key).status_code == 302
    assert [m.subject.partition(": ")[2] for m in mail.outbox] == ["có yêu cầu khôi phục tài khoản tại quầy", "tài khoản có khoá truy cập mới", "tài khoản đã được khôi phục"]  # fmt: skip
    found = [(row[0], row[1].removeprefix("identity.act."), row[3]) for row in told("identity.act.recovery%")]
    an, binh, chi = (f"account:{Account.objects.get(login=login).pk}" for login in ("an", "binh", "chi"))
    whose = {"account": counter.an.pk}
    assert found == [
        (binh, "recovery_opened", whose | {"document": "citizen_card"}),
        (chi, "recovery_confirmed", whose),
        (an, "recovery_entered", whose),
        (an, "recovery_finished", whose),
    ]


def test_page_of_the_second_officer_lists_it_when_it_waits(counter: Counter) -> None:
    _open(counter.binh)

    own, other = (one.get("/recovery/").content.decode() for one in (counter.binh, counter.chi))

    assert ("Awaits a second officer" in own, "/confirm/" in own) == (True, False)
    assert "/confirm/" in other
    assert (
        "12AB"
        not in other + counter.chi.get(f"/recovery/{Recovery.objects.get().pk}/confirm/").content.decode()
    )


def test_officer_cannot_confirm_when_he_opened_it(counter: Counter) -> None:
    _open(counter.binh)

    answer = _confirm(counter.binh)

    assert (answer.status_code, Recovery.objects.get().confirmed_at) == (403, None)
    assert "Another one must" in answer.content.decode()


def test_officer_cannot_recover_himself_when_he_opens_or_confirms(counter: Counter) -> None:
    own = enter(counter.an, counter.lost, **{"accept-language": "en"})
    opened = _open(own)
    _open(counter.binh)

    assert (opened.status_code, _confirm(own).status_code) == (403, 403)


def test_confirmation_is_refused_when_thirty_minutes_have_passed(counter: Counter) -> None:
    _open(counter.binh)
    Recovery.objects.update(opened_at=clock.now() - timedelta(minutes=30))

    answer = _confirm(counter.chi)

    assert answer.status_code == 403
    assert "More than 30 minutes" in answer.content.decode()


def test_confirmation_is_refused_when_the_digits_differ(counter: Counter) -> None:
    _open(counter.binh)

    assert [_confirm(counter.chi, digits).status_code for digits in ("", "12AC", "12A", "\x00")] == [400] * 4
    assert Recovery.objects.get().code_hash == ""


def test_confirmation_is_refused_when_it_was_given_already(counter: Counter) -> None:
    _code(counter)

    assert _confirm(counter.chi).status_code == 404


def test_code_is_refused_when_used_before(counter: Counter) -> None:
    code = _code(counter)
    first, second = _enter(code)[1], _enter(code)[1]

    assert (first.status_code, second.status_code) == (302, 400)


def test_code_is_refused_when_ten_minutes_have_passed(counter: Counter) -> None:
    code = _code(counter)
    Recovery.objects.update(confirmed_at=clock.now() - timedelta(minutes=10))

    assert _enter(code)[1].status_code == 400


def test_code_is_void_when_entered_wrongly_five_times(counter: Counter) -> None:
    from dothi.identity.models import FailedTry

    code = _code(counter)
    wrong = [_enter("AAAA-AAAA")[1].status_code for _ in range(5)]
    FailedTry.objects.all().delete()

    assert (wrong, _enter(code)[1].status_code) == ([400] * 5, 400)
    assert Recovery.objects.get().tries == 5


def test_code_is_refused_when_entered_for_another_person(counter: Counter) -> None:
    _made("giang", "resident")
    code = _code(counter)
    texts = [_enter(code, login)[1] for login in ("giang", "nobody", "\x00")]

    assert [one.status_code for one in texts] == [400] * 3
    assert _enter(code)[1].status_code == 302


def test_code_says_the_same_when_the_name_or_the_code_is_wrong(counter: Counter) -> None:
    _code(counter)
    pages = [_enter("AAAA-AAAA", login)[1].content.decode() for login in ("an", "nobody")]

    assert len({page[page.index("wrong-list") : page.index("</ul></div>")] for page in pages}) == 1


def test_code_is_void_when_a_recovery_is_opened_anew_or_given_up(counter: Counter) -> None:
    older = _code(counter)
    newer = _code(counter)
    counter.binh.post(f"/recovery/{Recovery.objects.latest('pk').pk}/give-up/")

    assert [_enter(code)[1].status_code for code in (older, newer)] == [400, 400]
    assert told("identity.act.recovery_given_up") != []


def test_passkey_page_is_closed_when_no_code_was_entered_or_time_is_over(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Client().get("/recover/passkey/").status_code == 403
    browser, _ = _enter(_code(counter))
    assert browser.get("/recover/passkey/").status_code == 200
    _later(monkeypatch, minutes=10)

    assert browser.get("/recover/passkey/").status_code == 403
    assert browser.post("/recover/passkey/options/").status_code == 403


def test_old_passkey_stays_when_the_new_one_is_not_made(counter: Counter) -> None:
    browser, _ = _enter(_code(counter))
    weak = SoftwareKey()
    weak.flags = 0x01

    assert enrol(browser, weak, "/recover/passkey/").status_code == 400
    assert Authenticator.objects.filter(user=counter.an).count() == 1
    assert sign_in_by(Client(), counter.lost).status_code == 302
    assert enrol(browser, SoftwareKey(), "/recover/passkey/").status_code == 302


def test_administrator_is_recovered_by_administrators_only_when_asked(counter: Counter) -> None:
    _made("em", "admin")
    first, second = enter(_made("dung", "admin")), enter(_made("hoa", "admin"))

    refused = _open(counter.binh, login="em")
    opened = _open(first, login="em")
    by_staff, by_other = _confirm(counter.chi), _confirm(second)

    assert [one.status_code for one in (refused, opened, by_staff, by_other)] == [403, 302, 403, 200]


@pytest.mark.parametrize(
    "changes", [{"login": "nobody"}, {"login": ""}, {"document_kind": "photo"}, {"document_kind": ""}, {"document_digits": "123456789012"}, {"document_digits": "1"}, {"document_digits": "12–4"}]
)  # fmt: skip
def test_recovery_is_not_opened_when_its_form_is_wrong(counter: Counter, changes: dict[str, str]) -> None:
    assert (_open(counter.binh, **changes).status_code, Recovery.objects.count()) == (400, 0)


def test_officer_proves_himself_again_when_his_last_proof_is_old(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    _later(monkeypatch, minutes=11)

    assert counter.binh.get("/recovery/")["Location"].startswith("/sign-in/again/?acr=phr")
    assert (_open(counter.binh).status_code, Recovery.objects.count()) == (302, 0)


def test_recovery_of_another_authority_is_not_seen_when_the_filter_is_row_level_security(
    counter: Counter, pages_owner: str
) -> None:
    from django.db import connection

    _open(counter.binh)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', 'other', true)")
        cursor.execute("SELECT count(*) FROM identity_recovery")
        seen = cursor.fetchone()
    with psycopg.connect(pages_owner) as owner:
        rows = owner.execute(
            "SELECT relrowsecurity FROM pg_class WHERE relname = 'identity_recovery'"
        ).fetchall()

    assert (seen, rows) == ((0,), [(True,)])
