# SPDX-License-Identifier: Apache-2.0
"""Static files of all rooms: where they stand, and one folder of them for the front door."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

ROOMS = ("dothi.cityhall", "dothi.operations")


def static_roots() -> list[Path]:
    """The `static` folders of the rooms that have one."""
    folders = [Path(str(files(room))) / "static" for room in ROOMS]
    return [folder for folder in folders if folder.is_dir()]


def collect(target: Path) -> Path:
    """Copy what is new into `target` and take away what is no longer ours; returns it, readable by all."""
    target.mkdir(parents=True, exist_ok=True)
    wanted: set[Path] = set()
    for root in static_roots():
        for source in sorted(path for path in root.rglob("*") if path.is_file()):
            place = target / source.relative_to(root)
            wanted.add(place)
            state = source.stat()
            if place.exists() and (place.stat().st_mtime_ns, place.stat().st_size) == (
                state.st_mtime_ns,
                state.st_size,
            ):
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(f".{place.name}.part")
            shutil.copy2(source, part)
            part.replace(place)
    for path in sorted(target.rglob("*"), reverse=True):
        if path.is_file() and path not in wanted:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        else:
            path.chmod(0o755 if path.is_dir() else 0o644)
    target.chmod(0o755)
    return target
