# SPDX-License-Identifier: Apache-2.0
"""Who acts now: said once where a request or command begins, so that actions need not hand it on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

NOBODY = "system"
_now: ContextVar[Callable[[], str]] = ContextVar("ledger_actor", default=lambda: NOBODY)


def current() -> str:
    """The actor's id, such as `account:acc_12ab`; `system` when no person stands behind it."""
    return _now.get()()


@contextmanager
def acting(who: Callable[[], str] | str) -> Iterator[None]:
    """Say who acts until the end of the block; a function is asked only when something is recorded."""
    mark = _now.set((lambda: who) if isinstance(who, str) else who)
    try:
        yield
    finally:
        _now.reset(mark)
