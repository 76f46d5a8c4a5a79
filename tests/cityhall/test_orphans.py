# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec

from dothi.cityhall import orphans
from dothi.cityhall.children import started_at


def _note(folder: Path, supervisor: int, pid: int, started: str) -> None:
    note = orphans.Note(supervisor, "0", "http://x", {}, [orphans.Process("broker-0", pid, started)])
    orphans.path(folder).write_bytes(msgspec.json.encode(note))


def test_stop_left_over_ends_a_process_when_its_supervisor_is_dead(tmp_path: Path) -> None:
    left = subprocess.Popen(["sleep", "60"])
    _note(tmp_path, 1, left.pid, started_at(left.pid))

    stopped = orphans.stop_left_over(tmp_path)

    assert stopped == ["broker-0"]
    assert left.wait(1) != 0
    assert not orphans.path(tmp_path).exists()


def test_stop_left_over_spares_a_stranger_when_the_pid_was_used_again(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    _note(tmp_path, 1, stranger.pid, "12345")

    stopped = orphans.stop_left_over(tmp_path)

    assert stopped == []
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_running_is_nothing_when_the_note_is_of_a_dead_or_broken_one(tmp_path: Path) -> None:
    assert orphans.running(tmp_path) is None
    _note(tmp_path, 2**22 - 1, 1, "1")
    assert orphans.running(tmp_path) is None
    orphans.path(tmp_path).write_text("{")
    assert orphans.running(tmp_path) is None
