# SPDX-License-Identifier: Apache-2.0

"""Passkeys: added, used, named, removed."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from dothi.foundation.errors import NotFound
from dothi.identity import mail
from dothi.identity.actions.session import end_all_sessions
from dothi.identity.ceremony import NewKey, ShownKey
from dothi.identity.errors import PasskeyRefused, RefusedAct
from dothi.identity.models import Account
from dothi.identity.queries import passkey as passkeys
from dothi.identity.queries.account import actor_of
from dothi.identity.rules import passkey as rules
from dothi.ledger.door import note


def _lock(account: Account) -> None:
    """Two acts on the keys of one person follow each other: else both could take away the last but one."""
    Account.objects.select_for_update().get(pk=account.pk)


@transaction.atomic
def add_passkey(*, account: Account, key: NewKey, name: str, otherwise: str, at: datetime) -> Authenticator:
    """Keep a new key; every session of the person ends (the caller keeps his own), and he is told."""
    _lock(account)
    if passkeys.is_known(key.id):
        raise PasskeyRefused("identity.passkey.known")
    if len(passkeys.passkeys_of(account)) >= rules.MOST:
        raise RefusedAct("identity.passkey.too_many")
    data = {
        "id": key.id,
        "name": rules.clean_name(name, otherwise=otherwise),
        "credential": key.credential,
        "sign_count": key.sign_count,
        "backed_up": key.backed_up,
    }
    made = Authenticator.objects.create(
        user=account, type=Authenticator.Type.WEBAUTHN, data=data, created_at=at
    )
    actor = actor_of(account)
    note("identity.act.passkey_added", f"passkey:{made.pk}", by=actor, at=at, tenant=account.tenant)
    end_all_sessions(account=account, at=at)
    mail.tell(account, "passkey_added")
    return made


def use_passkey(*, shown: ShownKey, at: datetime) -> Authenticator:
    """Note the use of a key that was shown rightly; PasskeyRefused, recorded, when its counter went back."""
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().filter(pk=shown.authenticator.pk).first()
        if kept is None:
            raise PasskeyRefused("identity.passkey.unknown")
        copied = rules.counter_went_back(before=int(kept.data.get("sign_count", 0)), now=shown.sign_count)
        if not copied:
            kept.data["sign_count"] = shown.sign_count
            kept.last_used_at = at
            kept.save(update_fields=["data", "last_used_at"])
    if copied:  # a transaction that fails would take the record with it
        note("identity.act.passkey_copied", f"passkey:{kept.pk}", at=at, tenant=shown.account.tenant)
        mail.tell(shown.account, "passkey_copied")
        raise PasskeyRefused("identity.passkey.copied")
    return kept


def _own(account: Account, pk: int) -> Authenticator:
    found = Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN, pk=pk).first()
    if found is None:
        raise NotFound("identity.passkey.gone")
    return found


@transaction.atomic
def name_passkey(*, account: Account, pk: int, name: str) -> Authenticator:
    found = _own(account, pk)
    found.data["name"] = rules.clean_name(name, otherwise=found.data["name"])
    found.save(update_fields=["data"])
    return found


@transaction.atomic
def remove_passkey(*, account: Account, pk: int, at: datetime) -> None:
    """Take a key away, never the last of a staff account; every session ends (the caller keeps his own)."""
    _lock(account)
    found = _own(account, pk)
    if not rules.may_remove(role=account.role, left=len(passkeys.passkeys_of(account)) - 1):
        raise RefusedAct("identity.passkey.last")
    found.delete()
    note("identity.act.passkey_removed", f"passkey:{pk}", by=actor_of(account), at=at, tenant=account.tenant)
    end_all_sessions(account=account, at=at)
    mail.tell(account, "passkey_removed")
