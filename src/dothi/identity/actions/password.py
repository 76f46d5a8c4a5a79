# SPDX-License-Identifier: Apache-2.0

"""Passwords: judged, changed, reset by a mail."""

from __future__ import annotations

import hmac
from datetime import datetime

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction

from dothi.identity import mail
from dothi.identity.actions import attempt
from dothi.identity.actions.session import end_all_sessions
from dothi.identity.errors import LinkNotGood, RefusedForm
from dothi.identity.models import Account
from dothi.identity.queries import email as emails
from dothi.identity.queries import passkey as passkeys
from dothi.identity.queries.account import actor_of
from dothi.identity.rules import sign_in as rules
from dothi.identity.rules.session import STAFF
from dothi.ledger.door import note

_SALT = "dothi.identity.reset"
_COMMON = CommonPasswordValidator()


def is_common(password: str) -> bool:
    try:
        _COMMON.validate(password)
    except ValidationError:
        return True
    return False


def problems(*, password: str, again: str, name: str, login: str) -> dict[str, str]:
    """Field name -> message key, for a password that is to be set."""
    wrong = {
        "password": rules.password_problem(password, name=name, login=login, is_common=is_common(password)),
        "again": None if password == again else "identity.password.differs",
    }
    return {field: key for field, key in wrong.items() if key}


@transaction.atomic
def change_password(*, account: Account, password: str, again: str, at: datetime) -> None:
    """Set another password; every session ends (the caller keeps his own), and the person is told."""
    found = problems(password=password, again=again, name=account.name, login=account.login)
    if found:
        raise RefusedForm(found)
    account.set_password(password)
    account.save(update_fields=["password"])
    actor = actor_of(account)
    note("identity.act.password_changed", actor, by=actor, at=at, tenant=account.tenant)
    end_all_sessions(account=account, at=at)
    mail.tell(account, "password_changed")


def ask_reset(*, email: str, address: str, language: str, at: datetime) -> None:
    """Mail a link to whom the address belongs, or say by mail that it belongs to nobody: one mail either way."""
    email = email.strip().casefold()
    shape = rules.email_problem(email)
    if shape:
        raise RefusedForm({"email": shape})
    may_ask, gets = attempt.may_mail(email=email, address=address, at=at)
    if not may_ask:
        raise RefusedForm({"email": "identity.mail.too_often"})
    if not gets:
        return
    account = emails.account_by_email(email)
    if account is None:
        mail.send(email, "reset_nobody", language=language)
    elif account.role in STAFF and not passkeys.has_passkey(account):
        # A mailbox alone must not become an officer's account.
        mail.send(email, "reset_staff", language=language, name=account.name)
    else:
        note("identity.act.reset_asked", actor_of(account), at=at, tenant=account.tenant)
        link = mail.link(f"/reset/{signing.dumps([account.pk, _bound(account)], salt=_SALT)}/")
        mail.send(email, "reset", language=language, name=account.name, link=link)


def _bound(account: Account) -> str:
    """What the link is bound to: it works no more once the password has changed or sessions were ended."""
    return account.get_session_auth_hash()[:32]


def account_of_link(signed: str) -> Account:
    """Whose password this link may set; LinkNotGood when it is old, used or not ours."""
    try:
        pk, bound = signing.loads(signed, salt=_SALT, max_age=rules.RESET_LINK_LIFE)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkNotGood("identity.reset.not_good") from error
    found = Account.objects.filter(pk=pk, is_active=True).first()
    if found is None or not hmac.compare_digest(_bound(found), str(bound)):
        raise LinkNotGood("identity.reset.not_good")
    return found


@transaction.atomic
def reset_password(*, signed: str, password: str, again: str, at: datetime) -> Account:
    account = Account.objects.select_for_update().get(pk=account_of_link(signed).pk)
    account_of_link(signed)
    change_password(account=account, password=password, again=again, at=at)
    attempt.forgive(key=attempt.key_of("password", account.login))
    return account
