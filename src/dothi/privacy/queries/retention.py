# SPDX-License-Identifier: Apache-2.0
"""Rules of retention as they count, and what they would do now."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import QuerySet

from dothi.foundation import clock
from dothi.privacy import keepers
from dothi.privacy.models import LegalHold, RetentionRule, RetentionRun
from dothi.privacy.rules import retention as rules
from dothi.privacy.rules import shipped
from dothi.privacy.rules.retention import Rule


def rules_on(at: datetime) -> dict[str, Rule]:
    """The rule of each key, in the order of those that came with the product."""
    entered = [
        msgspec.convert(
            {
                "key": row.key, "days": row.days, "happens": row.happens, "basis": {"vi": row.basis},
                "valid_from": row.valid_from, "version": row.version, "proven": False,
            },
            Rule,
        )
        for row in RetentionRule.objects.order_by("version")
    ]  # fmt: skip
    return rules.counting([*shipped.retention(), *entered], at.astimezone(clock.VIETNAM).date())


def holds() -> QuerySet[LegalHold]:
    return LegalHold.objects.filter(lifted_at=None).order_by("-at")


def held_rules() -> frozenset[str]:
    return _held("rule")


def held_accounts() -> frozenset[str]:
    return _held("account")


def _held(kind: str) -> frozenset[str]:
    found = holds().filter(object__startswith=f"{kind}:").values_list("object", flat=True)
    return frozenset(one.partition(":")[2] for one in found)


class Plan(msgspec.Struct, kw_only=True):
    """What one rule would do now. `why`: kept, held, nobody (no room said how), or empty when it would work."""

    rule: Rule
    before: datetime | None
    count: int
    why: str
    what: str


def plan(at: datetime) -> list[Plan]:
    """What the next run would throw away, without doing it."""
    held, accounts, known = held_rules(), held_accounts(), keepers.sweeps()
    found = []
    for key, rule in rules_on(at).items():
        before = rules.before(rule, at)
        sweep = known.get(key)
        why = "kept" if before is None else "held" if key in held else "" if sweep else "nobody"
        count = sweep.count(before, accounts) if sweep and before and why in {"", "held"} else 0
        found.append(
            Plan(rule=rule, before=before, count=count, why=why, what=f"privacy.retention.what.{key}")
        )
    return found


def runs(most: int) -> QuerySet[RetentionRun]:
    return RetentionRun.objects.order_by("-started_at")[:most]


def under_way() -> RetentionRun | None:
    return RetentionRun.objects.filter(finished_at=None).first()


def last_finished() -> datetime | None:
    return (
        RetentionRun.objects.exclude(finished_at=None)
        .values_list("started_at", flat=True)
        .order_by("-started_at")
        .first()
    )
