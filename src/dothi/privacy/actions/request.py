# SPDX-License-Identifier: Apache-2.0
"""Requests are filed, worked on and answered: each step is appended, told to the person and kept in the ledger."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from dothi.foundation.text import nfc
from dothi.ledger.door import note
from dothi.places import door as places
from dothi.privacy.actions import letter
from dothi.privacy.errors import NoSuchRequest, NotNow, RefusedForm
from dothi.privacy.models import DataRequest, RequestStep
from dothi.privacy.queries import request as queries
from dothi.privacy.rules import request as rules

_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
WORDS = 5000
TOLD = frozenset({"take", "ask", "extend", "answer", "refuse", "erase"})
"""Steps of which the person is told by mail."""


def contact_problems(*, name: str, email: str, phone: str) -> dict[str, str]:
    """Message keys by field. One way to be reached is enough; without any, the code is the only one."""
    wrong = {}
    if len(nfc(name)) < 2:
        wrong["name"] = "privacy.ask.name.missing"
    if email.strip() and (len(email) > 254 or not _EMAIL.fullmatch(email.strip())):
        wrong["email"] = "privacy.ask.email.wrong"
    if phone.strip() and not re.fullmatch(r"\+?[0-9 .()\-]{3,20}", phone.strip()):
        wrong["phone"] = "privacy.ask.phone.wrong"
    return wrong


@transaction.atomic
def file_request(
    *,
    kind: str,
    name: str,
    at: datetime,
    email: str = "",
    phone: str = "",
    details: str = "",
    account: str = "",
    language: str = "vi",
    tenant: str = "",
) -> DataRequest:
    """Take a request in; its clocks run by the calendar of the locality. RefusedForm names each wrong field."""
    wrong = contact_problems(name=name, email=email, phone=phone)
    if kind not in rules.KINDS:
        wrong["kind"] = "privacy.ask.kind.missing"
    if queries.filed_too_often(email.strip(), account, at=at):
        wrong["email"] = "privacy.ask.too_often"
    if wrong:
        raise RefusedForm(wrong)
    root = places.root_unit()
    unit = root.pk if root else None
    one = DataRequest.objects.create(
        tenant=tenant, code=rules.new_code(), kind=kind, language=language, account=account,
        name=nfc(name)[:200], email=email.strip(), phone=phone.strip(), details=details.strip()[:WORDS],
        unit_id=unit, filed_at=at, received_at=queries.received(unit=unit, at=at),
        answer_due=queries.answer_due(unit=unit, at=at),
        due=queries.due(kind, unit=unit, at=at, third_party=False, extended=0),
        checked_how="account" if account else "", checked_at=at if account else None,
    )  # fmt: skip
    by = f"account:{account}" if account else "visitor"
    RequestStep.objects.create(tenant=tenant, request=one, verb="file", state="filed", by=by, at=at)
    note(
        "privacy.act.request_file",
        f"request:{one.pk}",
        by=by,
        at=at,
        tenant=tenant,
        kind=kind,
        unit=unit or "",
    )
    letter.write(one, "filed", at=at)
    return one


@transaction.atomic
def _step(
    request_id: str,
    verb: rules.Verb,
    *,
    by: str,
    at: datetime,
    words: str = "",
    ground: str = "",
    **changes: Any,
) -> DataRequest:
    """Go one step; NotNow when the state does not allow it, or nobody knows yet who asks."""
    one = DataRequest.objects.select_for_update().filter(pk=request_id).first()
    if one is None:
        raise NoSuchRequest
    to = rules.next_state(rules.state_of(one.state), verb)
    if to is None:
        raise NotNow("privacy.request.not_now")
    if rules.needs_identity(verb) and not one.checked_how:
        raise NotNow("privacy.request.unchecked")
    for name, value in changes.items():
        setattr(one, name, value)
    one.state = to
    if to not in rules.OPEN and one.ended_at is None:
        one.ended_at = at
    if verb not in rules.OF_PERSON | {"check", "involve"} and one.first_answer_at is None:
        one.first_answer_at = at
    one.save()
    RequestStep.objects.create(
        tenant=one.tenant, request=one, verb=verb, state=to, words=words.strip()[:WORDS],
        ground=ground.strip()[:500], by=by, at=at,
    )  # fmt: skip
    late = at > queries.next_due(one)
    note(
        f"privacy.act.request_{verb}",
        f"request:{one.pk}",
        by=by,
        at=at,
        tenant=one.tenant,
        state=to,
        late=late,
    )
    if verb in TOLD:
        letter.write(one, verb, at=at)
    return one


def _needed(words: str, field: str = "words") -> None:
    if len(nfc(words)) < 3:
        raise RefusedForm({field: f"privacy.desk.{field}.missing"})


def take_request(*, request_id: str, by: str, at: datetime) -> DataRequest:
    """Begin to work on it: that is the first answer, which is owed within two working days."""
    return _step(request_id, "take", by=by, at=at, taken_by=by)


def check_identity(*, request_id: str, how: str, by: str, at: datetime) -> DataRequest:
    """Say that it is known who asks: by mail link or at the counter. No copy of a card is kept."""
    if how not in {"mail", "counter"}:
        raise RefusedForm({"how": "privacy.desk.how.missing"})
    if queries.by_id(request_id).checked_how:
        raise NotNow("privacy.request.checked_already")
    return _step(request_id, "check", by=by, at=at, checked_how=how, checked_at=at)


def ask_for_more(*, request_id: str, words: str, by: str, at: datetime) -> DataRequest:
    _needed(words)
    return _step(request_id, "ask", by=by, at=at, words=words)


def supply(*, request_id: str, words: str, by: str, at: datetime) -> DataRequest:
    """The person says what was asked for."""
    _needed(words)
    return _step(request_id, "supply", by=by, at=at, words=words)


@transaction.atomic
def extend(*, request_id: str, days: int, words: str, by: str, at: datetime) -> DataRequest:
    """Take longer, once, with the reason in writing (Decree 356/2025)."""
    one = queries.by_id(request_id)
    most = queries.limit("extension", unit=one.unit_id, at=one.filed_at).amount
    if one.extended_days:
        raise NotNow("privacy.request.extended_already")
    if not 0 < days <= most:
        raise RefusedForm({"days": "privacy.desk.days.wrong"})
    _needed(words)
    due = queries.due(one.kind, unit=one.unit_id, at=one.filed_at, third_party=one.third_party, extended=days)
    return _step(request_id, "extend", by=by, at=at, words=words, extended_days=days, due=due)


@transaction.atomic
def involve_third_party(*, request_id: str, by: str, at: datetime) -> DataRequest:
    """Note that a processor or another party has to act too: the law then gives more days for some rights."""
    one = queries.by_id(request_id)
    if one.third_party:
        raise NotNow("privacy.request.not_now")
    due = queries.due(
        one.kind, unit=one.unit_id, at=one.filed_at, third_party=True, extended=one.extended_days
    )
    return _step(request_id, "involve", by=by, at=at, third_party=True, due=max(due, one.due))


def answer(*, request_id: str, words: str, by: str, at: datetime) -> DataRequest:
    _needed(words)
    return _step(request_id, "answer", by=by, at=at, words=words)


def refuse(*, request_id: str, words: str, ground: str, by: str, at: datetime) -> DataRequest:
    """Refuse, in writing, with the article that it rests on."""
    _needed(words)
    _needed(ground, "ground")
    return _step(request_id, "refuse", by=by, at=at, words=words, ground=ground)


def withdraw(*, request_id: str, by: str, at: datetime) -> DataRequest:
    return _step(request_id, "withdraw", by=by, at=at)


def close(*, request_id: str, by: str, at: datetime) -> DataRequest:
    return _step(request_id, "close", by=by, at=at)


def note_erased(*, request_id: str, by: str, at: datetime) -> DataRequest:
    """Say in the history of a request that what it asked for was done."""
    return _step(request_id, "erase", by=by, at=at)


def forget_people(rows: list[DataRequest], *, at: datetime) -> int:
    """Take names, ways to be reached and all that was written out of requests; kind, days and steps stay."""
    ids = [row.pk for row in rows]
    RequestStep.objects.filter(request_id__in=ids).update(words="")
    return DataRequest.objects.filter(pk__in=ids).update(
        name="", email="", phone="", details="", forgotten_at=at
    )
