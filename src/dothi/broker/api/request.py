# SPDX-License-Identifier: Apache-2.0
"""One request: headers, parameters, body and context (CIM 009 6.3.4, 6.3.5, 6.3.6)."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import uuid
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from dothi.broker.api.faults import NotAcceptable, UnsupportedMediaType
from dothi.broker.api.port import Principal, Receive, Scope
from dothi.broker.door import Broker
from dothi.broker.ngsi.context import CORE_TERMS, Terms
from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest
from dothi.broker.ngsi.remote import Contexts
from dothi.broker.ngsi.values import check_document, is_harmless
from dothi.broker.reach import Reach
from dothi.broker.store.store import Store
from dothi.foundation import messages
from dothi.foundation.errors import NotAllowed, TooLarge

JSON = "application/json"
LD_JSON = "application/ld+json"
GEO_JSON = "application/geo+json"
MERGE_PATCH = "application/merge-patch+json"
CONTEXT_REL = "http://www.w3.org/ns/json-ld#context"
_LINK = re.compile(r"<([^<>]*)>\s*((?:;[^,]*)?)")
_ID = re.compile(r"[\w.:\-]{1,100}\Z", re.ASCII)
_TENANT = re.compile(r"[\w-]{0,50}\Z", re.ASCII)
LONGEST_KEY = 200
_MINE = uuid.uuid4().hex[:16]
_numbers = itertools.count(1)
_decode = msgspec.json.Decoder().decode


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`page`: default size of a page, `most`: the largest; `instances`: of one attribute in a temporal answer."""

    body: int = 1_000_000
    batch: int = 10_000_000
    page: int = 20
    most: int = 1000
    batch_entities: int = 10_000
    instances: int = 1000


class Call:
    """A request on its way through a handler; reading it twice costs nothing."""

    def __init__(
        self, scope: Scope, receive: Receive, broker: Broker, contexts: Contexts, limits: Limits
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.broker = broker
        self.contexts = contexts
        self.limits = limits
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.method: str = scope["method"]
        self.path: dict[str, str] = {}
        self.principal: Principal | None = None
        given = self.header(b"x-request-id")
        self.request_id = given if given and _ID.match(given) else f"{_MINE}{next(_numbers):016x}"
        self.terms: Terms = CORE_TERMS
        self.is_batch = False
        self.raw = b""

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def language(self) -> str:
        return messages.best_language(self.header(b"accept-language"), default="en")

    @cached_property
    def tenant(self) -> str:
        """The tenant asked for; NotAllowed when the key belongs to another one."""
        named = self.header(b"ngsild-tenant")
        if not _TENANT.match(named):
            raise BadRequestData("broker.ngsi.bad_tenant")
        assert self.principal is not None
        own = self.principal.tenant
        if named and named != own:
            raise NotAllowed("broker.ngsi.other_tenant", tenant=named)
        return own

    @property
    def reach(self) -> Reach | None:
        """How far whoever asks may read and write."""
        assert self.principal is not None
        return self.principal.reach

    @cached_property
    def store(self) -> Store:
        """What whoever asks may read: the only way of this interface to the store."""
        return self.broker.store.within(self.reach)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Query parameters; the first of each name counts, so that a second cannot pass a check unseen."""
        raw = self.scope["query_string"]
        if len(raw) > 500_000:
            raise TooLarge("broker.ngsi.too_large", most=500_000)
        try:
            pairs = parse_qsl(
                raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100
            )
        except ValueError:
            raise BadRequestData("broker.ngsi.bad_parameter", name="?", wanted="UTF-8") from None
        found: dict[str, str] = {}
        for name, value in pairs:
            if "\0" in value:
                raise BadRequestData("broker.ngsi.bad_text")
            found.setdefault(name, value)
        return found

    def listed(self, name: str) -> list[str]:
        return [item for item in self.parameters.get(name, "").split(",") if item]

    @cached_property
    def options(self) -> frozenset[str]:
        return frozenset([*self.listed("options"), *self.listed("format")])

    def part(self, name: str) -> str:
        """A part of the path, unquoted."""
        return unquote(self.path[name])

    @cached_property
    def accept(self) -> str:
        """The content type to answer with (6.3.4)."""
        return self._accepted({JSON, LD_JSON, GEO_JSON})

    def refuse_geo_json(self) -> None:
        """Answer in another form than GeoJSON: here is nothing that it could show."""
        self.__dict__["accept"] = self._accepted({JSON, LD_JSON})

    def _accepted(self, kinds: set[str]) -> str:
        wanted = self.header(b"accept")
        if wanted in {"", "*/*", JSON}:
            return JSON
        best = (0.0, "")
        for part in wanted.split(","):
            name, *rest = (p.strip() for p in part.split(";"))
            try:
                weight = next((float(r[2:]) for r in rest if r.startswith("q=")), 1.0)
            except ValueError:
                weight = 0.0
            chosen = {"*/*": JSON, "application/*": JSON, "application/problem+json": JSON}.get(
                name.lower(), name.lower()
            )
            if chosen in kinds and weight > best[0]:
                best = (weight, chosen)
        if not best[1]:
            raise NotAcceptable("broker.ngsi.not_acceptable", accept=wanted[:100])
        return best[1]

    def key(self, number: int = 0) -> str | None:
        """The key of write `number` of this request; no other origin, and no other number, has the same."""
        given = self.header(b"idempotency-key")
        if len(given) > LONGEST_KEY:
            raise BadRequestData("broker.ngsi.long_key", most=LONGEST_KEY)
        if not given:
            return None
        # An answer is repeated to whoever may do as much; one with limits hears only of what it did itself.
        own = f"{self.principal.id}:" if self.principal is not None and self.reach is not None else ""
        return f"http:{own}{number}:{given}"

    @cached_property
    def digest(self) -> str:
        """What tells this request from another one under the same key; read the body first."""
        where = f"{self.method} {self.scope['path']}?".encode() + self.scope["query_string"]
        parts = (where, self.header(b"idempotency-key").encode(), self.raw)
        return hashlib.sha256(b"\n".join(parts)).hexdigest()

    async def body(self) -> bytes:
        most = self.limits.batch if self.is_batch else self.limits.body
        declared = self.header(b"content-length")
        if declared.isdigit() and int(declared) > most:
            raise TooLarge("broker.ngsi.too_large", most=most)
        message = await self.receive()
        if not message.get("more_body"):
            raw: bytes = message.get("body", b"")
            if len(raw) > most:
                raise TooLarge("broker.ngsi.too_large", most=most)
            return raw
        whole = bytearray(message.get("body", b""))
        while message.get("more_body"):
            message = await self.receive()
            whole += message.get("body", b"")
            if len(whole) > most:
                raise TooLarge("broker.ngsi.too_large", most=most)
        return bytes(whole)

    def link_context(self) -> str | None:
        """The context of the Link header (6.3.5)."""
        link = self.header(b"link")
        for url, rest in _LINK.findall(link) if link else ():
            if CONTEXT_REL in rest:
                return str(url)
        return None

    async def read_context(self) -> None:
        """Take the context of the Link header: for requests without a body."""
        link = self.link_context()
        if link is not None:
            self.terms = await self.contexts.terms(link)

    async def document(self) -> Any:
        """The body as JSON without its @context, which becomes `terms` (6.3.5)."""
        kind = self.header(b"content-type").partition(";")[0].strip().lower()
        if kind not in {JSON, LD_JSON} and not (kind in {MERGE_PATCH, GEO_JSON} and self.method == "PATCH"):
            raise UnsupportedMediaType("broker.ngsi.content_type", type=kind[:80])
        raw = self.raw = await self.body()
        document = _json(raw)
        if not is_harmless(raw):
            check_document(document)
        link = self.link_context()
        inside = _take_contexts(document) if isinstance(document, dict) and kind == LD_JSON else None
        if kind == LD_JSON and link is not None:
            raise BadRequestData("broker.ngsi.context_twice")
        if kind == LD_JSON and isinstance(document, dict) and inside is None:
            raise BadRequestData("broker.ngsi.context_lacks")
        if kind != LD_JSON and isinstance(document, dict) and "@context" in document:
            raise BadRequestData("broker.ngsi.context_in_json")
        wanted = inside if kind == LD_JSON else link
        if wanted is not None:
            self.terms = await self.contexts.terms(wanted)
        return document

    async def item_terms(self, item: dict[str, Any]) -> Terms:
        """The terms of one entity of a batch: its own @context, else the request's."""
        inside = item.pop("@context", None)
        if inside is None:
            return self.terms
        kind = self.header(b"content-type").partition(";")[0].strip().lower()
        if kind != LD_JSON:
            raise BadRequestData("broker.ngsi.context_in_json")
        return await self.contexts.terms(inside)


def _take_contexts(document: dict[str, Any]) -> Any:
    return document.pop("@context", None)


def _json(raw: bytes) -> Any:
    try:
        return _decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        reason = str(error)[:120]
    # msgspec takes neither a byte order mark nor numbers beyond a double; json says which of the two it is.
    if raw.startswith(b"\xef\xbb\xbf"):
        return _json(raw[3:])
    try:
        json.loads(raw[:100_000], parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = str(error)[:120]
    raise InvalidRequest("broker.ngsi.not_json", reason=reason)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
