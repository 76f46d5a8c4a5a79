# SPDX-License-Identifier: Apache-2.0
"""Answers of the city shown in a real browser, with their own headers, and everything that tells that a page was fooled."""

from __future__ import annotations

import mimetypes
import shutil
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, Route

from dothi.cityhall.static_files import static_roots

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]  # fmt: skip
HOST = "http://dothi.test"
IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]
LISTEN = """
window.__broken = [];
document.addEventListener('securitypolicyviolation', e => window.__broken.push(e.violatedDirective + ' ' + e.blockedURI));
"""
LOOK = r"""
() => {
  const found = [], places = ['href', 'src', 'action', 'formaction', 'data', 'xlink:href', 'srcset', 'poster', 'values'];
  for (const one of document.querySelectorAll('*')) {
    const tag = one.localName;
    if (['iframe', 'object', 'embed', 'base', 'style', 'marquee', 'foreignobject', 'math'].includes(tag) || tag.startsWith('xss'))
      found.push('element ' + tag);
    if (tag === 'script' && !one.src && one.type !== 'application/json') found.push('script within');
    if (tag === 'meta' && one.httpEquiv && /url|unsafe/.test(one.content)) found.push('meta ' + one.httpEquiv);
    if (one.id && one.id.startsWith('__x')) found.push('id ' + one.id);
    for (const name of Element.prototype.getAttributeNames.call(one)) {  // a form may have a field named `attributes`
      const said = Element.prototype.getAttribute.call(one, name).replace(/[\u0000-\u0020]/g, '').toLowerCase();
      if (name.startsWith('on')) found.push('handler ' + name);
      if (places.includes(name) && /^(javascript|vbscript|data:text)/.test(said)) found.push('address ' + said.slice(0, 60));
      if (places.includes(name) && said.startsWith('//')) found.push('elsewhere ' + said.slice(0, 60));
      if (name === 'style' && said.includes('ngoai.test')) found.push('style ' + said.slice(0, 60));
    }
  }
  if (window.__x !== undefined) found.push('ran ' + String(window.__x));
  return [...new Set(found), ...(window.__broken || []).map(one => 'policy ' + one)];
}
"""
POKE = """
() => document.querySelectorAll('*').forEach(one => ['focus', 'mouseover', 'pointerenter'].forEach(
  kind => one.dispatchEvent(new Event(kind))))
"""


@dataclass(frozen=True)
class Shot:
    """One answer, as it went out."""

    case: str
    address: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@cache
def _static(address: str) -> tuple[bytes, str] | None:
    for root in static_roots():
        file = root / address.removeprefix("/static/")
        if file.is_file():
            kind = "text/javascript" if file.suffix in {".js", ".mjs"} else mimetypes.guess_type(file.name)[0]
            return file.read_bytes(), kind or "application/octet-stream"
    return None


class Screen:
    """A tab that shows answers one after another."""

    def __init__(self, browser: Browser) -> None:
        self.page: Page = browser.new_page()
        self.page.add_init_script(LISTEN)
        self.page.route("**/*", self._answer)
        self.page.on("dialog", self._dialog)
        self.page.on("console", self._heard)
        self.now = Shot("", "", b"")
        self.troubles: list[str] = []

    def _dialog(self, dialog: Any) -> None:
        self.troubles.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _heard(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "TrustedHTML" in message.text:
            self.troubles.append(f"console {message.text[:160]}")

    def _answer(self, route: Route) -> None:
        split = urlsplit(route.request.url)
        if f"{split.scheme}://{split.netloc}" != HOST:
            self.troubles.append(f"asks {route.request.url[:80]}")
            route.abort()
        elif route.request.is_navigation_request() and route.request.frame == self.page.main_frame:
            route.fulfill(body=self.now.body, headers=self.now.headers)
        elif route.request.resource_type in {"font", "stylesheet"}:
            route.fulfill(body="", content_type="text/css")  # how it looks matters to no payload
        elif found := _static(split.path):
            route.fulfill(body=found[0], content_type=found[1])
        else:
            route.fulfill(status=404, body="", content_type="text/plain")

    def show(self, shot: Shot, *, poke: bool = False) -> list[str]:
        """What is wrong with the page once it stands; nothing when the browser took all texts for texts."""
        self.now, self.troubles = shot, []
        try:
            self.page.goto(HOST + shot.address, wait_until="load")
            if poke:
                self.page.evaluate(POKE)
            found = self.page.evaluate(LOOK)
        except Error as error:
            found = [f"the page went away: {error.message[:120]}"]
        return [*self.troubles, *found]
