# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src"
PROGRAM = """
import logging, pathlib, sys
from dothi.foundation import log
from dothi.foundation.settings import Settings
log.configure(Settings(), process="probe")
log.get("x").warning("disk", full=True)
logging.getLogger("y").error("disk")
pathlib.Path(sys.argv[1]).write_text("went on")
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_process_goes_on_when_its_log_is_on_a_full_disk(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        subprocess.run(
            [sys.executable, "-u", "-c", PROGRAM, str(tmp_path / "witness")],
            stderr=full, check=False, env={"PYTHONPATH": str(SOURCES)},
        )  # fmt: skip

    assert (tmp_path / "witness").read_text() == "went on"
