# SPDX-License-Identifier: Apache-2.0
"""What can hinder a start.

CannotStart          1  the sentence says what to do
├── NewerData        3  the data folder was written by a newer version
├── AlreadyRunning   4  another `dothi up` holds this data folder
├── PortBusy         5  somebody else listens there
└── DiskFull         6  there is no room to start in

The number is the exit code of the command.
"""

from __future__ import annotations

import os
from typing import ClassVar

from dothi.foundation.errors import DothiError


def terminal_language() -> str:
    """Language of a terminal: the one of DOTHI_LANGUAGE, else Vietnamese in a Vietnamese locale, else English."""
    chosen = os.environ.get("DOTHI_LANGUAGE", "")
    if chosen in {"vi", "en"}:
        return chosen
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "vi" if locale.startswith("vi") else "en"


class CannotStart(DothiError):
    exit_code: ClassVar[int] = 1


class NewerData(CannotStart):
    exit_code = 3


class AlreadyRunning(CannotStart):
    exit_code = 4


class PortBusy(CannotStart):
    exit_code = 5


class DiskFull(CannotStart):
    exit_code = 6
