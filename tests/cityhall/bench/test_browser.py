# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from dothi.cityhall.bench.browser import Browser, program


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(program() is None, reason="no Chromium on this machine")
def test_browser_tells_what_stands_on_a_page_when_asked() -> None:
    with Browser() as page:
        page.open("data:text/html,<h1>Xin chao</h1>")

        page.wait("document.querySelector('h1')")
        assert page.run("document.querySelector('h1').textContent") == "Xin chao"
