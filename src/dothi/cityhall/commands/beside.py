# SPDX-License-Identifier: Apache-2.0
"""Commands that work on a running city: found by its data folder, run with the rights of its processes."""

from __future__ import annotations

import subprocess
from typing import BinaryIO

from dothi.cityhall import city, database, orphans, programs
from dothi.cityhall.errors import CannotStart
from dothi.cityhall.service_user import drop_ids
from dothi.foundation.settings import Settings


def output_of(settings: Settings, module: str, *arguments: str, role: database.Role = "reader") -> str:
    """What a module of ours prints when run as the service user."""
    command, _ = programs.python(settings.data_path)
    done = subprocess.run(
        [*command, "-m", module, *arguments],
        env=city.environment(settings, role),
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        **drop_ids(),
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return str(done.stdout)


def run_as_service(
    settings: Settings,
    module: str,
    *arguments: str,
    role: database.Role = "reader",
    out: BinaryIO | None = None,
    given: bytes | None = None,
) -> int:
    """Run a module of ours as the service user with the database address of one role; its exit code.

    `out`: where what it prints goes, when that is not the terminal. `given`: what it reads from its standard input, as
    the service user may not open the caller's files.
    """
    if not settings.database_url and orphans.running(settings.data_path) is None:
        raise CannotStart("cityhall.start.not_running", folder=settings.data_path)
    command, _ = programs.python(settings.data_path)
    return subprocess.run(
        [*command, "-m", module, *arguments],
        env=city.environment(settings, role),
        cwd="/",
        check=False,
        stdout=out,
        input=given,
        **drop_ids(),
    ).returncode
