# SPDX-License-Identifier: Apache-2.0
"""Links into the console use only names that the console reads from its address."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_links_into_the_console_say_what_the_console_reads() -> None:
    read = set(re.findall(r'query\.get\("(\w+)"\)', (ROOT / "frontend/src/address.ts").read_text("utf-8")))
    used = {
        (page.name, name)
        for page in (ROOT / "src/dothi").rglob("templates/**/*.html")
        for name in re.findall(r"/console/\?(\w+)=", page.read_text("utf-8"))
    }
    assert {name for _, name in used} == {"kinds", "sel"}
    assert all(name in read for _, name in used), used
