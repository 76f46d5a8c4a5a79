# SPDX-License-Identifier: Apache-2.0
"""What every process does first, and how one without a socket says that it is ready."""

from __future__ import annotations

from dothi.foundation import log
from dothi.foundation.settings import Settings, load


def begin(process: str) -> Settings:
    """Settings of this process; logs are set up and name it."""
    settings = load()
    log.configure(settings, process=process)
    mark = settings.run_path / f"{process}.ready"
    mark.unlink(missing_ok=True)
    return settings


def say_ready(settings: Settings, process: str) -> None:
    """Tell the supervisor."""
    (settings.run_path / f"{process}.ready").touch()
