# SPDX-License-Identifier: Apache-2.0
"""POST /ingest/<source>: one JSON object, an array, or one object a line, with the source's token.

A 2xx answer means that what it calls accepted is on disk.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec

from dothi.broker.door import Key
from dothi.connectors.directory import Registered
from dothi.connectors.http.errors import WrongMethod
from dothi.connectors.http.report import Report, joined, report
from dothi.connectors.intake import Intake
from dothi.connectors.writing import Broker, count, write_singly
from dothi.foundation import clock, messages, problem
from dothi.foundation.errors import BadInput, DothiError, NotAllowed, NotAuthenticated, NotFound, TooLarge
from dothi.sources.core.keys import key_is_right
from dothi.sources.core.sentence import say

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Admit = Callable[[Scope], Awaitable[Key | None]]
"""The key of a request, counted as one use of it; None: no key that is good."""
PREFIX = "/ingest/"
WAYS = frozenset({"http", "demo"})
_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")


class Ingest:
    """The ASGI application. `intake` holds what is registered; the process that serves keeps it filled."""

    def __init__(
        self,
        broker: Broker,
        intake: Intake,
        *,
        limit: int = 10_000_000,
        language: str = "vi",
        admit: Admit | None = None,
    ) -> None:
        self._broker = broker
        self._admit = admit
        self._intake = intake
        self._limit = limit
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        language = messages.best_language(headers.get("accept-language"), self._language)
        request_id = headers.get("x-request-id", "")[:64] or uuid.uuid4().hex
        try:
            done = await self._take(scope, headers, receive, language)
        except DothiError as error:
            told = problem.body(error, language, request_id=request_id)
            extra = problem.headers(error)
            if isinstance(error, NotAuthenticated):
                extra["WWW-Authenticate"] = 'Bearer realm="ingest"'
            if isinstance(error, WrongMethod):
                extra["Allow"] = "POST"
            await _answer(send, error.status, told, problem.CONTENT_TYPE, request_id, extra)
            return
        body = msgspec.to_builtins(done)
        if done.status < 400:
            await _answer(send, done.status, body, "application/json", request_id)
            return
        first = done.refusals[0].detail if done.refusals else ""
        title = NotAllowed.title if done.status == 403 else BadInput.title
        told = {"type": "about:blank", "title": title, "status": done.status, "detail": first, **body}
        told["instance"] = f"urn:dothi:request:{request_id}"
        await _answer(send, done.status, told, problem.CONTENT_TYPE, request_id)

    async def _take(self, scope: Scope, headers: dict[str, str], receive: Receive, language: str) -> Report:
        if scope["method"] != "POST":
            raise WrongMethod("connectors.http.method")
        key = await self._admit(scope) if self._admit is not None and _is_key(headers) else None
        if key is None and self._admit is not None and _is_key(headers):
            raise NotAuthenticated("connectors.http.token")
        found = self._source(scope, headers, language, key)
        body = await self._body(headers, receive)
        backfill = (
            parse_qs(scope.get("query_string", b"").decode("latin-1")).get("backfill", ["0"])[-1] == "1"
        )
        received = clock.iso(clock.now())
        as_lines = headers.get("content-type", "").partition(";")[0].strip().lower() in _LINES
        payloads = [line for line in body.splitlines() if line.strip()] if as_lines else [body]
        outcome = joined(
            [
                self._intake.take(
                    found.row,
                    msgspec.structs.replace(found.mapping, topics=[]),
                    payload,
                    way="http",
                    received=received,
                    origin="replay" if backfill else "http",
                    backfill=backfill,
                )
                for payload in payloads
            ]
        )
        if key is not None and key.reach is not None:
            outcome.writes = [msgspec.structs.replace(w, reach=key.reach) for w in outcome.writes]
        results = await write_singly(self._broker, outcome.writes)
        count(results, outcome.writes, self._intake, way="http")
        return report(outcome, outcome.writes, results, language)

    def _source(self, scope: Scope, headers: dict[str, str], language: str, key: Key | None) -> Registered:
        path = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix(PREFIX)
        slug = unquote(path.strip("/"))
        directory = self._intake.directory
        name = (headers.get("ngsild-tenant", ""), slug)
        if key is not None:
            return self._for_key(key, name)
        found = directory.by_slug.get(name)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        broken = directory.broken.get(name)
        if broken is not None and key_is_right(token.strip(), broken[0].token_hash):
            raise BadInput("connectors.http.bad_mapping", detail=say(language, broken[1]).rstrip("."))
        if found is None:
            raise NotFound("connectors.http.no_source", source=slug[:80])
        if scheme.lower() != "bearer" or not key_is_right(token.strip(), found.row.token_hash):
            raise NotAuthenticated("connectors.http.token")
        if found.row.way not in WAYS:
            raise NotAllowed("connectors.http.not_http", source=slug[:80])
        return found

    def _for_key(self, key: Key, name: tuple[str, str]) -> Registered:
        """The source that a key of the city may send to, in the place of the source's own token."""
        if "ingest" not in key.operations or name[0] != key.tenant or key.source not in {None, name[1]}:
            raise NotAllowed("connectors.http.key", source=name[1][:80])
        found = self._intake.directory.by_slug.get(name)
        if found is None:
            raise NotFound("connectors.http.no_source", source=name[1][:80])
        if found.row.way not in WAYS:
            raise NotAllowed("connectors.http.not_http", source=name[1][:80])
        return found

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes:
        if (
            headers.get("content-length", "0").isdigit()
            and int(headers.get("content-length", "0")) > self._limit
        ):
            raise TooLarge("connectors.http.too_large", limit=self._limit)
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > self._limit:
                raise TooLarge("connectors.http.too_large", limit=self._limit)
            parts.append(part)
            if not message.get("more_body"):
                break
        body = b"".join(parts)
        if not body.strip():
            raise BadInput("connectors.http.empty")
        return body


def _is_key(headers: dict[str, str]) -> bool:
    """Whether the token has the shape of a key of the city; those of sources never do."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and (token.strip().startswith("dothi_") or token.count(".") == 2)


async def _answer(
    send: Send, status: int, body: Any, kind: str, request_id: str, extra: dict[str, str] | None = None
) -> None:
    raw = msgspec.json.encode(body)
    headers = {
        "Content-Type": kind,
        "Content-Length": str(len(raw)),
        "X-Request-Id": request_id,
        **(extra or {}),
    }
    pairs = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": raw})
