# SPDX-License-Identifier: Apache-2.0
"""A city with two wards and a neighbour on the same database, and a canary in everything that somebody must not see.

Scopes: `a` and `b` (wards), `city` (belongs to no ward), `other` (another tenant). A page that shows a canary of a scope
shows something of that scope.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import connection
from tests.pages import PASSWORD

from dothi.broker.door import create_key
from dothi.documents.door import code_for, make_demo_key
from dothi.documents.models import CityAddress, DocumentPaper, MessageCode, SignedDocument
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
from dothi.privacy.actions.request import file_request
from dothi.privacy.models import DataRequest, LegalHold
from dothi.sources import door as sources
from dothi.sources.models import Device, FileDrop, Refusal, Source

SCOPES = ("a", "b", "city", "other")
CANARY = {scope: f"KANARI{scope.upper()}{uuid.uuid4().hex[:8]}" for scope in SCOPES}
UNIT = {"a": "a", "b": "b", "city": "", "other": ""}
TENANT = {"a": "", "b": "", "city": "", "other": "khac"}
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
    mark, unit, tenant = CANARY[scope], UNIT[scope] or None, TENANT[scope]
    made, _ = sources.add_source(
        tenant=tenant, name=f"Trạm {mark}", way="mqtt", period=60, unit=unit, contact_name=f"Bà {mark}",
        slug=f"tram-{TAG[scope]}",
    )  # fmt: skip
    device = Device.objects.create(
        tenant=tenant, source=made, key=f"k{mark}", name=f"Cảm biến {mark}", state="waiting",
        last_payload=f'{{"{mark}": 1}}',
    )  # fmt: skip
    drop = FileDrop.objects.create(
        tenant=tenant, source=made, name=f"{mark}.xlsx", sha256="0" * 64, size=1, by="account:x",
        preview={"sample": [[mark]]},
    )  # fmt: skip
    Refusal.objects.create(
        tenant=tenant, source_id=made.pk, way="mqtt", reason="no_time", payload=mark, topic=mark
    )
    return {"slug": made.slug, "device_id": device.pk, "file_id": drop.pk}


def _officer(scope: str, owner: Account) -> dict[str, Any]:
    """An officer of the scope with a post, a right, and what else has an address below /people/."""
    mark, unit, tenant = CANARY[scope], UNIT[scope], TENANT[scope]
    made = person.add_officer(name=f"Ông {mark}", login=f"o{mark.casefold()}", tenant=tenant)
    held = post.give_post(
        account=made,
        position="ward_officer",
        unit=unit,
        since=date(2026, 1, 1),
        title=f"Chức {mark}",
        basis=mark,
    )
    given = grant.give_grant(
        subject=f"account:{made.pk}", permission="sources.see", unit=unit, basis=mark, tenant=tenant
    )
    body = organisation.add_organisation(name=f"Hội {mark}", kind="association", unit=unit, tenant=tenant)
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


def _papers(scope: str) -> dict[str, Any]:
    """A key, a signed paper whose title only its unit may read, a message, an address of the city."""
    mark, unit, tenant, at = CANARY[scope], UNIT[scope], TENANT[scope], clock.now()
    key = make_demo_key(name=f"Dấu {TAG[scope]}", organisation="UBND", unit=unit, tenant=tenant, by=mark)
    paper = SignedDocument.objects.create(
        tenant=tenant, unit=unit, kind="Giấy xác nhận", organisation="UBND", key=key, fingerprint=key.fingerprint,
        file_hash=sha256(f"file {mark}".encode()).hexdigest(), content_hash=sha256(mark.encode()).hexdigest(),
        pages=1, level="B-B", demo=True, signed_at=at, status_at=at,
    )  # fmt: skip
    DocumentPaper.objects.create(
        document=paper,
        tenant=tenant,
        unit=unit,
        title=f"Giấy của {mark}",
        folded=mark.casefold(),
        body=mark.encode(),
        by=mark,
    )
    code = code_for(
        channel="mail",
        subject="Thông báo",
        recipient=mark,
        unit=unit,
        organisation="UBND",
        by=mark,
        tenant=tenant,
    )
    address = CityAddress.objects.create(tenant=tenant, host=f"{TAG[scope]}.vn", about="trang", by=mark)
    return {
        "document_id": paper.pk,
        "document_key": key.pk,
        "file_hash": paper.file_hash,
        "message": code.replace("-", "").replace(" ", ""),
        "address_id": address.pk,
    }


def _personal(scope: str) -> dict[str, Any]:
    """A person's request, and a hold; both for the whole city's officers alone."""
    mark, tenant, at = CANARY[scope], TENANT[scope], clock.now()
    asked = file_request(
        kind="access",
        name=f"Bà {mark}",
        email=f"{mark.casefold()}@example.vn",
        details=mark,
        at=at,
        tenant=tenant,
    )
    held = LegalHold.objects.create(tenant=tenant, object=f"account:{TAG[scope]}", basis=mark, by=mark)
    return {"request_id": asked.pk, "hold_id": held.pk}


def _program(scope: str, account: Account) -> dict[str, Any]:
    """Software that uses sign-in, a provider of identities, and what the officer of the scope allowed."""
    # Programs belong to the city, whoever uses them.
    tenant, at = TENANT[scope], clock.now()
    mark = CANARY["other"] if tenant else f"{CANARY['city']}{scope}"
    wish = oidc_client.Wish(
        name=f"Cổng {mark}",
        purpose=f"Nộp hồ sơ {mark}",
        auth_method="client_secret_basic",
        redirect_uris=[f"https://{mark.casefold()}.example/cb"],
    )
    client, _ = oidc_client.add_client(wish, tenant=tenant, at=at)
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
    added = upstream.add_upstream(provider, tenant=tenant, at=at)
    upstream.switch_upstream(added, is_on=False, at=at)  # else everybody may read its name, to sign in by it
    return {"client_id": client.pk, "consent_id": given.pk, "upstream_id": added.pk}


def _key(scope: str) -> str:
    """A key of the broker with a canary for its note."""
    with connection.cursor() as cursor:
        return create_key(cursor, tenant=TENANT[scope], operations=["read"], note=CANARY[scope]).split("_")[1]


OF_ALL = {
    "mark": "0" * 8, "signed": "x:y", "token": "x", "step": "kind", "verb": "take", "purpose": "accounts", "key": "accounts",
    "code": "auditor", "preset": "oidc", "part": "0.json", "privacy_desk_rule.key": "sessions", "credential_request.request_id": "x",
    "credential_response.request_id": "x",
}  # fmt: skip
"""What stands in addresses that leads to nobody's thing."""


def _tenant(tenant: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', %s, true)", [tenant])


def _things(scope: str, owner: Account) -> dict[str, Any]:
    made = OF_ALL | _source(scope) | _officer(scope, owner) | _papers(scope) | _personal(scope)
    made |= _program(scope, Account.objects.get(pk=made["account_id"]))
    return made | {
        "key_id": _key(scope),
        "document_key_retire.key_id": made["document_key"],
        "document_key_chain.key_id": made["document_key"],
        "document_code_withdraw.code": made["message"],
        "verify_short.code": made["document_id"],
        "unit_id": UNIT[scope] or "46",
    }


def build() -> World:
    """The whole world, in the transaction of the test."""
    _units()
    made = World(accounts=_people())
    for scope in ("a", "b", "city"):
        made.things[scope] = _things(scope, made.accounts["dung"])
    _tenant("khac")
    stranger = Account(tenant="khac", name=CANARY["other"], login="stranger", role="staff")
    stranger.save()
    post.give_post(account=stranger, position="administrator", since=date(2026, 1, 1))
    made.things["other"] = _things("other", stranger)
    _tenant("")
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
    rows += SignedDocument.objects.filter(file_hash=sha256(f"file {mark}".encode()).hexdigest()).values_list(
        "status", "reason"
    )
    rows += MessageCode.objects.filter(by=mark).values_list("withdrawn_at")
    rows += DataRequest.objects.filter(name__contains=mark).values_list("state", "due", "forgotten_at")
    rows += LegalHold.objects.filter(basis=mark).values_list("lifted_at")
    return rows
