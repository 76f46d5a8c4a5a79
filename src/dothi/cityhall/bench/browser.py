# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium by its debugging pipe: open pages, run a line of JavaScript, nothing installed for it."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-quic",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--window-size=1440,900",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--remote-debugging-pipe", "--mute-audio",
)  # fmt: skip


def program() -> str | None:
    """The browser on this machine, when there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _high(pipe: int) -> int:
    """The same pipe under a number that 3 and 4 cannot meet."""
    moved = fcntl.fcntl(pipe, fcntl.F_DUPFD, 10)
    os.close(pipe)
    return moved


class PageFailed(RuntimeError):
    """A page did not become what was awaited."""


class Browser:
    """`with Browser() as page:`; one page. Chromium reads orders from descriptor 3 and answers on 4."""

    def __init__(self) -> None:
        found = program()
        if found is None:
            raise PageFailed("No Chromium found; install chromium")
        self.folder = Path(tempfile.mkdtemp(prefix="dothi-browser-"))
        order, self.order = os.pipe()
        self.answer, answer = os.pipe()
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        order, answer = (_high(pipe) for pipe in (order, answer))

        def place() -> None:
            os.dup2(order, 3)
            os.dup2(answer, 4)

        self.process = subprocess.Popen(
            [found, *_QUIET, *root, f"--user-data-dir={self.folder}", "about:blank"],
            pass_fds=(3, 4),
            preexec_fn=place,  # noqa: PLW1509 - the only way to give a program its descriptors 3 and 4
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        os.close(order)
        os.close(answer)
        self.number = 0
        self.buffer = b""
        self.session = ""

    def __enter__(self) -> Self:
        try:
            pages = self._ask("Target.getTargets")["targetInfos"]
            target = next(page["targetId"] for page in pages if page["type"] == "page")
            self.session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        os.close(self.order)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.answer)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        order = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            order["sessionId"] = self.session
        os.write(self.order, json.dumps(order).encode() + b"\0")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = self._message(deadline)
            if found.get("id") == self.number:
                if "error" in found:
                    raise PageFailed(f"{method}: {found['error']}")
                result: dict[str, Any] = found["result"]
                return result
        raise PageFailed(f"{method}: no answer")

    def _message(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.answer], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(self.answer, 1 << 16) if ready else b""
            if not chunk:
                raise PageFailed("Chromium ended or does not answer")
            self.buffer += chunk
        line, _, self.buffer = self.buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message

    def give_authenticator(self) -> None:
        """A virtual authenticator that makes and shows passkeys without asking."""
        self._ask("WebAuthn.enable")
        kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        alone = {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
        self._ask("WebAuthn.addVirtualAuthenticator", options=kind | alone)

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self._ask("Page.navigate", url=address)
        self.wait(
            f"document.readyState === 'complete' && location.href !== 'about:blank' && {json.dumps(address)} !== ''"
        )

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression."""
        found = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise PageFailed(f"{script[:80]}: {found['exceptionDetails'].get('text')}")
        return found["result"].get("value")

    def wait(self, condition: str, seconds: float = 20.0) -> None:
        """Until a JavaScript condition holds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if self.run(f"Boolean({condition})"):
                    return
            except PageFailed:
                # The page is being changed for another.
                if self.process.poll() is not None:
                    raise
            time.sleep(0.05)
        raise PageFailed(f"Did not become true within {seconds:.0f} s: {condition}")
