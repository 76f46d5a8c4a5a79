# SPDX-License-Identifier: Apache-2.0
"""Run as the service user in a bench instance: adds an MQTT source with devices, prints their logins as JSON."""

from __future__ import annotations

import sys

import msgspec

from dothi.cityhall.bench.load import TYPE, DeviceLogin
from dothi.cityhall.processes.begin import begin

DEVICES = 8


def main() -> int:
    begin("bench-source")
    import django  # noqa: PLC0415 - settings come first

    django.setup()
    from dothi.sources import door as sources  # noqa: PLC0415 - Django must be set up first
    from dothi.sources.core.mapping_model import AttributeRule, Mapping, TimeRule  # noqa: PLC0415 - same

    mapping = Mapping(
        topics=["bench/{device}/up"],
        type=TYPE,
        time=TimeRule(paths=["t"], required=True),
        attributes=[AttributeRule(path="temperature", term="temperature", unit="CEL")],
    )
    source, _ = sources.add_source(
        tenant="", slug="bench", name="Bench", way="mqtt", period=1, mapping=msgspec.to_builtins(mapping)
    )
    logins = []
    for n in range(DEVICES):
        device, password = sources.add_device(
            source, key=f"device-{n}", name=f"Bench {n}", entity_type=TYPE, topics=[f"bench/device-{n}/up"]
        )
        assert device.username
        logins.append(
            DeviceLogin(
                username=device.username,
                password=password,
                topic=f"bench/device-{n}/up",
                entity=device.entity_id,
            )
        )
    sys.stdout.buffer.write(msgspec.json.encode(logins) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
