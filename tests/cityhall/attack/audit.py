# SPDX-License-Identifier: Apache-2.0
"""Privileged acts done once each in a city with a canary in every free text, and what the ledger has to say of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dothi.broker.door import Terms
from dothi.documents import door as documents
from dothi.documents.actions import code as codes
from dothi.documents.actions import credential
from dothi.documents.actions import key as document_keys
from dothi.documents.models import MessageCode
from dothi.documents.rules.credential import CLAIMS
from dothi.foundation import clock
from dothi.identity.actions import (  # fmt: skip
    delegation,
    grant,
    key,
    organisation,
    password,
    person,
    position,
    post,
    recovery,
    service_account,
    session,
    upstream,
)
from dothi.identity.actions import oidc_client as clients
from dothi.identity.actions import oidc_consent as allowed
from dothi.identity.door import create_admin_link
from dothi.identity.models import Account
from dothi.places import door as places
from dothi.places.actions import calendar, change
from dothi.privacy.actions import consent, export, looking, purpose, request, retention
from dothi.privacy.rules.purpose import TEXTS
from dothi.sources import actions as sources
from dothi.sources.models import Device

CANARY = "Kanari Vàng"
DAY = date(2026, 3, 1)
LIVES = timedelta(days=3)


@dataclass
class City:
    """Who acts, and on what."""

    dung: Account
    things: dict[str, Any]


def _officer(n: int) -> Account:
    return person.add_officer(name=f"{CANARY} {n}", login=f"kanari.{n}")


def build(dung: Account) -> City:
    """A city in which each act of CASES can be done once."""
    now = clock.now()
    places.put_units(units=[places.NewUnit(id="46", kind="Thành phố", name="Huế", code="46"), places.NewUnit(id="p1", kind="Phường", name=CANARY, parent="46", code="19753")])  # fmt: skip
    officer, other = _officer(1), _officer(2)
    source, _ = sources.add_source(tenant="", name=CANARY, way="mqtt", period=60, unit="p1", contact_name=CANARY, contact_phone="0901234567", slug="tram")  # fmt: skip
    waiting = Device.objects.create(source=source, key="k1", name=CANARY, state="waiting", last_payload="{}")
    device, _ = sources.add_device(source, key="k2", name=CANARY)
    signing = documents.make_demo_key(name=CANARY, organisation=CANARY)
    paper = documents.Paper(organisation=CANARY, title=CANARY, number="1", text=[CANARY])
    signed, _ = documents.sign(title=CANARY, kind="Giấy", key=signing, paper=paper)
    codes.code_for(channel="mail", subject=CANARY, recipient="kanari@b.vn", unit="p1", text=CANARY)
    given = {f"{field}_{language}": CANARY * 3 for field in TEXTS for language in ("vi", "en")}
    purpose.put_purpose(given=given | {"key": "thu", "basis": "consent", "dpia": "planned"}, by="", new=True)
    words = consent.publish_text(purpose="thu", vi=CANARY * 4, en=CANARY * 4, by="", at=now)
    asked = request.file_request(kind="rectify", name=CANARY, email="kanari@b.vn", details=CANARY, at=now)
    wish = clients.Wish(name=CANARY, purpose=CANARY * 2, auth_method="client_secret_basic", redirect_uris=["https://a.test/cb"])  # fmt: skip
    client, _ = clients.add_client(wish, tenant="", at=now)
    return City(dung, {
        "officer": officer, "other": other, "source": source, "waiting": waiting, "device": device, "signing": signing,
        "signed": signed, "message": MessageCode.objects.get(), "words": words, "asked": asked, "client": client, "wish": wish,
        "given": given, "invited": person.invite(account=other, base_url="").rsplit("/", 2)[-2],
        "post": post.give_post(account=officer, position="ward_officer", unit="p1", since=DAY, title=CANARY, basis=CANARY),
        "grant": grant.give_grant(subject=f"account:{officer.pk}", permission="sources.see", unit="p1", basis=CANARY),
        "body": organisation.add_organisation(name=CANARY, kind="association"), "program": service_account.add_service_account(name=CANARY, purpose=CANARY, owner=dung),
        "role": position.put_position(name="Vai trò", permissions=["sources.see"]), "hold": retention.hold(object_="account:acc_x", basis=CANARY, by="", at=now),
        "lent": delegation.delegate(giver=dung, taker=officer, since=now, until=now + LIVES, reason=CANARY),
        "recovery": recovery.open_recovery(officer=dung, login="kanari.1", document_kind="citizen_card", document_digits="1234", at=now),
        "address": codes.add_address(host="a.test", about=CANARY, below=False), "key": _key(now),
    })  # fmt: skip


def _key(now: Any) -> str:
    key.make_key(terms=_terms(now), number="abcdefabcdef")
    return "abcdefabcdef"


def _terms(now: Any) -> Terms:
    return Terms(note=CANARY, owner=f"account:{Account.objects.get(login='dung').pk}", operations=["read"], expires_at=now + LIVES)  # fmt: skip


def _provider() -> Any:
    wish = upstream.NewUpstream(slug="noi", name=CANARY, preset="oidc", protocol="oidc", client_id="x", client_secret=CANARY, issuer="https://idp.example", claims={"subject": ["sub"]}, assurance={"levels": {}})  # fmt: skip
    return upstream.add_upstream(wish, tenant="", at=clock.now())


def _taken(c: City) -> Any:
    return request.take_request(request_id=c.things["asked"].pk, by="account:x", at=clock.now())


Act = Callable[[City], Any]
ID, D, P, L, S = "identity.act.", "documents.act.", "privacy.act.", "places.act.", "sources.act."
CASES: list[tuple[str, str, Act]] = [
    (ID + "link_made", "administrator.create_admin_link", lambda c: create_admin_link()),
    (ID + "officer_added", "person.add_officer", lambda c: _officer(3)),
    (ID + "invited", "person.invite", lambda c: person.invite(account=c.things["officer"], base_url="")),
    (ID + "invitation_used", "person.accept_invitation", lambda c: person.accept_invitation(signed=c.things["invited"], password="một câu dài khó đoán lắm", again="một câu dài khó đoán lắm", at=clock.now())),
    (ID + "let_go", "person.let_go", lambda c: person.let_go(account=c.things["officer"])),
    (ID + "taken_back", "person.take_back", lambda c: person.take_back(account=c.things["officer"])),
    (ID + "post_given", "post.give_post", lambda c: post.give_post(account=c.things["other"], position="ward_head", unit="p1", since=DAY, title=CANARY, basis=CANARY)),
    (ID + "post_ended", "post.end_post", lambda c: post.end_post(post=c.things["post"], until=post.tomorrow())),
    (ID + "granted", "grant.give_grant", lambda c: grant.give_grant(subject=f"account:{c.things['other'].pk}", permission="sources.see", basis=CANARY)),
    (ID + "grant_withdrawn", "grant.withdraw_grant", lambda c: grant.withdraw_grant(grant=c.things["grant"])),
    (ID + "delegated", "delegation.delegate", lambda c: delegation.delegate(giver=c.dung, taker=c.things["other"], since=clock.now(), until=clock.now() + LIVES, reason=CANARY)),
    (ID + "delegation_withdrawn", "delegation.withdraw_delegation", lambda c: delegation.withdraw_delegation(delegation=c.things["lent"].pk, giver=c.dung)),
    (ID + "organisation_added", "organisation.add_organisation", lambda c: organisation.add_organisation(name=f"{CANARY} hai", kind="association")),
    (ID + "organisation_ended", "organisation.end_organisation", lambda c: organisation.end_organisation(organisation=c.things["body"], on=DAY)),
    (ID + "service_added", "service_account.add_service_account", lambda c: service_account.add_service_account(name=CANARY, purpose=CANARY, owner=c.dung)),
    (ID + "service_ended", "service_account.end_service_account", lambda c: service_account.end_service_account(service=c.things["program"])),
    (ID + "position_put", "position.put_position", lambda c: position.put_position(name="Tổ phó", permissions=["sources.see"])),
    (ID + "position_ended", "position.end_position", lambda c: position.end_position(position=c.things["role"])),
    (ID + "recovery_opened", "recovery.open_recovery", lambda c: recovery.open_recovery(officer=c.dung, login="kanari.2", document_kind="passport", document_digits="9876", at=clock.now())),
    (ID + "recovery_given_up", "recovery.give_up_recovery", lambda c: recovery.give_up_recovery(officer=c.dung, pk=c.things["recovery"].pk, at=clock.now())),
    (ID + "password_changed", "password.change_password", lambda c: password.change_password(account=c.dung, password="câu khác cũng rất dài", again="câu khác cũng rất dài", at=clock.now())),
    (ID + "sessions_ended", "session.end_all_sessions", lambda c: session.end_all_sessions(account=c.dung, at=clock.now())),
    (ID + "key_made", "key.make_key", lambda c: key.make_key(terms=_terms(clock.now()), number="fedcbafedcba")),
    (ID + "key_changed", "key.change_key", lambda c: key.change_key(key_id=c.things["key"], terms=_terms(clock.now()))),
    (ID + "key_revoked", "key.revoke_key", lambda c: key.revoke_key(key_id=c.things["key"])),
    (ID + "oidc_client_added", "oidc_client.add_client", lambda c: clients.add_client(c.things["wish"], tenant="", at=clock.now())),
    (ID + "oidc_consent_given", "oidc_consent.give_consent", lambda c: allowed.give_consent(account=c.dung, client=c.things["client"], asked=["openid"], scopes=["openid"], is_remembered=True, at=clock.now())),
    (ID + "upstream_added", "upstream.add_upstream", lambda c: _provider()),
    (D + "key_added", "key.make_demo_key", lambda c: documents.make_demo_key(name=CANARY, organisation=CANARY)),
    (D + "key_retired", "key.retire_key", lambda c: document_keys.retire_key(key=c.things["signing"])),
    (D + "revoked", "document.revoke", lambda c: documents.revoke(document=c.things["signed"], reason="error", words=CANARY)),
    (D + "handed_out", "document.hand_out", lambda c: documents.hand_out(document=c.things["signed"])),
    (D + "code_issued", "code.code_for", lambda c: codes.code_for(channel="sms", subject=CANARY, recipient="0901234567", unit="p1", text=CANARY)),
    (D + "code_withdrawn", "code.withdraw_code", lambda c: codes.withdraw_code(message=c.things["message"])),
    (D + "call_begun", "code.begin_call", lambda c: codes.begin_call(unit="p1", about=CANARY)),
    (D + "address_added", "code.add_address", lambda c: codes.add_address(host="b.test", about=CANARY, below=False)),
    (D + "address_ended", "code.end_address", lambda c: codes.end_address(address=c.things["address"])),
    (D + "credential_offered", "credential.offer_credential", lambda c: credential.offer_credential(claims=dict.fromkeys(CLAIMS, CANARY))),
    (P + "request_file", "request.file_request", lambda c: request.file_request(kind="access", name=CANARY, details=CANARY, at=clock.now())),
    (P + "request_take", "request.take_request", _taken),
    (P + "looked", "looking.looked", lambda c: looking.looked(by="account:x", subject=f"account:{c.things['officer'].pk}", purpose="data_requests", what="request", at=clock.now())),
    (P + "consent_given", "consent.give", lambda c: consent.give(account=c.dung.pk, text_id=c.things["words"].pk, language="vi", said=True, at=clock.now())),
    (P + "consent_text", "consent.publish_text", lambda c: consent.publish_text(purpose="thu", vi=CANARY * 5, en=CANARY * 5, by="", at=clock.now())),
    (P + "purpose_put", "purpose.put_purpose", lambda c: purpose.put_purpose(given=c.things["given"] | {"key": "hai", "basis": "task", "dpia": "planned"}, by="", new=True)),
    (P + "export_made", "export.make_export", lambda c: export.make_export(account=c.dung.pk, at=clock.now())),
    (P + "hold_set", "retention.hold", lambda c: retention.hold(object_="account:acc_y", basis=CANARY, by="", at=clock.now())),
    (P + "hold_lifted", "retention.lift", lambda c: retention.lift(hold_id=c.things["hold"].pk, by="", at=clock.now())),
    (P + "retention_set", "retention.set_rule", lambda c: retention.set_rule(key="letters", days=20, happens="delete", basis=CANARY, valid_from=DAY, by="", at=clock.now())),
    (P + "retention_done", "retention.run", lambda c: retention.run(at=clock.now())),
    (L + "units_put", "unit.put_units", lambda c: places.put_units(units=[places.NewUnit(id="p9", kind="Phường", name=CANARY, parent="46", code="19999")])),
    (L + "unit_changed", "change.change_unit", lambda c: change.change_unit(unit="p1", day=DAY, name="Tên mới", basis="NQ 1")),
    (L + "setting_set", "setting.set_setting", lambda c: places.set_setting(key="noise_limit", value=CANARY, unit="p1", valid_from=DAY, source=CANARY)),
    (L + "day_set", "calendar.set_day", lambda c: calendar.set_day(day=DAY, kind="off", reason=CANARY, unit="p1")),
    (S + "added", "add_source", lambda c: sources.add_source(tenant="", name=CANARY, way="http", period=60, contact_name=CANARY)),
    (S + "muted", "set_muted", lambda c: sources.set_muted(c.things["source"], muted=True)),
    (S + "made_internal", "set_public", lambda c: sources.set_public(c.things["source"], public=False)),
    (S + "key_rotated", "rotate_key", lambda c: sources.rotate_key(c.things["source"])),
    (S + "retired", "retire", lambda c: sources.retire(c.things["source"])),
    (S + "device_added", "add_device", lambda c: sources.add_device(c.things["source"], key="k9", name=CANARY)),
    (S + "device_accepted", "accept_device", lambda c: sources.accept_device(c.things["waiting"], name=CANARY)),
    (S + "device_refused", "refuse_device", lambda c: sources.refuse_device(c.things["waiting"])),
    (S + "device_retired", "retire_device", lambda c: sources.retire_device(c.things["device"])),
]  # fmt: skip
"""(act that the ledger tells, the action, how it is done)"""
