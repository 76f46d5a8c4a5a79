# SPDX-License-Identifier: Apache-2.0
"""The command line of the bench."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import NoReturn

from dothi.cityhall.bench import core, graded, identity, machine
from dothi.cityhall.bench.row import Row, table

Group = Callable[[bool], Iterator[Row]]
GROUPS: dict[str, Group] = {"core": core.measure, "identity": identity.measure, graded.GROUP: graded.measure}
"""Every capability adds its own group; each yields its rows as they are measured."""


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    """Leave by the way of an exception, so that the instance stops and its folder goes; once is enough."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def main(argv: Sequence[str]) -> int:
    """Measure and print; exit code 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="dothi bench", description=__doc__)
    parser.add_argument("group", nargs="?", choices=sorted(GROUPS), help="only this group")
    parser.add_argument(
        "--quick", action="store_true", help="ends in about a minute, with shorter measurements"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args(argv)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    rows: list[Row] = []
    for name in [given.group] if given.group else sorted(GROUPS):
        for row in GROUPS[name](given.quick):
            rows.append(row)
            told = "skipped" if row.skipped else f"{row.value:,.2f} {row.unit}"
            print(f"{row.group} {row.name}: {told} {row.note}".rstrip(), file=sys.stderr, flush=True)  # noqa: T201 - progress for the person who waits
    found = machine.describe()
    if given.json:
        print(json.dumps({"machine": found, "rows": [row.as_json() for row in rows]}, ensure_ascii=False))  # noqa: T201 - the answer of the command
    else:
        print("; ".join(f"{key}: {value}" for key, value in found.items()))  # noqa: T201 - same
        print(table(rows))  # noqa: T201 - same
    return 0 if all(row.passed or row.skipped for row in rows) else 1
