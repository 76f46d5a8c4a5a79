# SPDX-License-Identifier: Apache-2.0

"""The proofs with which one signs in: a password, a code of an app or from a list."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password

from dothi.identity.actions import attempt
from dothi.identity.errors import RefusedForm
from dothi.identity.models import Account
from dothi.identity.queries import account as accounts
from dothi.identity.queries import passkey as passkeys
from dothi.ledger.door import note


def check_sign_in(*, login: str, password: str, address: str, at: datetime) -> Account:
    """The account of a right login and password; RefusedForm when wrong or tried too often.

    Writes the failed try in a transaction of its own making; a wrong login costs as much time as a wrong password.
    """
    login = login.strip().casefold()[:150]
    found = accounts.account_by_login(login)
    # One count an account, by whichever of its names it is tried.
    key = attempt.key_of("password", found.login if found else login)
    if attempt.is_too_often(key=key, address=address, at=at):
        raise RefusedForm({"login": "identity.sign_in.too_often"})
    if found is None:  # Django does the same work itself for an account that has no password yet
        make_password(password)
    if found is None or not found.check_password(password):
        attempt.count_try(key=key, address=address, at=at)
        if found is not None:  # what a stranger typed may be anything, a password too
            note("identity.act.sign_in_failed", accounts.actor_of(found), at=at, tenant=found.tenant)
        raise RefusedForm({"login": "identity.sign_in.wrong"})
    attempt.forgive(key=key)
    return found


def check_password(*, account: Account, password: str, address: str, at: datetime) -> None:
    """Whether this is his password, for somebody who is in; RefusedForm as at sign-in."""
    key = attempt.key_of("password", account.login)
    if attempt.is_too_often(key=key, address=address, at=at):
        raise RefusedForm({"password": "identity.sign_in.too_often"})
    if not account.check_password(password):
        attempt.count_try(key=key, address=address, at=at)
        note("identity.act.sign_in_failed", accounts.actor_of(account), at=at, tenant=account.tenant)
        raise RefusedForm({"password": "identity.password.wrong"})
    attempt.forgive(key=key)


def check_code(*, account: Account, code: str, address: str, at: datetime) -> Authenticator:
    """What a code was made by: the app, or the list of recovery codes; each code works once."""
    key = attempt.key_of("second", str(account.pk))
    if attempt.is_too_often(key=key, address=address, at=at):
        raise RefusedForm({"code": "identity.sign_in.too_often"})
    typed = "".join(sign for sign in code if sign.isalnum())[:20]
    for one in (passkeys.authenticator_app_of(account), passkeys.recovery_codes_of(account)):
        if one is not None and typed and one.wrap().validate_code(typed):
            one.record_usage()
            attempt.forgive(key=key)
            return one
    attempt.count_try(key=key, address=address, at=at)
    note("identity.act.second_failed", accounts.actor_of(account), at=at, tenant=account.tenant)
    raise RefusedForm({"code": "identity.code.wrong"})
