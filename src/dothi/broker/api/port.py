# SPDX-License-Identifier: Apache-2.0
"""What the API needs of the store and of whoever checks keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Principal(Protocol):
    """Who asks: a key, or the ticket of a browser."""

    @property
    def tenant(self) -> str: ...

    @property
    def operations(self) -> frozenset[str]: ...


Verify = Callable[[Scope], Awaitable[Principal | None]]
"""The principal of a request, None when its key is unknown or missing."""
