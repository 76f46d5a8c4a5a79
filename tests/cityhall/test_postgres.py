# SPDX-License-Identifier: Apache-2.0
"""What is read and written of PostgreSQL's own notes; the server itself runs in test_up."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from dothi.cityhall.children import started_at
from dothi.cityhall.postgres import Postgres, sync_options

NOTE = "{pid}\n{cluster}\n1795558920\n5432\n/run/x\n\n  3933473 32773\n{status}\n"


@pytest.fixture
def server(tmp_path: Path) -> Postgres:
    (tmp_path / "data" / "postgres").mkdir(parents=True)
    (tmp_path / "run").mkdir()
    return Postgres(data=tmp_path / "data", run=tmp_path / "run", bin_dir=tmp_path)


def _note(server: Postgres, pid: int, status: str = "ready   ") -> None:
    text = NOTE.format(pid=pid, cluster=server.cluster, status=status)
    (server.cluster / "postmaster.pid").write_text(text)
    (server.run / ".s.PGSQL.5432.lock").write_text(text)


def _first_lines(server: Postgres) -> list[str]:
    files = (server.cluster / "postmaster.pid", server.run / ".s.PGSQL.5432.lock")
    return [file.read_text().split("\n", 1)[0] for file in files]


def test_serves_is_false_when_there_is_no_note_or_it_recovers_or_is_of_another(server: Postgres) -> None:
    without = server.serves(42)
    _note(server, 42, "starting")
    starting = server.serves(42)
    _note(server, 41)
    another = server.serves(42)
    _note(server, 42)

    assert (without, starting, another) == (False, False, False)
    assert server.serves(42)


def test_forget_dead_takes_the_place_when_a_killed_server_was_never_reaped(server: Postgres) -> None:
    with subprocess.Popen(["sleep", "60"]) as killed:
        killed.kill()
        os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
        _note(server, killed.pid)
        assert started_at(killed.pid) == ""

        server.forget_dead()

    assert _first_lines(server) == [str(os.getpid())] * 2
    assert (server.cluster / "postmaster.pid").read_text().endswith("3933473 32773\nready   \n")


def test_forget_dead_leaves_the_notes_when_that_server_lives(server: Postgres) -> None:
    with subprocess.Popen(["sleep", "60"]) as alive:
        _note(server, alive.pid)

        server.forget_dead()

        assert _first_lines(server) == [str(alive.pid)] * 2
        alive.kill()


@pytest.mark.parametrize("release", ["6.18.44-x", "5.8.0"])
def test_the_disk_is_synced_by_one_call_when_linux_tells_of_its_errors(release: str) -> None:
    assert sync_options("linux", release) == ("recovery_init_sync_method=syncfs",)


@pytest.mark.parametrize(
    ("system", "release"), [("linux", "5.4.0-200-generic"), ("linux", "unknown"), ("darwin", "24.1.0")]
)
def test_each_file_is_synced_when_the_system_might_hide_an_error(system: str, release: str) -> None:
    assert sync_options(system, release) == ()
