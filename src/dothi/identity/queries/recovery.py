# SPDX-License-Identifier: Apache-2.0

"""Recoveries at the counter; nothing here writes."""

from __future__ import annotations

from datetime import datetime

from django.utils.crypto import salted_hmac

from dothi.identity import reach
from dothi.identity.models import Account, Recovery
from dothi.identity.rules import recovery as rules


def code_hash(pk: int, code: str) -> str:
    """Keyed, for eight signs could be guessed from a plain hash."""
    return salted_hmac("dothi.identity.recovery", f"{pk}|{code}", algorithm="sha256").hexdigest()


def waiting(*, at: datetime) -> list[int]:
    """Those within reach that a second officer may confirm now, the oldest first."""
    found = reach.seen(
        Recovery.objects.filter(confirmed_at=None, given_up_at=None, opened_at__gt=at - rules.CONFIRM_WITHIN)
    )
    return list(found.order_by("opened_at").values_list("pk", flat=True)[:100])


def is_within(pk: int) -> bool:
    """Whether there is one of this number within reach."""
    return reach.seen(Recovery.objects.filter(pk=pk)).exists()


def with_people(pks: list[int]) -> list[Recovery]:
    """With the persons and officers, who may belong to any unit: nothing that was not within reach is asked for."""
    with reach.nowhere():
        found = Recovery.objects.filter(pk__in=pks).select_related("account", "opened_by")
        return list(found.order_by("opened_at"))


def recovery(pk: int) -> Recovery | None:
    return Recovery.objects.filter(pk=pk).select_related("account", "opened_by").first()


def latest_confirmed(account: Account, *, at: datetime) -> Recovery | None:
    """The one whose code may be entered now."""
    found = Recovery.objects.filter(
        account=account, confirmed_at__gt=at - rules.CODE_LIFE, finished_at=None, given_up_at=None
    )
    return found.order_by("-confirmed_at").first()
