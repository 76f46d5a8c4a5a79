# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on, and how much memory a tree of processes takes."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def describe() -> dict[str, object]:
    """Processor, cores and memory of this machine."""
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _field(PROC / "cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count() or 1,
        "memory_mb": int((_field(PROC / "meminfo", "MemTotal") or "0").split()[0]) // 1024,
        "python": sys.version.split()[0],
    }


def _field(file: Path, name: str) -> str:
    if not file.exists():
        return ""
    found = (line.partition(":") for line in file.read_text("utf-8").splitlines())
    return next((value.strip() for key, _, value in found if key.strip() == name), "")


def descendants(root: int) -> list[int]:
    """The process and all below it."""
    parents: dict[int, int] = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text("ascii", "replace")
        except OSError:
            continue
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def pss_mb(pids: Iterable[int]) -> float:
    """Proportional set size of processes together: shared pages are counted once."""
    total = 0
    for pid in pids:
        try:
            total += int((_field(PROC / str(pid) / "smaps_rollup", "Pss") or "0").split()[0])
        except OSError:
            continue
    return total / 1024
