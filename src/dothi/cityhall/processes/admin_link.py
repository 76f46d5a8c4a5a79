# SPDX-License-Identifier: Apache-2.0
"""Prints a one-time link that makes an administrator; with --if-none only while there is no administrator."""

from __future__ import annotations

import sys

from dothi.foundation.settings import load


def main() -> int:
    import django  # noqa: PLC0415 - leaf

    django.setup()
    from dothi.identity import door  # noqa: PLC0415 - Django must be set up first
    from dothi.ledger.door import acting  # noqa: PLC0415 - same

    if "--if-none" in sys.argv and door.has_administrator():
        return 0
    with acting("operator:admin-link"):
        link = door.create_admin_link()
    print(load().url + link)  # noqa: T201 - the answer of the program
    return 0


if __name__ == "__main__":
    sys.exit(main())
