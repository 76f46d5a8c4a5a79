# SPDX-License-Identifier: Apache-2.0
"""Registers the source and stations of a replay, given as JSON on standard input; prints the source's new key."""

from __future__ import annotations

import json
import sys

from dothi.cityhall.processes.begin import begin


def main() -> int:
    begin("replay")
    import django  # noqa: PLC0415 - settings come first

    django.setup()
    from dothi.sources import door as sources  # noqa: PLC0415 - Django must be set up first

    wanted = json.load(sys.stdin)
    row = sources.Source.objects.filter(tenant="", slug=wanted["slug"], retired_at=None).first()
    if row is None:
        row, key = sources.add_source(
            tenant="", slug=wanted["slug"], name=wanted["name"], way="http", period=wanted["period"],
            mapping=wanted["mapping"],
        )  # fmt: skip
    else:
        row.mapping = wanted["mapping"]
        row.save(update_fields=["mapping"])
        key = sources.rotate_key(row)
    known = {device.key: device for device in row.devices.all()}
    for station in wanted["stations"]:
        device = known.get(station)
        if device is None:
            lon, lat = wanted["places"].get(station, (None, None))
            sources.add_device(
                row,
                key=station,
                name=station,
                kind=wanted["kind"],
                entity_type=wanted["type"],
                lon=lon,
                lat=lat,
            )
        elif device.state == "waiting":
            sources.accept_device(device, name=station, kind=wanted["kind"])
    print(key)  # noqa: T201 - the answer to the caller, which reads it from a pipe
    return 0


if __name__ == "__main__":
    sys.exit(main())
