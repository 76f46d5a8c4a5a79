# SPDX-License-Identifier: Apache-2.0
"""Starts the processes in order, starts again what dies, stops all in order. One thread, one loop.

Everything it tells the person at the terminal goes through `Report`.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from types import FrameType

from dothi.cityhall import ballast, city, database, folders, nats, orphans, ports
from dothi.cityhall.children import Child, stop_all
from dothi.cityhall.city import City
from dothi.cityhall.errors import CannotStart
from dothi.cityhall.postgres import PostgresTrouble
from dothi.cityhall.processes.begin import store_mark
from dothi.cityhall.report import Report
from dothi.cityhall.service_user import die_with_parent, drop_ids
from dothi.foundation.metrics import Registry
from dothi.foundation.settings import Settings

LONGEST_START = 120.0
"""Seconds for one process to serve at first start, on a slow disk with a large log to replay."""

TRIES_AT_START = 6
HYSTERESIS = 16_000_000
"""Bytes above the mark at which a low disk counts as fine again, so that it does not go to and fro."""


class StopAsked(Exception):
    """Somebody pressed Ctrl-C while the city was starting."""


class Supervisor:
    """One run of one city."""

    def __init__(
        self, settings: Settings, report: Report, build: Callable[[Settings], City] = city.build
    ) -> None:
        self.settings = settings
        self.build = build
        self.report = report
        self.registry = Registry("supervisor")
        self.stop_asked = False
        self.begun = time.monotonic()
        self.city: City | None = None
        self.running: list[Child] = []
        self.waiting: set[str] = set()
        self.low = False
        self.noted = True
        self.on_ready: Callable[[City], None] | None = None

    def ask_to_stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self.stop_asked = True

    def run(self) -> int:
        """Everything from the lock to the last process; returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        folders.prepare(self.settings)
        with folders.locked(self.settings.data_path):
            left = orphans.stop_left_over(self.settings.data_path)
            if left:
                self.report.say("cityhall.up.orphans", names=", ".join(left))
            self._require_ports()
            self.report.starting(self.settings)
            try:
                self._start()
                self._watch()
            except StopAsked:
                pass
            finally:
                self._stop()
        return 0

    def _require_ports(self) -> None:
        used = self.settings
        ports.require_free(used.host, used.port, "front", "--port")
        ports.require_free("127.0.0.1", used.broker_port_used, "broker", "DOTHI_BROKER_PORT")
        if not used.nats_url:
            ports.require_free(used.host, used.mqtt_port_used, "mqtt", "DOTHI_MQTT_PORT")

    def _start(self) -> None:
        try:
            self.city = made = self.build(self.settings)
        except PostgresTrouble as error:
            raise CannotStart("cityhall.start.postgres", reason=error) from error
        self._pause()
        ballast.lay(self.settings.data_path)
        early = [child for child in (made.store, made.door) if child]
        for child in (*early, *made.workers):
            self._begin(child)
        for child in early:
            self._until_ready(child)
        self._migrate(made)
        # Until now the workers have loaded themselves; each waits for this before it uses the database.
        store_mark(self.settings).touch()
        if made.bus:
            # Not sooner: the bus lets devices connect, and their logins are answered by the ingest process.
            self._until_ready(made.ingest, made.logins_ready)
            self._begin(made.bus)
            self._until_ready(made.bus)
        for child in made.workers:
            self._until_ready(child)
        self._open_bus(made)
        for child in made.later:
            self._begin(child)
        self.report.ready(self.settings, time.monotonic() - self.begun)
        if self.on_ready:
            self.on_ready(made)

    def _migrate(self, made: City) -> None:
        """Bring the database up to date in a process of its own, only when files of ours have changed."""
        database.ensure(self.settings)
        if database.is_migrated(self.settings):
            return
        known = (self.settings.data_path / "migrated").exists()
        self.report.say("cityhall.up.migrating" if known else "cityhall.up.first")
        child = Child(
            name="migrate",
            command=[*made.python, "-m", "dothi.cityhall.processes.migrate"],
            log=self.settings.data_path / "logs" / "migrate.log",
            ready=lambda: False,
            environment=made.environment("owner"),
        )
        self._begin(child)
        while child.alive:
            self._pause()
        self.running.remove(child)
        if child.process is None or child.process.returncode:
            raise CannotStart("cityhall.start.migrate", tail=child.tail())
        database.note_migrated(self.settings)

    def _open_bus(self, made: City) -> None:
        """Open MQTT to devices once the ingest process has verified its consumer (house decision 9)."""
        if made.bus is None or nats.is_verified(self.settings):
            return
        nats.open_to_devices(self.settings)
        stop_all([made.bus])
        self._begin(made.bus)
        self._until_ready(made.bus)

    def _begin(self, child: Child) -> None:
        child.start()
        if child not in self.running:
            self.running.append(child)
        self._note()

    def _until_ready(self, child: Child, ready: Callable[[], bool] | None = None) -> None:
        deadline = time.monotonic() + LONGEST_START
        while not (ready or child.ready)():
            if not child.alive:
                if child.restarts >= TRIES_AT_START or time.monotonic() > deadline:
                    raise CannotStart(
                        "cityhall.start.child", name=child.name, log=child.log, tail=child.tail()
                    )
                self._revive(child)
            self._pause()

    def _pause(self) -> None:
        """Wait a moment; a wish to stop ends the start at once."""
        if self.stop_asked:
            raise StopAsked
        time.sleep(0.02)

    def _watch(self) -> None:
        last_rotation = last_look = time.monotonic()
        while not self.stop_asked:
            time.sleep(0.1)
            for child in self.running:
                if child.alive:
                    if child.name in self.waiting and child.ready():
                        self.waiting.discard(child.name)
                        self.report.say("cityhall.up.back", name=child.name)
                        self._note()
                    continue
                self._revive(child)
            if time.monotonic() - last_rotation > 5:
                last_rotation = time.monotonic()
                with contextlib.suppress(
                    OSError
                ):  # machines tidy old files away in /tmp; who starts again waits for it
                    store_mark(self.settings).touch()
                self._write_figures()
                for child in self.running:
                    child.rotate_log(self.settings.file_log_mb * 1_000_000)
            if time.monotonic() - last_look > 1:
                last_look = time.monotonic()
                self._heed_disk()

    def _revive(self, child: Child) -> None:
        """Start a dead child again when its pause is over; the first call only plans."""
        now = time.monotonic()
        if child.not_before == 0.0:
            reason = child.process.returncode if child.process else None
            pause = child.note_death()
            self.waiting.add(child.name)
            self.report.died(child.name, reason, pause)
            self._free_ballast()
            return
        if now >= child.not_before:
            child.not_before = 0.0
            try:
                self._begin(child)
            except OSError as error:  # it is dead still, so it comes here again
                self.report.say("cityhall.up.not_begun", name=child.name, reason=error.strerror)

    def _free_ballast(self) -> None:
        """Give room when the disk is full, whoever died of it: PostgreSQL first of all, but not only."""
        with contextlib.suppress(OSError):
            if ballast.free(self.settings.data_path):
                self.report.say("cityhall.up.ballast")

    def _heed_disk(self) -> None:
        """Say when the disk runs low and when there is room again; then what waits starts at once."""
        ballast.lay(self.settings.data_path)
        if not self.noted:
            self._note()
        low = folders.is_low(self.settings, spare=HYSTERESIS if self.low else 0)
        if low != self.low:
            self.report.say("cityhall.up.disk_low" if low else "cityhall.up.disk_fine")
            for child in self.running:
                child.not_before = min(child.not_before, time.monotonic())
            if not low and self.city and self.city.bus:
                # On a full disk nats-server gives its store up for good; started anew it finds all of it.
                self.city.bus.ask_to_stop()
        self.low = low

    def _write_figures(self) -> None:
        """The supervisor's figures, beside those of the processes."""
        for child in self.running:
            self.registry.level("dothi_up", "Whether the process runs.", int(child.alive), name=child.name)
            self.registry.total(
                "dothi_restarts_total", "Unplanned restarts of a process.", child.restarts, name=child.name
            )
        with contextlib.suppress(OSError):
            self.registry.write(self.settings.run_path)

    def _note(self) -> None:
        """Write down who runs; a full disk only makes that note old, and the next one is written in time."""
        if self.city is None:
            return
        try:
            orphans.write(self.settings, self.city.ports, self.running)
            self.noted = True
        except OSError as error:
            if self.noted:
                self.report.say("cityhall.up.not_noted", reason=error.strerror)
            self.noted = False

    def _stop(self) -> None:
        """Front door first, then those who write, then the bus, then the store; within five seconds."""
        begun = time.monotonic()
        self.report.say("cityhall.up.stopping")
        for stage in self._stages():
            stop_all(stage)
        orphans.path(self.settings.data_path).unlink(missing_ok=True)
        self.report.say("cityhall.up.stopped", seconds=f"{time.monotonic() - begun:.1f}")

    def _stages(self) -> Iterator[list[Child]]:
        last = {"nats": 1, "postgres": 2}
        for stage in range(3):
            yield [child for child in self.running if last.get(child.name, 0) == stage]


def run_beside(made: City, module: str, *arguments: str, role: database.Role = "reader") -> str:
    """Run a short program of ours as the service user and return what it prints."""
    done = subprocess.run(
        [*made.python, "-m", module, *arguments],
        env=made.environment(role),
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        timeout=30,
        preexec_fn=die_with_parent(signal.SIGKILL),
        **drop_ids(),
    )
    return done.stdout.strip() if done.returncode == 0 else ""
