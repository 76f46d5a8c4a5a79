# SPDX-License-Identifier: Apache-2.0
"""What has had its time is thrown away: in bounded steps, each a transaction of its own with its count.

Killed in the middle, a run has done whole steps only; it stays open, and the next hour goes on with it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from dothi.foundation.text import nfc
from dothi.ledger.door import note
from dothi.privacy import keepers
from dothi.privacy.errors import NotNow, RefusedForm
from dothi.privacy.models import LegalHold, RetentionRule, RetentionRun
from dothi.privacy.queries import retention as queries
from dothi.privacy.rules import retention as rules

STEP = 500
"""Rows that one transaction throws away: enough to get on, few enough to hold nobody up."""
STEPS = 2_000
"""Steps of one rule in one run; what is left waits for the next day."""
EVERY = timedelta(hours=20)


def _begin(at: datetime, tenant: str) -> RetentionRun:
    """The run that is under way, or a new one: there is never more than one."""
    found = queries.under_way()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return RetentionRun.objects.create(tenant=tenant, started_at=at)
    except IntegrityError:
        return RetentionRun.objects.get(finished_at=None)


@transaction.atomic
def _step(run_id: int, sweep: keepers.Sweep, at: datetime) -> int | None:
    """One step of one rule, by the rules and holds of this very moment; None when the run is over."""
    run = RetentionRun.objects.select_for_update().get(pk=run_id)
    rule = queries.rules_on(at).get(sweep.key)
    before = rules.before(rule, at) if rule else None
    if run.finished_at is not None:
        return None
    if before is None or sweep.key in queries.held_rules():
        return 0
    done = sweep.step(before, queries.held_accounts(), STEP)
    if done:
        run.counts = run.counts | {sweep.key: run.counts.get(sweep.key, 0) + done}
        run.save(update_fields=["counts"])
    return done


@transaction.atomic
def _end(run_id: int, at: datetime) -> RetentionRun:
    run = RetentionRun.objects.select_for_update().get(pk=run_id)
    if run.finished_at is None:
        run.finished_at = at
        run.save(update_fields=["finished_at"])
        note("privacy.act.retention_done", f"retention:{run.pk}", at=at, tenant=run.tenant, counts=run.counts)
    return run


def run(*, at: datetime, tenant: str = "") -> RetentionRun:
    """Throw away what has had its time. Not in one transaction: see above."""
    begun = _begin(at, tenant)
    for sweep in keepers.sweeps().values():
        for _ in range(STEPS):
            done = _step(begun.pk, sweep, at)
            if done is None or done < STEP:
                break
    return _end(begun.pk, at)


def run_when_due(*, at: datetime) -> RetentionRun | None:
    """Once a day; at once when a run was cut short."""
    last = queries.last_finished()
    if queries.under_way() is None and last is not None and at - last < EVERY:
        return None
    return run(at=at)


@transaction.atomic
def set_rule(
    *,
    key: str,
    days: int | None,
    happens: str,
    basis: str,
    valid_from: date,
    by: str,
    at: datetime,
    tenant: str = "",
) -> RetentionRule:
    """How long a thing is kept from a day on, with the basis; the version before stays."""
    wrong = {}
    known = queries.rules_on(at).get(key)
    if known is None:
        wrong["key"] = "privacy.retention.key.wrong"
    problem = rules.rule_problem(days=days, happens=happens)
    if problem:
        wrong["days"] = problem
    if known is not None and not problem and happens not in {known.happens, "keep"}:
        wrong["happens"] = "privacy.retention.happens.wrong"
    if len(nfc(basis)) < 5:
        wrong["basis"] = "privacy.retention.basis.missing"
    if wrong:
        raise RefusedForm(wrong)
    newest = RetentionRule.objects.filter(key=key).aggregate(newest=Max("version"))["newest"] or 0
    made = RetentionRule.objects.create(
        tenant=tenant, key=key, version=newest + 1, days=None if happens == "keep" else days, happens=happens,
        basis=nfc(basis)[:500], valid_from=valid_from, by=by, at=at,
    )  # fmt: skip
    note(
        "privacy.act.retention_set", f"retention:{key}", at=at, tenant=tenant, days=made.days, happens=happens,
        since=valid_from.isoformat(), version=made.version,
    )  # fmt: skip
    return made


@transaction.atomic
def hold(*, object_: str, basis: str, by: str, at: datetime, tenant: str = "") -> LegalHold:
    """Forbid that anything of this is thrown away. `object_`: `rule:<key>` or `account:<id>`."""
    kind, _, name = object_.partition(":")
    wrong = {}
    known = name in queries.rules_on(at) if kind == "rule" else kind == "account" and 0 < len(name) < 90
    if not known:
        wrong["object"] = "privacy.retention.object.wrong"
    if len(nfc(basis)) < 5:
        wrong["hold_basis"] = "privacy.retention.basis.missing"
    if wrong:
        raise RefusedForm(wrong)
    if queries.holds().filter(object=object_).exists():
        raise NotNow("privacy.retention.held_already")
    made = LegalHold.objects.create(tenant=tenant, object=object_, basis=nfc(basis)[:500], by=by, at=at)
    note("privacy.act.hold_set", object_, at=at, tenant=tenant, hold=made.pk)
    return made


@transaction.atomic
def lift(*, hold_id: int, by: str, at: datetime) -> LegalHold:
    found = LegalHold.objects.select_for_update().filter(pk=hold_id, lifted_at=None).first()
    if found is None:
        raise NotNow("privacy.retention.not_held")
    found.lifted_by, found.lifted_at = by, at
    found.save(update_fields=["lifted_by", "lifted_at"])
    note("privacy.act.hold_lifted", found.object, at=at, tenant=found.tenant, hold=found.pk)
    return found
