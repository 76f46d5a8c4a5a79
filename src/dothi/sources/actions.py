# SPDX-License-Identifier: Apache-2.0
"""The only writers of sources and devices; each tells the broker through the outbox what changed."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.kinds import BY_KEY
from dothi.foundation.text import nfc
from dothi.sources import entities, rules
from dothi.sources.errors import NotPossible, RefusedForm
from dothi.sources.models import Device, Refusal, Source
from dothi.sources.secrets_made import make_key


def _in_use(source: Source) -> None:
    if source.retired_at is not None:
        raise NotPossible("sources.retired_already", name=source.name)


def _publish_all(source: Source) -> None:
    for device in source.devices.exclude(state="waiting").select_related("source"):
        entities.publish(device)


def _check_names(*, name: str, phone: str, period: int | None) -> dict[str, str]:
    wrong = {
        "name": None if len(name) >= 2 else "sources.name.missing",
        "contact_phone": rules.phone_problem(phone),
        "period": None if period is not None else "sources.period.shape",
    }
    return {field: key for field, key in wrong.items() if key}


@transaction.atomic
def add_source(
    *,
    tenant: str,
    name: str,
    way: str,
    period: int | None,
    unit: str | None = None,
    contact_name: str = "",
    contact_phone: str = "",
    mapping: dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
    simulated: bool = False,
    slug: str = "",
) -> tuple[Source, str]:
    """Add a source; returns it with its key, which is shown once. RefusedForm names each wrong field."""
    name = nfc(name)
    wrong = _check_names(name=name, phone=contact_phone, period=period)
    if way not in {*rules.WAYS, "demo"}:
        wrong["way"] = "sources.way.missing"
    options = options or {}
    if way == "subscribe" and not options.get("host"):
        wrong["host"] = "sources.host.missing"
    if wrong:
        raise RefusedForm(wrong)
    taken = set(Source.objects.values_list("slug", flat=True))
    key, kept = make_key()
    source = Source.objects.create(
        tenant=tenant,
        slug=slug or rules.slug(name, taken),
        name=name[:200],
        way=way,
        period=period or 300,
        unit_id=unit or None,
        contact_name=nfc(contact_name)[:200],
        contact_phone=contact_phone.strip()[:40],
        mapping=mapping or {},
        options=options,
        token_hash=kept,
        simulated=simulated,
    )
    return source, key


@transaction.atomic
def change_source(
    source: Source, *, name: str, period: int | None, unit: str | None, contact_name: str, contact_phone: str
) -> Source:
    """Correct who answers for a source and how often it speaks; all its devices are told anew."""
    _in_use(source)
    wrong = _check_names(name=nfc(name), phone=contact_phone, period=period)
    if wrong:
        raise RefusedForm(wrong)
    source.name, source.period, source.unit_id = nfc(name)[:200], period or source.period, unit or None
    source.contact_name, source.contact_phone = nfc(contact_name)[:200], contact_phone.strip()[:40]
    source.save()
    _publish_all(source)
    return source


@transaction.atomic
def change_mapping(source: Source, *, mapping: dict[str, Any]) -> Source:
    _in_use(source)
    source.mapping = mapping
    source.save(update_fields=["mapping"])
    return source


@transaction.atomic
def set_muted(source: Source, *, muted: bool) -> Source:
    """Silence a source, or let it speak again: its readings are kept, its devices are marked."""
    _in_use(source)
    source.muted_at = clock.now() if muted else None
    source.save(update_fields=["muted_at"])
    _publish_all(source)
    return source


@transaction.atomic
def rotate_key(source: Source) -> str:
    """A new key for the source, shown once; the old one stops working at once."""
    _in_use(source)
    key, source.token_hash = make_key()
    source.save(update_fields=["token_hash"])
    return key


@transaction.atomic
def retire(source: Source) -> Source:
    """End a source for good: nothing more is taken from it, what it told stays."""
    _in_use(source)
    source.retired_at = clock.now()
    source.token_hash = ""
    source.save(update_fields=["retired_at", "token_hash"])
    source.devices.exclude(state="waiting").update(state="retired", password_hash="")
    source.devices.filter(state="waiting").delete()
    _publish_all(source)
    return source


def _default_type(kind: str) -> str:
    return BY_KEY[kind].type if kind in BY_KEY else "Device"


@transaction.atomic
def add_device(
    source: Source,
    *,
    key: str,
    name: str = "",
    kind: str = "",
    entity_id: str = "",
    entity_type: str = "",
    unit: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    period: int | None = None,
    unit_code: str = "",
    topics: list[str] | None = None,
) -> tuple[Device, str]:
    """Add a device with a user name and password of its own; the password is returned once."""
    _in_use(source)
    key = nfc(key)
    wrong: dict[str, str] = {}
    if not key:
        wrong["key"] = "sources.device.key_missing"
    elif source.devices.filter(key=key).exists():
        wrong["key"] = "sources.device.key_taken"
    topics = topics or rules.own_topics(source.slug, key)
    if not all(rules.topic_filter_is_good(topic) for topic in topics):
        wrong["topics"] = "sources.topic.shape"
    if wrong:
        raise RefusedForm(wrong)
    password, kept = make_key()
    type_ = entity_type or _default_type(kind)
    device = Device(
        tenant=source.tenant,
        source=source,
        key=key,
        name=nfc(name)[:200],
        kind=kind,
        entity_type=type_,
        entity_id=entity_id or rules.entity_id(type_, source.slug, key),
        unit_id=unit or None,
        lon=lon,
        lat=lat,
        period=period,
        unit_code=unit_code,
        topics=topics,
        password_hash=kept,
        state="accepted",
    )
    device.username = device.pk.replace("_", "-")
    device.save(force_insert=True)
    entities.publish(device)
    return device, password


@transaction.atomic
def accept_device(device: Device, *, name: str = "", kind: str = "") -> Device:
    """Let a device that was seen take part, with the entity that its readings will be told as."""
    _in_use(device.source)
    if device.state != "waiting":
        raise NotPossible("sources.device.not_waiting", name=str(device))
    device.name = nfc(name)[:200] or device.name
    device.kind = kind or device.kind
    device.entity_type = device.entity_type or _default_type(device.kind)
    device.entity_id = device.entity_id or rules.entity_id(device.entity_type, device.source.slug, device.key)
    device.state = "accepted"
    device.save()
    entities.publish(device)
    return device


@transaction.atomic
def refuse_device(device: Device) -> None:
    """Forget a waiting device; it shows again when it speaks again."""
    if device.state != "waiting":
        raise NotPossible("sources.device.not_waiting", name=str(device))
    device.delete()


@transaction.atomic
def map_device(
    device: Device,
    *,
    name: str,
    kind: str,
    lon: float | None,
    lat: float | None,
    unit: str | None,
    period: int | None,
    unit_code: str = "",
) -> Device:
    """Say what a device is and where it stands."""
    _in_use(device.source)
    device.name, device.kind, device.unit_code = nfc(name)[:200], kind, unit_code
    device.lon, device.lat, device.unit_id, device.period = lon, lat, unit or None, period
    if not device.entity_id:
        device.entity_type = _default_type(kind)
        device.entity_id = rules.entity_id(device.entity_type, device.source.slug, device.key)
    device.save()
    entities.publish(device)
    return device


@transaction.atomic
def set_device_muted(device: Device, *, muted: bool) -> Device:
    if device.state not in {"accepted", "muted"}:
        raise NotPossible("sources.device.not_in_use", name=str(device))
    device.state = "muted" if muted else "accepted"
    device.save(update_fields=["state"])
    entities.publish(device)
    return device


@transaction.atomic
def rotate_device_key(device: Device) -> str:
    """A new password for a device, shown once; the old one stops working at its next connection."""
    _in_use(device.source)
    password, device.password_hash = make_key()
    device.username = device.username or device.pk.replace("_", "-")
    device.topics = device.topics or rules.own_topics(device.source.slug, device.key)
    device.save(update_fields=["password_hash", "username", "topics"])
    return password


@transaction.atomic
def retire_device(device: Device) -> Device:
    if device.state == "retired":
        raise NotPossible("sources.retired_already", name=str(device))
    device.state, device.password_hash = "retired", ""
    device.save(update_fields=["state", "password_hash"])
    entities.publish(device)
    return device


@transaction.atomic
def remove_simulated_sources() -> list[str]:
    """Take the demo city's sources away without trace, with devices, files and refusals; returns their slugs."""
    gone = Source.objects.filter(simulated=True)
    slugs, ids = list(gone.values_list("slug", flat=True)), list(gone.values_list("pk", flat=True))
    Refusal.objects.filter(source_id__in=ids).delete()
    gone.delete()
    return slugs
