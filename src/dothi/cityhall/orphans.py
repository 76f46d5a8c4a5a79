# SPDX-License-Identifier: Apache-2.0
"""The supervisor's note of its processes, and what a dead supervisor may have left running."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import msgspec

from dothi.cityhall.children import Child, started_at
from dothi.cityhall.folders import own
from dothi.foundation.settings import Settings


class Process(msgspec.Struct):
    name: str
    pid: int
    started: str


class Note(msgspec.Struct):
    """`<data>/supervisor.json`. `host` is what it listens on, `url` what browsers are told."""

    pid: int
    started: str
    url: str
    ports: dict[str, int]
    processes: list[Process]
    host: str = "127.0.0.1"


def path(data: Path) -> Path:
    return data / "supervisor.json"


def write(settings: Settings, ports: dict[str, int], children: list[Child]) -> None:
    """Write who runs, whole or not at all."""
    processes = [
        Process(child.name, child.pid, started_at(child.pid))
        for child in children
        if child.pid and child.alive
    ]
    note = Note(os.getpid(), started_at(os.getpid()), settings.url, ports, processes, settings.host)
    target = path(settings.data_path)
    part = target.with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(note), indent=1))
    own(part, 0o644)
    part.rename(target)


def read(data: Path) -> Note | None:
    """The note, or nothing when there is none that can be read."""
    try:
        return msgspec.json.decode(path(data).read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        return None


def running(data: Path) -> Note | None:
    """The note of a supervisor that lives."""
    note = read(data)
    return note if note and note.started and started_at(note.pid) == note.started else None


def stop_left_over(data: Path, *, patience: float = 4.0) -> list[str]:
    """Stop what a dead supervisor left; returns the names. Call it only while holding the lock."""
    note = read(data)
    if note is None:
        return []
    left = [p for p in note.processes if p.started and started_at(p.pid) == p.started]
    for process in left:
        # PostgreSQL takes SIGINT for a fast, clean stop; SIGTERM would wait for its clients.
        _signal(process, signal.SIGINT if process.name == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(started_at(p.pid) == p.started for p in left):
        time.sleep(0.05)
    for process in left:
        if started_at(process.pid) == process.started:
            _signal(process, signal.SIGQUIT if process.name == "postgres" else signal.SIGKILL)
    path(data).unlink(missing_ok=True)
    return [process.name for process in left]


def _signal(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)
