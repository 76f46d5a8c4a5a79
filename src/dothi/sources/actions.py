# SPDX-License-Identifier: Apache-2.0
"""The only writers of sources and devices; each tells the broker through the outbox what changed."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from dothi.foundation import clock
from dothi.foundation.text import nfc
from dothi.identity.door import reach
from dothi.sources import entities, rules
from dothi.sources.bounds import place_problem, unit_problem
from dothi.sources.core import topics as allowed
from dothi.sources.core.known_types import kind_of, type_of
from dothi.sources.core.mapping import BadMapping, entity_of, parts_of, read_mapping
from dothi.sources.core.mapping_model import Mapping
from dothi.sources.errors import NotPossible, RefusedForm, WholeCityOnly
from dothi.sources.models import Device, Refusal, Source
from dothi.sources.noted import device_noted, source_noted
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


def _check_options(way: str, options: dict[str, Any]) -> dict[str, str]:
    if way != "subscribe":
        return {}
    wrong = {
        "host": None if options.get("host") else "sources.host.missing",
        "port": None if options.get("port", 1883) else "sources.port.shape",
        "topic": None
        if all(allowed.subscription_is_good(topic) for topic in options.get("topics", []))
        else "sources.subscribe.topic_shape",
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
    wrong |= _check_options(way, options) | unit_problem(unit)
    if wrong:
        raise RefusedForm(wrong)
    key, kept = make_key()
    source = Source.objects.create(
        tenant=tenant,
        slug=slug or _slug(name),
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
        public=reach().everywhere,
    )
    source_noted("sources.act.added", source, way=way, period=source.period, unit=unit, public=source.public)
    return source, key


def _slug(name: str) -> str:
    """One that is free; with some chance in it where not all names may be seen, so that none is told."""
    if reach().everywhere:
        return rules.slug(name, set(Source.objects.values_list("slug", flat=True)))
    return f"{rules.slug(name, set())[:70]}-{secrets.token_hex(3)}"


@transaction.atomic
def change_source(
    source: Source,
    *,
    name: str,
    period: int | None,
    unit: str | None,
    contact_name: str,
    contact_phone: str,
    options: dict[str, Any] | None = None,
) -> Source:
    """Correct who answers for a source, how often it speaks and where it comes from; its devices are told anew."""
    _in_use(source)
    wrong = _check_names(name=nfc(name), phone=contact_phone, period=period) | unit_problem(unit)
    if options is not None:
        wrong |= _check_options(source.way, options)
        source.options = source.options | options
        source.link_state, source.link_error, source.link_at = "", "", None
    if wrong:
        raise RefusedForm(wrong)
    source.name, source.period, source.unit_id = nfc(name)[:200], period or source.period, unit or None
    source.contact_name, source.contact_phone = nfc(contact_name)[:200], contact_phone.strip()[:40]
    source.save()
    _publish_all(source)
    source_noted("sources.act.changed", source, period=source.period, unit=source.unit_id)
    return source


@transaction.atomic
def change_mapping(source: Source, *, mapping: dict[str, Any]) -> Source:
    """Read payloads by other rules from now on; devices that had the usual topics get the usual ones of these."""
    _in_use(source)
    before, source.mapping = _mapping(source).topics, mapping
    source.save(update_fields=["mapping"])
    after = _mapping(source).topics
    changed = []
    for device in source.devices.exclude(username=None).only("pk", "key", "topics"):
        if before != after and device.topics == allowed.device_topics(source.slug, before, device.key):
            device.topics = allowed.device_topics(source.slug, after, device.key)
            changed.append(device)
    Device.objects.bulk_update(changed, ["topics"], batch_size=500)
    source_noted("sources.act.mapping_changed", source)
    return source


@transaction.atomic
def set_muted(source: Source, *, muted: bool) -> Source:
    """Silence a source, or let it speak again: its readings are kept, its devices are marked."""
    _in_use(source)
    source.muted_at = clock.now() if muted else None
    source.save(update_fields=["muted_at"])
    _publish_all(source)
    source_noted("sources.act.muted" if muted else "sources.act.unmuted", source)
    return source


@transaction.atomic
def set_public(source: Source, *, public: bool) -> Source:
    """Let the figures of a source stand on the public page, or take them off it: for those with the whole city."""
    _in_use(source)
    if not reach().everywhere:
        raise WholeCityOnly("sources.public.whole_city")
    source.public = public
    source.save(update_fields=["public"])
    _publish_all(source)
    source_noted("sources.act.made_public" if public else "sources.act.made_internal", source)
    return source


@transaction.atomic
def rotate_key(source: Source) -> str:
    """A new key for the source, shown once; the old one stops working at once."""
    _in_use(source)
    key, source.token_hash = make_key()
    source.save(update_fields=["token_hash"])
    source_noted("sources.act.key_rotated", source)
    return key


@transaction.atomic
def retire(source: Source) -> Source:
    """End a source for good: nothing more is taken from it, what it told stays."""
    _in_use(source)
    source.retired_at = clock.now()
    source.token_hash = ""
    source.options = {key: value for key, value in source.options.items() if key != "gateway_hash"}
    source.save(update_fields=["retired_at", "token_hash", "options"])
    source.devices.exclude(state="waiting").update(state="retired", password_hash="")
    source.devices.filter(state="waiting").delete()
    _publish_all(source)
    source_noted("sources.act.retired", source)
    return source


@transaction.atomic
def make_gateway(source: Source) -> str:
    """A new password for the gateway of a source, shown once; the one before stops working."""
    _in_use(source)
    password, kept = make_key()
    source.options = source.options | {"gateway_hash": kept}
    source.save(update_fields=["options"])
    source_noted("sources.act.gateway_made", source)
    return password


@transaction.atomic
def remove_gateway(source: Source) -> Source:
    _in_use(source)
    source.options = {key: value for key, value in source.options.items() if key != "gateway_hash"}
    source.save(update_fields=["options"])
    source_noted("sources.act.gateway_removed", source)
    return source


def _mapping(source: Source) -> Mapping:
    try:
        return read_mapping(source.mapping)
    except BadMapping:
        return Mapping()


def _entity(source: Source, key: str, type_: str, topic: str = "") -> str:
    """The entity id by the source's own template; by the usual one where that names what is not known here."""
    mapping = _mapping(source)
    parts = parts_of(mapping, topic) or {}
    try:
        return entity_of(mapping, device=key, type_=type_, source=source.slug, parts=parts)
    except BadMapping:
        return rules.entity_id(type_, source.slug, key)


def default_type(source: Source) -> str:
    """The type of a source's devices where nobody says another."""
    return _mapping(source).type


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
    topics = topics or allowed.device_topics(source.slug, _mapping(source).topics, key)
    wrong |= _check_topics(topics) | place_problem(lon, lat)
    if wrong:
        raise RefusedForm(wrong)
    password, kept = make_key()
    type_ = entity_type or type_of(kind) or default_type(source)
    device = Device(
        tenant=source.tenant,
        source=source,
        key=key,
        name=nfc(name)[:200],
        kind=kind or kind_of(type_),
        entity_type=type_,
        entity_id=entity_id or _entity(source, key, type_),
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
    device_noted("sources.act.device_added", device)
    return device, password


def _check_topics(topics: list[str]) -> dict[str, str]:
    good = len(topics) <= allowed.TOPICS_MOST and all(allowed.filter_is_good(topic) for topic in topics)
    return {} if good else {"topics": "sources.topic.shape"}


@transaction.atomic
def accept_device(
    device: Device,
    *,
    name: str = "",
    kind: str = "",
    unit: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    period: int | None = None,
    unit_code: str = "",
) -> Device:
    """Let a device that was seen take part, as what it is and where it stands.

    Without a kind it is of the type that its readings were kept as, else of the source's. The entity id is
    fixed from here on; the type can be changed later.
    """
    _in_use(device.source)
    if device.state != "waiting":
        raise NotPossible("sources.device.not_waiting", name=str(device))
    if wrong := place_problem(lon, lat):
        raise RefusedForm(wrong)
    device.name = nfc(name)[:200] or device.name
    device.entity_type = type_of(kind) or device.entity_type or default_type(device.source)
    device.kind = kind or kind_of(device.entity_type)
    device.entity_id = device.entity_id or _entity(
        device.source, device.key, device.entity_type, device.last_topic
    )
    device.unit_id = unit or device.unit_id
    device.lon, device.lat = (lon, lat) if lon is not None else (device.lon, device.lat)
    device.period, device.unit_code = period or device.period, unit_code or device.unit_code
    device.state = "accepted"
    device.last_seen = None  # what it said while it waited was not kept
    device.save()
    entities.publish(device)
    device_noted("sources.act.device_accepted", device)
    return device


@transaction.atomic
def accept_devices(devices: list[Device], *, kind: str = "", unit: str | None = None) -> int:
    """Accept many at once, as what one choice says of all; those that no longer wait are passed over."""
    waiting = [device for device in devices if device.state == "waiting" and device.source.retired_at is None]
    for device in waiting:
        accept_device(device, kind=kind, unit=unit)
    return len(waiting)


@transaction.atomic
def refuse_device(device: Device) -> None:
    """Forget a waiting device; it shows again when it speaks again."""
    if device.state != "waiting":
        raise NotPossible("sources.device.not_waiting", name=str(device))
    device_noted("sources.act.device_refused", device)
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
    topics: list[str] | None = None,
) -> Device:
    """Say what a device is, where it stands and where it publishes; the entity keeps its id whatever its type is."""
    _in_use(device.source)
    wrong = _check_topics(topics) if topics is not None else {}
    if (lon, lat) != (device.lon, device.lat):
        wrong |= place_problem(lon, lat)
    if wrong:
        raise RefusedForm(wrong)
    displaced = device.lon is not None and lon is None
    device.entity_type = _retyped(device, kind)
    device.entity_id = device.entity_id or _entity(device.source, device.key, device.entity_type)
    device.name, device.kind, device.unit_code = nfc(name)[:200], kind, unit_code
    device.lon, device.lat, device.unit_id, device.period = lon, lat, unit or None, period
    if topics is not None:
        device.topics = topics or allowed.device_topics(
            device.source.slug, _mapping(device.source).topics, device.key
        )
    device.save()
    entities.publish(device, displaced=displaced)
    device_noted("sources.act.device_changed", device)
    return device


def _retyped(device: Device, kind: str) -> str:
    """The type after `kind` was chosen; a device that was and stays of no listed kind keeps its own."""
    if kind:
        return type_of(kind)
    kept = device.entity_type if not device.kind else ""
    return kept or default_type(device.source)


@transaction.atomic
def set_device_muted(device: Device, *, muted: bool) -> Device:
    if device.state not in {"accepted", "muted"}:
        raise NotPossible("sources.device.not_in_use", name=str(device))
    device.state = "muted" if muted else "accepted"
    device.save(update_fields=["state"])
    entities.publish(device)
    device_noted("sources.act.device_muted" if muted else "sources.act.device_unmuted", device)
    return device


@transaction.atomic
def rotate_device_key(device: Device) -> str:
    """A new password for a device, shown once; the old one stops working at its next connection."""
    _in_use(device.source)
    password, device.password_hash = make_key()
    device.username = device.username or device.pk.replace("_", "-")
    device.topics = device.topics or allowed.device_topics(
        device.source.slug, _mapping(device.source).topics, device.key
    )
    device.save(update_fields=["password_hash", "username", "topics"])
    device_noted("sources.act.device_key_rotated", device)
    return password


@transaction.atomic
def retire_device(device: Device) -> Device:
    if device.state == "retired":
        raise NotPossible("sources.retired_already", name=str(device))
    device.state, device.password_hash = "retired", ""
    device.save(update_fields=["state", "password_hash"])
    entities.publish(device)
    device_noted("sources.act.device_retired", device)
    return device


@transaction.atomic
def remove_simulated_sources() -> list[str]:
    """Take the demo city's sources away without trace, with devices, files and refusals; returns their slugs."""
    gone = Source.objects.filter(simulated=True)
    slugs, ids = list(gone.values_list("slug", flat=True)), list(gone.values_list("pk", flat=True))
    Refusal.objects.filter(source_id__in=ids).delete()
    gone.delete()
    return slugs
