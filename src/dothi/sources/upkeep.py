# SPDX-License-Identifier: Apache-2.0
"""What sources keep for a while only, thrown away in steps: payloads of refusals, and originals of files."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from dothi.ledger.door import note
from dothi.sources.filing import original
from dothi.sources.models import Device, FileDrop, Refusal

ENDED = ("done", "failed", "cancelled", "seen")
"""States of files that ingest no longer wants."""


def _refusals(before: datetime) -> QuerySet[Refusal]:
    return Refusal.objects.filter(at__lt=before).exclude(payload="")


def _devices(before: datetime) -> QuerySet[Device]:
    """The last payload of a device that waits, or has long been silent."""
    return Device.objects.filter(Q(last_seen__lt=before)).exclude(last_payload="")


def count_payloads(before: datetime, _held: frozenset[str]) -> int:
    return _refusals(before).count() + _devices(before).count()


def drop_payloads(before: datetime, _held: frozenset[str], most: int) -> int:
    """Empty payloads; why and when something was refused stays."""
    refused = list(_refusals(before).order_by("pk").values_list("pk", flat=True)[:most])
    done = Refusal.objects.filter(pk__in=refused).update(payload="")
    silent = list(_devices(before).order_by("pk").values_list("pk", flat=True)[: most - done])
    return done + Device.objects.filter(pk__in=silent).update(last_payload="")


def _files(before: datetime, held: frozenset[str]) -> QuerySet[FileDrop]:
    return FileDrop.objects.filter(at__lt=before, state__in=ENDED).exclude(by__in=held)


def count_files(before: datetime, held: frozenset[str]) -> int:
    return _files(before, held).count()


def drop_files(before: datetime, held: frozenset[str], most: int) -> int:
    """Delete files handed in, with their originals unless another row still needs them.

    The original goes first: killed between the two, the row is still there and the next step finds it again.
    """
    found = list(_files(before, held).order_by("pk")[:most])
    for drop in found:
        if not FileDrop.objects.filter(sha256=drop.sha256).exclude(pk=drop.pk).exists():
            original(drop).unlink(missing_ok=True)
        note("sources.act.file_dropped", f"file:{drop.pk}", tenant=drop.tenant, sha256=drop.sha256)
        drop.delete()
    return len(found)
