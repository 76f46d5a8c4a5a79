# SPDX-License-Identifier: Apache-2.0
"""Software is let in, changed, given a new secret, and shown the door."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Client
from django.db import transaction

from dothi.foundation.text import nfc
from dothi.identity.actions.oidc_token import end_grant
from dothi.identity.errors import NotThere, RefusedForm
from dothi.identity.models import OidcClient, OidcGrant, OidcLogout, ServiceAccount
from dothi.identity.rules import acr, oidc_client, oidc_scope
from dothi.ledger.door import note

MACHINE_GRANT = "client_credentials"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wish:
    """What an administrator enters of a client."""

    name: str
    purpose: str
    auth_method: str
    redirect_uris: Sequence[str] = ()
    post_logout_uris: Sequence[str] = ()
    scopes: Sequence[str] = ("openid",)
    sector: str = ""
    least_acr: str = acr.LOA1
    max_age: int = 0
    requires_par: bool = False
    backchannel_uri: str = ""
    is_device: bool = False
    place: str = ""
    service: str = ""
    machine_scopes: Sequence[str] = ()


def _problems(wish: Wish, sector: str) -> dict[str, str]:
    is_app = wish.auth_method == "none"
    found: dict[str, str] = {}
    if not 2 <= len(nfc(wish.name)) <= 100:
        found["name"] = "identity.oidc.name.missing"
    if not 10 <= len(nfc(wish.purpose)) <= 300:
        found["purpose"] = "identity.oidc.purpose.missing"
    if wish.auth_method not in oidc_client.METHODS:
        found["auth_method"] = "identity.oidc.method.unknown"
    if not wish.redirect_uris and not wish.is_device and not wish.service:
        found["redirect_uris"] = "identity.oidc.uri.missing"
    for field, uris in (("redirect_uris", wish.redirect_uris), ("post_logout_uris", wish.post_logout_uris)):
        wrong = [p for uri in uris if (p := oidc_client.redirect_problem(uri, is_app=is_app))]
        if wrong or len(uris) > 20:
            found[field] = wrong[0] if wrong else "identity.oidc.uri.many"
    if wish.backchannel_uri and (wrong_uri := oidc_client.web_problem(wish.backchannel_uri)):
        found["backchannel_uri"] = wrong_uri
    if wish.redirect_uris and not sector:
        found["sector"] = "identity.oidc.sector.needed"
    elif sector and (wrong_sector := oidc_client.sector_problem(sector)):
        found["sector"] = wrong_sector
    if not set(wish.scopes) <= set(oidc_scope.SCOPES):
        found["scopes"] = "identity.oidc.scope.unknown"
    if wish.least_acr not in acr.LEVELS:
        found["least_acr"] = "identity.oidc.acr.unknown"
    if not 0 <= wish.max_age <= 86400 * 365:
        found["max_age"] = "identity.oidc.max_age.wrong"
    if wish.is_device and not nfc(wish.place):
        found["place"] = "identity.oidc.place.missing"
    return found | _machine_problems(wish)


def _machine_problems(wish: Wish) -> dict[str, str]:
    """What is wrong with a wish for tokens without a person."""
    if not wish.service:
        return {"service": "identity.oidc.machine.nobody"} if wish.machine_scopes else {}
    if wish.auth_method == "none":
        return {"service": "identity.oidc.machine.no_secret"}
    if not ServiceAccount.objects.filter(pk=wish.service, ended_at=None).exists():
        return {"service": "identity.oidc.machine.unknown"}
    if not wish.machine_scopes or not set(wish.machine_scopes) <= set(oidc_scope.BROKER):
        return {"machine_scopes": "identity.oidc.machine.no_scope"}
    return {}


def _fill(row: Any, city: OidcClient, wish: Wish, sector: str) -> None:
    grants = ["authorization_code"] if wish.redirect_uris else []
    grants += ["refresh_token"] if "offline_access" in wish.scopes else []
    grants += [MACHINE_GRANT] if wish.service else []
    row.name = nfc(wish.name)
    row.type = "public" if wish.auth_method == "none" else "confidential"
    row.set_scopes(list(oidc_scope.ordered({"openid", *wish.scopes})))
    row.set_redirect_uris(list(wish.redirect_uris))
    row.set_grant_types([*grants, *([DEVICE_GRANT] if wish.is_device else [])])
    row.set_response_types(["code"])
    row.data = {"client_metadata": {"post_logout_redirect_uris": list(wish.post_logout_uris)}}
    city.auth_method, city.purpose, city.sector = wish.auth_method, nfc(wish.purpose), sector
    city.least_acr, city.max_age, city.requires_par = wish.least_acr, wish.max_age, wish.requires_par
    city.service = ServiceAccount.objects.filter(pk=wish.service).first()
    city.machine_scopes = " ".join(scope for scope in oidc_scope.BROKER if scope in wish.machine_scopes)
    city.backchannel_uri, city.place = wish.backchannel_uri, nfc(wish.place)[:200]


def _machine(city: OidcClient) -> dict[str, Any]:
    """In whose name a client asks without a person, and for what; empty for others."""
    if city.service is None:
        return {}
    return {"service": f"service:{city.service.pk}", "machine_scopes": city.machine_scopes}


def _checked(wish: Wish, *, fallback: str) -> str:
    """The sector; RefusedForm when the wish cannot be fulfilled."""
    sector = (
        wish.sector
        or oidc_client.sector_of(list(wish.redirect_uris))
        or ("" if wish.redirect_uris else fallback)
    )
    if wrong := _problems(wish, sector):
        raise RefusedForm(wrong)
    return sector


@transaction.atomic
def add_client(wish: Wish, *, tenant: str = "", at: datetime) -> tuple[OidcClient, str]:
    """The client and its secret, which is shown once and kept as a hash; empty for one that cannot keep secrets."""
    client_id = f"app_{secrets.token_hex(10)}"
    sector = _checked(wish, fallback=client_id.replace("_", "-"))
    row = Client(id=client_id, created_at=at)
    city = OidcClient(client_id=client_id, tenant=tenant, made_at=at)
    _fill(row, city, wish, sector)
    secret = secrets.token_urlsafe(32) if row.type == "confidential" else ""
    row.set_secret(secret or secrets.token_urlsafe(32))
    row.save(force_insert=True)
    city.client = row
    city.save(force_insert=True)
    note(
        "identity.act.oidc_client_added",
        f"client:{client_id}",
        at=at,
        tenant=tenant,
        scopes=" ".join(wish.scopes),
        **_machine(city),
    )
    return city, secret


@transaction.atomic
def change_client(city: OidcClient, wish: Wish, *, at: datetime) -> OidcClient:
    """New settings; a sector once used stays, for people would become strangers, and so does the way of proof."""
    wish = dataclasses.replace(wish, sector=city.sector, auth_method=city.auth_method)
    _checked(wish, fallback=city.sector)
    before = {"redirect_uris": city.client.redirect_uris, "scopes": city.client.scopes, **_machine(city)}
    _fill(city.client, city, wish, city.sector)
    after = {"redirect_uris": city.client.redirect_uris, "scopes": city.client.scopes, **_machine(city)}
    city.client.save()
    city.save()
    changed = " ".join(sorted(n for n in {*before, *after} if before.get(n) != after.get(n))) or "settings"
    note(
        "identity.act.oidc_client_changed",
        f"client:{city.pk}",
        at=at,
        tenant=city.tenant,
        changed=changed,
        **_machine(city),
    )
    return city


@transaction.atomic
def new_secret(city: OidcClient, *, at: datetime) -> str:
    """A new secret, shown once; the old one is worth nothing at once."""
    if city.client.type != "confidential":
        raise NotThere("identity.oidc.secret.none")
    secret = secrets.token_urlsafe(32)
    city.client.set_secret(secret)
    city.client.save()
    note("identity.act.oidc_secret_changed", f"client:{city.pk}", at=at, tenant=city.tenant)
    return secret


@transaction.atomic
def revoke_client(city: OidcClient, *, at: datetime) -> OidcClient:
    """The client is no longer answered, and all it has ends; the record stays."""
    city.revoked_at = at
    city.save(update_fields=["revoked_at"])
    for grant in OidcGrant.objects.filter(client_id=city.pk, ended_at=None, ends_at__gt=at):
        end_grant(grant, why="client_revoked", at=at)
    OidcLogout.objects.filter(client_id=city.pk, told_at=None, given_up_at=None).update(given_up_at=at)
    note("identity.act.oidc_client_revoked", f"client:{city.pk}", at=at, tenant=city.tenant)
    return city
