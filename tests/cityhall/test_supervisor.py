# SPDX-License-Identifier: Apache-2.0
"""The supervisor with real processes that do little, so that each test takes about a second."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cityhall.disk import small_disk

from dothi.cityhall import ballast, orphans, ports
from dothi.cityhall.children import Child, started_at
from dothi.cityhall.city import City
from dothi.cityhall.errors import CannotStart
from dothi.cityhall.fault_disk import fill
from dothi.cityhall.processes.begin import store_mark
from dothi.cityhall.report import Report
from dothi.cityhall.supervisor import Supervisor
from dothi.foundation.settings import Settings, load

STUBBORN = "import signal,time;signal.signal(signal.SIGTERM, signal.SIG_IGN);time.sleep(60)"


def _settings(folder: Path) -> Settings:
    front, broker, mqtt = ports.choose(3)
    return load(
        {}, data_dir=str(folder / "data"), run_dir=str(folder / "run"),
        port=front, broker_port=broker, mqtt_port=mqtt,
    )  # fmt: skip


def _build(programs: dict[str, list[str]]) -> Callable[[Settings], City]:
    def build(settings: Settings) -> City:
        def child(name: str) -> Child:
            return Child(
                name=name,
                command=programs.get(name, ["sleep", "60"]),
                log=settings.data_path / "logs" / f"{name}.log",
                ready=lambda: True,
                environment=dict(os.environ),
                drop=False,
                patience=0.3,
            )

        return City(
            settings=settings, postgres=None, store=child("postgres"), bus=None, door=child("caddy"),
            brokers=[child("broker-0")], web=child("web"), ingest=child("ingest"), jobs=child("jobs"),
            demo=None, python=[sys.executable],
        )  # fmt: skip

    return build


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No database here: nothing to migrate."""
    monkeypatch.setattr(Supervisor, "_migrate", lambda self, made: None)


def _wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _run(settings: Settings, programs: dict[str, list[str]], act: Callable[[Supervisor], None]) -> str:
    """Run a city here, `act` beside it in a thread, then stop; returns what the terminal saw."""
    told = io.StringIO()
    supervisor = Supervisor(settings, Report(told), _build(programs))

    def beside() -> None:
        try:
            _wait_for(lambda: "ready after" in told.getvalue())
            act(supervisor)
        finally:
            supervisor.ask_to_stop()

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    thread = threading.Thread(target=beside)
    thread.start()
    try:
        assert supervisor.run() == 0
    finally:
        thread.join()
        for number, handler in before.items():
            signal.signal(number, handler)
    return told.getvalue()


@pytest.mark.usefixtures("quiet")
def test_a_killed_process_is_started_again_when_the_city_runs(tmp_path: Path) -> None:
    seen: list[int] = []

    def kill_web(supervisor: Supervisor) -> None:
        assert supervisor.city
        web = supervisor.city.web
        seen.append(web.pid or 0)
        os.kill(seen[0], signal.SIGKILL)
        _wait_for(lambda: web.alive and web.pid != seen[0])
        _wait_for(lambda: not supervisor.waiting)
        note = orphans.running(supervisor.settings.data_path)
        assert note
        assert {p.name: p.pid for p in note.processes}["web"] == web.pid

    told = _run(_settings(tmp_path), {}, kill_web)

    assert "Process web ended (SIGKILL); starting it again in 0.1 s" in told
    assert "Process web is back" in told


@pytest.mark.usefixtures("quiet")
def test_the_city_runs_on_when_its_note_and_logs_cannot_be_written(tmp_path: Path) -> None:
    def kill_web(supervisor: Supervisor) -> None:
        assert supervisor.city
        data, web = supervisor.settings.data_path, supervisor.city.web
        before = web.pid or 0
        (data / "supervisor.part").mkdir()
        web.log.unlink()
        web.log.mkdir()
        os.kill(before, signal.SIGKILL)
        _wait_for(lambda: web.alive and web.pid != before and not supervisor.noted)
        (data / "supervisor.part").rmdir()
        _wait_for(lambda: supervisor.noted)
        note = orphans.running(data)
        assert note
        assert {p.name: p.pid for p in note.processes}["web"] == web.pid

    told = _run(_settings(tmp_path), {}, kill_web)

    assert told.count("supervisor.json could not be written") == 1
    assert "Process web is back" in told
    assert "Stopped after" in told


@pytest.mark.usefixtures("quiet")
def test_the_city_runs_on_when_the_disk_is_full_and_any_process_dies(tmp_path: Path) -> None:
    def fill_and_kill(supervisor: Supervisor) -> None:
        assert supervisor.city
        data, jobs = supervisor.settings.data_path, supervisor.city.jobs
        before = jobs.pid or 0
        filler = fill(data, 0)
        os.kill(before, signal.SIGKILL)
        _wait_for(lambda: jobs.alive and jobs.pid != before)
        _wait_for(lambda: not ballast.path(data).exists() and supervisor.low)
        filler.unlink()
        _wait_for(lambda: ballast.path(data).exists() and not supervisor.low)

    with small_disk(tmp_path / "disk", 400) as disk:
        told = _run(_settings(disk), {}, fill_and_kill)

    assert "the reserve was freed" in told
    assert told.index("The disk is nearly full") < told.index("There is room on the disk again")
    assert "Stopped after" in told


@pytest.mark.usefixtures("quiet")
def test_the_mark_of_the_store_comes_back_when_it_was_tidied_away(tmp_path: Path) -> None:
    def tidy(supervisor: Supervisor) -> None:
        store_mark(supervisor.settings).unlink()
        _wait_for(store_mark(supervisor.settings).exists)

    assert "Stopped after" in _run(_settings(tmp_path), {}, tidy)


@pytest.mark.usefixtures("quiet")
def test_a_process_is_tried_again_when_it_cannot_even_begin(tmp_path: Path) -> None:
    def lose_program(supervisor: Supervisor) -> None:
        assert supervisor.city
        web = supervisor.city.web
        right, web.command = web.command, [str(tmp_path / "gone")]
        os.kill(web.pid or 0, signal.SIGKILL)
        _wait_for(lambda: web.restarts >= 2)
        web.command = right
        _wait_for(lambda: web.alive)

    told = _run(_settings(tmp_path), {}, lose_program)

    assert "Process web could not be started (No such file or directory)" in told


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_start_ends_at_once_and_leaves_nothing_when_asked_to_stop(
    number: signal.Signals, tmp_path: Path
) -> None:
    settings = _settings(tmp_path)
    build = _build({})
    made = build(settings)
    made.web.ready = lambda: False
    told = io.StringIO()
    supervisor = Supervisor(settings, Report(told), lambda _settings: made)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def press() -> None:
        _wait_for(lambda: made.web.alive)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=press)
    thread.start()
    try:
        code = supervisor.run()
    finally:
        thread.join()
        for each, handler in before.items():
            signal.signal(each, handler)

    assert code == 0
    assert "Stopped after" in told.getvalue()
    assert "ready after" not in told.getvalue()
    assert [child.name for child in made.children if child.alive] == []


@pytest.mark.usefixtures("quiet")
def test_stop_leaves_no_process_when_one_ignores_it(tmp_path: Path) -> None:
    pids: list[int] = []

    def note_pids(supervisor: Supervisor) -> None:
        pids.extend(child.pid or 0 for child in supervisor.running)

    begun = time.monotonic()
    settings = _settings(tmp_path)
    _run(settings, {"ingest": [sys.executable, "-c", STUBBORN]}, note_pids)

    assert len(pids) == 6
    assert [pid for pid in pids if started_at(pid)] == []
    assert time.monotonic() - begun < 5
    assert orphans.read(settings.data_path) is None


@pytest.mark.usefixtures("quiet")
def test_start_says_which_process_and_why_when_one_cannot_start(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    program = [sys.executable, "-c", "raise SystemExit('the socket folder is gone')"]
    build = _build({"broker-0": program})
    told = io.StringIO()
    supervisor = Supervisor(settings, Report(told), build)
    made = build(settings)
    made.brokers[0].ready = lambda: False
    made.brokers[0].restarts = 5
    supervisor.build = lambda _settings: made

    with pytest.raises(CannotStart, match=r"broker-0 does not start.*the socket folder is gone"):
        supervisor.run()

    assert [child.name for child in made.children if child.alive] == []


def test_devices_are_let_in_last_when_the_city_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers wait for a migrated store, and the bus for the ingest process that answers its logins."""
    seen: list[tuple[str, bool]] = []
    settings = _settings(tmp_path)
    monkeypatch.setattr(
        Supervisor, "_migrate", lambda _self, _made: seen.append(("migrated", store_mark(settings).exists()))
    )
    logins = settings.run_path / "ingest-logins.ready"
    say = f"import time,pathlib as p;m=p.Path({str(store_mark(settings))!r})\nwhile not m.exists(): time.sleep(.01)\n"
    say += f"time.sleep(.2);p.Path({str(logins)!r}).touch();time.sleep(60)"
    build = _build({"ingest": [sys.executable, "-c", say]})
    made = build(settings)
    made.bus = made.brokers.pop()
    made.bus.ready = lambda: bool(seen.append(("bus", logins.exists()))) or True
    monkeypatch.setattr(Supervisor, "_open_bus", lambda _self, _made: None)
    supervisor = Supervisor(settings, Report(io.StringIO()), lambda _settings: made)
    supervisor.on_ready = lambda _made: supervisor.ask_to_stop()

    assert supervisor.run() == 0

    assert seen == [("migrated", False), ("bus", True)]


@pytest.mark.usefixtures("quiet")
def test_two_cities_run_side_by_side_when_folders_and_ports_differ(tmp_path: Path) -> None:
    def start_second(_first: Supervisor) -> None:
        settings = _settings(tmp_path / "second")
        second = Supervisor(settings, Report(io.StringIO()), _build({}))
        second.on_ready = lambda _made: second.ask_to_stop()
        real = signal.signal
        signal.signal = lambda *_: None  # type: ignore[assignment,misc]  # - signals belong to the main thread
        try:
            assert second.run() == 0
        finally:
            signal.signal = real  # type: ignore[misc]  # - put back

    (tmp_path / "second").mkdir()
    told = _run(_settings(tmp_path), {}, start_second)

    assert "Stopped after" in told


def test_pauses_grow_and_calm_down_when_a_process_keeps_dying(tmp_path: Path) -> None:
    child = Child(name="x", command=["true"], log=tmp_path / "log", ready=lambda: True, drop=False)
    child.begun = time.monotonic()

    pauses = [child.note_death() for _ in range(9)]
    child.begun -= 60
    after_calm = child.note_death()

    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert after_calm == 0.1


def test_a_log_begins_anew_and_one_older_is_kept_when_it_is_too_long(tmp_path: Path) -> None:
    child = Child(name="x", command=["true"], log=tmp_path / "x.log", ready=lambda: True, drop=False)
    child.log.write_text("old\n" * 100)
    child.rotate_log(1000)
    short = child.log.stat().st_size
    child.rotate_log(100)

    assert (short, child.log.stat().st_size) == (400, 0)
    assert (tmp_path / "x.log.1").read_text() == "old\n" * 100


def test_a_log_begins_anew_when_there_is_no_room_for_the_older(tmp_path: Path) -> None:
    child = Child(name="x", command=["true"], log=tmp_path / "disk" / "x.log", ready=lambda: True, drop=False)
    with small_disk(tmp_path / "disk", 2) as disk:
        child.log.write_bytes(bytes(1_500_000))
        fill(disk, 4096)
        child.rotate_log(1_000_000)

        assert child.log.stat().st_size == 0
        assert not (disk / "x.log.1").exists()
