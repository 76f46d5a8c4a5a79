# SPDX-License-Identifier: Apache-2.0
"""A town with one of everything that has a page, and hostile texts in every column that people or devices fill.

Generated from the models: a text column that is neither filled here nor listed with a reason fails the test.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import signing
from django.db import connection, models
from tests.cityhall.attack.payloads import FORMULAS, PAYLOADS, SHORT

from dothi.broker.door import create_key
from dothi.documents import door as documents
from dothi.documents.actions import code as codes
from dothi.documents.actions import credential, presentation
from dothi.documents.models import IssuedCredential
from dothi.documents.rules.credential import CLAIMS
from dothi.foundation import clock
from dothi.identity.actions import (
    delegation,
    grant,
    oidc_client,
    oidc_consent,
    organisation,
    password,
    person,
    position,
    post,
    recovery,
    service_account,
    sign_up,
    upstream,  # fmt: skip
)
from dothi.identity.door import create_admin_link
from dothi.identity.models import Account
from dothi.ledger import door as ledger
from dothi.places import door as places
from dothi.places.actions import calendar, change
from dothi.places.rules.calendar import Week
from dothi.privacy.actions import consent, export, letter, purpose, request, retention
from dothi.privacy.models import Letter
from dothi.privacy.rules.purpose import TEXTS
from dothi.sources import door as sources
from dothi.sources import filing
from dothi.sources.models import Device, Refusal, Source

_NUMBER = re.compile(r"(?<![0-9A-Za-z])7[1-9][0-9]{3}(?![0-9A-Za-z])")
MADE = {
    "id": "made by the product, or a unit's code that its action checks",
    "tenant": "set by the operator of the installation",
    "by": "the text id of who acted, made by the product",
    "mark": "made by the product",
    "unit": "a unit's id, chosen from those that there are",
    "sha256": "a hash", "file_hash": "a hash", "content_hash": "a hash", "text_hash": "a hash", "fingerprint": "a hash",
    "token_hash": "a hash", "code_hash": "a hash", "tx_code_hash": "a hash", "password_hash": "a hash",
    "state": "one of a state machine's", "status": "one of a state machine's", "verb": "one of a state machine's",
    "way": "one of a list", "language": "vi or en", "happens": "one of a list",
    "account": "an account's id, made by the product", "source_id": "made by the product",
}  # fmt: skip
"""Names of columns that no person and no device writes words into."""
CLOSED = {
    "identity.Account.password": "a hash",
    "identity.FailedTry.login": "a keyed hash",
    "identity.Delegation.permissions": "of a list", "identity.Grant.permission": "of a list",
    "identity.Grant.subject": "a text id", "identity.Position.permissions": "of a list", "identity.Position.code": "a slug",
    "identity.Post.position": "a slug of a list", "identity.Recovery.document_digits": "four digits",
    "identity.OidcClient.auth_method": "of a list", "identity.OidcClient.machine_scopes": "of a list", "identity.OidcClient.sector": "a host, checked", "identity.OidcClient.least_acr": "of a list",
    "identity.OidcClient.backchannel_uri": "an address, checked", "identity.OidcConsent.asked": "of a list", "identity.OidcConsent.scopes": "of a list",
    "identity.OidcDevice.device_hash": "a hash", "identity.OidcDevice.user_hash": "a hash", "identity.OidcDevice.scopes": "of a list",
    "identity.OidcDevice.methods": "of a list", "identity.OidcGrant.scopes": "of a list", "identity.OidcGrant.acr": "of a list",
    "identity.OidcGrant.reached": "of a list", "identity.OidcGrant.methods": "of a list", "identity.OidcGrant.session": "a hash",
    "identity.OidcGrant.ended_why": "of a list", "identity.OidcKey.kid": "made by the product", "identity.OidcKey.public": "a key",
    "identity.OidcLogout.subject": "made by the product", "identity.OidcLogout.sid": "made by the product",
    "identity.OidcLogout.problem": "the product's own words", "identity.OidcPushed.hash": "a hash",
    "identity.OidcPushed.parameters": "judged as the parameters of an address are", "identity.OidcRate.what": "of a list",
    "identity.OidcRate.who": "a keyed hash", "identity.Upstream.slug": "a slug", "identity.Upstream.preset": "of a list",
    "identity.Upstream.protocol": "of a list", "identity.Upstream.issuer": "an address, checked", "identity.Upstream.endpoints": "addresses, checked",
    "identity.Upstream.scopes": "words of a protocol, checked", "identity.Upstream.asked_acr": "a word of a protocol",
    "identity.Upstream.claims": "a grammar of its own", "identity.Upstream.assurance": "a grammar of its own",
    "identity.UpstreamLink.subject_hash": "a hash",
    "places.Unit.name_fold": "folded by the product", "places.Unit.name_sort": "folded by the product",
    "places.Unit.boundary": "numbers, told as a drawing", "places.UnitPast.boundary": "numbers",
    "places.UnitEvent.kind": "of a list", "places.CalendarDay.kind": "of a list",
    "places.UnitCode.scheme": "of a list",
    "places.WorkingWeek.hours": "times of a day", "places.WorkingWeek.working": "days of a week",
    "documents.MessageCode.channel": "of a list", "documents.MessageCode.recipient": "a keyed hash",
    "documents.Tries.who": "a keyed hash", "documents.Tries.what": "of a list",
    "documents.CredentialOffer.kind": "of a list", "documents.IssuedCredential.kind": "of a list",
    "documents.IssuedCredential.holder": "a hash of a key", "documents.IssuedCredential.reason": "of a list",
    "documents.PresentationRequest.nonce": "made by the product", "documents.PresentationRequest.query": "of a list",
    "documents.PresentationRequest.mode": "of a list", "documents.PresentationRequest.why": "a key of a sentence",
    "documents.SigningKey.purpose": "of a list", "documents.SigningKey.kind": "of a list",
    "documents.SigningKey.place": "where a module lies; shown on no page", "documents.SigningKey.chain": "certificates",
    "documents.SignedDocument.level": "of a list", "documents.SignedDocument.reason": "of a list",
    "documents.StatusChange.reason": "of a list",
    "documents.DocumentPaper.folded": "folded by the product", "documents.DocumentPaper.keep": "of a list",
    "privacy.ConsentText.purpose": "a slug of a list", "privacy.Consent.purpose": "a slug of a list",
    "privacy.Letter.request_id": "made by the product", "privacy.Letter.key": "a key of a sentence",
    "privacy.PurposeVersion.key": "a slug", "privacy.DataRequest.code": "made by the product",
    "privacy.DataRequest.kind": "of a list", "privacy.DataRequest.checked_how": "of a list",
    "privacy.DataRequest.taken_by": "a text id", "privacy.RetentionRule.key": "of a list",
    "privacy.LegalHold.lifted_by": "a text id", "privacy.RetentionRun.counts": "numbers by keys of a list",
    "sources.Source.slug": "a slug", "sources.Source.link_state": "of a list",
    "sources.Source.mapping": "a grammar of its own, met through its form",
    "sources.Device.kind": "of a list", "sources.Device.mapping": "a grammar of its own",
    "sources.FileDrop.preview": "met by a file whose columns and cells are payloads",
    "sources.FileDrop.row_errors": "met by a file", "sources.FileDrop.result": "numbers by keys of a list",
}  # fmt: skip
"""Columns of texts that are filled by the product alone, with why."""
NOT_SHOWN = {
    "identity.Grant.purposes": "no form asks for it yet",
    "documents.PresentationRequest.purpose": "told to the wallet alone (JSON)",
    "privacy.Letter.to": "goes into a mail's head; test_letters",
    "privacy.Letter.values": "goes into a mail's text; test_letters",
    "sources.Device.username": "told once, when it is made",
    "sources.Source.options": "addresses of the far side",
    "sources.Source.link_error": "shown for sources that Dothi subscribes to",
    "documents.CallCode.organisation": "told to who types a call's code",
    "places.Unit.code": "told from UnitCode",
    "identity.Upstream.client_id": "told to the provider alone",
    "identity.OidcClient.place": "shown when a device asks",
}
"""Filled, and expected on no page."""


def numbers_in(text: str) -> set[int]:
    """The numbers of payloads that stand in a text."""
    return {int(one) for one in _NUMBER.findall(text)}


class Numbers:
    """Hands out payloads in turn, each with a number of its own, and remembers what it was for."""

    def __init__(self) -> None:
        self.given: dict[int, tuple[str, int]] = {}
        self.turn = 0

    def one(self, what: str, room: int = 10_000) -> str:
        """A payload that fits into so many characters, its number in it or before it."""
        number = 71_000 + len(self.given)
        for _ in PAYLOADS:
            index = self.turn % len(PAYLOADS)
            self.turn += 1
            text = PAYLOADS[index].numbered(number)
            text = text if number in numbers_in(text[:40]) else f"{number} {text}"
            if len(text) <= room:
                self.given[number] = (what, index)
                return text
        self.given[number] = (what, -1)
        short = SHORT[number % len(SHORT)].numbered(number)
        return short if len(short) <= room else f"<b>{number}"[:room]


@dataclasses.dataclass
class Town:
    """`things`: what stands in addresses, by the parameter's name."""

    owner: Account
    numbers: Numbers
    things: dict[str, Any] = dataclasses.field(default_factory=dict)


def kept_columns() -> Iterator[tuple[type[models.Model], Any]]:
    """Every column of ours that holds text."""
    for model in apps.get_models():
        if model.__module__.startswith("dothi."):
            for column in model._meta.get_fields():
                if isinstance(column, (models.CharField, models.TextField, models.JSONField)):
                    yield model, column


def name_of(model: type[models.Model], column: Any) -> str:
    return f"{model._meta.label}.{column.name}"


def is_open(model: type[models.Model], column: Any) -> bool:
    """Whether somebody's own words may stand there."""
    return not (column.choices or column.name in MADE or name_of(model, column) in CLOSED)


def _value(column: Any, text: str, numbers: Numbers, name: str) -> Any:
    """What a column holds when it holds payloads."""
    if not isinstance(column, models.JSONField):
        return text
    return {
        "privacy.ConsentText.words": lambda: {"vi": text, "en": numbers.one(name)},
        "privacy.Letter.values": lambda: {"code": text},
        "privacy.PurposeVersion.entry": lambda: None,
        "sources.Source.options": lambda: {"host": text, "url": numbers.one(name), "interval": 60},
        "places.PlaceSetting.value": lambda: text,
    }.get(name, lambda: [text, numbers.one(name)])()


def _purpose(entry: dict[str, Any], numbers: Numbers) -> dict[str, Any]:
    words = {field: {lang: numbers.one("privacy.PurposeVersion.entry") for lang in ("vi", "en")} for field in TEXTS}  # fmt: skip
    return entry | words


def fill(numbers: Numbers, *, keep: frozenset[str]) -> set[str]:
    """Put a payload into every open column of every row; the names of columns that were filled."""
    filled = set()
    for model, column in kept_columns():
        name = name_of(model, column)
        if not is_open(model, column):
            continue
        for row in model._default_manager.all():
            if str(row.pk) in keep and column.name == "login":
                continue
            text = numbers.one(name, column.max_length or 10_000)
            value = (
                _purpose(row.entry, numbers)  # type: ignore[attr-defined]  # - the register's own
                if name.endswith("PurposeVersion.entry")
                else _value(column, text, numbers, name)
            )
            model._default_manager.filter(pk=row.pk).update(**{column.name: value})
            filled.add(name)
    return filled


def _accounts(town: Town) -> None:
    things, dung = town.things, town.owner
    made = person.add_officer(name="Ông Ba", login="ong.ba")
    held = post.give_post(account=made, position="ward_officer", unit="p1", since=date(2026, 1, 1), title="a")
    given = grant.give_grant(subject=f"account:{made.pk}", permission="sources.see", unit="p1", basis="a")
    body = organisation.add_organisation(name="Hội", kind="association", unit="p1")
    program = service_account.add_service_account(name="Máy đọc", purpose="đọc số liệu", owner=dung)
    of_program = grant.give_grant(
        subject=f"service:{program.pk}", permission="sources.see", unit="p1", basis="a"
    )
    role = position.put_position(name="Tổ trưởng", permissions=["sources.see"])
    now = clock.now()
    lent = delegation.delegate(
        giver=dung, taker=made, since=now, until=now + timedelta(days=3), reason="nghỉ phép"
    )
    open_ = recovery.open_recovery(officer=dung, login=made.login, document_kind="citizen_card", document_digits="1234", at=now, unit="p1")  # fmt: skip
    EmailAddress.objects.create(user=dung, email=town.numbers.one("email", 200), verified=True, primary=True)
    EmailAddress.objects.create(user=dung, email=town.numbers.one("email", 200), verified=False)
    with connection.cursor() as cursor:
        key = create_key(cursor, operations=["read"], note=town.numbers.one("broker.key.note", 200))
    things |= {
        "account_id": made.pk, "posts": held.pk, "grants": given.pk, "organisation_id": body.pk, "service_id": program.pk,
        "program_grants": of_program.pk, "code": role.code, "delegation": lent.pk, "recovery": open_.pk, "key_id": key.split("_")[1],
        "email": EmailAddress.objects.filter(user=dung).order_by("-pk")[0].pk,
        "first": create_admin_link().rsplit("/", 2)[-2], "invited": person.invite(account=made, base_url="").rsplit("/", 2)[-2],
        "sign_up_link": signing.dumps("moi@dothi.test", salt=sign_up._SALT),
        "reset_link": signing.dumps([dung.pk, password._bound(dung)], salt=password._SALT),
        "email_confirm": "x:y",
    }  # fmt: skip


def _file(town: Town, source: Source) -> Any:
    """A file whose name, columns and cells are payloads."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["time", "pm25", *(town.numbers.one("file column") for _ in range(30))])
    for hour in range(6):
        writer.writerow([f"2026-11-20 0{hour}:00", hour, *(town.numbers.one("file cell") for _ in range(30))])
    name = f"{town.numbers.one('sources.FileDrop.name', 200)}.csv"
    return filing.hand_in(source, name=name, content=out.getvalue().encode(), by=town.owner.pk)


def _sources(town: Town) -> None:
    source, _ = sources.add_source(tenant="", name="Trạm", way="mqtt", period=60, unit="p1", contact_name="Bà", slug="tram")  # fmt: skip
    files, _ = sources.add_source(tenant="", name="Tệp", way="file", period=60, unit="p1", slug="tep")
    Device.objects.create(source=source, key="k1", name="Chờ", state="waiting", last_payload="{}")
    device = Device.objects.create(source=source, key="k2", name="Đo", state="active", topics=["a"])
    refused = [("no_time", source.pk), ("no_time", ""), ("http", "")]
    for reason, of in refused:
        Refusal.objects.create(source_id=of, way="mqtt", reason=reason, payload="{}", topic="t")
    drop = _file(town, files)
    town.things |= {"slug": source.slug, "device_id": device.pk, "file_slug": files.slug, "file_id": drop.pk}


def _documents(town: Town) -> None:
    key = documents.make_demo_key(name="Phường", organisation="Thành phố")
    paper = documents.Paper(organisation=town.numbers.one("paper"), title=town.numbers.one("paper"), number="1", text=[town.numbers.one("paper")], fields=[(town.numbers.one("paper"), "b")], table=[[town.numbers.one("paper"), "d"]])  # fmt: skip
    one, _ = documents.sign(title=town.numbers.one("PDF title", 300), kind="Giấy", key=key, paper=paper)
    gone, _ = documents.sign(title="Bỏ", kind="Giấy", key=key, paper=paper)
    documents.revoke(document=gone, reason="error", words="sai")
    message = codes.code_for(
        channel="mail", subject="Thư", recipient="a@b.vn", unit="p1", organisation="UBND", text="abc"
    )
    codes.begin_call(unit="p1", about="Gọi")
    address = codes.add_address(host="dothi.test", about="Trang", below=False)
    wallet = presentation.ask(claims=list(CLAIMS), purpose="xem")
    offered, _, _ = credential.offer_credential(claims=dict.fromkeys(CLAIMS, town.numbers.one("claim", 90)))
    issued = IssuedCredential.objects.create(
        offer=offered, kind=offered.kind, index=7, holder="0" * 64, until=offered.until
    )
    town.things |= {
        "credential": issued.pk, "document_id": one.pk, "revoked": gone.pk, "file_hash": one.file_hash, "address_id": address.pk, "part": "all",
        "document_key": key.pk, "wallet_request": wallet.pk, "message": message.replace("-", ""),
    }  # fmt: skip


def _privacy(town: Town) -> None:
    now = clock.now()
    given = {f"{field}_{language}": "Chữ đủ dài" for field in TEXTS for language in ("vi", "en")}
    purpose.put_purpose(given=given | {"key": "thu", "basis": "consent", "dpia": "planned"}, by="", new=True)
    words = consent.publish_text(purpose="thu", vi="x" * 30, en="y" * 30, by="", at=now)
    consent.give(account=town.owner.pk, text_id=words.pk, language="vi", said=True, at=now)
    one = request.file_request(kind="rectify", name="An Nguyễn", email="an@b.vn", phone="0901234567", details="Sửa", at=now, account=town.owner.pk)  # fmt: skip
    request.take_request(request_id=one.pk, by="account:x", at=now)
    request.ask_for_more(request_id=one.pk, words="Thêm gì?", by="account:x", at=now)
    Letter.objects.create(
        request_id=one.pk, to="an@b.vn", language="vi", key="privacy.mail.take", values={}, at=now
    )
    held = retention.hold(object_="account:abc", basis="Vụ án", by="", at=now)
    retention.set_rule(key="refused_payloads", days=20, happens="keep", basis="Quyết định", valid_from=date(2026, 1, 1), by="", at=now)  # fmt: skip
    export.make_export(account=town.owner.pk, at=now)
    town.things |= {"request_id": one.pk, "hold_id": held.pk, "purpose": "thu", "privacy_code": one.code, "privacy_mail": letter.link_of(one.pk).rsplit("/", 2)[-2]}  # fmt: skip


def _oidc(town: Town) -> None:
    """Software that signs people in by the city, what was allowed to it, and a provider that the city believes."""
    now, name = clock.now(), town.numbers.one("oidc client name", 90)
    wish = oidc_client.Wish(name=name, purpose="Nộp hồ sơ điện tử", auth_method="client_secret_basic", redirect_uris=["https://phan-mem.test/cb"])  # fmt: skip
    client, _ = oidc_client.add_client(wish, tenant="", at=now)
    given = oidc_consent.give_consent(account=town.owner, client=client, asked=["openid"], scopes=["openid"], is_remembered=False, at=now)  # fmt: skip
    provider = upstream.NewUpstream(slug="noi", name="Nơi", preset="oidc", protocol="oidc", client_id="x", client_secret="y", issuer="https://idp.example", claims={"subject": ["sub"]}, assurance={"levels": {}})  # fmt: skip
    added = upstream.add_upstream(provider, tenant="", at=now)
    town.things |= {"client_id": client.pk, "consent_id": given.pk, "upstream_id": added.pk, "upstream_slug": "noi"}  # fmt: skip


def _places(town: Town) -> None:
    day = date(2026, 3, 1)
    change.change_unit(unit="p2", day=day, name="Phú Xuân mới", basis="Nghị quyết")
    places.set_setting(key="noise_limit", value=45, unit="p1", valid_from=day, source="Quyết định")
    calendar.set_day(day=date(2026, 5, 4), kind="off", reason="Nghỉ bù", decision="QĐ", unit="p1")
    calendar.set_week(week=Week(unit="p1", hours={n: ((time(8), time(12)),) for n in range(1, 6)}, valid_from=day, source="QĐ"))  # fmt: skip
    town.things |= {"unit_id": "p2", "mark": "0" * 64}


def _many(numbers: Numbers) -> None:
    """All hundred payloads on one page each: units, people, records of the ledger."""
    units = [
        places.NewUnit(id=f"u{n}", kind="Phường", name=numbers.one("places.Unit.name", 200), parent="46", code=f"9{n:03}")
        for n in range(100)
    ]  # fmt: skip
    places.put_units(units=units)
    Account.objects.bulk_create(
        Account(name=numbers.one("identity.Account.name", 200), login=f"n{n}", role="staff")
        for n in range(100)
    )
    for n in range(100):
        ledger.note("identity.act.signed_in", f"account:{numbers.one('ledger.object', 200)}", by=f"account:{numbers.one('ledger.actor', 100)}", words=numbers.one("ledger.details"), n=n)  # fmt: skip


def _formulas() -> None:
    """What a spreadsheet would reckon with, in what is told as CSV."""
    for n, formula in enumerate(FORMULAS):
        ledger.note("identity.act.signed_in", formula.replace("%N", str(n)), by=formula.replace("%N", str(n)), n=n)  # fmt: skip


def build(dung: Account, *, many: bool = True) -> tuple[Town, set[str]]:
    """The town, and the columns that were filled."""
    units = [("46", "Huế", None), ("p1", "Thuận Hóa", "46"), ("p2", "Phú Xuân", "46")]
    places.put_units(
        units=[
            places.NewUnit(id=id_, kind="Phường", name=name, parent=parent, code=str(n), valid_from=date(2000, 1, 1))
            for n, (id_, name, parent) in enumerate(units)
        ]
    )  # fmt: skip
    town = Town(dung, Numbers())
    for step in (_accounts, _places, _sources, _documents, _privacy, _oidc):
        step(town)
    filled = fill(town.numbers, keep=frozenset({dung.pk}))
    if many:
        _many(town.numbers)
    _formulas()
    return town, filled
