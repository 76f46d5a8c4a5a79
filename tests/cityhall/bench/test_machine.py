# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys

from dothi.cityhall.bench import machine


def test_machine_is_described_when_asked() -> None:
    found = machine.describe()

    assert list(found) == ["system", "processor", "cores", "memory_mb", "python"]
    assert found["cores"] == os.cpu_count()


def test_children_are_found_with_their_memory_when_running() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        pids = machine.descendants(os.getpid())

        assert child.pid in pids
        assert machine.pss_mb([os.getpid()]) > 5
    finally:
        child.communicate(b"\n")
