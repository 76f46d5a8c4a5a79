# SPDX-License-Identifier: Apache-2.0
"""A file that holds room for bad days: freed when a process has died on a full disk, so it can start again."""

from __future__ import annotations

import os
from pathlib import Path

from dothi.cityhall.folders import free_bytes, own

SIZE = 64 * 1024 * 1024
"""Four WAL segments: recovery after a full disk writes new ones before it can free old ones."""

FULL_BELOW = 48 * 1024 * 1024


def path(data: Path) -> Path:
    return data / "ballast"


def lay(data: Path) -> bool:
    """Lay the ballast when there is plenty of room; whether it lies there now."""
    file = path(data)
    try:
        if file.exists() and file.stat().st_size == SIZE:
            return True
        if free_bytes(data) < 4 * SIZE:
            return False
        with file.open("wb") as sink:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(sink.fileno(), 0, SIZE)
            else:
                sink.write(bytes(SIZE))
        own(file, 0o600)
    except OSError:
        file.unlink(missing_ok=True)
        return False
    return True


def free(data: Path) -> bool:
    """Give the room back when the disk is full; whether something was freed."""
    if free_bytes(data) >= FULL_BELOW or not path(data).exists():
        return False
    path(data).unlink()
    return True
