# SPDX-License-Identifier: Apache-2.0
"""What tests of the console do and look at."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.operations.line import Wire

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "src/dothi/operations/static/dothi/console.js"
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not ASSETS.is_file(), reason="the assets are not built: make setup"),
]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def open_console(page: Page, wire: Wire, query: str = "") -> None:
    page.goto(f"http://127.0.0.1:{wire.port}/console/{query}")
    expect(page.locator("dothi-list .thing").first).to_be_visible()


def write(wire: Wire, id_: str, value: float | None, **fields: Any) -> None:
    body = {"id": id_, "value": value, "fields": fields}
    httpx.post(f"http://127.0.0.1:{wire.upstream}/test/write", json=body).raise_for_status()


def row(page: Page, name: str) -> Locator:
    return page.locator("dothi-list .thing", has_text=name)


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    page.add_script_tag(path=AXE)
    result = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    return [
        f"{one['id']} {node['target']} {node['failureSummary']}"
        for one in result["violations"]
        for node in one["nodes"]
    ]
