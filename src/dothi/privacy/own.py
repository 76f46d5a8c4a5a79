# SPDX-License-Identifier: Apache-2.0
"""What this room itself keeps about people, and for how long: as any other room tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from dothi.foundation import clock
from dothi.privacy import keepers
from dothi.privacy.actions.erasure import forget_own
from dothi.privacy.actions.request import forget_people
from dothi.privacy.models import Consent, DataRequest, Export, Letter
from dothi.privacy.queries.consent import consents_of
from dothi.privacy.queries.looking import looked_at
from dothi.privacy.queries.request import of_account


def _request(one: DataRequest) -> dict[str, Any]:
    return {
        "code": one.code, "kind": one.kind, "state": one.state, "filed_at": clock.iso(one.filed_at), "name": one.name,
        "email": one.email, "phone": one.phone, "details": one.details,
        "steps": [
            {"at": clock.iso(step.at), "step": step.verb, "words": step.words, "ground": step.ground}
            for step in one.steps.order_by("pk")
        ],
    }  # fmt: skip


def _consent(one: Consent) -> dict[str, Any]:
    return {
        "purpose": one.purpose, "version": one.text.version, "language": one.language,
        "words": one.text.words.get(one.language, ""), "sha256": one.text.sha256, "given_at": clock.iso(one.given_at),
        "withdrawn_at": clock.iso(one.withdrawn_at) if one.withdrawn_at else None,
    }  # fmt: skip


def export(account: str) -> dict[str, Any]:
    looks = looked_at(account, "vi")
    return {
        "requests": [_request(one) for one in of_account(account)],
        "consents": [_consent(one) for one in consents_of(account)],
        "exports": [
            clock.iso(at) for at in Export.objects.filter(account=account).values_list("made_at", flat=True)
        ],
        "looked_at": [
            {
                "at": clock.iso(one.at),
                "unit": one.unit,
                "post": one.post,
                "what": one.what,
                "purpose": one.purpose,
            }
            for one in looks
        ],
    }


def _requests(before: datetime, held: frozenset[str]) -> QuerySet[DataRequest]:
    return DataRequest.objects.filter(ended_at__lt=before, forgotten_at=None).exclude(account__in=held - {""})


def _consents(before: datetime, held: frozenset[str]) -> QuerySet[Consent]:
    return Consent.objects.filter(withdrawn_at__lt=before).exclude(account__in=held)


def _exports(before: datetime, held: frozenset[str]) -> QuerySet[Export]:
    return Export.objects.filter(made_at__lt=before).exclude(account__in=held)


def _letters(before: datetime, _held: frozenset[str]) -> QuerySet[Letter]:
    return Letter.objects.filter(at__lt=before)


def forget_old_requests(before: datetime, held: frozenset[str], most: int) -> int:
    return forget_people(list(_requests(before, held).order_by("pk")[:most]), at=clock.now())


def _drop_consents(before: datetime, held: frozenset[str], most: int) -> int:
    ids = list(_consents(before, held).order_by("pk").values_list("pk", flat=True)[:most])
    return Consent.objects.filter(pk__in=ids).delete()[0]


def _drop_exports(before: datetime, held: frozenset[str], most: int) -> int:
    ids = list(_exports(before, held).order_by("pk").values_list("pk", flat=True)[:most])
    return Export.objects.filter(pk__in=ids).delete()[0]


def _drop_letters(before: datetime, held: frozenset[str], most: int) -> int:
    ids = list(_letters(before, held).order_by("pk").values_list("pk", flat=True)[:most])
    return Letter.objects.filter(pk__in=ids).delete()[0]


KEEPER = keepers.Keeper("privacy", "privacy.keeps.privacy", "privacy.basis.law", export, forget_own)
SWEEPS = (
    keepers.Sweep(
        "requests", "privacy.retention.what.requests",
        lambda before, held: _requests(before, held).count(), forget_old_requests,
    ),
    keepers.Sweep(
        "consents", "privacy.retention.what.consents",
        lambda before, held: _consents(before, held).count(),
        _drop_consents,
    ),
    keepers.Sweep(
        "exports", "privacy.retention.what.exports",
        lambda before, held: _exports(before, held).count(),
        _drop_exports,
    ),
    keepers.Sweep(
        "letters", "privacy.retention.what.letters",
        lambda before, held: _letters(before, held).count(),
        _drop_letters,
    ),
)  # fmt: skip
