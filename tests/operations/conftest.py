# SPDX-License-Identifier: Apache-2.0
"""A browser before the real console page, over a wire that can go dead."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.operations.line import Wire
from tests.operations.screen import ARGUMENTS, CHROMIUM, ROOT, free_port


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.operations.console_server", str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )
    for _ in range(100):
        try:
            httpx.get(f"http://127.0.0.1:{port}/live/state").raise_for_status()
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    line = Wire(free_port(), port)
    line.start()
    yield line
    line.stop()
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()
