# SPDX-License-Identifier: Apache-2.0

"""The ceremony of a passkey (WebAuthn 2, clause 7): a challenge kept in the session, once, for five minutes.

Keys are bound to the name of the city's own public address, never to the Host that a request names.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, Literal

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from django.http import HttpRequest
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from dothi.foundation import clock
from dothi.identity.errors import PasskeyRefused
from dothi.identity.models import Account
from dothi.identity.queries import passkey as passkeys
from dothi.identity.rules import passkey as rules

STATE = "passkey_ceremony"
LARGEST = 20_000
_ALGORITHM = 3
"""Where a COSE key names its algorithm (RFC 9052, 7.1)."""
_BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, OverflowError, RuntimeError,
    struct.error, InvalidSignature, UnsupportedAlgorithm,
)  # fmt: skip
"""What parsers say to bytes that no authenticator makes."""
Purpose = Literal["add", "show"]


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key that was made for this city just now, by a person the device knows."""

    id: str
    credential: dict[str, Any]
    sign_count: int
    backed_up: bool


@dataclass(frozen=True, kw_only=True)
class ShownKey:
    authenticator: Authenticator
    account: Account
    sign_count: int


def home() -> rules.Home:
    return rules.home_of(settings.SETTINGS.url)


def _server() -> Fido2Server:
    place = home()
    party = PublicKeyCredentialRpEntity(id=place.rp_id, name=settings.SETTINGS.city_name or "Dothi")
    return Fido2Server(party, verify_origin=lambda origin: rules.origin_is_ours(place, origin))


def _keep(request: HttpRequest, purpose: Purpose, account: Account | None, state: dict[str, Any]) -> None:
    request.session[STATE] = {
        "challenge": state["challenge"],
        "for": purpose,
        "account": account.pk if account else "",
        "at": clock.iso(clock.now()),
    }


def _take(request: HttpRequest, purpose: Purpose, account: Account | None) -> dict[str, Any]:
    """The challenge that was given out for this; it is good for one answer, a wrong one too."""
    kept = request.session.pop(STATE, None) or {}
    asked = (kept.get("for"), kept.get("account")) == (purpose, account.pk if account else "")
    if not asked or not rules.is_fresh(begun_at=clock.parse(kept["at"]), at=clock.now()):
        raise PasskeyRefused("identity.passkey.too_late")
    return {"challenge": kept["challenge"], "user_verification": UserVerificationRequirement.REQUIRED}


def begin_adding(request: HttpRequest, account: Account) -> dict[str, Any]:
    """What `navigator.credentials.create` is to be given, as JSON."""
    user = PublicKeyCredentialUserEntity(
        id=str(account.pk).encode(), name=account.login, display_name=account.name
    )
    options, state = _server().register_begin(
        user,
        credentials=[_data(one) for one in passkeys.passkeys_of(account)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        extensions={"credProps": True},
    )
    _keep(request, "add", account, state)
    return dict(options)


def begin_showing(request: HttpRequest, account: Account | None) -> dict[str, Any]:
    """What `navigator.credentials.get` is to be given; any key of this city when the account is not known yet."""
    known = [_data(one) for one in passkeys.passkeys_of(account)] if account else []
    options, state = _server().authenticate_begin(
        credentials=known, user_verification=UserVerificationRequirement.REQUIRED
    )
    _keep(request, "show", account, state)
    return dict(options)


def _data(authenticator: Authenticator) -> AttestedCredentialData:
    response = RegistrationResponse.from_dict(authenticator.data["credential"])
    data: AttestedCredentialData | None = response.response.attestation_object.auth_data.credential_data
    assert data is not None
    return data


def _read(text: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise PasskeyRefused("identity.passkey.refused")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused("identity.passkey.refused") from error
    if not isinstance(found, dict) or found.get("type") != "public-key":
        raise PasskeyRefused("identity.passkey.refused")
    return found


def new_key(request: HttpRequest, account: Account, text: str) -> NewKey:
    """The key that the browser made for the challenge; PasskeyRefused for anything else."""
    state = _take(request, "add", account)
    credential = _read(text)
    try:
        made = _server().register_complete(state, credential)
        assert made.credential_data is not None
        known = made.credential_data.credential_id
        if made.credential_data.public_key.get(_ALGORITHM) not in CoseKey.supported_algorithms():
            raise PasskeyRefused("identity.passkey.refused")
        kept = {name: credential[name] for name in ("id", "rawId", "type", "response")}
        kept["clientExtensionResults"] = {}
    except _BROKEN as error:
        raise PasskeyRefused("identity.passkey.refused") from error
    return NewKey(
        id=passkeys.text_id(known),
        credential=kept,
        sign_count=made.counter,
        backed_up=bool(made.flags & 0x10),
    )


def shown_key(request: HttpRequest, account: Account | None, text: str) -> ShownKey:
    """The key that was shown for the challenge, and whose it is; PasskeyRefused for anything else.

    The counter is not judged here: that is written, too (`use_passkey`).
    """
    state = _take(request, "show", account)
    credential = _read(text)
    try:
        answer = AuthenticationResponse.from_dict(credential)
        handle = answer.response.user_handle
        whose = account or passkeys.account_of_handle(handle or b"")
        found = passkeys.passkey_of(whose, answer.raw_id) if whose else None
        if whose is None or found is None or (handle and handle != str(whose.pk).encode()):
            raise PasskeyRefused("identity.passkey.unknown")
        _server().authenticate_complete(state, [_data(found)], answer)
        counter = answer.response.authenticator_data.counter
    except _BROKEN as error:
        raise PasskeyRefused("identity.passkey.refused") from error
    return ShownKey(authenticator=found, account=whose, sign_count=counter)
