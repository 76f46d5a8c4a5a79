# SPDX-License-Identifier: Apache-2.0
"""Files handed in: the original is kept, a reader says what it understood, ingest takes the rows.

The reader belongs to the connectors, which this room must not know: city hall puts it in.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection, transaction

from dothi.ledger.door import note
from dothi.sources.core.storable import cleaned
from dothi.sources.errors import NotPossible, RefusedForm
from dothi.sources.models import FileDrop, Source

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xls", ".html", ".xml", ".gz")
CHANNEL = "sources_files"


class Column(msgspec.Struct, kw_only=True):
    """A column of the file and what it was taken for; a person may choose another role, unit, mark or order of days."""

    title: str
    meaning: list[Any] = []
    index: int = 0
    role: str = ""
    term: str = ""
    decimal: str = ""
    days: str = ""
    unit: str = ""
    example: str = ""
    used: bool = True


class Preview(msgspec.Struct, kw_only=True):
    """What a reader understood. Words are `core.sentence` parts, said in the language of the page.

    `facts`: label and value; `plan`: the reader's own notes, handed back to it when the rows are taken. `asks`:
    what a person has to say first: "kind" (of foundation.kinds), "start", "decimal", "time", "values".
    `roles` and `days`: what may be chosen for a column.
    """

    facts: list[tuple[Any, Any]] = []
    columns: list[Column] = []
    sample: list[list[str]] = []
    rows: int | None = None
    warnings: list[Any] = []
    plan: dict[str, Any] = {}
    asks: list[str] = []
    ready: bool = True
    sheet: str = ""
    sheets: list[str] = []
    start: str = ""
    roles: list[tuple[str, Any]] = []
    days: list[tuple[str, Any]] = []


FileReader = Callable[[bytes, str, Mapping[str, str]], Preview]
"""(content, file name, answers) -> Preview; raises an error of ours when it is no table."""

_readers: list[FileReader] = []


def set_file_reader(reader: FileReader) -> None:
    """City hall puts the connectors' reader in, once a process."""
    _readers[:] = [reader]


def _folder() -> Path:
    folder: Path = settings.SETTINGS.data_path / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def original(drop: FileDrop) -> Path:
    return _folder() / drop.sha256


def keep(content: bytes) -> str:
    """Write the original, synced, under its SHA-256; once however often it is handed in."""
    mark = hashlib.sha256(content).hexdigest()
    target = _folder() / mark
    if not target.exists():
        with tempfile.NamedTemporaryFile(dir=_folder(), prefix=".part-", delete=False) as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).replace(target)
    return mark


@transaction.atomic
def hand_in(source: Source, *, name: str, content: bytes, by: str) -> FileDrop:
    """Keep a file and say what was understood; nothing is taken from it yet."""
    if source.retired_at is not None:
        raise NotPossible("sources.retired_already", name=source.name)
    if not content:
        raise RefusedForm({"file": "sources.file.empty"})
    if len(content) > settings.SETTINGS.file_limit:
        raise RefusedForm({"file": "sources.file.too_large"})
    if not name.lower().endswith(SUFFIXES):
        raise RefusedForm({"file": "sources.file.no_table"})
    if not _readers:
        raise NotPossible("sources.file.no_reader")
    preview = _readers[0](content, name, {})
    drop = FileDrop.objects.create(
        tenant=source.tenant,
        source=source,
        name=cleaned(Path(name).name[:300]),
        sha256=keep(content),
        size=len(content),
        by=by,
        preview=cleaned(msgspec.to_builtins(preview)),
        rows=preview.rows or 0,
    )
    note(
        "sources.act.file_handed_in",
        f"file:{drop.pk}",
        tenant=source.tenant,
        source=source.slug,
        sha256=drop.sha256,
    )
    return drop


@transaction.atomic
def look_again(drop: FileDrop, *, answers: Mapping[str, str]) -> FileDrop:
    """Read a file once more, now that a person said what it does not say itself, or what was not understood."""
    if drop.state != "seen":
        raise NotPossible("sources.file.taken_already", name=drop.name)
    try:
        content = original(drop).read_bytes()
    except FileNotFoundError as error:
        raise NotPossible("sources.file.original_lost", name=drop.name) from error
    preview = _readers[0](content, drop.name, answers)
    drop.preview = cleaned(msgspec.to_builtins(preview))
    drop.rows = preview.rows or 0
    drop.save(update_fields=["preview", "rows"])
    return drop


@transaction.atomic
def take(drop: FileDrop) -> FileDrop:
    """Ask ingest to take the rows of a file that was looked at."""
    if drop.state != "seen":
        raise NotPossible("sources.file.taken_already", name=drop.name)
    if not drop.preview.get("ready", True):
        raise NotPossible("sources.file.not_ready", name=drop.name)
    drop.state = "queued"
    drop.save(update_fields=["state"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, drop.pk])
    note("sources.act.file_taken", f"file:{drop.pk}", tenant=drop.tenant, rows=drop.rows)
    return drop


@transaction.atomic
def cancel(drop: FileDrop) -> FileDrop:
    """Stop taking rows: those taken stay, the rest is left."""
    if drop.state not in {"seen", "queued", "running"}:
        raise NotPossible("sources.file.taken_already", name=drop.name)
    drop.state = "cancelled"
    drop.save(update_fields=["state"])
    note("sources.act.file_cancelled", f"file:{drop.pk}", tenant=drop.tenant)
    return drop
