# SPDX-License-Identifier: Apache-2.0
"""Sources, devices, files and refusals as pages need them: a constant number of statements, no writing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left

from dothi.foundation.text import fold
from dothi.identity.door import reach, seen
from dothi.sources import rules
from dothi.sources.errors import NoSuchSource
from dothi.sources.models import Device, FileDrop, Refusal, Source

Row = TypeVar("Row", Device, FileDrop, Refusal)
SHOWN_OF_A_PAYLOAD = 200


class Page(msgspec.Struct, kw_only=True):
    """A part of a long list: `before` and `after` say where the neighbouring parts begin, if there are any."""

    rows: list[Any]
    total: int
    first: int
    size: int

    @property
    def before(self) -> int | None:
        return max(self.first - self.size, 0) if self.first else None

    @property
    def after(self) -> int | None:
        following = self.first + self.size
        return following if following < self.total else None

    @property
    def last(self) -> int:
        return self.first + len(self.rows)

    @property
    def is_part(self) -> bool:
        return len(self.rows) < self.total


def page(rows: QuerySet[Any], first: int, size: int) -> Page:
    """`size` rows from `first` on, with how many there are in all."""
    total = rows.count()
    first = min(first, max(total - 1, 0) // size * size)
    return Page(rows=list(rows[first : first + size]), total=total, first=first, size=size)


def sources() -> QuerySet[Source]:
    """The sources within reach of the one who asks."""
    return seen(Source.objects.all(), "unit")


def of_sources(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The rows that belong to sources within reach; what belongs to none is seen from the whole city."""
    return rows if reach().everywhere else rows.filter(source_id__in=sources().values("pk"))


def source(slug: str) -> Source:
    found = sources().select_related("unit").filter(slug=slug).first()
    if found is None:
        raise NoSuchSource
    return found


def device(slug: str, device_id: str) -> Device:
    known = of_sources(Device.objects.all()).select_related("source", "source__unit", "unit")
    found = known.filter(source__slug=slug, pk=_plain(device_id)).first()
    if found is None:
        raise NoSuchSource
    return found


def file(slug: str, file_id: str) -> FileDrop:
    found = (
        of_sources(FileDrop.objects.all())
        .select_related("source")
        .filter(source__slug=slug, pk=_plain(file_id))
        .first()
    )
    if found is None:
        raise NoSuchSource
    return found


def _plain(id_: str) -> str:
    """An id as it may stand in a statement: the store refuses NUL."""
    return id_.replace("\x00", "")


def source_state(one: Source) -> str:
    return "retired" if one.retired_at else "muted" if one.muted_at else "accepted"


def source_list(at: datetime) -> list[dict[str, Any]]:
    """All sources with their health and how many devices each has, retired ones last."""
    rows = (
        sources()
        .select_related("unit")
        .annotate(
            device_count=Count("devices", filter=Q(devices__state__in=["accepted", "muted"])),
            waiting_count=Count("devices", filter=Q(devices__state="waiting")),
        )
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


def device_list(of: Source, at: datetime, *, words: str = "", first: int = 0, size: int = 100) -> Page:
    """Devices of a source that are in use, with their health; those that spoke longest ago first.

    `words` are looked for in names and codes without regard to marks and case.
    """
    rows = of.devices.exclude(state="waiting").select_related("unit").defer("last_payload")
    if fold(words):
        names = of.devices.exclude(state="waiting").values_list("pk", "name", "key")
        rows = rows.filter(pk__in=[pk for pk, name, key in names if _holds(f"{name} {key}", words)])
    found = page(rows.order_by("last_seen", "key"), first, size)
    rank = {"stale": 0, "never": 1, "live": 2, "muted": 3, "retired": 4}
    judged = [
        {
            "device": row,
            "health": rules.health(
                at=at,
                last_seen=row.last_seen,
                period=row.period or of.period,
                state="muted" if of.muted_at and row.state == "accepted" else row.state,
            ),
        }
        for row in found.rows
    ]
    found.rows = sorted(judged, key=lambda row: rank[row["health"]])
    return found


def _holds(text: str, words: str) -> bool:
    folded = fold(text)
    return all(word in folded for word in fold(words).split())


def waiting(of: Source | None = None) -> QuerySet[Device]:
    """Devices that were seen and wait to be accepted, newest first; `payload_start` is how their last one begins."""
    rows = (
        of_sources(Device.objects.filter(state="waiting"))
        .select_related("source")
        .order_by("-last_seen", "pk")
    )
    rows = rows.defer("last_payload").annotate(payload_start=Left("last_payload", SHOWN_OF_A_PAYLOAD))
    return rows.filter(source=of) if of else rows


def chosen(ids: list[str]) -> QuerySet[Device]:
    """The waiting ones among these devices."""
    waits = Device.objects.filter(pk__in=[_plain(id_) for id_ in ids], state="waiting")
    return of_sources(waits).select_related("source")


def refusals(of: Source | None) -> QuerySet[Refusal]:
    """What was refused of a source, newest first; without one, what belongs to no source."""
    return of_sources(Refusal.objects.filter(source_id=of.pk if of else "")).order_by("-at", "-pk")


def files(of: Source) -> QuerySet[FileDrop]:
    """Files handed in, newest first."""
    return FileDrop.objects.filter(source=of).order_by("-at").defer("row_errors", "preview")
