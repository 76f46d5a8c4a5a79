# SPDX-License-Identifier: Apache-2.0
"""Brings the database up to date: the broker's numbered SQL first, then Django's migrations."""

from __future__ import annotations

import os
import sys

from dothi.cityhall import database
from dothi.cityhall.processes.begin import begin


def main() -> int:
    settings = begin("migrate")
    owner = os.environ.get("DOTHI_OWNER_URL") or settings.database_url

    import django  # noqa: PLC0415 - settings come first
    from django.core.management import call_command  # noqa: PLC0415 - settings come first

    from dothi.broker.store.migrate import migrate  # noqa: PLC0415 - settings come first

    applied = migrate(owner)
    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    database.grant(owner)
    print(f"broker migrations applied: {applied}")  # noqa: T201 - goes to the log of the migration
    return 0


if __name__ == "__main__":
    sys.exit(main())
