# SPDX-License-Identifier: Apache-2.0
"""`dothi places import` with the rights of the processes: an order on standard input, the report on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import msgspec

from dothi.cityhall.errors import terminal_language
from dothi.foundation import messages
from dothi.places.official_list import Order

_SHOWN = 200


def _lines(order: Order) -> Iterator[str]:
    """Take the order; what came of it, in the language of the terminal."""
    import django  # noqa: PLC0415 - leaf

    django.setup()
    from dothi.places.door import take_list  # noqa: PLC0415 - Django must be set up first

    report = take_list(
        listed=order.listed, borders=order.borders, day=order.day, only=order.only, accepted=order.accepted,
        rehearse=order.rehearse,
    )  # fmt: skip
    language = terminal_language()

    def word(key: str) -> str:
        return messages.text(language, key)

    yield word("places.import.would" if order.rehearse else "places.import.done")
    counts = {
        "places.import.new": len(report.new),
        "places.import.changed": len(report.changed),
        "places.import.same": report.same,
        "places.import.events": report.events,
        "places.import.borders_new": report.borders_new,
        "places.import.borders_changed": report.borders_changed,
        "places.import.borders_same": report.borders_same,
        "places.import.mended": len(report.mended),
        "places.import.doubtful": len(report.doubtful),
    }
    for key, count in counts.items():
        yield f"  {word(key)}: {count}"
    for one in report.doubtful[:_SHOWN]:
        yield f"    {one.code or '-'}  {one.name}: {word(f'places.doubt.{one.why}')} ({one.seen or '-'})"
    if len(report.doubtful) > _SHOWN:
        yield f"    … {len(report.doubtful) - _SHOWN}"


def main() -> int:
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    for line in _lines(order):
        print(line)  # noqa: T201 - the answer of the command
    return 0


if __name__ == "__main__":
    sys.exit(main())
