# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.cityhall import folders
from dothi.cityhall.errors import AlreadyRunning, CannotStart, DiskFull, NewerData
from dothi.foundation.settings import Settings, load


def _settings(tmp_path: Path) -> Settings:
    return load({}, data_dir=str(tmp_path / "data"), run_dir=str(tmp_path / "run"))


def test_prepare_makes_private_folders_when_there_are_none(tmp_path: Path) -> None:
    settings = _settings(tmp_path)

    folders.prepare(settings)
    folders.prepare(settings)

    made = sorted(p.name for p in settings.data_path.iterdir())
    assert made == sorted([*folders.SUBFOLDERS, "version"])
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in settings.data_path.iterdir() if p.is_dir()}
    assert modes == {**dict.fromkeys(folders.SUBFOLDERS, 0o700), "programs": 0o755}
    assert stat.S_IMODE(settings.data_path.stat().st_mode) == 0o711
    assert stat.S_IMODE(settings.run_path.stat().st_mode) == 0o700


def test_prepare_refuses_with_what_to_do_when_data_is_newer(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    folders.prepare(settings)
    (settings.data_path / "version").write_text("99\n")

    with pytest.raises(NewerData) as caught:
        folders.prepare(settings)

    assert caught.value.exit_code == 3
    assert "data version 99, this program knows 1" in str(caught.value)
    assert "--data FOLDER" in str(caught.value)


def test_prepare_refuses_when_version_is_garbage(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    folders.prepare(settings)
    (settings.data_path / "version").write_text("")

    with pytest.raises(CannotStart, match="no version number"):
        folders.prepare(settings)


def test_prepare_refuses_with_what_to_do_when_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LEAST_FREE", 10**18)

    with pytest.raises(DiskFull, match="Free some room"):
        folders.prepare(_settings(tmp_path))


def test_prepare_refuses_when_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands here")

    with pytest.raises(CannotStart, match="cannot be made"):
        folders.prepare(_settings(tmp_path))


def test_prepare_refuses_when_run_folder_has_too_long_a_name(tmp_path: Path) -> None:
    settings = load({}, data_dir=str(tmp_path / "data"), run_dir=str(tmp_path / ("x" * 120)))

    with pytest.raises(CannotStart, match="DOTHI_RUN_DIR"):
        folders.prepare(settings)


def test_lock_refuses_and_names_the_holder_when_held(tmp_path: Path) -> None:
    with (
        folders.locked(tmp_path),
        pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"),
        folders.locked(tmp_path),
    ):
        pass


def test_lock_is_free_when_its_holder_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys,time;from pathlib import Path;from dothi.cityhall import folders\n"
        f"with folders.locked(Path({str(tmp_path)!r})): print('held', flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment)
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(AlreadyRunning), folders.locked(tmp_path):
        pass

    holder.kill()
    holder.wait()
    holder.stdout.close()

    assert (tmp_path / "lock").read_text() == str(holder.pid)
    with folders.locked(tmp_path):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_secret_stays_the_same_and_private_when_read_again(tmp_path: Path) -> None:
    first = folders.secret(tmp_path, "nats")

    assert len(first) >= 40
    assert folders.secret(tmp_path, "nats") == first
    assert stat.S_IMODE((tmp_path / "secrets" / "nats").stat().st_mode) == 0o600
