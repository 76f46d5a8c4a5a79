# SPDX-License-Identifier: Apache-2.0
"""Kiosks and counters ask, a person allows or denies, the kiosk gets its tokens (RFC 8628)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from dothi.identity.actions.oidc_consent import begin_grant, give_consent
from dothi.identity.actions.oidc_token import Given, Refused, begin_tokens
from dothi.identity.errors import NotThere
from dothi.identity.models import Account, OidcClient, OidcDevice
from dothi.identity.queries.broker_reach import askable
from dothi.identity.queries.oidc_grant import hash_of
from dothi.identity.rules import user_code
from dothi.identity.rules.acr import Proof
from dothi.ledger.door import note


@dataclass(frozen=True)
class Waiting:
    """What a device is told; both codes are kept as hashes only."""

    device_code: str
    user_code: str


def _code() -> str:
    return "".join(secrets.choice(user_code.ALPHABET) for _ in range(user_code.LENGTH))


@transaction.atomic
def begin_device(client: OidcClient, *, scopes: Sequence[str], at: datetime) -> Waiting:
    """A device waits from now on, for ten minutes."""
    OidcDevice.objects.filter(expires_at__lt=at - timedelta(days=1)).delete()
    for _ in range(5):
        made = Waiting(secrets.token_urlsafe(32), _code())
        try:
            with transaction.atomic():
                OidcDevice.objects.create(
                    tenant=client.tenant,
                    device_hash=hash_of(made.device_code),
                    user_hash=hash_of(made.user_code),
                    client_id=client.pk,
                    scopes=" ".join(scopes),
                    made_at=at,
                    expires_at=at + user_code.LIFE,
                    interval=user_code.INTERVAL,
                )
        except IntegrityError:  # the code is in use
            continue
        return made
    raise Refused("server_error", "no free code was found")


@transaction.atomic
def answer_device(
    device_id: int, *, account: Account, client: OidcClient, allow: bool, proof: Proof, at: datetime
) -> OidcDevice:
    """The person's answer; NotThere when the device was answered already or waited too long."""
    found = OidcDevice.objects.select_for_update().filter(
        pk=device_id, client_id=client.pk, state="waiting", expires_at__gt=at
    )
    device = found.first()
    if device is None:
        raise NotThere("identity.device.gone")
    device.state = "allowed" if allow else "denied"
    device.account, device.aal, device.ial = account, proof.aal, proof.ial
    device.methods, device.auth_time = " ".join(proof.methods), proof.at
    device.save()
    if allow:
        scopes = askable(device.scopes.split(), account_id=account.pk, tenant=client.tenant, at=at)
        device.scopes = " ".join(scopes)
        device.save(update_fields=["scopes"])
        give_consent(account=account, client=client, asked=scopes, scopes=scopes, is_remembered=False, at=at)
    note(f"identity.act.oidc_device_{device.state}", f"client:{client.pk}", at=at, tenant=client.tenant)
    return device


def poll_device(client: OidcClient, *, device_code: str, issuer: str, at: datetime) -> Given:
    """Tokens, once the person has allowed it; Refused with what the device shall do until then."""
    device = (
        OidcDevice.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(device_hash=hash_of(device_code), client_id=client.pk)
        .first()
    )
    if device is None or device.state == "used":
        raise Refused("invalid_grant", "the device code is unknown to this client")
    if device.expires_at <= at:
        raise Refused("expired_token", "nobody allowed it in time")
    too_fast = device.asked_at is not None and (at - device.asked_at).total_seconds() < device.interval
    device.asked_at = at
    if too_fast:
        device.interval = min(device.interval + 5, 60)
        device.save()
        raise Refused("slow_down", "asked sooner than the interval allows")
    if device.state == "denied":
        device.save()
        raise Refused("access_denied", "the person said no")
    if device.state != "allowed" or device.account is None or device.auth_time is None:
        device.save()
        raise Refused("authorization_pending", "nobody has allowed it yet")
    device.state = "used"
    device.save()
    proof = Proof(aal=device.aal, ial=device.ial, methods=tuple(device.methods.split()), at=device.auth_time)
    grant = begin_grant(
        account=device.account,
        client=client,
        scopes=device.scopes.split(),
        acr=proof.highest,
        proof=proof,
        session="",
        at=at,
    )
    return begin_tokens(grant, client, issuer=issuer, at=at)
