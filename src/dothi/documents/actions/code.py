# SPDX-License-Identifier: Apache-2.0
"""Codes that messages carry and that officers read out, and the list of the city's addresses."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction

from dothi.documents import vault
from dothi.documents.errors import RefusedForm
from dothi.documents.models import CallCode, CityAddress, MessageCode
from dothi.documents.rules import code
from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.ledger.door import note
from dothi.places.door import Unit

CHANNELS = ("mail", "sms", "zalo", "push", "letter")
CALL_LASTS = timedelta(minutes=10)
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def text_hashes(text: str, own: str) -> set[str]:
    """Hashes that a pasted text may have been kept under: as it is, and without the code `own` that it carries."""
    return {text_hash(text), text_hash(nfc(text).replace(code.shown(own), " "))}


def text_hash(text: str) -> str:
    """SHA-256 of a message's words: spaces and line ends count as one space, for messengers change them."""
    return hashlib.sha256(nfc(text).encode()).hexdigest()


def organisation_of(unit: str) -> str:
    """The unit's name today; empty for the city as a whole."""
    found = Unit.objects.filter(pk=unit).first() if unit else None
    return str(found) if found else ""


@transaction.atomic
def code_for(
    *,
    channel: str,
    subject: str,
    recipient: str,
    text: str = "",
    unit: str = "",
    organisation: str = "",
    at: datetime | None = None,
    by: str = "",
    tenant: str = "",
) -> str:
    """The code that a message of the city carries, as people read it.

    `recipient` (an address or number) is kept as a keyed hash only, `text` as a hash; `subject` is shown to whoever
    types the code, so it names no person.
    """
    if channel not in CHANNELS:
        raise RefusedForm({"channel": "documents.form.channel"})
    if not nfc(subject):
        raise RefusedForm({"subject": "documents.form.subject"})
    row = MessageCode.objects.create(
        tenant=tenant, unit=unit, organisation=(nfc(organisation) or organisation_of(unit))[:200], channel=channel,
        subject=nfc(subject)[:200], recipient=vault.mark(recipient.strip().casefold(), purpose="recipient"),
        text_hash=text_hash(text) if text else "", sent_at=at or clock.now(), by=by,
    )  # fmt: skip
    note("documents.act.code_issued", f"message:{row.pk[:4]}", tenant=tenant, channel=channel, unit=unit)
    return code.shown(row.pk)


@transaction.atomic
def withdraw_code(*, message: MessageCode) -> MessageCode:
    """Say that the message is not to be followed any more."""
    if message.withdrawn_at is None:
        message.withdrawn_at = clock.now()
        message.save(update_fields=["withdrawn_at"])
        note("documents.act.code_withdrawn", f"message:{message.pk[:4]}", tenant=message.tenant)
    return message


@transaction.atomic
def begin_call(*, unit: str, about: str, by: str = "", tenant: str = "") -> CallCode:
    """A code that the officer on the telephone reads out."""
    if not nfc(about):
        raise RefusedForm({"about": "documents.form.about"})
    CallCode.objects.filter(made_at__lt=clock.now() - timedelta(days=30)).delete()
    row = CallCode.objects.create(
        tenant=tenant, unit=unit, organisation=organisation_of(unit)[:200], about=nfc(about)[:200], by=by,
        made_at=clock.now(),
    )  # fmt: skip
    note("documents.act.call_begun", f"call:{row.pk[:3]}", tenant=tenant, unit=unit)
    return row


@transaction.atomic
def answer_call(*, typed: str) -> CallCode | None:
    """The call that this code belongs to: once, within ten minutes; None otherwise, without a reason."""
    found = CallCode.objects.select_for_update().filter(pk=typed, used_at__isnull=True).first()
    if found is None or clock.now() - found.made_at > CALL_LASTS:
        return None
    found.used_at = clock.now()
    found.save(update_fields=["used_at"])
    return found


def host_of(typed: str) -> str:
    """The host of an address as somebody pastes it; empty when there is none."""
    text = typed.strip()[:2000]
    try:
        return (urlsplit(text if "//" in text else f"//{text}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


@transaction.atomic
def add_address(*, host: str, about: str, below: bool, by: str = "", tenant: str = "") -> CityAddress:
    """Say that a host is the city's."""
    name = host_of(host)
    if not _HOST.fullmatch(name):
        raise RefusedForm({"host": "documents.form.host"})
    if not nfc(about):
        raise RefusedForm({"about": "documents.form.about"})
    row = CityAddress.objects.create(tenant=tenant, host=name, below=below, about=nfc(about)[:200], by=by)
    note("documents.act.address_added", f"address:{row.pk}", tenant=tenant, host=name)
    return row


@transaction.atomic
def end_address(*, address: CityAddress) -> CityAddress:
    if address.ended_at is None:
        address.ended_at = clock.now()
        address.save(update_fields=["ended_at"])
        note("documents.act.address_ended", f"address:{address.pk}", tenant=address.tenant, host=address.host)
    return address
