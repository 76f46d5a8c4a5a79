# SPDX-License-Identifier: Apache-2.0
"""Files into the broker: streaming, good rows kept, every row accounted for."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Literal, Protocol

import msgspec

from dothi.broker.model import Result, Write
from dothi.connectors.files.plan import Plan
from dothi.connectors.files.readings import Reading, RowError, RowRead, read
from dothi.connectors.files.tables import open_table
from dothi.connectors.files.unpack import unpack
from dothi.foundation import clock
from dothi.foundation.errors import BadInput, DothiError
from dothi.foundation.text import fold
from dothi.sources.core.mapping_names import iri

ROWS_A_BATCH = 500
WRITES_A_CALL = 1_000
MAX_ERRORS = 5_000
TRIES = 10


class Writer(Protocol):
    """The part of the broker's door that an import needs."""

    async def write(self, writes: Sequence[Write], /) -> list[Result]: ...


class EntityTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """Which entity a station's readings belong to.

    `type` is a term or an IRI; `station` serves files that name none; `known` maps a station as written to an
    entity id, where `sources` has one already; readings of `retired` stations are refused. `scopes` are those of
    stations that are not known: the others have their own.
    """

    type: str
    id: str = "urn:ngsi-ld:{type}:{source}:{station}"
    station: str = ""
    scopes: list[str] | None = None
    known: dict[str, str] = {}
    retired: frozenset[str] = frozenset()


class RowWrites(msgspec.Struct, frozen=True):
    """A row and the writes it makes: none when it is refused or left out."""

    read: RowRead
    writes: list[Write] = []
    stations: list[str] = []


class ImportResult(msgspec.Struct, kw_only=True):
    """rows = accepted + repeated + refused + left out.

    `stations`: as written -> entity id, type and how many rows. `stopped`: why the rest was not read, with the values
    of that sentence.
    """

    rows: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: dict[str, int] = {}
    left_out: dict[str, int] = {}
    readings: int = 0
    repeats: int = 0
    conflicts: int = 0
    late: int = 0
    missing: dict[str, int] = {}
    bad_cells: dict[str, int] = {}
    errors: list[RowError] = []
    errors_in_all: int = 0
    stations: dict[str, tuple[str, str, int]] = {}
    stopped: str = ""
    stopped_values: dict[str, Any] = {}

    @property
    def adds_up(self) -> bool:
        told = self.accepted + self.repeated + sum(self.refused.values()) + sum(self.left_out.values())
        return told == self.rows


def _plain(station: str) -> str:
    return " ".join(station.casefold().split())


class _Entities:
    """Ids of stations; the second of two names in one file that would share an id gets a mark of its own."""

    def __init__(self, template: EntityTemplate, source: str) -> None:
        self._template, self._source = template, source
        self._ids: dict[str, str] = {}
        self._slugs: set[str] = set()
        self._known = {_plain(name): id_ for name, id_ in template.known.items()}
        self._registered = frozenset(template.known.values())
        self._type = template.type.rsplit("/", 1)[-1]

    def is_known(self, id_: str) -> bool:
        return id_ in self._registered

    def id(self, station: str) -> str:
        plain = _plain(station or self._template.station or self._source)
        found = self._ids.get(plain) or self._known.get(plain)
        if found is None:
            slug = fold(plain).replace(" ", "-")
            if not slug or slug in self._slugs:
                # Two names that differ in marks only may be two stations: never mix their readings.
                slug = f"{slug}-{hashlib.sha256(plain.encode()).hexdigest()[:6]}".lstrip("-")
            self._slugs.add(slug)
            found = self._template.id.format(type=self._type, source=self._source, station=slug)
        self._ids[plain] = found
        return found


def _without(row: RowRead, retired: set[str], nameless: str) -> RowRead:
    """The row without the readings of stations that are retired; refused when no others are left."""
    gone = [r for r in row.readings if _plain(r.station or nameless) in retired]
    if not gone:
        return row
    kept = [reading for reading in row.readings if reading not in gone]
    names = dict.fromkeys(reading.station or nameless for reading in gone)
    errors = [*row.errors, *(RowError(row.row, "retired", text=name[:60]) for name in names)]
    outcome: Literal["readings", "refused"] = "readings" if kept else "refused"
    return msgspec.structs.replace(
        row, outcome=outcome, why="" if kept else "retired", readings=kept, errors=errors
    )


def _attribute(reading: Reading) -> dict[str, object]:
    instance: dict[str, object] = {
        "type": "Property",
        "value": reading.value,
        "observedAt": clock.iso(reading.at),
    }
    if reading.unit_code:
        instance["unitCode"] = reading.unit_code
    if reading.remark:
        instance[iri("reportedQuality")] = {"type": "Property", "value": reading.remark}
    return instance


def rows_to_writes(
    plan: Plan,
    data: bytes,
    filename: str,
    *,
    source: str,
    template: EntityTemplate,
    tenant: str = "",
    origin: str = "",
    now: datetime | None = None,
) -> Iterator[RowWrites]:
    """Each row with its writes, as the file is read; BadInput when the plan makes no readings."""
    if not plan.ready:
        raise BadInput("connectors.files.not_ready", rows=0)
    table = open_table(unpack(data, filename), plan.sheet or None)
    entities = _Entities(template, source)
    kind = iri(template.type)
    retired = {_plain(station) for station in template.retired}
    for whole in read(table.rows(), plan, now=now or clock.now()):
        row = _without(whole, retired, template.station or source) if retired else whole
        found: dict[str, dict[str, dict[str, dict[str, object] | None]]] = {}
        names: dict[str, str] = {}
        for reading in row.readings:
            id_ = entities.id(reading.station)
            names.setdefault(id_, reading.station or template.station or source)
            found.setdefault(id_, {})[iri(reading.term)] = {"": _attribute(reading)}
        yield RowWrites(
            row,
            [
                Write(
                    verb="observe",
                    id=id_,
                    tenant=tenant,
                    types=[kind],
                    scopes=None if entities.is_known(id_) else template.scopes,
                    attrs=attrs,
                    origin=origin or f"file:{source}",
                    backfill=True,
                )
                for id_, attrs in found.items()
            ],
            list(names.values()),
        )


async def import_file(
    broker: Writer,
    plan: Plan,
    data: bytes,
    filename: str,
    *,
    source: str,
    template: EntityTemplate,
    tenant: str = "",
    file_id: str = "",
    progress: Callable[[ImportResult], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImportResult:
    """Write the good rows; what was written stays when it is cancelled or the store is full.

    Handing in the same file again is harmless: its readings are repeats. The result so far is given to
    `progress` after each batch.
    """
    rows = rows_to_writes(
        plan,
        data,
        filename,
        source=source,
        template=template,
        tenant=tenant,
        origin=f"file:{file_id or source}",
    )
    tally = _Tally()
    while True:
        if cancelled is not None and cancelled():
            tally.result.stopped = "cancelled"
            break
        try:
            batch = await asyncio.to_thread(lambda: list(islice(rows, ROWS_A_BATCH)))
            if not batch:
                break
            results = await _write(broker, [write for row in batch for write in row.writes])
        except DothiError as error:
            tally.result.stopped, tally.result.stopped_values = error.key, error.values
            break
        tally.count(batch, results)
        if progress is not None:
            progress(tally.result)
    return tally.result


async def _write(broker: Writer, writes: Sequence[Write]) -> list[Result]:
    """Write in calls of bounded size; wait and go on when the store says to come back later."""
    results: list[Result] = []
    for start in range(0, len(writes), WRITES_A_CALL):
        for attempt in range(1, TRIES + 1):
            try:
                results += await broker.write(writes[start : start + WRITES_A_CALL])
                break
            except DothiError as error:
                if not error.retryable or attempt == TRIES:
                    raise
                await asyncio.sleep(error.retry_after or attempt)
    return results


class _Tally:
    """Counts rows by what became of them in the store."""

    def __init__(self) -> None:
        self.result = ImportResult()

    def count(self, batch: Sequence[RowWrites], results: Sequence[Result]) -> None:
        answers = iter(results)
        for row in batch:
            self._row(row.read, list(zip(row.writes, islice(answers, len(row.writes)), strict=True)))
            for station, write in zip(row.stations, row.writes, strict=True):
                seen = self.result.stations.get(station)
                kind = write.types[0].rpartition("/")[2]
                self.result.stations[station] = (write.id, kind, 1 + (seen[2] if seen else 0))

    def _row(self, row: RowRead, answers: Sequence[tuple[Write, Result]]) -> None:
        total = self.result
        total.rows += 1
        _add(total.missing, row.missing)
        errors = list(row.errors)
        if row.outcome == "left_out":
            _add(total.left_out, [row.why])
        elif row.outcome == "refused":
            _add(total.refused, [row.why])
        else:
            refused = [answer for _, answer in answers if answer.status == "refused"]
            _add(total.bad_cells, [error.reason for error in row.errors])
            kept = [(write, answer) for write, answer in answers if answer.status != "refused"]
            total.repeats += sum(answer.repeats for _, answer in kept)
            total.conflicts += sum(answer.conflicts for _, answer in kept)
            total.late += sum(answer.late for _, answer in kept)
            total.readings += sum(len(write.attrs) - answer.repeats for write, answer in kept)
            errors += [RowError(row.row, "store", text=(answer.detail or "")[:60]) for answer in refused]
            if not kept:
                _add(total.refused, ["store"])
            elif all(answer.repeats >= len(write.attrs) for write, answer in kept):
                total.repeated += 1
            else:
                total.accepted += 1
        total.errors_in_all += len(errors)
        total.errors.extend(errors[: MAX_ERRORS - len(total.errors)])


def _add(counts: dict[str, int], reasons: Sequence[str]) -> None:
    for reason, count in Counter(reasons).items():
        counts[reason] = counts.get(reason, 0) + count
