# SPDX-License-Identifier: Apache-2.0

"""Codes of an app on the phone, and a list of codes on paper: a second factor for residents."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from django.db import transaction

from dothi.identity import mail
from dothi.identity.actions import attempt
from dothi.identity.actions.session import end_all_sessions
from dothi.identity.errors import RefusedAct, RefusedForm
from dothi.identity.models import Account
from dothi.identity.queries import passkey as passkeys
from dothi.identity.queries.account import actor_of
from dothi.identity.rules.session import STAFF
from dothi.ledger.door import note


@transaction.atomic
def add_app(*, account: Account, secret: str, code: str, at: datetime) -> list[str]:
    """Keep the app's secret once a code proves that the app has it; the recovery codes, to be written down."""
    if account.role in STAFF:
        raise RefusedAct("identity.app.not_for_staff")
    if passkeys.authenticator_app_of(account):
        raise RefusedAct("identity.app.have_one")
    if not validate_totp_code(secret, "".join(code.split())[:12]):
        raise RefusedForm({"code": "identity.code.wrong"})
    TOTP.activate(account, secret)
    codes: list[str] = RecoveryCodes.activate(account).generate_codes()
    actor = actor_of(account)
    note("identity.act.app_added", actor, by=actor, at=at, tenant=account.tenant)
    end_all_sessions(account=account, at=at)
    mail.tell(account, "app_added")
    return codes


@transaction.atomic
def remove_app(*, account: Account, at: datetime) -> None:
    """Take the app and its list of codes away."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    found, _ = Authenticator.objects.filter(user=account, type__in=kinds).delete()
    if not found:
        return
    attempt.forgive(key=attempt.key_of("second", str(account.pk)))
    actor = actor_of(account)
    note("identity.act.app_removed", actor, by=actor, at=at, tenant=account.tenant)
    end_all_sessions(account=account, at=at)
    mail.tell(account, "app_removed")


@transaction.atomic
def renew_codes(*, account: Account, at: datetime) -> list[str]:
    """A new list; the old one works no more."""
    if not passkeys.authenticator_app_of(account):
        raise RefusedAct("identity.app.none")
    Authenticator.objects.filter(user=account, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(account).generate_codes()
    actor = actor_of(account)
    note("identity.act.codes_renewed", actor, by=actor, at=at, tenant=account.tenant)
    return codes
