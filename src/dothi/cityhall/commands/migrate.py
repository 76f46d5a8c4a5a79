# SPDX-License-Identifier: Apache-2.0
"""`dothi migrate`: bring the database of a running city, or one of DOTHI_DATABASE_URL, up to date."""

from __future__ import annotations

import argparse

from dothi.cityhall import database
from dothi.cityhall.commands.beside import run_as_service
from dothi.foundation.settings import load


def main(arguments: argparse.Namespace) -> int:
    settings = load(data_dir=arguments.data)
    code = run_as_service(settings, "dothi.cityhall.processes.migrate", role="owner")
    if code == 0:
        database.note_migrated(settings)
    return code
