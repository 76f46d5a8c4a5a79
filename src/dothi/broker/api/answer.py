# SPDX-License-Identifier: Apache-2.0
"""Answers: body, content type, context link and the headers of every answer."""

from __future__ import annotations

from typing import Any

import msgspec

from dothi.broker.api.port import Send
from dothi.broker.api.request import CONTEXT_REL, GEO_JSON, JSON, LD_JSON, Call
from dothi.broker.ngsi.terms import CORE_URL

encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct, kw_only=True):
    """`body` None: no content. `data`: whether it is NGSI-LD data that carries a context."""

    status: int = 204
    body: Any = None
    headers: dict[str, str] = {}
    data: bool = False
    raw: bytes | None = None
    content_type: str = JSON


def context_of(call: Call) -> Any:
    """What to write as @context: the user's context and the core."""
    urls = call.terms.urls
    if urls == CORE_URL:
        return CORE_URL
    listed = urls if isinstance(urls, list) else [urls]
    return [*listed, CORE_URL] if CORE_URL not in listed else listed


def _with_context(call: Call, answer: Answer) -> tuple[str, Any, str | None]:
    """(content type, body, Link) of data in the wanted content type (6.3.6)."""
    kind = call.accept
    urls = call.terms.urls
    link = urls if isinstance(urls, str) else None
    header = f'<{link}>; rel="{CONTEXT_REL}"; type="application/ld+json"' if link else None
    if kind == LD_JSON:
        context = context_of(call)
        if isinstance(answer.body, dict):
            return kind, {**answer.body, "@context": context}, None
        if isinstance(answer.body, list):
            return (
                kind,
                [{**item, "@context": context} if isinstance(item, dict) else item for item in answer.body],
                None,
            )
    if (
        kind == GEO_JSON
        and isinstance(answer.body, dict)
        and answer.body.get("type") in {"Feature", "FeatureCollection"}
    ):
        if call.header(b"prefer").replace(" ", "") == "body=json":
            return kind, answer.body, header
        return kind, {**answer.body, "@context": context_of(call)}, None
    return JSON, answer.body, header


async def send(call: Call, answer: Answer, out: Send) -> None:
    kind, body, headers = answer.content_type, answer.body, dict(answer.headers)
    if answer.data:
        kind, body, link = _with_context(call, answer)
        if link:
            headers["Link"] = f"{headers['Link']}, {link}" if "Link" in headers else link
    raw = answer.raw if answer.raw is not None else b"" if body is None else encode(body)
    await send_raw(call, answer.status, raw, kind, headers, out)


async def send_raw(
    call: Call, status: int, raw: bytes, kind: str, headers: dict[str, str], out: Send
) -> None:
    listed: list[tuple[bytes, bytes]] = [
        (b"x-request-id", call.request_id.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status != 204:
        listed += [(b"content-type", kind.encode()), (b"content-length", str(len(raw)).encode())]
    named = call.headers.get(b"ngsild-tenant")
    if named:
        listed.append((b"ngsild-tenant", named))
    if headers:
        listed += [
            (name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()
        ]
    await out({"type": "http.response.start", "status": status, "headers": listed})
    await out({"type": "http.response.body", "body": b"" if status == 204 or call.method == "HEAD" else raw})
