# SPDX-License-Identifier: Apache-2.0
"""Erasing a person everywhere: each room forgets in its own way, all of them or none."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction

from dothi.ledger.door import note
from dothi.privacy import keepers
from dothi.privacy.actions import request as requests
from dothi.privacy.errors import Held, NotNow
from dothi.privacy.models import Consent, DataRequest, Export, Letter
from dothi.privacy.queries import request as queries
from dothi.privacy.queries.retention import held_accounts
from dothi.privacy.rules.request import next_state, state_of


class Outcome(msgspec.Struct, kw_only=True):
    """What one room did. `because`: message key of why the rest stays."""

    name: str
    what: str
    count: int
    kept: int
    because: str


@transaction.atomic
def erase_account(*, account: str, by: str, at: datetime, tenant: str = "") -> list[Outcome]:
    """Let every room forget an account; Held while a legal hold stands against it."""
    if account in held_accounts():
        raise Held("privacy.erase.held")
    done = []
    for one in keepers.keepers():
        erased = one.erase(account, at)
        done.append(
            Outcome(
                name=one.name, what=one.what, count=erased.count, kept=erased.kept, because=erased.because
            )
        )
    counts = {one.name: one.count for one in done}
    note("privacy.act.erased", f"account:{account}", by=by, at=at, tenant=tenant, counts=counts)
    return done


@transaction.atomic
def erase_for_request(*, request_id: str, account: str, by: str, at: datetime) -> list[Outcome]:
    """Do what an erasure request asks for: once it is known who asks, and while it is worked on."""
    one = queries.by_id(request_id)
    if one.kind != "erase" or next_state(state_of(one.state), "erase") is None:
        raise NotNow("privacy.request.not_now")
    if not one.checked_how:
        raise NotNow("privacy.request.unchecked")
    whose = one.account or account
    if not whose:
        raise NotNow("privacy.erase.no_account")
    requests.note_erased(request_id=request_id, by=by, at=at)
    return erase_account(account=whose, by=by, at=at, tenant=one.tenant)


def forget_own(account: str, at: datetime) -> keepers.Erased:
    """What this room forgets itself: requests, consents, exports. A letter that is on its way still arrives."""
    rows = list(DataRequest.objects.filter(account=account, forgotten_at=None))
    count = requests.forget_people(rows, at=at)
    count += Consent.objects.filter(account=account, withdrawn_at=None).update(withdrawn_at=at)
    count += Export.objects.filter(account=account).exclude(size=0).update(content=b"", size=0)
    ids = [row.pk for row in rows]
    Letter.objects.filter(request_id__in=ids, given_up_at__isnull=False).update(to="")
    kept = Consent.objects.filter(account=account).count()
    return keepers.Erased(count=count, kept=kept, because="privacy.kept.consents" if kept else "")
