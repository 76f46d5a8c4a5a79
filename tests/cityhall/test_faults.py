# SPDX-License-Identifier: Apache-2.0
"""The fault harness, as `make faults` runs it but for a smaller load and more time: here others use the machine, too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).parents[2] / "scripts" / "faults.py"
LAST = re.compile(r"acknowledged (\d+), lost (\d+), duplicated (\d+), seconds to serve ([\d.]+) \(worst\)")
ROOT_ON_LINUX = sys.platform == "linux" and os.geteuid() == 0


def _run(*arguments: str) -> tuple[int, str, re.Match[str]]:
    done = subprocess.run(
        [sys.executable, str(HARNESS), *arguments], capture_output=True, text=True, timeout=900, check=False,
        env={**os.environ, "PYTHONPATH": str(HARNESS.parents[1] / "src")},
    )  # fmt: skip
    found = LAST.fullmatch(done.stdout.strip().splitlines()[-1])
    assert found, done.stdout + done.stderr
    return done.returncode, done.stdout, found


@pytest.mark.slow
@pytest.mark.xdist_group("whole product")
def test_nothing_acknowledged_is_lost_when_each_process_is_killed_and_the_disk_is_full() -> None:
    code, told, last = _run(
        "--rounds", "9", "--seed", "20261123", "--rate", "400", "--least", "0.3", "--within", "90"
    )

    assert code == 0, told
    assert int(last[1]) > 1000
    assert (int(last[2]), int(last[3])) == (0, 0)
    killed = set(re.findall(r"^round \d+, (.+) killed", told, re.MULTILINE))
    assert killed >= {"everything", "the supervisor", "postgres", "nats", "caddy", "web", "ingest"}
    assert ("disk full: SKIPPED" in told) != ("disk full: an entity can be read" in told)
    assert "disk full: SKIPPED" not in told or not ROOT_ON_LINUX


@pytest.mark.slow
@pytest.mark.xdist_group("whole product")
def test_the_harness_says_no_when_the_promise_is_not_kept() -> None:
    """Nobody is back in no time at all: a harness that were content with that would prove nothing."""
    code, told, _ = _run(
        "--no-disk", "--rounds", "1", "--seed", "1", "--rate", "200", "--least", "0", "--within", "0"
    )

    assert code == 1
    assert "more than 0 s" in told
