# SPDX-License-Identifier: Apache-2.0
"""`dothi retention [--dry-run]`: throw away what has been kept long enough, or say what that would be."""

from __future__ import annotations

import argparse

from dothi.cityhall.commands.beside import run_as_service
from dothi.foundation.settings import load


def main(arguments: argparse.Namespace) -> int:
    options = ["--dry-run"] if arguments.dry_run else []
    return run_as_service(load(data_dir=arguments.data), "dothi.cityhall.processes.retention", *options)
