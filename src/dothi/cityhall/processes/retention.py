# SPDX-License-Identifier: Apache-2.0
"""`dothi retention` with the rights of the processes: what it did or would do, line by line, to the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from dothi.cityhall.errors import terminal_language
from dothi.foundation import clock, messages
from dothi.ledger.actor import acting


def _lines(*, dry: bool) -> Iterator[str]:
    import django  # noqa: PLC0415 - leaf

    django.setup()
    from dothi.privacy.door import retention_plan, run_retention  # noqa: PLC0415 - Django must be set up first

    language, now = terminal_language(), clock.now()
    yield messages.text(language, "privacy.retention.would" if dry else "privacy.retention.did")
    counts = None if dry else run_retention(at=now).counts
    for one in retention_plan(now):
        count = one.count if counts is None else counts.get(one.rule.key, 0)
        why = f" ({messages.text(language, f'privacy.retention.why.{one.why}')})" if one.why else ""
        yield f"  {one.rule.key}: {count}{why}"


def main() -> int:
    with acting("operator:retention"):
        for line in _lines(dry="--dry-run" in sys.argv[1:]):
            print(line)  # noqa: T201 - the answer of the command
    return 0


if __name__ == "__main__":
    sys.exit(main())
