# SPDX-License-Identifier: Apache-2.0
"""A city with two wards and a neighbour on the same database, and a canary in everything that somebody must not see.

Scopes: `a` and `b` (wards), `city` (belongs to no ward), `other` (another tenant). A page that shows a canary of a scope
shows something of that scope.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from django.db import connection
from tests.pages import PASSWORD

from dothi.broker.door import create_key
from dothi.foundation import clock
from dothi.identity.actions import (
    grant,
    oidc_client,
    oidc_consent,
    organisation,
    person,
    post,
    recovery,
    service_account,
    upstream,
)
from dothi.identity.models import Account
from dothi.places import door as places
from dothi.sources import door as sources
from dothi.sources.models import Device, FileDrop, Refusal, Source

SCOPES = ("a", "b", "city", "other")
CANARY = {scope: f"KANARI{scope.upper()}{uuid.uuid4().hex[:8]}" for scope in SCOPES}
TAG = {scope: uuid.uuid4().hex[:10] for scope in SCOPES}
"""What stands in addresses: who knows an address has seen nothing yet."""
SEES: dict[str, frozenset[str]] = {
    "anonymous": frozenset(),
    "an": frozenset(),
    "giang": frozenset(),
    "binh": frozenset({"a"}),
    "hoa": frozenset({"a"}),
    "chi": frozenset({"b"}),
    "em": frozenset({"a", "b", "city"}),
    "dung": frozenset({"a", "b", "city"}),
}
"""Whose canaries each role may meet: a resident, an officer without a post, two of ward A, one of ward B, an auditor, the administrator."""
POSTS = {
    "binh": ("ward_officer", "a"),
    "hoa": ("ward_head", "a"),
    "chi": ("ward_officer", "b"),
    "em": ("auditor", ""),
    "dung": ("administrator", ""),
}


@dataclass
class World:
    """`accounts` by role; `things`: by scope, what stands in an address under that name."""

    accounts: dict[str, Account] = field(default_factory=dict)
    things: dict[str, dict[str, Any]] = field(default_factory=dict)


def _units() -> None:
    places.put_units(
        units=[
            places.NewUnit(id="46", kind="Thành phố", name="Huế", code="46", valid_from=date(2000, 1, 1)),
            places.NewUnit(id="a", kind="Phường", name="Thuận Hóa", parent="46", code="19753"),
            places.NewUnit(id="b", kind="Phường", name="Phú Xuân", parent="46", code="19774"),
        ]
    )


def _people() -> dict[str, Account]:
    found = {}
    for role in SEES:
        if role == "anonymous":
            continue
        made = Account(name=role.title(), login=role, role="resident" if role == "an" else "staff")
        made.set_password(PASSWORD)
        made.save()
        if role in POSTS:
            position, unit = POSTS[role]
            post.give_post(account=made, position=position, unit=unit, since=date(2026, 1, 1))
        found[role] = made
    return found


def _source(scope: str) -> dict[str, Any]:
    mark, unit = CANARY[scope], scope if scope in {"a", "b"} else None
    made, _ = sources.add_source(
        tenant="",
        name=f"Trạm {mark}",
        way="mqtt",
        period=60,
        unit=unit,
        contact_name=f"Bà {mark}",
        slug=f"tram-{TAG[scope]}",
    )
    device = Device.objects.create(
        source=made, key=f"k{mark}", name=f"Cảm biến {mark}", state="waiting", last_payload=f'{{"{mark}": 1}}'
    )
    drop = FileDrop.objects.create(
        source=made,
        name=f"{mark}.xlsx",
        sha256="0" * 64,
        size=1,
        by="account:x",
        preview={"sample": [[mark]]},
    )
    Refusal.objects.create(source_id=made.pk, way="mqtt", reason="no_time", payload=mark, topic=mark)
    return {"slug": made.slug, "device_id": device.pk, "file_id": drop.pk}


def _officer(scope: str, owner: Account) -> dict[str, Any]:
    """An officer of the scope with a post, a right, and what else has an address below /people/."""
    mark, unit = CANARY[scope], scope if scope in {"a", "b"} else ""
    made = person.add_officer(name=f"Ông {mark}", login=f"o{mark.casefold()}")
    held = post.give_post(
        account=made,
        position="ward_officer",
        unit=unit,
        since=date(2026, 1, 1),
        title=f"Chức {mark}",
        basis=mark,
    )
    given = grant.give_grant(subject=f"account:{made.pk}", permission="sources.see", unit=unit, basis=mark)
    body = organisation.add_organisation(name=f"Hội {mark}", kind="association", unit=unit)
    opened = recovery.open_recovery(
        officer=owner,
        login=made.login,
        document_kind="citizen_card",
        document_digits="1234",
        at=clock.now(),
        unit=unit,
    )
    program = service_account.add_service_account(name=f"Phần mềm {mark}", purpose=mark, owner=owner)
    return {
        "account_id": made.pk,
        "posts": held.pk,
        "grants": given.pk,
        "organisation_id": body.pk,
        "service_id": program.pk,
        "pk": opened.pk,
    }


def _program(scope: str, account: Account) -> dict[str, Any]:
    """Software that uses sign-in, a provider of identities, and what the officer of the scope allowed."""
    # Programs belong to the city, whoever uses them.
    mark, at = f"{CANARY['city']}{scope}", clock.now()
    wish = oidc_client.Wish(
        name=f"Cổng {mark}",
        purpose=f"Nộp hồ sơ {mark}",
        auth_method="client_secret_basic",
        redirect_uris=[f"https://{mark.casefold()}.example/cb"],
    )
    client, _ = oidc_client.add_client(wish, at=at)
    given = oidc_consent.give_consent(
        account=account, client=client, asked=["openid"], scopes=["openid"], is_remembered=True, at=at
    )
    provider = upstream.NewUpstream(
        slug=mark.casefold(),
        name=f"Nơi {mark}",
        preset="oidc",
        protocol="oidc",
        client_id="x",
        client_secret="y",
        issuer="https://idp.example",
        claims={"subject": ["sub"]},
        assurance={"levels": {}},
    )
    added = upstream.add_upstream(provider, at=at)
    upstream.switch_upstream(added, is_on=False, at=at)  # else everybody may read its name, to sign in by it
    return {"client_id": client.pk, "consent_id": given.pk, "upstream_id": added.pk}


def _key(scope: str, owner_url: str) -> str:
    """A key of the broker with a canary for its note; another tenant's is written past row-level security."""
    if scope == "other":
        with psycopg.connect(owner_url) as other:
            return create_key(other.cursor(), tenant="khac", operations=["read"], note=CANARY[scope]).split(
                "_"
            )[1]
    with connection.cursor() as cursor:
        return create_key(cursor, operations=["read"], note=CANARY[scope]).split("_")[1]


def _neighbour(owner_url: str) -> dict[str, Any]:
    """Rows of another tenant, written past row-level security."""
    mark, tag, now = CANARY["other"], TAG["other"], clock.now()
    with psycopg.connect(owner_url) as other:
        cursor = other.cursor()
        cursor.execute(
            "INSERT INTO sources_source (id, tenant, slug, name, contact_name, contact_phone, way, period, mapping, options,"
            " token_hash, simulated, created_at, received, refused)"
            " VALUES (%s, 'khac', %s, %s, %s, '', 'mqtt', 60, '{}', '{}', '', false, %s, 0, 0)",
            [f"src_{tag}", tag, mark, mark, now],
        )
        cursor.execute(
            "INSERT INTO sources_device (id, tenant, source_id, key, name, kind, entity_id, entity_type, unit_code, topics,"
            " password_hash, state, last_topic, last_payload, received, refused, created_at)"
            " VALUES (%s, 'khac', %s, %s, %s, '', '', '', '', '[]', '', 'waiting', '', %s, 0, 0, %s)",
            [f"dev_{tag}", f"src_{tag}", mark, mark, mark, now],
        )
        cursor.execute(
            "INSERT INTO identity_account (id, tenant, login, name, role, is_active, password, created_at,"
            " ial, sessions_ended) VALUES (%s, 'khac', %s, %s, 'staff', true, '!', %s, 0, 0)",
            [f"acc_{tag}", tag, mark, now],
        )
        cursor.execute(
            "INSERT INTO identity_organisation (id, tenant, name, kind, code, unit, created_at)"
            " VALUES (%s, 'khac', %s, 'firm', '', '', %s)",
            [f"org_{tag}", mark, now],
        )
        cursor.execute(
            "INSERT INTO allauth_idp_oidc_client (id, name, secret, scopes, default_scopes, type, grant_types, redirect_uris,"
            " cors_origins, allow_uri_wildcards, response_types, skip_consent, created_at)"
            " VALUES (%s, %s, '!', 'openid', '', 'public', 'authorization_code', '', '', false, 'code', false, %s)",
            [f"app_{tag}", mark, now],
        )
        cursor.execute(
            "INSERT INTO identity_oidcclient (client_id, tenant, auth_method, purpose, sector, least_acr, max_age,"
            " requires_par, backchannel_uri, place, made_at)"
            " VALUES (%s, 'khac', 'none', %s, 'x', 'urn:dothi:loa1', 0, false, '', '', %s)",
            [f"app_{tag}", mark, now],
        )
    return {
        "slug": tag,
        "device_id": f"dev_{tag}",
        "file_id": f"file_{tag}",
        "account_id": f"acc_{tag}",
        "posts": 2**31 - 2,
        "grants": 2**31 - 2,
        "organisation_id": f"org_{tag}",
        "service_id": f"svc_{tag}",
        "client_id": f"app_{tag}",
        "consent_id": 2**31 - 2,
        "upstream_id": 2**31 - 2,
        "pk": 2**31 - 2,
    }


def remove_neighbour(owner_url: str) -> None:
    """What was written past the test's transaction."""
    tag = TAG["other"]
    with psycopg.connect(owner_url) as other:
        other.execute("DELETE FROM broker.key WHERE tenant = 'khac'")
        other.execute("DELETE FROM identity_oidcclient WHERE tenant = 'khac'")
        other.execute(b"DELETE FROM allauth_idp_oidc_client WHERE id = %s", [f"app_{tag}"])
        for table in ("sources_device", "sources_source", "identity_account", "identity_organisation"):
            other.execute(f"DELETE FROM {table} WHERE tenant = 'khac' AND id LIKE %s".encode(), [f"%{tag}"])


def build(owner_url: str) -> World:
    """The whole world, in the transaction of the test but for the neighbour."""
    _units()
    made = World(accounts=_people())
    dung = made.accounts["dung"]
    for scope in ("a", "b", "city"):
        made.things[scope] = _source(scope) | _officer(scope, dung)
        officer = Account.objects.get(pk=made.things[scope]["account_id"])
        made.things[scope] |= _program(scope, officer)
    made.things["other"] = _neighbour(owner_url)
    for scope, thing in made.things.items():
        thing |= {
            "key_id": _key(scope, owner_url),
            "unit_id": scope if scope in {"a", "b"} else "46",
            "code": "auditor",
            "mark": "0" * 8,
            "signed": "x:y",
            "preset": "oidc",
        }
    return made


def of_scope(scope: str) -> list[Any]:
    """All that stands in a ward or the city, as it is now: what a stranger must not have changed."""
    mark = CANARY[scope]
    rows: list[Any] = list(
        Source.objects.filter(name__contains=mark)
        .order_by("pk")
        .values_list("name", "unit_id", "muted_at", "retired_at", "token_hash", "options")
    )
    rows += (
        Device.objects.filter(key__contains=mark)
        .order_by("pk")
        .values_list("name", "state", "password_hash", "unit_id")
    )
    rows += FileDrop.objects.filter(name__contains=mark).order_by("pk").values_list("state", "rows")
    rows += (
        Account.objects.filter(name__contains=mark)
        .order_by("pk")
        .values_list("name", "is_active", "role", "password")
    )
    account = Account.objects.filter(name__contains=mark).get()
    rows += account.posts.order_by("pk").values_list("position", "unit", "until")  # type: ignore[attr-defined]  # - made by the foreign key
    return rows
