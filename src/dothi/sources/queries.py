# SPDX-License-Identifier: Apache-2.0
"""Sources, devices, files and refusals as pages need them: a constant number of statements, no writing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from dothi.sources import rules
from dothi.sources.errors import NoSuchSource
from dothi.sources.models import Device, FileDrop, Refusal, Source


def source(slug: str) -> Source:
    found = Source.objects.select_related("unit").filter(slug=slug).first()
    if found is None:
        raise NoSuchSource
    return found


def device(slug: str, device_id: str) -> Device:
    found = Device.objects.select_related("source", "unit").filter(source__slug=slug, pk=device_id).first()
    if found is None:
        raise NoSuchSource
    return found


def file(slug: str, file_id: str) -> FileDrop:
    found = FileDrop.objects.select_related("source").filter(source__slug=slug, pk=file_id).first()
    if found is None:
        raise NoSuchSource
    return found


def source_state(one: Source) -> str:
    return "retired" if one.retired_at else "muted" if one.muted_at else "accepted"


def source_list(at: datetime) -> list[dict[str, Any]]:
    """All sources with their health and how many devices each has, retired ones last."""
    rows = Source.objects.select_related("unit").annotate(
        device_count=Count("devices", filter=Q(devices__state__in=["accepted", "muted"])),
        waiting_count=Count("devices", filter=Q(devices__state="waiting")),
    )
    found = [
        {
            "source": row,
            "devices": row.device_count,
            "waiting": row.waiting_count,
            "health": rules.health(
                at=at, last_seen=row.last_seen, period=row.period, state=source_state(row)
            ),
        }
        for row in rows.order_by("name")
    ]
    return sorted(found, key=lambda row: row["health"] == "retired")


def device_list(of: Source, at: datetime, *, first: int = 0, count: int = 200) -> list[dict[str, Any]]:
    """Devices of a source that are in use, with their health; the silent ones first."""
    rows = of.devices.exclude(state="waiting").select_related("unit").order_by("last_seen", "key")
    rank = {"stale": 0, "never": 1, "live": 2, "muted": 3, "retired": 4}
    found = [
        {
            "device": row,
            "health": rules.health(
                at=at,
                last_seen=row.last_seen,
                period=row.period or of.period,
                state="muted" if of.muted_at and row.state == "accepted" else row.state,
            ),
        }
        for row in rows[first : first + count]
    ]
    return sorted(found, key=lambda row: rank[row["health"]])


def waiting(of: Source | None = None) -> QuerySet[Device]:
    """Devices that were seen and wait to be accepted, newest first."""
    rows = Device.objects.filter(state="waiting").select_related("source").order_by("-last_seen")
    return rows.filter(source=of) if of else rows


def refusals(of: Source, count: int = 20) -> QuerySet[Refusal]:
    return Refusal.objects.filter(source_id=of.pk).order_by("-at")[:count]


def files(of: Source, count: int = 20) -> QuerySet[FileDrop]:
    return FileDrop.objects.filter(source=of).order_by("-at").defer("row_errors", "preview")[:count]


def sources_with_devices() -> QuerySet[Source]:
    return Source.objects.prefetch_related(Prefetch("devices", queryset=Device.objects.order_by("key")))
