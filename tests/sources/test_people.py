# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from dothi.identity.door import give_post
from dothi.identity.models import Account
from dothi.sources import actions, people
from dothi.sources.models import Source

pytestmark = pytest.mark.django_db
NAME, PHONE = "Nguyễn Văn Bình", "0901234567"


def _account(login: str, name: str = NAME, *, officer: bool) -> Account:
    made = Account.objects.create(name=name, login=login, role="staff" if officer else "resident")
    if officer:
        give_post(account=made, position="ward_officer", since=date(2026, 1, 1))
    return made


def _source(name: str = NAME) -> Source:
    made, _ = actions.add_source(
        tenant="", name="Trạm", way="http", period=60, contact_name=name, contact_phone=PHONE
    )
    return made


def _phone(source: Source) -> str:
    source.refresh_from_db()
    return source.contact_phone


def test_resident_of_the_same_name_gets_a_count_and_erases_nothing_when_asking() -> None:
    source, resident = _source(), _account("dan", officer=False)
    _account("binh", officer=True)

    told = people.contacts(resident.pk)
    erased = people.forget_contact(account_id=resident.pk)

    assert [set(one) for one in told] == [{"undecided", "vi", "en"}]
    assert told[0]["undecided"] == 1
    assert (PHONE in str(told), NAME in str(told)) == (False, False)
    assert (erased, _phone(source)) == (0, PHONE)


def test_officer_gets_and_erases_the_own_contact_when_a_resident_has_the_same_name() -> None:
    source, officer = _source(unicodedata.normalize("NFD", NAME)), _account("binh", officer=True)
    _account("dan", officer=False)

    told = people.contacts(officer.pk)
    erased = people.forget_contact(account_id=officer.pk)

    assert told == [{"source": source.slug, "contact_name": NAME, "contact_phone": PHONE}]
    assert (erased, _phone(source)) == (1, "")


@pytest.mark.parametrize("name", ["nguyễn văn bình", "NGUYỄN VĂN BÌNH", "Nguyen Van Binh", "Nguyễn Văn Bính"])
def test_like_names_are_only_counted_when_the_officer_is_written_otherwise(name: str) -> None:
    source, officer = _source(name), _account("binh", officer=True)

    assert [one.get("undecided") for one in people.contacts(officer.pk)] == [1]
    assert (people.forget_contact(account_id=officer.pk), _phone(source)) == (0, PHONE)


def test_two_officers_of_one_name_erase_nothing_when_either_asks() -> None:
    source, one, other = _source(), _account("binh", officer=True), _account("binh2", officer=True)

    counts = [people.undecided_contacts(each.pk) for each in (one, other)]
    erased = [people.forget_contact(account_id=each.pk) for each in (one, other)]

    assert (counts, erased, _phone(source)) == ([1, 1], [0, 0], PHONE)


@pytest.mark.parametrize("name", ["", "  ", "Ai Khác"])
def test_nothing_is_told_when_no_source_has_the_name(name: str) -> None:
    _source()
    officer = _account("khac", name, officer=True)

    assert (people.contacts(officer.pk), people.undecided_contacts(officer.pk)) == ([], 0)
