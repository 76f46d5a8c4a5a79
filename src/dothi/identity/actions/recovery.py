# SPDX-License-Identifier: Apache-2.0

"""Recovery at the counter: opened by one officer, confirmed by another, used once by the person."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from dothi.foundation.errors import NotAllowed, NotFound
from dothi.identity import mail
from dothi.identity.actions import attempt
from dothi.identity.actions.passkey import add_passkey
from dothi.identity.ceremony import NewKey
from dothi.identity.errors import LinkNotGood, RefusedForm
from dothi.identity.models import Account, Recovery
from dothi.identity.models.recovery import DOCUMENTS
from dothi.identity.queries import account as accounts
from dothi.identity.queries import recovery as recoveries
from dothi.identity.queries.rights import rights_of
from dothi.identity.rules import recovery as rules
from dothi.identity.rules.permission import WHOLE_CITY, Thing
from dothi.identity.rules.recovery import Officer
from dothi.ledger.door import note

COUNTER_CHECKED = 2
"""The level of assurance that two officers give who saw a document."""


def _officer(account: Account, at: datetime) -> Officer:
    """Who may look after people and rights counts as an administrator, by whatever post."""
    held = rights_of(accounts.actor_of(account), tenant=account.tenant)
    manages = held.why("identity.manage", WHOLE_CITY, at) is not None
    return Officer(id=str(account.pk), role="admin" if manages else account.role)


def _covers(officer: Account, person: Account, at: datetime) -> bool:
    """Whether the officer may recover accounts wherever this person holds anything: who confirms could become him."""
    may = rights_of(accounts.actor_of(officer), tenant=officer.tenant).own()
    held = rights_of(accounts.actor_of(person), tenant=person.tenant).granted
    return all(
        may.why("identity.recover", Thing(unit=one.unit), at) is not None
        for one in held
        if one.until is None or one.until > at
    )


def _note(verb: str, one: Recovery, *, by: str, at: datetime, **details: Any) -> None:
    note(verb, f"recovery:{one.pk}", by=by, at=at, tenant=one.tenant, account=str(one.account_id), **details)


@transaction.atomic
def open_recovery(
    *, officer: Account, login: str, document_kind: str, document_digits: str, at: datetime, unit: str = ""
) -> Recovery:
    """Begin for a person who stands at the counter of `unit`; an older one of his that waits is given up."""
    digits = rules.clean_digits(document_digits)
    person = accounts.account_by_login(login)
    wrong = {
        "login": None if person else "identity.recovery.nobody",
        "document_kind": None if document_kind in DOCUMENTS else "identity.recovery.kind_missing",
        "document_digits": rules.digits_problem(digits),
    }
    found = {field: key for field, key in wrong.items() if key}
    if found or person is None:
        raise RefusedForm(found)
    problem = rules.opening_problem(
        officer=_officer(officer, at), person=_officer(person, at), covers=_covers(officer, person, at)
    )
    if problem:
        raise NotAllowed(problem)
    for older in Recovery.objects.select_for_update().filter(
        account=person, finished_at=None, given_up_at=None
    ):
        older.given_up_at = at
        older.save(update_fields=["given_up_at"])
        _note("identity.act.recovery_given_up", older, by=accounts.actor_of(officer), at=at)
    made = Recovery.objects.create(
        tenant=person.tenant,
        unit=unit,
        account=person,
        document_kind=document_kind,
        document_digits=digits,
        opened_by=officer,
        opened_at=at,
    )
    _note("identity.act.recovery_opened", made, by=accounts.actor_of(officer), at=at, document=document_kind)
    mail.tell(person, "recovery_opened")
    return made


@transaction.atomic
def confirm_recovery(
    *, officer: Account, pk: int, document_digits: str, at: datetime
) -> tuple[Recovery, str]:
    """A second officer has seen person and document, too; the code, which is told this once."""
    one = Recovery.objects.select_for_update().filter(pk=pk).first()
    if one is None or one.confirmed_at or one.given_up_at:
        raise NotFound("identity.recovery.gone")
    problem = rules.confirming_problem(
        officer=_officer(officer, at),
        person=_officer(one.account, at),
        covers=_covers(officer, one.account, at),
        opened_by=str(one.opened_by_id),
        opened_at=one.opened_at,
        at=at,
    )
    if problem:
        raise NotAllowed(problem)
    if not hmac.compare_digest(rules.clean_digits(document_digits).encode(), one.document_digits.encode()):
        raise RefusedForm({"document_digits": "identity.recovery.digits_differ"})
    code = rules.new_code()
    one.confirmed_by, one.confirmed_at, one.code_hash = officer, at, recoveries.code_hash(one.pk, code)
    one.save(update_fields=["confirmed_by", "confirmed_at", "code_hash"])
    _note("identity.act.recovery_confirmed", one, by=accounts.actor_of(officer), at=at)
    return one, code


@transaction.atomic
def give_up_recovery(*, officer: Account, pk: int, at: datetime) -> None:
    """Take back one that is not used yet: any officer may stop it."""
    one = Recovery.objects.select_for_update().filter(pk=pk, finished_at=None, given_up_at=None).first()
    if one is None:
        raise NotFound("identity.recovery.gone")
    one.given_up_at = at
    one.save(update_fields=["given_up_at"])
    _note("identity.act.recovery_given_up", one, by=accounts.actor_of(officer), at=at)


def enter_code(*, login: str, code: str, address: str, at: datetime) -> Recovery:
    """The recovery whose code this is, used up by it; RefusedForm says the same for every failure.

    Counts the wrong try before it says no, so it is no transaction that fails.
    """
    login = login.strip().casefold()[:150]
    key = attempt.key_of("recovery", login)
    if attempt.is_too_often(key=key, address=address, at=at):
        raise RefusedForm({"code": "identity.sign_in.too_often"})
    account = accounts.account_by_login(login)
    found = recoveries.latest_confirmed(account, at=at) if account else None
    if found is None or not _is_right(found, rules.clean_code(code), at=at):
        attempt.count_try(key=key, address=address, at=at)
        raise RefusedForm({"code": "identity.recovery.code_wrong"})
    return found


@transaction.atomic
def _is_right(found: Recovery, code: str, *, at: datetime) -> bool:
    one = Recovery.objects.select_for_update().get(pk=found.pk)
    good = rules.code_is_good(
        confirmed_at=one.confirmed_at, entered_at=one.entered_at, tries=one.tries, at=at
    )
    right = hmac.compare_digest(recoveries.code_hash(one.pk, code), one.code_hash)
    who = accounts.actor_of(one.account)
    if good and right:
        one.entered_at = at
        _note("identity.act.recovery_entered", one, by=who, at=at)
    elif good:
        one.tries += 1
        _note("identity.act.recovery_failed", one, by="visitor", at=at, tries=one.tries)
    one.save(update_fields=["entered_at", "tries"])
    return good and right


def under_way(pk: int, *, at: datetime) -> Recovery:
    """The recovery of one who has entered its code and makes his passkey now; LinkNotGood when its time is over."""
    one = recoveries.recovery(pk)
    live = one is not None and one.entered_at and not one.finished_at and not one.given_up_at
    if one is None or not live or not one.entered_at or not one.account.is_active:
        raise LinkNotGood("identity.recovery.over")
    if not one.entered_at <= at < one.entered_at + rules.CODE_LIFE:
        raise LinkNotGood("identity.recovery.over")
    return one


@transaction.atomic
def finish_recovery(*, pk: int, key: NewKey, name: str, otherwise: str, at: datetime) -> tuple[Account, int]:
    """The new passkey takes the place of all older means; all sessions end. The account and the new key's id."""
    under_way(pk, at=at)
    one = Recovery.objects.select_for_update().get(pk=pk)
    if one.finished_at:
        raise LinkNotGood("identity.recovery.over")
    account = one.account
    Authenticator.objects.filter(user=account).delete()
    made = add_passkey(account=account, key=key, name=name, otherwise=otherwise, at=at)
    account.ial = max(account.ial, COUNTER_CHECKED)
    account.save(update_fields=["ial"])
    one.finished_at = at
    one.save(update_fields=["finished_at"])
    _note("identity.act.recovery_finished", one, by=accounts.actor_of(account), at=at)
    mail.tell(account, "recovery_finished")
    return account, made.pk
