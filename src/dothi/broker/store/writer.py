# SPDX-License-Identifier: Apache-2.0
"""Group commit: requests that arrive together share one transaction and are answered after its commit.

In it, in this order: lock the entities in id order, write state, append history, take the change lock, number and
append the changes, commit (house decision 3). A 2xx answer means: on disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections import deque
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg

from dothi.broker.errors import WriteRefused
from dothi.broker.model import Entity, Result, Write
from dothi.broker.store import answers, arrays, withdrawal
from dothi.broker.store import group as grouping
from dothi.broker.store.answers import Asked
from dothi.broker.store.arrays import columns as arrayed
from dothi.broker.store.group import Group, SeriesCache, bounds
from dothi.broker.store.rows import decode, encode, pack
from dothi.broker.store.verdicts import is_open, verdict
from dothi.foundation import clock, log
from dothi.foundation.errors import Busy, DothiError, StorageFull
from dothi.foundation.sql import queries

SQL = {k: v.encode() for k, v in queries(files("dothi.broker.store").joinpath("writer.sql")).items()}
LARGEST_GROUP = 1000
WORTH_A_LANE = 64
"""Writes that must wait before a second group starts beside one: each transaction has its own cost."""
PATIENCE = 0.02
"""Seconds that the oldest write may wait before a second group starts, however few there are."""
LONGEST_QUEUE = 50_000
RETRIES = 6
_log = log.get(__name__)


class _Unsure(Exception):
    """The connection broke after COMMIT was sent: nobody knows whether it happened."""


class GroupWriter:
    """Writes for one process over `lanes` connections; open() before, close() after."""

    def __init__(
        self, url: str, *, lanes: int = 2, data_path: Path | None = None, free_low_mb: int = 0
    ) -> None:
        self.url = url
        self.lanes = lanes
        self.data_path = data_path
        self.free_low = (free_low_mb or 64) * 1_000_000
        self.waiting: deque[Asked] = deque()
        self.queued = 0
        self.bell = asyncio.Event()
        self.nudge: asyncio.TimerHandle | None = None
        self.busy = 0
        self.tasks: list[asyncio.Task[None]] = []
        self.tenants: dict[str, int] = {}
        self.series = SeriesCache()
        self.erasures = -1
        self.commits = 0
        self.written = 0
        self.full = False
        self.closing = False

    async def open(self) -> None:
        connection = await self._connect()
        async with connection:
            await self._learn_tenants(connection)
        self.tasks = [asyncio.create_task(self._lane(), name=f"writer-{n}") for n in range(self.lanes)]
        if self.data_path is not None:
            self.tasks.append(asyncio.create_task(self._watch_disk(), name="writer-disk"))

    async def close(self) -> None:
        """Finish what was asked, then let the connections go."""
        self.closing = True
        self.bell.set()
        if self.nudge is not None:
            self.nudge.cancel()
        lanes = self.tasks[: self.lanes]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*lanes, return_exceptions=True), 3)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def write(self, writes: Sequence[Write]) -> list[Result]:
        """What became of each write, after the commit.

        Of several, one that cannot be kept is `refused` and the others are kept; a single one raises WriteRefused.
        Raises Busy or StorageFull when it may be sent again: nothing was written, or a part whose repetition is harmless.
        """
        if self.full:
            raise StorageFull("foundation.storage_full", retry_after=30)
        if self.closing or self.queued > LONGEST_QUEUE:
            raise Busy("foundation.busy", seconds=1, retry_after=1)
        if not writes:
            return []
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Result]] = loop.create_future()
        self.waiting.append((writes, future, loop.time()))
        self.queued += len(writes)
        if self._worth_it():
            self.bell.set()
        elif self.nudge is None:
            self.nudge = loop.call_later(PATIENCE, self._nudge)
        return await future

    def _nudge(self) -> None:
        """Wake a lane for writes that have waited long enough; look again when there are younger ones."""
        self.nudge = None
        if self._worth_it():
            self.bell.set()
        elif self.waiting:
            loop = asyncio.get_running_loop()
            self.nudge = loop.call_at(self.waiting[0][2] + PATIENCE, self._nudge)

    def _worth_it(self) -> bool:
        """Whether a lane should begin now, or rather let more writes gather while another one commits."""
        if not self.waiting:
            return False
        if not self.busy or self.queued >= WORTH_A_LANE or self.closing:
            return True
        return asyncio.get_running_loop().time() >= self.waiting[0][2] + PATIENCE

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(self.url, autocommit=True, connect_timeout=5)
        connection.prepare_threshold = 0
        arrays.register(connection)
        await connection.execute(SQL["by_index"])
        return connection

    async def _learn_tenants(self, connection: psycopg.AsyncConnection[Any]) -> None:
        cursor = await connection.execute(SQL["tenants"])
        self.tenants = {str(name): int(number) for name, number in await cursor.fetchall()}

    async def _watch_disk(self) -> None:
        assert self.data_path is not None
        while True:
            free = shutil.disk_usage(self.data_path).free
            full = free < self.free_low
            if full != self.full:
                _log.warning("disk", full=full, free_mb=free // 1_000_000)
            self.full = full
            await asyncio.sleep(0.5)

    def _take(self) -> list[Asked]:
        taken: list[Asked] = []
        size = 0
        while self.waiting and size < LARGEST_GROUP:
            asked = self.waiting.popleft()
            size += len(asked[0])
            if not asked[1].done():
                taken.append(asked)
        self.queued -= size
        return taken

    async def _lane(self) -> None:
        connection: psycopg.AsyncConnection[Any] | None = None
        while True:
            if not self._worth_it():
                if self.closing:
                    break
                self.bell.clear()
                await self.bell.wait()
                continue
            taken = self._take()
            if taken:
                self.busy += 1
                try:
                    connection = await self._serve(connection, taken)
                except Exception as error:  # noqa: BLE001 - a lane that dies would leave its callers waiting for ever
                    _log.exception("group failed")
                    answers.fail(taken, error)
                    await self._lose(connection)
                    connection = None
                finally:
                    self.busy -= 1
                    self.bell.set()
        if connection is not None:
            await connection.close()

    async def _serve(
        self, connection: psycopg.AsyncConnection[Any] | None, taken: list[Asked]
    ) -> psycopg.AsyncConnection[Any] | None:
        pause = 0.05
        for attempt in range(RETRIES + 20):
            try:
                if connection is None or connection.closed:
                    connection = await self._connect()
                results = await self._commit(connection, [w for asked in taken for w in asked[0]])
            except DothiError as error:
                answers.fail(taken, error)
                return connection
            except (
                psycopg.Error,
                _Unsure,
                OSError,
                ValueError,
                TypeError,
                KeyError,
                RecursionError,
            ) as error:
                meant = "lost" if isinstance(error, _Unsure) else verdict(error)
                if meant == "content" or (meant == "again" and attempt >= RETRIES):
                    return await self._singled_out(connection, taken, error)
                if meant == "again":
                    continue
                if meant == "lost":
                    await self._lose(connection)
                    connection = None
                if isinstance(error, _Unsure):
                    taken = answers.sure(taken)
                failure = answers.failure(meant, error, attempt)
                if failure is not None or not taken:
                    answers.fail(taken, failure or error)
                    return connection
                _log.warning("database away", error=str(error), meant=meant, again_in=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, 1.0)
            else:
                answers.tell(taken, results)
                return connection
        answers.fail(taken, Busy("foundation.busy", seconds=5, retry_after=5))
        return connection

    async def _lose(self, connection: psycopg.AsyncConnection[Any] | None) -> None:
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.close()
        self.series.found.clear()

    async def _singled_out(
        self, connection: psycopg.AsyncConnection[Any] | None, taken: list[Asked], error: Exception
    ) -> psycopg.AsyncConnection[Any] | None:
        """Halve a group until the write that spoils it stands alone: only its own caller hears of it."""
        if len(taken) > 1:
            for some in (taken[: len(taken) // 2], taken[len(taken) // 2 :]):
                connection = await self._serve(connection, some)
            return connection
        writes, future, since = taken[0]
        if len(writes) == 1 and verdict(error) == "again":
            answers.fail(taken, Busy("foundation.busy", seconds=1, retry_after=1))
            return connection
        if len(writes) == 1:
            first = writes[0]
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            _log.warning("write refused", id=first.id[:200], reason=reason)
            answers.fail(taken, WriteRefused("broker.write_refused", id=first.id[:200], reason=reason))
            return connection
        loop, half = asyncio.get_running_loop(), len(writes) // 2
        parts: list[Asked] = [(part, loop.create_future(), since) for part in (writes[:half], writes[half:])]
        for part in parts:
            connection = await self._serve(connection, [part])
        answers.join(future, parts)
        return connection

    async def _tenant_ids(self, connection: psycopg.AsyncConnection[Any], writes: list[Write]) -> list[int]:
        missing = {w.tenant for w in writes if w.tenant not in self.tenants}
        for name in sorted(missing):
            await connection.execute(SQL["add_tenant"], (name,))
        if missing:
            await self._learn_tenants(connection)
        return [self.tenants[w.tenant] for w in writes]

    async def _commit(self, connection: psycopg.AsyncConnection[Any], writes: list[Write]) -> list[Result]:
        ids = await self._tenant_ids(connection, writes)
        wanted = sorted({(t, w.id) for t, w in zip(ids, writes, strict=True)})
        keys = sorted({(t, w.key) for t, w in zip(ids, writes, strict=True) if w.key is not None})
        now = clock.iso(clock.now())
        committing = False
        try:
            # Never pipeline.sync(): it waits for answers without having sent all when the socket is full (psycopg
            # 3.3.9), and both sides wait for ever. Fetching rows sends the rest first, so a row follows the COMMIT.
            async with connection.pipeline():
                await connection.execute(b"BEGIN")
                locked = await connection.execute(SQL["lock_entities"], arrayed("st", wanted))
                known = await connection.execute(SQL["known_keys"], arrayed("st", keys)) if keys else None
                epoch = await connection.execute(SQL["erasures"])
                await self._heed_erasures(epoch)
                states = {(r[0], r[1]): _entity(r) for r in await locked.fetchall()}
                told_before = answers.before(ids, writes, await known.fetchall() if known else ())
                open_writes = [
                    (t, w) for t, w, told in zip(ids, writes, told_before, strict=True) if told is None
                ]
                work = Group(open_writes, states, now, await _were(connection, open_writes, states))
                learned = await self._find_series(connection, work)
                for (tenant, entity), result in work.wiped.items():
                    if await withdrawal.supersede(connection, tenant, entity, now):
                        result.status = "deleted"
                await self._meet_history(connection, work)
                await self._state(connection, work)
                await self._append(connection, work)
                committing = True
                commit = await connection.execute(b"COMMIT")
                await (await connection.execute(SQL["after_commit"])).fetchone()
                _committed(commit)
        except BaseException as error:
            broken = connection.closed or connection.broken
            if not broken:
                with contextlib.suppress(psycopg.Error):
                    await connection.execute(b"ROLLBACK")
            if committing and (broken or is_open(error)):
                raise _Unsure(str(error)) from error
            raise
        self.series.learn(learned)
        self.commits += 1
        self.written += len(writes)
        fresh = iter(work.results)
        return [next(fresh) if told is None else told for told in told_before]

    async def _heed_erasures(self, epoch: psycopg.AsyncCursor[Any]) -> None:
        """Forget the series ids when somebody erased entities: an erased id must not be written to again."""
        row = await epoch.fetchone()
        if row is not None and row[0] != self.erasures:
            self.erasures = row[0]
            self.series.found.clear()

    async def _find_series(
        self, connection: psycopg.AsyncConnection[Any], work: Group
    ) -> dict[grouping.SeriesKey, tuple[int, str | None]]:
        cache = self.series.found
        missing: dict[grouping.SeriesKey, tuple[str, str | None]] = {}
        for pending in work.pending:
            if pending.key not in cache and pending.key not in missing:
                state = work.states.get(pending.key[:2])
                missing[pending.key] = (
                    "\n".join(state.types if state else []),
                    pending.row.instance.get("unitCode"),
                )
        learned: dict[grouping.SeriesKey, tuple[int, str | None]] = {}
        if missing:
            keys = sorted(missing)
            rows = [(*k, *missing[k]) for k in keys]
            added = await connection.execute(SQL["add_series"], arrayed("sttttt", rows))
            cursor = await connection.execute(SQL["series"], arrayed("sttt", keys))
            learned = {(r[0], r[1], r[2], r[3]): (r[4], r[5]) for r in await cursor.fetchall()}
            work.begun = set(await added.fetchall())
        for pending in work.pending:
            pending.series, pending.unit = cache.get(pending.key) or learned[pending.key]
        return learned

    async def _meet_history(self, connection: psycopg.AsyncConnection[Any], work: Group) -> None:
        asked = work.resolve_in_group()
        if not asked:
            return
        series, at = [p.series for p in asked], [p.at for p in asked]
        back = sorted({p.series for p in asked if p.row.first})
        if back:
            marks = await connection.execute(SQL["marks"], (back,))
            found = [(r[0], r[1]) for r in await marks.fetchall() if r[1] is not None]
            work.raise_marks({number: clock.iso(grouping.moment(newest)) for number, newest in found})
        await grouping.unpack_around(connection, SQL, series, at)
        cursor = await connection.execute(SQL["twins"], (series, at))
        twins = grouping.twin_rows(await cursor.fetchall(), {p.series: p.unit for p in asked})
        supersede = work.meet_twins(asked, twins)
        if supersede:
            await connection.execute(
                SQL["supersede"], (work.now, [p.series for p in supersede], [p.at for p in supersede])
            )

    async def _state(self, connection: psycopg.AsyncConnection[Any], work: Group) -> None:
        new: list[tuple[tuple[int, str], Entity]] = []
        slight: list[tuple[tuple[int, str], Entity]] = []
        full: list[tuple[tuple[int, str], Entity]] = []
        gone: list[tuple[int, str]] = []
        retyped: list[tuple[int, str]] = []
        for key in work.touched:
            entity = work.states[key]
            if entity is None:
                if key in work.before:
                    gone.append(key)
                continue
            if key not in work.before:
                new.append((key, entity))
                continue
            before = work.before[key]
            if before[0] != entity.types:
                retyped.append(key)
            same_head = before == grouping.head(entity)
            moved = work.boxes[key] is not entity.attrs.get(grouping.LOCATION) or any(
                i.get("modifiedAt") == work.now for i in entity.attrs.get(grouping.LOCATION, {}).values()
            )
            (slight if same_head and not moved else full).append((key, entity))
        if slight:
            changed = [(t, i, encode(e.attrs), e.modified_at) for (t, i), e in slight]
            await connection.execute(SQL["update_attrs"], arrayed("stjt", changed))
        if full:
            rows = [
                (t, i, *_head(e), encode(e.attrs), e.created_at, e.modified_at, e.expires_at, *bounds(e))
                for (t, i), e in full
            ]
            await connection.execute(SQL["update_entities"], arrayed("stttjtttdddd", rows))
        if gone or retyped:
            keys = gone + retyped
            await connection.execute(SQL["delete_types"], arrayed("st", keys))
        if gone:
            await connection.execute(SQL["delete_entities"], arrayed("st", gone))
        if new:
            new.sort(key=lambda n: n[0])
            made = [
                (t, i, *_head(e), encode(e.attrs), e.created_at, e.modified_at, e.expires_at, *bounds(e))
                for (t, i), e in new
            ]
            await connection.execute(SQL["insert_entities"], arrayed("stttjtttdddd", made))
        typed = [(k, e) for k, e in new] + [(k, work.states[k]) for k in retyped]
        names = [(t, name, i) for (t, i), e in typed if e is not None for name in e.types]
        if names:
            await connection.execute(SQL["insert_types"], arrayed("stt", names))
        if work.kept:
            kept = [(t, k, encode(result), request) for (t, k), (request, result) in work.kept.items()]
            await connection.execute(SQL["keep_keys"], arrayed("stjt", kept))

    async def _append(self, connection: psycopg.AsyncConnection[Any], work: Group) -> None:
        rows = [p for p in work.pending if not p.dropped]
        if rows:
            kept = [
                (p.series, p.at, "~now" not in p.row.instance, *pack(p.row.instance, p.unit), p.superseded)
                for p in rows
            ]
            await connection.execute(SQL["append_history"], (work.now, work.now, *arrayed("ltbdjb", kept)))
        if work.changes:
            await connection.execute(SQL["change_lock"])
            await connection.execute(SQL["append_change"], (work.now, *arrayed("stj", work.changes)))


async def _were(
    connection: psycopg.AsyncConnection[Any],
    writes: list[tuple[int, Write]],
    states: dict[tuple[int, str], Entity],
) -> dict[tuple[int, str], grouping.Were]:
    """What entities were that are gone, where a write with limits names one."""
    asked = sorted({(t, w.id) for t, w in writes if w.reach is not None and (t, w.id) not in states})
    if not asked:
        return {}
    cursor = await connection.execute(SQL["were"], arrayed("st", asked))
    return {(row[0], row[1]): (row[2], row[3]) for row in await cursor.fetchall()}


def _committed(commit: psycopg.AsyncCursor[Any]) -> None:
    """PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error."""
    if commit.statusmessage != "COMMIT":
        raise psycopg.OperationalError(f"COMMIT ended as {commit.statusmessage}")


def _head(entity: Entity) -> tuple[str, str]:
    return "\n".join(entity.types), "\n".join(entity.scopes)


def _entity(row: tuple[Any, ...]) -> Entity:
    return Entity(
        id=row[1],
        types=row[2],
        scopes=row[3],
        attrs=decode(row[4]),
        created_at=row[5],
        modified_at=row[6],
        expires_at=row[7],
    )
