# SPDX-License-Identifier: Apache-2.0
"""`dothi admin-link`: a one-time link that makes an administrator."""

from __future__ import annotations

import argparse
import dataclasses

from dothi.cityhall import orphans
from dothi.cityhall.commands.beside import run_as_service
from dothi.foundation.settings import load


def main(arguments: argparse.Namespace) -> int:
    settings = load(data_dir=arguments.data)
    note = orphans.running(settings.data_path)
    if note:  # the link must name the address that the running city was started with
        settings = dataclasses.replace(settings, public_url=note.url)
    return run_as_service(settings, "dothi.cityhall.processes.admin_link")
