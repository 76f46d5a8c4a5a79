# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.xdist_group("whole product")
def test_check_says_ok_when_everything_works() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dothi.cityhall.cli", "check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("OK ")
