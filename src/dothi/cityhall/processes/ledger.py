# SPDX-License-Identifier: Apache-2.0
"""Writes the whole ledger to its standard output, for `dothi ledger export`; how many records, to the other one."""

from __future__ import annotations

import sys

import psycopg

from dothi.foundation import clock
from dothi.foundation.settings import load
from dothi.ledger.core import export, sequencer
from dothi.ledger.core.key import signer_of


def main() -> int:
    settings = load()
    signer = signer_of(settings.data_path, settings.public_url)
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        sequencer.catch_up(connection, signer, at=clock.now())
        export.write(connection, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
