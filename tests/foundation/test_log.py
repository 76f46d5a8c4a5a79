# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.foundation.log import without_tokens

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


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Forbidden: /first/Dx7zbylY676SRZtks4HOPpUrDia1uLZb:abc/", "Forbidden: /first/…/"),
        ("Not Found: /privacy/mail/eyJ9.1abcdefghijklmnopqrst", "Not Found: /privacy/mail/…"),
        ("Not Found: /sources/tram-mua/", "Not Found: /sources/tram-mua/"),
        ("Bad Request: /a/" + "x" * 40 + "?next=/", "Bad Request: /a/…?next=/"),
    ],
)
def test_one_time_link_is_gone_when_a_library_tells_an_address(told: str, kept: str) -> None:
    assert without_tokens(None, "", {"event": told}) == {"event": kept}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Not Found: /documents/046004367717/", "Not Found: /documents/\u2026/"),
        ("Not Found: /v/so-0901234567?q=1", "Not Found: /v/\u2026?q=1"),
        ("Not Found: /places/unit/19753/", "Not Found: /places/unit/19753/"),
    ],
)
def test_number_of_a_person_is_gone_when_a_library_tells_an_address(told: str, kept: str) -> None:
    assert without_tokens(None, "", {"event": told}) == {"event": kept}


def test_line_is_one_and_says_when_and_where_when_a_stranger_writes_line_breaks_into_it() -> None:
    program = """
from dothi.foundation import log
from dothi.foundation.settings import Settings
log.configure(Settings(log_format="json"), process="probe")
log.get("x").warning("Typed", login='An\\r\\n{"event": "forged", "level": "error"}\\x1b[2J')
"""
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=True,
    )

    lines = [json.loads(line) for line in (told.stdout + told.stderr).splitlines()]
    assert [line["event"] for line in lines] == ["Typed"]
    assert lines[0]["login"] == 'An\r\n{"event": "forged", "level": "error"}\x1b[2J'
    assert lines[0]["level"] == "warning"
    assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+00:00)", json.dumps(lines[0]))
