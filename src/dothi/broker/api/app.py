# SPDX-License-Identifier: Apache-2.0
"""The ASGI application of /ngsi-ld/v1: find the route, check who asks, run the handler, tell errors."""

from __future__ import annotations

from pathlib import Path

from dothi.broker.api import answer, faults, routes
from dothi.broker.api.faults import MethodNotAllowed
from dothi.broker.api.port import App, Receive, Scope, Send, Verify
from dothi.broker.api.request import JSON, Call, Limits
from dothi.broker.door import Broker
from dothi.broker.errors import QuotaReached
from dothi.broker.ngsi.remote import Contexts
from dothi.foundation import problem
from dothi.foundation.errors import NotAllowed, NotAuthenticated, NotFound
from dothi.foundation.settings import Settings

PREFIX = "/ngsi-ld/v1/"


def build(broker: Broker, verify: Verify, settings: Settings, *, allow_loopback: bool = False) -> App:
    """The application. `allow_loopback`: contexts may come from this machine (tests only)."""
    contexts = Contexts(folder=Path(settings.data_path) / "contexts", allow_loopback=allow_loopback)
    limits = Limits(body=settings.body_limit, batch=settings.batch_limit)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        call = Call(scope, receive, broker, contexts, limits)
        try:
            found = await _handled(call, verify)
            await answer.send(call, found, send)
        except Exception as raised:  # noqa: BLE001 - the edge: whatever failed becomes one problem document
            error = faults.known(raised, call.request_id)
            if call.principal is not None and error.status == NotAllowed.status:
                broker.keys.meter.refuse(call.principal)
            body = answer.encode(faults.body(error, call.language, call.request_id))
            # 429 is none of the standard's errors (CIM 009 5.5.3) and looks as everywhere else.
            kind = problem.CONTENT_TYPE if isinstance(error, QuotaReached) else JSON
            await answer.send_raw(call, error.status, body, kind, faults.headers(error), send)

    return app


async def _handled(call: Call, verify: Verify) -> answer.Answer:
    raw = call.scope.get("raw_path") or call.scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    found = routes.find(path[len(PREFIX) :].rstrip("/")) if path.startswith(PREFIX) else None
    if found is None:
        raise NotFound("broker.ngsi.resource_missing", what=call.scope["path"][:200])
    by_method, call.path = found
    route = by_method.get("GET" if call.method == "HEAD" else call.method)
    if route is None:
        raise MethodNotAllowed(
            "broker.ngsi.method", method=call.method[:20], allowed=", ".join(sorted(by_method))
        )
    principal = await verify(call.scope)
    if principal is None:
        raise NotAuthenticated("broker.ngsi.sign_in")
    call.principal = principal
    if route.operation not in principal.operations:
        raise NotAllowed("broker.ngsi.forbidden", operation=route.operation)
    return await route.handler(call)
