# SPDX-License-Identifier: Apache-2.0
"""One supervised program: how to start it, know that it serves, and stop it without leaving anything."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from dothi.cityhall.folders import own
from dothi.cityhall.service_user import die_with_parent, drop_ids

_PROC = Path("/proc/self")
FIRST_PAUSE, LONGEST_PAUSE, CALM_AFTER = 0.1, 10.0, 30.0


def started_at(pid: int) -> str:
    """A mark of the moment a process started, so that a reused pid is not taken for it; empty if it is gone."""
    if _PROC.is_dir():
        try:
            text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        except OSError:
            return ""
        fields = text.rpartition(")")[2].split()
        return "" if fields[0] in {"Z", "X"} else fields[19]
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


@dataclass(kw_only=True)
class Child:
    """A program, its orders of the day and its present process."""

    name: str
    command: list[str]
    log: Path
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 1.5
    hard_signal: signal.Signals = signal.SIGKILL
    death_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when the supervisor was killed: nobody is left to wait for an orderly end."""
    pass_fds: tuple[int, ...] = ()
    drop: bool = True
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    pause: float = FIRST_PAUSE
    not_before: float = 0.0
    begun: float = 0.0

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches the supervisor only."""
        ids = drop_ids() if self.drop else {}
        with self._sink() as sink:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                cwd="/",
                env=dict(self.environment),
                process_group=0,
                preexec_fn=die_with_parent(self.death_signal),  # noqa: PLW1509 - the supervisor has one thread
                pass_fds=self.pass_fds,
                **ids,
            )
        self.begun = time.monotonic()

    def _sink(self) -> BinaryIO:
        """Where it writes; nowhere when the disk is too full even for a new log."""
        try:
            sink = self.log.open("ab")
            self.log.chmod(0o640)
        except OSError:
            return Path(os.devnull).open("ab")
        return sink

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def note_death(self) -> float:
        """Plan the next start with growing pauses; returns the seconds until then."""
        if time.monotonic() - self.begun > CALM_AFTER:
            self.pause = FIRST_PAUSE
        planned = self.pause
        self.not_before = time.monotonic() + planned
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        self.restarts += 1
        return planned

    def ask_to_stop(self) -> None:
        if self.alive and self.process:
            self.process.send_signal(self.stop_signal)

    def reap(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic), then stop it and its process group the hard way."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.send_signal(self.hard_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.5)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def rotate_log(self, limit: int) -> None:
        """Copy a log that has grown too long aside and begin it anew; its writers append, so nothing breaks."""
        with contextlib.suppress(OSError):
            if not self.log.exists() or self.log.stat().st_size <= limit:
                return
            aside = self.log.with_name(self.log.name + ".1")
            try:
                aside.write_bytes(self.log.read_bytes())
                own(aside, 0o640)
            except OSError:  # no room to keep the old one: rather lose it than fill the disk
                aside.unlink(missing_ok=True)
            with self.log.open("r+b") as file:
                file.truncate(0)

    def tail(self, lines: int = 5) -> str:
        """The last lines of its log, for a sentence about what went wrong."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as source:
            source.seek(max(0, self.log.stat().st_size - 8192))
            return b"\n".join(source.read().splitlines()[-lines:]).decode(errors="replace")


def stop_all(children: list[Child]) -> None:
    """Ask all of one stage at once, then wait for each."""
    for child in children:
        child.ask_to_stop()
    begin = time.monotonic()
    for child in children:
        child.reap(begin + child.patience)
