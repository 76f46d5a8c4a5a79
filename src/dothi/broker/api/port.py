# SPDX-License-Identifier: Apache-2.0
"""What the API needs of the store and of whoever checks keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from dothi.broker.reach import Reach

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Principal(Protocol):
    """Who asks: a key, or the ticket of a browser."""

    @property
    def id(self) -> str: ...

    @property
    def tenant(self) -> str: ...

    @property
    def operations(self) -> frozenset[str]: ...

    @property
    def reach(self) -> Reach | None: ...

    @property
    def per_minute(self) -> int | None: ...

    @property
    def per_day(self) -> int | None: ...


Verify = Callable[[Scope], Awaitable[Principal | None]]
"""The principal of a request, None when its key is unknown or missing."""
