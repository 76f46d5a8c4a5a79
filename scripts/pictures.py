# SPDX-License-Identifier: Apache-2.0
"""Pictures of every page at both sizes, in both themes and languages, into ./pictures/, for people to look at.

Starts a demo city and an empty one in temporary folders, or with --link (of `dothi admin-link`) takes one that runs: it
makes an administrator with a passkey of its own there, and hands in two small files.
Run: python scripts/pictures.py [--link http://localhost:8080/first/...] [--only console]
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from failure_pages import failure_page
from playwright.sync_api import Browser, CDPSession, Error, Page, Route, sync_playwright
from shots import Shot, empty_shots, first_shots, shots

OUT = Path("pictures")
SIZES = {"1440": (1440, 900), "390": (390, 844)}
THEMES = ("light", "dark")
LANGUAGES = ("vi", "en")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
READINGS = """Thời gian;Mưa (mm);Mực nước (m)
20/11/2026 07:00;0,5;1,20
20/11/2026 07:10;1,5;1,24
20/11/2026 07:20;--;1,31
20/11/2026 07:30;bốn;1,38
Tổng;2,0;
"""


AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
CARRIED = ("credentialId", "isResidentCredential", "rpId", "privateKey", "userHandle", "signCount")
LOGIN, PASSWORD = "tranh", "Xem tranh 2026 nhé"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class City:
    """`dothi up` in a folder of its own, as the demo or empty; `link` makes its first administrator."""

    def __init__(self, *options: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dothi-pictures-"))
        self.folder.chmod(0o755)
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.log = (self.folder / "up.log").open("w+")
        command = [str(Path(sys.executable).with_name("dothi")), "up", *options, "--port", str(port)]
        self.process = subprocess.Popen(
            [*command, "--data", str(self.folder / "data")], stdout=self.log, stderr=subprocess.STDOUT
        )

    def link(self) -> str:
        for _ in range(240):
            text = Path(self.log.name).read_text("utf-8")
            found = re.search(r"https?://\S+/first/\S+", text)
            if found:
                return found.group()
            if self.process.poll() is not None:
                break
            time.sleep(0.5)
        raise SystemExit(f"The city did not start:\n{Path(self.log.name).read_text('utf-8')}")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=3) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Passkey:
    """The painter's passkey: made once in a virtual authenticator, carried from browser to browser."""

    def __init__(self) -> None:
        self.kept: list[dict[str, object]] = []

    def put_into(self, page: Page) -> tuple[CDPSession, str]:
        wire = page.context.new_cdp_session(page)
        wire.send("WebAuthn.enable")
        made: str = wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})[
            "authenticatorId"
        ]
        for one in self.kept:
            wire.send("WebAuthn.addCredential", {"authenticatorId": made, "credential": one})
        return wire, made

    def take_from(self, wire: CDPSession, made: str) -> None:
        found = wire.send("WebAuthn.getCredentials", {"authenticatorId": made})["credentials"]
        self.kept = [{name: one[name] for name in CARRIED if name in one} for one in found]


PASSKEY = Passkey()


def become_first(browser: Browser, link: str) -> None:
    page = browser.new_page()
    wire, made = Passkey().put_into(page)
    page.goto(link)
    for name, value in (
        ("name", "Người vẽ tranh"),
        ("login", LOGIN),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ):
        page.fill(f"[name={name}]", value)
    page.click("main form .button")
    page.wait_for_url("**/sign-in/first-passkey/")
    page.click("form[data-passkey] .button")
    page.wait_for_url("**/sources/")
    PASSKEY.take_from(wire, made)
    page.close()


def sign_in(page: Page, url: str) -> None:
    wire, made = PASSKEY.put_into(page)
    page.goto(f"{url}/sign-in/?next=/me/")
    page.click("form[data-passkey] .button")
    page.wait_for_url(f"{url}/me/")
    PASSKEY.take_from(wire, made)


def show_all(page: Page) -> None:
    """A window as high as the page: what sticks to its edges stays there."""
    size = page.viewport_size or {"width": 1440, "height": 900}
    high = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": size["width"], "height": max(high, size["height"])})


def take(page: Page, address: str, shot: Shot, target: Path) -> str | None:
    """Take one picture; the trouble in words when it could not be."""
    print(target.name, flush=True)
    try:
        page.goto(address)
        if shot.map:
            page.wait_for_selector("dothi-map[data-ready]", state="attached", timeout=30_000)
        shot.act(page)
        if not shot.map:
            show_all(page)
        page.wait_for_timeout(900)
        page.screenshot(path=target)
    except Error as error:
        return f"{target.name}: {error.message.splitlines()[0]}"
    return None


def find_places(page: Page, url: str) -> dict[str, str]:
    """Addresses of pages of this city: a source with devices, a device, a file looked at and one taken."""
    page.goto(f"{url}/sources/")
    addresses = page.locator("td a.name").evaluate_all(
        "(links) => links.map((link) => link.getAttribute('href'))"
    )
    for source in addresses:
        page.goto(url + source)
        devices = page.locator('td a.name[href*="/devices/"]')
        if devices.count():
            found = {"source": source, "device": devices.first.get_attribute("href") or ""}
            break
    else:
        raise SystemExit("This city has no source with a device yet.")
    page.goto(f"{url}/sources/add/?way=file")
    page.fill("[name=name]", "Bảng đo của trạm")
    page.locator("main form .button").first.click()
    page.wait_for_load_state()
    files = urlsplit(page.url).path
    preview = hand_in(page, url + files)
    result = hand_in(page, url + files)
    page.locator('form[action="take/"] .button').click()
    page.wait_for_load_state()
    return found | {"files": files, "preview": preview, "result": result}


def hand_in(page: Page, address: str) -> str:
    page.goto(address)
    content = READINGS.encode("utf-8-sig")
    page.set_input_files("[name=file]", {"name": "bang-do.csv", "mimeType": "text/csv", "buffer": content})
    page.locator("#files .button").first.click()
    page.wait_for_load_state()
    return urlsplit(page.url).path


def pictures(browser: Browser, url: str, chosen: list[Shot], *, enter: bool) -> list[str]:
    """All pictures of these pages; what went wrong. `enter`: sign in by the passkey where a page wants it."""
    troubles: list[str | None] = []
    places: dict[str, str] = {}
    for size, (width, height) in SIZES.items():
        for theme in THEMES:
            for language in LANGUAGES:
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
                known = {"dothi_language": language, "dothi_theme": theme}
                context.add_cookies([{"name": n, "value": v, "url": url} for n, v in known.items()])
                page = context.new_page()
                entered = False
                for shot in sorted(chosen, key=lambda one: one.signed_in):
                    if shot.signed_in and enter and not entered:
                        sign_in(page, url)
                        entered = True
                    if "{" in shot.path and not places:
                        places = find_places(page, url)
                    page.route("**/error/*", lambda route, t=theme, n=language: fail(route, n, t))
                    address = url + shot.path.format(**places)
                    troubles.append(
                        take(page, address, shot, OUT / f"{shot.name}-{size}-{theme}-{language}.png")
                    )
                    page.unroute_all()
                    page.set_viewport_size({"width": width, "height": height})
                context.close()
    return [trouble for trouble in troubles if trouble]


def fail(route: Route, language: str, theme: str) -> None:
    status = int(route.request.url.rsplit("/", 1)[-1])
    route.fulfill(
        status=status, content_type="text/html; charset=utf-8", body=failure_page(status, language, theme)
    )


def of_running(browser: Browser, url: str, only: str) -> list[str]:
    return pictures(browser, url, [shot for shot in shots() if shot.name.startswith(only)], enter=True)


def of_own(browser: Browser, only: str) -> list[str]:
    """An empty city first, from before its first administrator, then the demo city."""
    city = City()
    try:
        link = city.link()
        entering = [shot for shot in first_shots(link) if shot.name.startswith(only)]
        troubles = pictures(browser, city.url, entering, enter=False)
        become_first(browser, link)
        empty = [shot for shot in empty_shots() if shot.name.startswith(only)]
        troubles += pictures(browser, city.url, empty, enter=True)
    finally:
        city.stop()
    city = City("--demo")
    try:
        become_first(browser, city.link())
        time.sleep(15)  # the demo city promises to stand in 20 s
        return troubles + of_running(browser, city.url, only)
    finally:
        city.stop()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--link", default="", help="one-time link of a city that runs")
    options.add_argument("--only", default="", help="pictures whose name starts so")
    given = options.parse_args()
    OUT.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        if not given.link:
            troubles = of_own(browser, given.only)
        else:
            url = given.link.partition("/first/")[0].replace("127.0.0.1", "localhost")
            if not is_up(url):
                raise SystemExit(f"Nothing answers at {url}")
            become_first(browser, given.link)
            troubles = of_running(browser, url, given.only)
    print("\n".join(troubles) or f"All pictures are in {OUT}/")
    return 1 if troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
