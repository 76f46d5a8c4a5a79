# SPDX-License-Identifier: Apache-2.0
"""What the person at the terminal sees: a line that moves, and a table that adds up."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from dothi.connectors.intake import sentence
from dothi.connectors.replay.sending import Account
from dothi.foundation.messages import text


class Line:
    """The line of progress: rewritten on a terminal, else one line every five seconds."""

    def __init__(self, language: str, total: int, out: TextIO | None = None) -> None:
        self._language = language
        self._total = max(total, 1)
        self._out = out or sys.stderr
        self._moves = self._out.isatty()
        self._last = 0.0

    def __call__(self, account: Account) -> None:
        now = time.monotonic()
        if now - self._last < (0.1 if self._moves else 5.0):
            return
        self._last = now
        share = min(account.rows / self._total, 1.0)
        bar = "█" * int(share * 24) + "░" * (24 - int(share * 24))
        told = text(
            self._language,
            "connectors.replay.progress",
            rows=account.rows,
            accepted=account.accepted,
            repeated=account.repeated,
            refused=account.refused.total(),
        )
        self._out.write(f"\r\x1b[K{bar} {told}" if self._moves else f"{told}\n")
        self._out.flush()

    def done(self) -> None:
        if self._moves:
            self._out.write("\r\x1b[K")
            self._out.flush()


def table(account: Account, language: str) -> str:
    """The closing table."""

    def line(key: str, number: int) -> str:
        return f"{text(language, f'connectors.replay.{key}'):<34}{number:>12,}"

    def reasons(found: dict[str, int]) -> list[str]:
        return [
            f"    {number:>10,}  {sentence(language, reason, '…')}"
            for reason, number in sorted(found.items())
        ]

    lines = [line("rows", account.rows), line("aside", account.aside.total()), *reasons(account.aside)]
    lines += [
        line("readings", account.sent),
        line("accepted", account.accepted),
        line("repeated", account.repeated),
    ]
    lines += [line("refused_rows", account.refused.total()), *reasons(account.refused)]
    if account.values:
        lines += [line("values", account.values.total()), *reasons(account.values)]
    lines.append(text(language, f"connectors.replay.{'adds_up' if account.adds_up else 'does_not_add_up'}"))
    return "\n".join(lines)
