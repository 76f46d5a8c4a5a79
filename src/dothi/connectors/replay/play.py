# SPDX-License-Identifier: Apache-2.0
"""Playing records: all at once, or at a pace, with their own times or shifted to now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dothi.connectors.replay.profiles import Profile
from dothi.connectors.replay.reading import Times, rows, station_of
from dothi.connectors.replay.sending import Account, Sender
from dothi.foundation import clock

BATCH = 500
Shown = Callable[[Account], None]


def stations(files: list[Path], profile: Profile) -> list[str]:
    """The stations that the files name, in order of appearance."""
    found: dict[str, None] = {}
    for path in files:
        for row in rows(path, profile):
            found.update((name, None) for record in row.records if (name := station_of(record, profile)))
    return list(found)


def records(files: list[Path], profile: Profile, account: Account) -> Iterator[dict[str, Any]]:
    """All records; rows that give none are put in the account with their reason."""
    for path in files:
        for row in rows(path, profile):
            account.rows += 1
            if row.reason:
                account.aside[row.reason] += 1
            yield from row.records


def play(
    files: list[Path],
    profile: Profile,
    sender: Sender,
    account: Account,
    shown: Shown,
    *,
    speed: float | None,
    shift: bool,
) -> None:
    """Send everything once. `speed`: seconds of the recording in a second, None as fast as taken."""
    if speed is None and not shift:
        _send_all(records(files, profile, account), sender, account, shown)
        return
    times = Times(profile)
    timed = [(times.of(record), record) for record in records(files, profile, account)]
    known = sorted((at, number) for number, (at, _) in enumerate(timed) if at is not None)
    # A record whose time cannot be read is sent too, to be refused with its reason.
    _send_all((record for at, record in timed if at is None), sender, account, shown)
    if not known:
        return
    first, last = known[0][0], known[-1][0]
    begun = clock.now()
    if speed is None:
        move = begun - last
        _send_all((_at(timed[n][1], at + move) for at, n in known), sender, account, shown)
        return
    _paced(
        [(at, timed[n][1]) for at, n in known], first, begun, sender, account, shown, speed=speed, shift=shift
    )


def _paced(
    timed: list[tuple[datetime, dict[str, Any]]],
    first: datetime,
    begun: datetime,
    sender: Sender,
    account: Account,
    shown: Shown,
    *,
    speed: float,
    shift: bool,
) -> None:
    batch: list[dict[str, Any]] = []
    for at, record in timed:
        due = begun + timedelta(seconds=(at - first).total_seconds() / speed)
        wait = (due - clock.now()).total_seconds()
        if batch and (wait > 0.05 or len(batch) >= BATCH):
            sender.send(batch, account)
            shown(account)
            batch = []
            wait = (due - clock.now()).total_seconds()
        if wait > 0:
            time.sleep(wait)
        batch.append(_at(record, due) if shift else record)
    if batch:
        sender.send(batch, account)
        shown(account)


def _at(record: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {**record, "observedAt": clock.iso(at.astimezone(UTC))}


def _send_all(found: Iterator[dict[str, Any]], sender: Sender, account: Account, shown: Shown) -> None:
    batch: list[dict[str, Any]] = []
    for record in found:
        batch.append(record)
        if len(batch) == BATCH:
            sender.send(batch, account)
            shown(account)
            batch = []
    if batch:
        sender.send(batch, account)
    shown(account)
