# SPDX-License-Identifier: Apache-2.0
"""What every process does first, and how one without a socket says that it is ready."""

from __future__ import annotations

import time
from pathlib import Path

from dothi.foundation import log
from dothi.foundation.settings import Settings, load


def begin(process: str) -> Settings:
    """Settings of this process; logs are set up and name it."""
    settings = load()
    log.configure(settings, process=process)
    for name in (process, f"{process}-logins"):
        (settings.run_path / f"{name}.ready").unlink(missing_ok=True)
    return settings


def say_ready(settings: Settings, process: str) -> None:
    """Tell the supervisor."""
    (settings.run_path / f"{process}.ready").touch()


def store_mark(settings: Settings) -> Path:
    """Stands while the database serves and is up to date; the supervisor makes it, each start begins without it."""
    return settings.run_path / "store.ready"


def wait_for_store(settings: Settings) -> None:
    """Return when the database may be used: processes load themselves while it starts, recovers or migrates."""
    while not store_mark(settings).exists():
        time.sleep(0.01)
