# SPDX-License-Identifier: Apache-2.0

"""The passkeys of an account; nothing here writes."""

from __future__ import annotations

import base64

from allauth.mfa.models import Authenticator

from dothi.identity.models import Account


def text_id(credential_id: bytes) -> str:
    """How a credential's id stands in JSON: base64url without padding."""
    return base64.urlsafe_b64encode(credential_id).rstrip(b"=").decode()


def passkeys_of(account: Account) -> list[Authenticator]:
    """The oldest first."""
    found = Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN)
    return list(found.order_by("created_at", "pk"))


def passkey_of(account: Account, credential_id: bytes) -> Authenticator | None:
    return Authenticator.objects.filter(
        user=account, type=Authenticator.Type.WEBAUTHN, data__id=text_id(credential_id)
    ).first()


def is_known(credential: str) -> bool:
    """Whether anybody has this credential already."""
    return bool(Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN, data__id=credential).exists())


def account_of_handle(handle: bytes) -> Account | None:
    """Whose key this is, by what the key itself keeps; None when it names nobody."""
    if not handle or len(handle) > 64:
        return None
    named = handle.decode("ascii", "replace")
    return Account.objects.filter(pk=named, is_active=True).first() if named.isprintable() else None


def has_passkey(account: Account) -> bool:
    return bool(Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN).exists())


def authenticator_app_of(account: Account) -> Authenticator | None:
    return Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()


def recovery_codes_of(account: Account) -> Authenticator | None:
    return Authenticator.objects.filter(user=account, type=Authenticator.Type.RECOVERY_CODES).first()
