# SPDX-License-Identifier: Apache-2.0
"""`dothi key create|list|revoke`: keys of machines for the API."""

from __future__ import annotations

import argparse

from dothi.cityhall.commands.beside import run_as_service
from dothi.foundation.settings import load


def main(arguments: argparse.Namespace) -> int:
    settings = load(data_dir=arguments.data)
    given: list[str] = [arguments.act]
    if arguments.act == "create":
        given += [arguments.note, arguments.operations, arguments.tenant]
    elif arguments.act == "revoke":
        given += [arguments.id]
    return run_as_service(settings, "dothi.cityhall.processes.key", *given, role="writer")
