# SPDX-License-Identifier: Apache-2.0
"""Who our programs run as: the user himself, or one unprivileged uid when root starts the city."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from typing import Any

SERVICE_UID = 64738
"""The one unprivileged uid that programs of ours drop to when started as root; it needs no passwd entry."""

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def drop_ids() -> dict[str, Any]:
    """Arguments for subprocess that drop root to the service uid; empty for a normal user."""
    if os.geteuid() != 0:
        return {}
    return {"user": SERVICE_UID, "group": SERVICE_UID, "extra_groups": []}


def die_with_parent(number: int) -> Callable[[], None] | None:
    """A preexec function after which the kernel sends `number` when the parent dies (Linux).

    subprocess runs it after dropping the uid: a change of uid would clear the wish.
    """
    if _LIBC is None:
        return None
    libc = _LIBC

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)

    return ask
