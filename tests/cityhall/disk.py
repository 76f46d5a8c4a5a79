# SPDX-License-Identifier: Apache-2.0
"""A small disk of its own for what happens when one is full; to make it needs root and Linux."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

only_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="to mount a small disk needs root on Linux"
)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """`folder` as a disk in memory of that size."""
    folder.mkdir(exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"this machine lets nobody mount: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(folder: Path, leave: int) -> Path:
    """A file that takes all room of a disk but `leave` bytes."""
    file = folder / "filler"
    found = os.statvfs(folder)
    with file.open("wb") as sink:
        os.posix_fallocate(sink.fileno(), 0, found.f_bavail * found.f_frsize - leave)
    return file
