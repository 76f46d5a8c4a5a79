# SPDX-License-Identifier: Apache-2.0
"""Providers of identities are added and switched; people whom they vouch for come in.

Nobody is found by e-mail address, number or name: a subject is linked to an account by whoever proves both, at once.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from dothi.foundation.text import nfc
from dothi.identity import vault
from dothi.identity.errors import RefusedForm
from dothi.identity.models import Account, Upstream, UpstreamLink
from dothi.identity.queries.upstream import SECRET, hash_of_subject, known_account
from dothi.identity.rules import oidc_client
from dothi.identity.rules.upstream import SLUG, Profile, maps_problem
from dothi.ledger.door import note


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewUpstream:
    """What an administrator, or a file, says of a provider."""

    slug: str
    name: str
    preset: str
    protocol: str
    client_id: str
    client_secret: str
    issuer: str = ""
    endpoints: Mapping[str, str] = dataclasses.field(default_factory=dict)
    scopes: str = "openid"
    asked_acr: str = ""
    claims: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    assurance: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def _problems(new: NewUpstream, tenant: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not SLUG.fullmatch(new.slug):
        found["slug"] = "identity.upstream.slug_shape"
    elif Upstream.objects.filter(tenant=tenant, slug=new.slug).exists():
        found["slug"] = "identity.upstream.slug_taken"
    if not 2 <= len(nfc(new.name)) <= 100:
        found["name"] = "identity.upstream.name_missing"
    if new.protocol not in {"oidc", "oauth2"}:
        found["protocol"] = "identity.upstream.protocol_unknown"
    if not new.client_id or not new.client_secret:
        found["client_id"] = "identity.upstream.client_missing"
    needed = (
        {"issuer": new.issuer}
        if new.protocol == "oidc"
        else {name: str(new.endpoints.get(name, "")) for name in ("authorize", "token", "userinfo")}
    )
    for name, uri in needed.items():
        if problem := oidc_client.web_problem(uri):
            found[name] = problem
    if problem := maps_problem(new.claims, new.assurance):
        found["assurance" if "assurance" in problem else "claims"] = problem
    return found


@transaction.atomic
def add_upstream(new: NewUpstream, *, tenant: str = "", at: datetime) -> Upstream:
    """A provider, switched on, marked as not proven; its secret is kept encrypted and shown nowhere."""
    if wrong := _problems(new, tenant):
        raise RefusedForm(wrong)
    made = Upstream.objects.create(
        tenant=tenant,
        slug=new.slug,
        name=nfc(new.name),
        preset=new.preset,
        protocol=new.protocol,
        issuer=new.issuer,
        endpoints=dict(new.endpoints),
        client_id=new.client_id,
        sealed_secret=vault.seal(new.client_secret.encode(), use=SECRET, name=new.slug),
        scopes=new.scopes or "openid",
        asked_acr=new.asked_acr,
        claims=dict(new.claims),
        assurance=dict(new.assurance),
        made_at=at,
    )
    note("identity.act.upstream_added", f"upstream:{made.slug}", at=at, tenant=tenant, protocol=made.protocol)
    return made


@transaction.atomic
def switch_upstream(upstream: Upstream, *, is_on: bool, at: datetime) -> Upstream:
    """People may, or may no longer, come in by this provider; links stay."""
    upstream.is_on = is_on
    upstream.save(update_fields=["is_on"])
    note(
        "identity.act.upstream_switched", f"upstream:{upstream.slug}", at=at, tenant=upstream.tenant, on=is_on
    )
    return upstream


def _link(upstream: Upstream, account: Account, profile: Profile, *, at: datetime) -> None:
    UpstreamLink.objects.create(
        tenant=upstream.tenant,
        upstream=upstream,
        account=account,
        subject_hash=hash_of_subject(upstream, profile.subject),
        made_at=at,
        used_at=at,
    )
    note(
        "identity.act.upstream_linked",
        f"account:{account.pk}",
        at=at,
        tenant=upstream.tenant,
        by_way=upstream.slug,
    )


@transaction.atomic
def link_upstream(upstream: Upstream, *, account: Account, profile: Profile, at: datetime) -> None:
    """One who is signed in has just proved the other identity, too; RefusedForm when it is somebody else's already."""
    known = known_account(upstream, profile.subject)
    if known is not None and known.pk != account.pk:
        raise RefusedForm({"link": "identity.upstream.linked_elsewhere"})
    if known is None:
        _link(upstream, account, profile, at=at)


@transaction.atomic
def enter_by_upstream(upstream: Upstream, *, profile: Profile, at: datetime) -> Account | None:
    """The account of whom the provider vouches for, made at the first time; None when it was closed here."""
    known = known_account(upstream, profile.subject)
    if known is not None:
        UpstreamLink.objects.filter(
            upstream=upstream, subject_hash=hash_of_subject(upstream, profile.subject)
        ).update(used_at=at)
        return known if known.is_active else None
    account = Account(
        tenant=upstream.tenant,
        login=f"{upstream.slug}.{secrets.token_hex(8)}",
        name=profile.name or upstream.name,
        role="resident",
        created_at=at,
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    _link(upstream, account, profile, at=at)
    return account
