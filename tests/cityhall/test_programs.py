# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dothi.cityhall import programs


def _ours(tmp_path: Path, text: str = "A = 1\n") -> Path:
    ours = tmp_path / "ours"
    ours.mkdir(exist_ok=True)
    (ours / "a.py").write_text(text)
    return ours


def _change(ours: Path, text: str, at: int) -> None:
    (ours / "a.py").write_text(text)
    os.utime(ours / "a.py", ns=(at, at))


def _aged(folder: Path, days: float) -> None:
    at = time.time() - days * 86400
    os.utime(folder, (at, at))


def test_our_package_is_copied_again_only_when_a_file_of_it_changed(tmp_path: Path) -> None:
    ours = _ours(tmp_path)
    first = programs._copy_ours(ours, tmp_path)
    (first / "dothi" / "witness").touch()

    again = programs._copy_ours(ours, tmp_path)
    _change(ours, "A = 2\n", 1)
    second = programs._copy_ours(ours, tmp_path)

    assert again == first
    assert second != first
    assert not (second / "dothi" / "witness").exists()
    assert (second / "dothi" / "a.py").read_text() == "A = 2\n"


def test_the_copy_of_a_running_city_stays_when_a_command_makes_another(tmp_path: Path) -> None:
    ours = _ours(tmp_path)
    first = programs._copy_ours(ours, tmp_path)
    for at in range(1, 5):
        _change(ours, f"A = {at}\n", at)
        programs._copy_ours(ours, tmp_path)

    assert (first / "dothi" / "a.py").read_text() == "A = 1\n"


def test_old_copies_go_when_past_a_day_unless_a_process_uses_them(tmp_path: Path) -> None:
    ours, copies = _ours(tmp_path), []
    for at in range(1, 5):
        _change(ours, f"A = {at}\n", at)
        copies.append(programs._copy_ours(ours, tmp_path))
    for days, copy in zip((9, 8, 7, 6), copies, strict=True):
        _aged(copy, days)
    waiting = [sys.executable, "-c", "input()"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, env={"PYTHONPATH": str(copies[0])}) as running:
        _change(ours, "A = 5\n", 5)
        newest = programs._copy_ours(ours, tmp_path)
        left = {one.name for one in (tmp_path / "programs").iterdir()}
        running.communicate(b"\n")

    assert left == {copies[0].name, copies[3].name, newest.name}


def test_both_get_a_whole_copy_when_two_make_it_at_once(tmp_path: Path) -> None:
    ours = _ours(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: programs._copy_ours(ours, tmp_path), range(8)))

    assert len(set(made)) == 1
    assert (made[0] / "dothi" / "a.py").read_text() == "A = 1\n"
    assert [one.name for one in (tmp_path / "programs").iterdir()] == [made[0].name]


def test_everybody_may_read_the_copy_when_root_made_it(tmp_path: Path) -> None:
    made = programs._copy_ours(_ours(tmp_path), tmp_path)

    assert made.stat().st_mode & 0o777 == 0o755
    assert (made / "dothi" / "a.py").stat().st_mode & 0o004


def test_half_a_copy_is_not_used_when_the_first_try_broke_off(tmp_path: Path) -> None:
    ours = _ours(tmp_path)
    (ours / "gone.py").symlink_to(tmp_path / "nowhere")
    try:
        programs._copy_ours(ours, tmp_path)
    except OSError:
        (ours / "gone.py").unlink()

    assert list((tmp_path / "programs").iterdir()) == []
    assert (programs._copy_ours(ours, tmp_path) / "dothi" / "a.py").exists()
