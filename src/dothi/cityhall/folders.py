# SPDX-License-Identifier: Apache-2.0
"""The folders of an installation: made, owned, locked, and of a version we understand."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dothi.cityhall.errors import AlreadyRunning, CannotStart, DiskFull, NewerData
from dothi.cityhall.service_user import SERVICE_UID
from dothi.foundation.settings import Settings

DATA_VERSION = 1
"""Shape of the data folder; raise it when an older program could no longer use what a newer one wrote."""

LEAST_FREE = 200 * 1024 * 1024
LOW_MB = 96
"""Two WAL segments, one batch and a reserve; more than the ballast, whose room is not for new data."""

SUBFOLDERS = ("secrets", "files", "programs", "logs", "nats", "caddy")


def free_bytes(folder: Path) -> int:
    """Room for an ordinary user on the disk of `folder` or of its nearest existing parent."""
    while not folder.exists():
        folder = folder.parent
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def is_low(settings: Settings, *, spare: int = 0) -> bool:
    """Whether the disk of the data is below the mark (and so many bytes) under which nothing more is taken in."""
    return free_bytes(settings.data_path) < low_mb(settings) * 1_000_000 + spare


def low_mb(settings: Settings) -> int:
    """The mark, for whoever takes something in."""
    return settings.free_low_mb or LOW_MB


def own(path: Path, mode: int) -> None:
    """Give a file or folder of ours to the uid that the processes run as."""
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, SERVICE_UID, SERVICE_UID)


def _make(folder: Path, mode: int = 0o700) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart("cityhall.start.folder", folder=folder, reason=error.strerror) from error
    if folder.stat().st_uid not in {os.geteuid(), SERVICE_UID} or folder.is_symlink():
        raise CannotStart("cityhall.start.folder_owner", folder=folder)
    own(folder, mode)


def check_version(data: Path) -> None:
    """Raise NewerData when a newer version of Dothi wrote this folder."""
    file = data / "version"
    if not file.exists():
        return
    text = file.read_text("utf-8").split()
    found = int(text[0]) if text and text[0].isdigit() else -1
    if found > DATA_VERSION:
        raise NewerData("cityhall.start.newer", folder=data, found=found, known=DATA_VERSION)
    if found < 0:
        raise CannotStart("cityhall.start.version", file=file)


def prepare(settings: Settings) -> None:
    """Make the folders of an installation, once and again; raises CannotStart with what to do."""
    data = settings.data_path
    check_version(data)
    free = free_bytes(data)
    if free < LEAST_FREE:
        raise DiskFull(
            "cityhall.start.disk_full", folder=data, free=free // 1_000_000, need=LEAST_FREE // 1_000_000
        )
    _make(data, 0o711)
    for name in SUBFOLDERS:
        _make(data / name, 0o755 if name == "programs" else 0o700)
    _make(settings.run_path)
    longest = len(str(settings.run_path / ".s.PGSQL.5432"))
    if longest > 100:
        raise CannotStart("cityhall.start.run_dir", folder=settings.run_path)
    version = data / "version"
    if not version.exists():
        version.write_text(f"{DATA_VERSION}\n", "utf-8")
        own(version, 0o644)


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the data folder; the kernel lets go when we die, so a lock is never stale."""
    with (data / "lock").open("a+") as file:
        own(data / "lock", 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise AlreadyRunning("cityhall.start.running", folder=data, pid=holder) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def secret(data: Path, name: str) -> str:
    """The secret of that name, made at first use; a file that only the processes may read."""
    file = data / "secrets" / name
    if not file.exists():
        _make(file.parent)
        part = file.with_name(f".{name}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as sink:
            sink.write(secrets.token_urlsafe(48))
        own(part, 0o600)
        part.rename(file)
    return file.read_text("ascii").strip()
