# SPDX-License-Identifier: Apache-2.0
"""Who asked for writes, and what each of them is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from dothi.broker.errors import WriteRefused
from dothi.broker.model import Result, Write
from dothi.broker.store.rows import decode
from dothi.broker.store.verdicts import Verdict
from dothi.foundation.errors import Busy, StorageFull

Asked = tuple[Sequence[Write], "asyncio.Future[list[Result]]", float]
"""Writes of one caller, where the answer goes, and when they came (loop time)."""


def repeatable(write: Write) -> bool:
    """True when a second application after an unseen commit changes nothing."""
    if write.key is not None:
        return True
    if write.verb not in {"observe", "append", "upsert_update", "update", "add_instances"}:
        return False
    return all(i is not None and "observedAt" in i for d in write.attrs.values() for i in d.values())


def before(
    ids: Sequence[int], writes: Sequence[Write], known: Sequence[tuple[Any, ...]]
) -> list[Result | None]:
    """What was answered before under the same key; a key that stood for another request spoils this whole request."""
    if not known:
        return [None] * len(writes)
    kept = {(r[0], r[1]): (r[3], r[2]) for r in known}
    mine = [kept.get((t, w.key or "")) for t, w in zip(ids, writes, strict=True)]
    clash = [m is not None and m[0] not in {"", w.request} for m, w in zip(mine, writes, strict=True)]
    reused = {w.request for w, clashes in zip(writes, clash, strict=True) if clashes and w.request}
    found: list[Result | None] = []
    for w, m, clashes in zip(writes, mine, clash, strict=True):
        if clashes or w.request in reused:
            found.append(Result(status="key_reused"))
        else:
            found.append(None if m is None else decode(m[1], type=Result))
    return found


def sure(taken: list[Asked]) -> list[Asked]:
    """Those that may be written again though they may be there already; the others hear that they were not seen through."""
    unsure = [asked for asked in taken if not all(map(repeatable, asked[0]))]
    fail(unsure, Busy("foundation.busy", seconds=1, retry_after=1))
    return [asked for asked in taken if asked not in unsure]


def failure(meant: Verdict, error: Exception, attempt: int) -> Exception | None:
    """What to tell now; None when it is worth another try."""
    if meant == "full":
        return StorageFull("foundation.storage_full", retry_after=30)
    if meant == "short" and attempt >= 2:
        return Busy("foundation.busy", seconds=5, retry_after=5)
    return error if meant == "fault" else None


def tell(taken: list[Asked], results: list[Result]) -> None:
    begin = 0
    for writes, future, _ in taken:
        if not future.done():
            future.set_result(results[begin : begin + len(writes)])
        begin += len(writes)


def join(future: asyncio.Future[list[Result]], parts: list[Asked]) -> None:
    """One answer of two: a single write that was refused counts as a result, anything else fails the whole."""
    results: list[Result] = []
    failed: BaseException | None = None
    for writes, part, _ in parts:
        error = part.exception()
        if error is None:
            results += part.result()
        elif isinstance(error, WriteRefused) and len(writes) == 1:
            results.append(Result(status="refused", detail=str(error.values["reason"])))
        else:
            failed = error
    if future.done():
        return
    if failed is None:
        future.set_result(results)
    else:
        future.set_exception(failed)


def fail(taken: list[Asked], error: Exception) -> None:
    for _, future, _ in taken:
        if not future.done():
            future.set_exception(error)
