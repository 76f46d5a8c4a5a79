# SPDX-License-Identifier: Apache-2.0
"""For `dothi check`: one source for each way in, and the file handed in; prints what is needed to send, as JSON."""

from __future__ import annotations

import json
import sys

import django


def main() -> int:
    django.setup()
    from django.db import transaction  # noqa: PLC0415 - Django must be set up first

    from dothi.cityhall.file_reader import read_file  # noqa: PLC0415 - same
    from dothi.identity.door import enter_tenant  # noqa: PLC0415 - same
    from dothi.sources import door, filing  # noqa: PLC0415 - same

    door.set_file_reader(read_file)
    observed = sys.argv[1]
    with transaction.atomic():
        from django.db import connection  # noqa: PLC0415 - same

        enter_tenant(connection.cursor(), "")
        push, token = door.add_source(tenant="", name="Check HTTP", way="http", period=60)
        door.add_device(push, key="d1", kind="air", name="Check 1", lon=105.85, lat=21.02)
        bus, _ = door.add_source(tenant="", name="Check MQTT", way="mqtt", period=60)
        device, password = door.add_device(bus, key="d2", kind="air", name="Check 2", lon=105.86, lat=21.03)
        table, _ = door.add_source(tenant="", name="Check file", way="file", period=60)
        content = f"station,time,temperature (°C)\nCheck 3,{observed},23.5\n".encode()
        drop = filing.hand_in(table, name="check.csv", content=content, by="check")
        filing.take(drop)
    print(  # noqa: T201 - the answer of the program
        json.dumps(
            {
                "http": {"slug": push.slug, "token": token},
                "mqtt": {"slug": bus.slug, "username": device.username, "password": password},
                "file": {"slug": table.slug, "id": str(drop.pk)},
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
