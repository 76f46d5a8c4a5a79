# SPDX-License-Identifier: Apache-2.0
"""`dothi key add|list|revoke`: keys of machines for the API."""

from __future__ import annotations

import argparse
import json

from dothi.cityhall.commands.beside import run_as_service
from dothi.foundation.settings import load

LIMITS = ("owner", "type", "attribute", "scope", "until", "per_minute", "per_day", "addresses")


def main(arguments: argparse.Namespace) -> int:
    settings = load(data_dir=arguments.data)
    given: list[str] = [arguments.act]
    if arguments.act in {"add", "create"}:
        limits = {name: getattr(arguments, name) for name in LIMITS}
        given += [arguments.note, arguments.operations, arguments.tenant, json.dumps(limits)]
    elif arguments.act == "revoke":
        given += [arguments.id]
    return run_as_service(settings, "dothi.cityhall.processes.key", *given, role="writer")
