# SPDX-License-Identifier: Apache-2.0
"""What `dothi up` tells the person at the terminal: few calm lines, the address last."""

from __future__ import annotations

import signal
import sys
from typing import Any, TextIO

from dothi import __version__
from dothi.cityhall.errors import terminal_language
from dothi.foundation import messages
from dothi.foundation.settings import Settings


class Report:
    """Lines on a stream, in the language of the terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.language = terminal_language()

    def line(self, text: str = "") -> None:
        """Print a line; a closed terminal must not stop a city."""
        try:
            print(text, file=self.stream, flush=True)
        except (BrokenPipeError, OSError):
            return

    def say(self, key: str, **values: Any) -> None:
        self.line(messages.text(self.language, key, **values))

    def words(self, key: str, **values: Any) -> str:
        return messages.text(self.language, key, **values)

    def starting(self, settings: Settings) -> None:
        self.say("cityhall.up.starting", version=__version__, folder=settings.data_path)

    def died(self, name: str, code: int | None, pause: float) -> None:
        """`code` as subprocess gives it: negative for a signal."""
        reason = str(code)
        if code is not None and code < 0:
            reason = signal.Signals(-code).name
        self.say("cityhall.up.died", name=name, reason=reason, seconds=f"{pause:g}")

    def ready(self, settings: Settings, seconds: float) -> None:
        self.say("cityhall.up.ready", seconds=f"{seconds:.1f}")
        self.line()
        self.line(f"  {self.words('cityhall.up.address')}:  {settings.url}")
        self.line(f"  {self.words('cityhall.up.devices')}:  mqtt://{settings.host}:{settings.mqtt_port_used}")

    def admin_link(self, link: str) -> None:
        self.line(f"  {self.words('cityhall.up.admin')}:  {link}")

    def hint(self, settings: Settings) -> None:
        self.line()
        self.say("cityhall.up.stop", folder=settings.data_path / "logs")
