# SPDX-License-Identifier: Apache-2.0
"""Takes the rows of files that wait, in the ingest process: one file at a time, progress told, good rows kept."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import structlog
from psycopg import AsyncConnection

from dothi.connectors.directory import Directory
from dothi.connectors.files.import_ import EntityTemplate, ImportResult, Writer, import_file
from dothi.connectors.files.plan import Plan
from dothi.foundation import clock
from dothi.foundation.errors import BadInput
from dothi.sources.core import file_queue
from dothi.sources.core.file_queue import Progress, QueuedFile
from dothi.sources.core.sentence import Sentence
from dothi.sources.core.store import Seen, record_seen

LOOK_SECONDS = 30.0
DEFAULT_TYPE = "Device"
_WHY = "connectors.files.why."
log = structlog.get_logger(__name__)


class FileImports:
    """`run` until `stop`. Whose row is whose device is read from the directory of the ways in."""

    def __init__(self, url: str, folder: Path, broker: Writer, directory: Directory) -> None:
        self._url, self._folder, self._broker, self._directory = url, folder, broker, directory

    async def run(self, stop: asyncio.Event) -> None:
        """Take what waits, then listen; a lost database is taken up again."""
        while not stop.is_set():
            try:
                async with await AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {file_queue.CHANNEL}".encode())
                    await self._follow(connection, stop)
            except (psycopg.Error, OSError) as error:
                log.warning("files.interrupted", error=str(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1.0)

    async def _follow(self, connection: AsyncConnection[Any], stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        looked = 0.0
        while not stop.is_set():
            told = False
            async for _ in connection.notifies(timeout=0.5, stop_after=1):
                told = True
            if told or loop.time() - looked > LOOK_SECONDS:
                looked = loop.time()
                while not stop.is_set() and (waiting := await file_queue.take_file(connection)) is not None:
                    await self._take(connection, waiting, stop)

    async def _take(self, connection: AsyncConnection[Any], file: QueuedFile, stop: asyncio.Event) -> None:
        """One file to its end. A stop in the middle leaves it running: it is taken again at the next start."""
        goes_on = True
        told: asyncio.Queue[ImportResult] = asyncio.Queue()
        work = asyncio.create_task(self._import(file, told, lambda: stop.is_set() or not goes_on))
        while not work.done() or not told.empty():
            with contextlib.suppress(TimeoutError):
                result = await asyncio.wait_for(told.get(), 0.2)
                goes_on = await file_queue.report(connection, file.id, _progress(result, file.rows))
        try:
            result = work.result()
        except (BadInput, OSError, msgspec.ValidationError, KeyError) as error:
            log.warning("files.unreadable", file=file.id, error=str(error))
            result = ImportResult(stopped="connectors.files.damaged")
            if isinstance(error, BadInput):
                result.stopped, result.stopped_values = error.key, error.values
        if stop.is_set() and result.stopped == "cancelled":
            return
        async with connection.transaction():
            await record_seen(connection, self._seen(file, result))
            await file_queue.finish(
                connection,
                file.id,
                _progress(result, file.rows),
                errors=_errors(result),
                account=_account(result),
                at=clock.now(),
                state="failed" if result.stopped else "done",
            )
        log.info("files.taken", file=file.id, rows=result.rows, stopped=result.stopped)

    async def _import(
        self, file: QueuedFile, told: asyncio.Queue[ImportResult], cancelled: Any
    ) -> ImportResult:
        notes = dict(file.plan or {})
        kind = str(notes.pop("type", ""))
        plan = msgspec.convert(notes, Plan)
        content = await asyncio.to_thread((self._folder / file.sha256).read_bytes)
        source = self._directory.sources.get(file.source_id)
        for _ in range(100):  # a source made a moment before its file may not be in the directory yet
            if source is not None:
                break
            await asyncio.sleep(0.1)
            source = self._directory.sources.get(file.source_id)
        if source is None:
            raise BadInput("connectors.files.bad_plan")
        devices = [d for d in self._directory.devices.values() if d.source_id == file.source_id]
        types = {d.entity_type for d in devices if d.entity_type}
        template = EntityTemplate(
            type=types.pop() if len(types) == 1 else kind or source.mapping.type or DEFAULT_TYPE,
            station=source.row.slug,
            scopes=[source.row.scope] if source.row.scope else None,
            known={d.key: d.entity_id for d in devices if d.entity_id},
            retired=frozenset(d.key for d in devices if d.state == "retired"),
        )
        return await import_file(
            self._broker,
            plan,
            content,
            file.name,
            source=source.row.slug,
            template=template,
            tenant=file.tenant,
            file_id=file.id,
            progress=told.put_nowait,
            cancelled=cancelled,
        )

    def _seen(self, file: QueuedFile, result: ImportResult) -> list[Seen]:
        """Stations that are not known yet wait to be placed on the map; their readings are kept already."""
        now = clock.now()
        return [
            Seen(source_id=file.source_id, key=station, at=now, times=count, entity_id=id_, entity_type=type_)
            for station, (id_, type_, count) in result.stations.items()
        ]


def _errors(result: ImportResult) -> list[file_queue.RowError]:
    return [
        file_queue.RowError(row=e.row, reason=f"{_WHY}{e.reason}", text=e.text, column=e.column)
        for e in result.errors
    ]


def _account(result: ImportResult) -> file_queue.Account:
    def named(counts: dict[str, int]) -> dict[str, int]:
        return {f"{_WHY}{reason}": count for reason, count in counts.items()}

    return file_queue.Account(
        read=result.rows,
        accepted=result.accepted,
        repeated=result.repeated,
        refused=named(result.refused),
        left_out=named(result.left_out),
        missing=named(result.missing),
        bad_cells=named(result.bad_cells),
        readings=result.readings,
        conflicts=result.conflicts,
        errors=result.errors_in_all,
        stopped=Sentence(result.stopped, result.stopped_values) if result.stopped else None,
    )


def _progress(result: ImportResult, rows: int) -> Progress:
    return Progress(
        done=result.rows,
        good=result.accepted + result.repeated,
        bad=sum(result.refused.values()),
        rows=rows,
    )
