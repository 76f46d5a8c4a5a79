# SPDX-License-Identifier: Apache-2.0
"""Brings rooms and privacy together: what each keeps of a person, how it forgets, and what has had its time.

The order counts: sources look a person up by the name of the account, so identity forgets last.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from dothi.identity import door as identity
from dothi.ledger import door as ledger
from dothi.privacy import door as privacy
from dothi.sources import door as sources


def _records(account: str) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(one) for one in ledger.by_actor(f"account:{account}")]


def _keep_records(account: str, _at: datetime) -> privacy.Erased:
    kept = ledger.count_by_actor(f"account:{account}")
    return privacy.Erased(kept=kept, because="privacy.kept.ledger" if kept else "")


def _forget_contacts(account: str, _at: datetime) -> privacy.Erased:
    """The broker was told names and phones of contacts; what it says of the past stays until its history is erased."""
    maybe = sources.undecided_contacts(account)
    count = sources.forget_contact(account_id=account)
    because = {
        (False, False): "",
        (True, False): "privacy.kept.broker",
        (False, True): "privacy.kept.namesakes",
        (True, True): "privacy.kept.broker_and_namesakes",
    }[bool(count), bool(maybe)]
    return privacy.Erased(count=count, kept=count + maybe, because=because)


def _forget_account(account: str, at: datetime) -> privacy.Erased:
    count, kept = identity.forget(account_id=account, at=at)
    return privacy.Erased(count=count, kept=kept, because="privacy.kept.posts" if kept else "")


KEEPERS = (
    privacy.Keeper(
        "sources", "privacy.keeps.sources", "privacy.basis.task", sources.contacts, _forget_contacts
    ),
    privacy.KEEPER,
    privacy.Keeper("ledger", "privacy.keeps.ledger", "privacy.basis.law", _records, _keep_records),
    privacy.Keeper(
        "identity", "privacy.keeps.identity", "privacy.basis.task", identity.about, _forget_account
    ),
)
SWEEPS = (
    privacy.Sweep(
        "sessions", "privacy.retention.what.sessions", identity.count_sessions, identity.drop_sessions
    ),
    privacy.Sweep(
        "failed_tries", "privacy.retention.what.failed_tries", identity.count_tries, identity.drop_tries
    ),
    privacy.Sweep("links", "privacy.retention.what.links", identity.count_links, identity.drop_links),
    privacy.Sweep(
        "refused_payloads",
        "privacy.retention.what.refused_payloads",
        sources.count_payloads,
        sources.drop_payloads,
    ),
    privacy.Sweep("files", "privacy.retention.what.files", sources.count_files, sources.drop_files),
    *privacy.SWEEPS,
)


def wire() -> None:
    """Called in every process that loads Django."""
    privacy.set_officer(identity.post_of)
    for keeper in KEEPERS:
        privacy.register(keeper)
    for sweep in SWEEPS:
        privacy.register_sweep(sweep)
