# SPDX-License-Identifier: Apache-2.0
"""Nothing of a bench is left when it is told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.cityhall.bench import machine


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """pytest's own folders are closed to the service user that root's city runs as."""
    with tempfile.TemporaryDirectory(prefix="dothi-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.slow
def test_bench_leaves_no_process_and_no_folder_when_terminated(open_folder: Path) -> None:
    bench = subprocess.Popen(
        [sys.executable, "-m", "dothi.cityhall.cli", "bench", "core", "--quick"],
        env={**os.environ, "TMPDIR": str(open_folder)},
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 30
    while len(pids := machine.descendants(bench.pid)) < 5 and time.monotonic() < until:
        time.sleep(0.1)

    bench.send_signal(signal.SIGTERM)

    assert bench.wait(25) == 128 + signal.SIGTERM
    assert len(pids) >= 5
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    assert list(open_folder.glob("dothi-bench-*")) == []
