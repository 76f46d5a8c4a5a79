# SPDX-License-Identifier: Apache-2.0
"""The bench: `dothi bench [GROUP] [--quick] [--json]` measures this machine against itself and against targets.

It starts an instance of its own in a temporary folder, on 127.0.0.1 only, and stops it at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str]) -> int:
    """Measure and print; exit code 1 when a target is missed."""
    from dothi.cityhall.bench.command import main as measure  # noqa: PLC0415 - load processes run their own module

    return measure(argv)
