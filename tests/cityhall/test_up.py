# SPDX-License-Identifier: Apache-2.0
"""The whole product, started and stopped as its users do; as the present user and, when that is root, as another."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.cityhall import orphans
from dothi.cityhall.bench.instance import three_ports
from dothi.cityhall.children import started_at
from dothi.cityhall.programs import open_to_all, program, readable

ROOT = Path(__file__).parents[2]
ANOTHER_USER = 65534  # nobody: initdb wants a user with a name
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("whole product")]

USERS = [None, ANOTHER_USER] if os.geteuid() == 0 else [None]


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, open to all: sockets and other users must reach it. Cities that a failed test left are stopped after it."""
    made = Path(tempfile.mkdtemp(prefix="dothi-up-"))
    made.chmod(0o777)
    yield made
    for process in STARTED:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
    STARTED.clear()
    shutil.rmtree(made, ignore_errors=True)


def _command(user: int | None, folder: Path) -> tuple[list[str], dict[str, str]]:
    """How that user starts Dothi. Python itself may stand under /root, then he gets a copy of everything."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder)}
    if user is None or open_to_all(Path(sys.executable)):
        return [sys.executable, "-m", "dothi.cityhall.cli"], {**environment, "PYTHONPATH": str(ROOT / "src")}
    from dothi.cityhall import programs

    command, extra = programs.python(folder / "python")
    beside = {str(readable(program(name), folder / "python").parent) for name in ("caddy", "nats-server")}
    for part in (folder / "python", folder / "python" / "programs"):
        part.chmod(0o755)
    environment["PATH"] = os.pathsep.join([*sorted(beside), environment["PATH"]])
    return [*command, "-m", "dothi.cityhall.cli"], {**environment, **extra}


def _start(folder: Path, user: int | None, port: int) -> subprocess.Popen[str]:
    command, environment = _command(user, folder)
    ids = {"user": user, "group": user, "extra_groups": []} if user else {}
    process = subprocess.Popen(
        [*command, "up", "--data", str(folder / "data"), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", env=environment, **ids,
    )  # fmt: skip
    STARTED.append(process)
    return process


def _until_ready(process: subprocess.Popen[str]) -> str:
    """What it told until the last line of its start-up report."""
    told = ""
    assert process.stdout
    for line in process.stdout:
        told += line
        if line.startswith("Ctrl-C stops it"):
            return told
    raise AssertionError(f"The city did not start: {told}")


def _all_processes(data: Path) -> list[orphans.Process]:
    note = orphans.running(data)
    assert note
    return note.processes


def _left(processes: list[orphans.Process]) -> list[str]:
    return [p.name for p in processes if started_at(p.pid) == p.started]


@pytest.mark.parametrize("user", USERS)
def test_up_serves_stops_and_finds_its_data_when_started_twice(folder: Path, user: int | None) -> None:
    port = three_ports()
    first = _start(folder, user, port)
    told = _until_ready(first)
    link = re.search(rf"http://127\.0\.0\.1:{port}/\S+", told.partition("administrator")[2])
    processes = _all_processes(folder / "data")
    owners = {Path(f"/proc/{p.pid}").stat().st_uid for p in processes} if sys.platform == "linux" else set()
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)

    begun = time.monotonic()
    first.send_signal(signal.SIGINT)
    assert first.wait(10) == 0
    seconds = time.monotonic() - begun

    assert page.status == 200
    assert link, told
    assert 0 not in owners
    assert seconds < 5
    assert _left(processes) == []

    begun = time.monotonic()
    second = _start(folder, user, port)
    again = _until_ready(second)
    started = time.monotonic() - begun
    second.send_signal(signal.SIGTERM)
    assert second.wait(10) == 0

    assert "making the database" in told
    assert "making the database" not in again
    assert started < 15


def test_up_heals_and_leaves_no_orphan_when_processes_and_supervisor_are_killed(folder: Path) -> None:
    port = three_ports()
    city = _start(folder, None, port)
    _until_ready(city)
    before = {p.name: p for p in _all_processes(folder / "data")}

    for name in ("postgres", "broker-0", "nats", "caddy"):
        os.kill(before[name].pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        now = {p.name: p for p in _all_processes(folder / "data")}
        if all(
            now.get(name) and now[name].pid != before[name].pid
            for name in ("postgres", "broker-0", "nats", "caddy")
        ):
            try:
                if urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).status == 200:
                    break
            except OSError:
                pass
        time.sleep(0.1)
    else:
        raise AssertionError("It did not come back")

    city.kill()
    city.wait()
    deadline = time.monotonic() + 6
    while _left(list(now.values())) and time.monotonic() < deadline:
        time.sleep(0.05)
    if sys.platform == "linux":
        assert _left(list(now.values())) == []
    again = _start(folder, None, port)
    _until_ready(again)
    again.send_signal(signal.SIGINT)
    assert again.wait(10) == 0
