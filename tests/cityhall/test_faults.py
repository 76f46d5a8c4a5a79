# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).parents[2] / "scripts" / "faults.py"


@pytest.mark.slow
@pytest.mark.xdist_group("whole product")
def test_nothing_acknowledged_is_lost_when_processes_are_killed_under_load() -> None:
    done = subprocess.run(
        [sys.executable, str(HARNESS), "--rounds", "10", "--seed", "20261123"],
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip

    last = done.stdout.strip().splitlines()[-1]
    found = re.fullmatch(
        r"acknowledged (\d+), lost (\d+), duplicated (\d+), seconds to serve ([\d.]+) \(worst\)", last
    )
    assert found, done.stdout + done.stderr
    assert int(found[1]) > 1000
    assert (int(found[2]), int(found[3])) == (0, 0), done.stdout
