# SPDX-License-Identifier: Apache-2.0
"""Pictures of every page at both sizes, in both themes and languages, into ./pictures/, for people to look at.

Starts a demo city of its own in a temporary folder, or with --url and --login takes one that runs.
Run: python scripts/pictures.py [--url http://127.0.0.1:8080 --login admin --password ...] [--only console]
"""

from __future__ import annotations

import argparse
import datetime as dt
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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

OUT = Path("pictures")
SIZES = {"1440": (1440, 900), "390": (390, 844)}
THEMES = ("light", "dark")
LANGUAGES = ("vi", "en")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LOGIN, PASSWORD = "tranh", "Xem tranh 2026 nhé"


@dataclass(frozen=True)
class Shot:
    """One picture: a name, an address, what to do before it is taken."""

    name: str
    path: str
    act: Callable[[Page], None] = lambda _page: None
    map: bool = False


def choose_first(page: Page) -> None:
    page.locator("dothi-list .thing").nth(2).dispatch_event("click")
    page.wait_for_selector("dothi-panel .uplot", timeout=15_000)


def search(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("go mo")


def lose_the_line(page: Page) -> None:
    page.route("**/live/**", lambda route: route.abort())
    page.context.set_offline(True)
    page.wait_for_selector(".line-note[data-state=lost]", timeout=8_000)


def shots() -> list[Shot]:
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(hours=20)
    at = f"{yesterday:%Y-%m-%dT%H:%M:%SZ}"
    return [
        Shot("home", "/"),
        Shot("connect", "/ket-noi/"),
        Shot("console", "/console/", map=True),
        Shot("console-list", "/console/?tab=list", map=True),
        Shot("console-briefing", "/console/?tab=briefing", map=True),
        Shot("console-station", "/console/?tab=list", choose_first, map=True),
        Shot("console-past", f"/console/?at={at}&only=stale,silent", map=True),
        Shot("console-search", "/console/", search, map=True),
        Shot("console-before-everything", "/console/?at=2001-01-01T00:00:00Z", map=True),
        Shot("console-lost", "/console/", lose_the_line, map=True),
        Shot("sources", "/sources/"),
        Shot("source-add", "/sources/add/"),
        Shot("missing", "/no-such-page/"),
    ]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class DemoCity:
    """`dothi up --demo` in a folder of its own; `link` makes its first administrator."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dothi-pictures-"))
        self.folder.chmod(0o755)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = (self.folder / "up.log").open("w+")
        command = [str(Path(sys.executable).with_name("dothi")), "up", "--demo", "--port", str(port)]
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
        raise SystemExit(f"The demo city did not start:\n{Path(self.log.name).read_text('utf-8')}")

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


def become_first(browser: Browser, link: str) -> None:
    page = browser.new_page()
    page.goto(link)
    for name, value in (
        ("name", "Người vẽ tranh"),
        ("login", LOGIN),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ):
        page.fill(f"[name={name}]", value)
    page.click("form .button")
    page.wait_for_load_state()
    page.close()


def sign_in(page: Page, url: str, login: str, password: str) -> None:
    page.goto(f"{url}/sign-in/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("main form .button")
    page.wait_for_load_state()


def take(page: Page, url: str, shot: Shot, target: Path) -> str | None:
    """Take one picture; the trouble in words when it could not be."""
    try:
        page.goto(url + shot.path)
        if shot.map:
            page.wait_for_selector("dothi-map[data-ready]", state="attached", timeout=30_000)
        shot.act(page)
        page.wait_for_timeout(900)
        page.screenshot(path=target, full_page=not shot.map)
    except Error as error:
        return f"{target.name}: {error.message.splitlines()[0]}"
    return None


def pictures(browser: Browser, url: str, login: str, password: str, only: str) -> list[str]:
    troubles = []
    chosen = [shot for shot in shots() if shot.name.startswith(only)]
    for size, (width, height) in SIZES.items():
        for theme in THEMES:
            for language in LANGUAGES:
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
                context.add_cookies(
                    [
                        {"name": "dothi_language", "value": language, "url": url},
                        {"name": "dothi_theme", "value": theme, "url": url},
                    ]
                )
                page = context.new_page()
                sign_in(page, url, login, password)
                for shot in chosen:
                    name = f"{shot.name}-{size}-{theme}-{language}.png"
                    print(name, flush=True)
                    trouble = take(page, url, shot, OUT / name)
                    context.set_offline(False)
                    page.unroute_all()
                    troubles += [trouble] if trouble else []
                context.close()
    return troubles


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--url", default="")
    options.add_argument("--login", default=LOGIN)
    options.add_argument("--password", default=PASSWORD)
    options.add_argument("--only", default="", help="pictures whose name starts so")
    given = options.parse_args()
    OUT.mkdir(exist_ok=True)
    city = None if given.url else DemoCity()
    url = given.url or (city.url if city else "")
    try:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            if city:
                become_first(browser, city.link())
                time.sleep(15)  # the demo city promises to stand in 20 s
            elif not is_up(url):
                raise SystemExit(f"Nothing answers at {url}")
            troubles = pictures(browser, url, given.login, given.password, given.only)
    finally:
        if city:
            city.stop()
    print("\n".join(troubles) or f"All pictures are in {OUT}/")
    return 1 if troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
