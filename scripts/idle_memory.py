# SPDX-License-Identifier: Apache-2.0
"""Memory of a running city, process by process (PSS: shared pages are counted once). Linux only.

python scripts/idle_memory.py [DATA_FOLDER]
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from dothi.cityhall import orphans
from dothi.foundation.settings import load


def children_of() -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        found[int(fields[1])].append(int(status.parent.name))
    return found


def pss_kb(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def main() -> int:
    settings = load(data_dir=sys.argv[1] if len(sys.argv) > 1 else None)
    note = orphans.running(settings.data_path)
    if note is None:
        print(f"No city runs on {settings.data_path}")
        return 1
    tree = children_of()

    def family(pid: int) -> list[int]:
        return [pid, *(p for child in tree[pid] for p in family(child))]

    total = 0.0
    named = {process.pid: process.name for process in note.processes}
    for pid, name in {note.pid: "supervisor", **named}.items():
        members = [pid] if name == "supervisor" else family(pid)
        used = sum(map(pss_kb, members)) / 1024
        total += used
        print(f"{name:<14} {used:8.1f} MB  {len(members)} processes")
    print(f"{'total':<14} {total:8.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
