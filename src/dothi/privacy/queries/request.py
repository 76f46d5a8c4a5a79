# SPDX-License-Identifier: Apache-2.0
"""Requests of data subjects, and until when they must be answered."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.db.models import Case, IntegerField, QuerySet, Value, When

from dothi.foundation import clock
from dothi.places import door as places
from dothi.privacy.errors import NoSuchRequest
from dothi.privacy.models import DataRequest
from dothi.privacy.rules import request as rules
from dothi.privacy.rules import shipped
from dothi.privacy.rules.request import LegalLimit

SETTING = "privacy_days."
"""Settings of a place that take the place of the law's limits: `privacy_days.access` and so on."""
SOON = timedelta(days=2)
OFTEN = 5
"""Requests that one address may file in a day: more would be somebody else's doing."""


def limit(key: str, *, unit: str | None, at: datetime) -> LegalLimit:
    """The law's limit, or what the locality entered as its setting with its source."""
    day = at.astimezone(clock.VIETNAM).date()
    law = rules.limit_on(shipped.limits(), key, day)
    own = places.setting_row(SETTING + key, unit=unit, at=day)
    if own is None or not isinstance(own.value, int) or not 0 < own.value <= 365:
        return law
    return msgspec.structs.replace(law, amount=own.value, more=None, source=own.source, proven=own.proven)


def _due(kind: LegalLimit, amount: int, *, unit: str | None, at: datetime) -> datetime:
    return places.due(unit, at, places.Limit(amount, kind.measure))


def received(*, unit: str | None, at: datetime) -> datetime:
    """When it counts as received: at once in office hours, else when the unit opens next."""
    return places.due(unit, at, places.Limit(0, "hours"))


def answer_due(*, unit: str | None, at: datetime) -> datetime:
    """Until when somebody who asks must be told that they were heard."""
    law = limit("answer", unit=unit, at=at)
    return _due(law, law.amount, unit=unit, at=at)


def due(kind: str, *, unit: str | None, at: datetime, third_party: bool, extended: int) -> datetime:
    """Until when a right that was asked for at `at` must be carried out."""
    law = limit(kind, unit=unit, at=at)
    return _due(law, law.amount_for(third_party=third_party) + extended, unit=unit, at=at)


def by_code(text: str) -> DataRequest:
    """The request of a code as somebody typed it; NoSuchRequest."""
    code = rules.read_code(text)
    found = DataRequest.objects.filter(code=code).first() if code else None
    if found is None:
        raise NoSuchRequest
    return found


def by_id(request_id: str) -> DataRequest:
    found = DataRequest.objects.filter(pk=request_id).select_related("unit").first()
    if found is None:
        raise NoSuchRequest
    return found


def of_account(account: str) -> QuerySet[DataRequest]:
    return DataRequest.objects.filter(account=account).exclude(account="").order_by("-filed_at")


def queue(*, ended: bool = False) -> QuerySet[DataRequest]:
    """What must be done next comes first: the first answer while it is owed, then the right itself."""
    rows = DataRequest.objects.select_related("unit")
    if ended:
        return rows.exclude(state__in=rules.OPEN).order_by("-ended_at")
    owed = Case(When(first_answer_at=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.filter(state__in=rules.OPEN).order_by(owed, "due", "pk")


def next_due(one: DataRequest) -> datetime:
    return one.answer_due if one.first_answer_at is None and one.state == "filed" else one.due


def urgency(one: DataRequest, *, at: datetime) -> rules.Urgency:
    closest = next_due(one)
    return rules.urgency(state=rules.state_of(one.state), due=closest, at=at, soon=closest - SOON)


def filed_too_often(email: str, account: str, *, at: datetime) -> bool:
    since = DataRequest.objects.filter(filed_at__gt=at - timedelta(days=1))
    by_mail = email and since.filter(email__iexact=email).count() >= OFTEN
    by_account = account and since.filter(account=account).count() >= OFTEN
    return bool(by_mail or by_account)
