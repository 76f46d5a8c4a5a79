# SPDX-License-Identifier: Apache-2.0
"""A small disk of its own for the fault harness, to be filled. To make one needs root and Linux."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoSmallDisk(Exception):
    """It cannot be mounted here, or not by this user; the text says which."""


def _mount(*arguments: str) -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        raise NoSmallDisk("to mount a small disk needs root on Linux")
    made = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if made.returncode:
        raise NoSmallDisk(made.stderr.strip())


@contextmanager
def small_disk(folder: Path, megabytes: int, *, beside: Path | None = None) -> Iterator[Path]:
    """`folder` as a disk in memory of that size; its `programs` lie in `beside`, for they would fill half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=711", "tmpfs", str(folder))
    mounted = [folder]
    try:
        if beside is not None:
            beside.mkdir(parents=True, exist_ok=True)
            (folder / "programs").mkdir()
            _mount("--bind", str(beside), str(folder / "programs"))
            mounted.insert(0, folder / "programs")
        yield folder
    finally:
        for each in mounted:
            subprocess.run(["umount", "-l", str(each)], check=False)


def fill(folder: Path, leave: int) -> Path:
    """A file that takes all room of the disk but `leave` bytes."""
    file = folder / "filler"
    with file.open("ab") as sink:
        for _ in range(100):
            found = os.statvfs(folder)
            room = found.f_bavail * found.f_frsize - leave
            if room < found.f_frsize:
                break
            with contextlib.suppress(OSError):  # somebody else was faster
                os.posix_fallocate(sink.fileno(), os.fstat(sink.fileno()).st_size, room)
    return file
