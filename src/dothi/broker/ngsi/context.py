# SPDX-License-Identifier: Apache-2.0
"""User contexts as flat term maps: names are expanded and compacted by a look-up (CIM 009 5.5.7).

The core @context is protected and applied last: a user context cannot redefine a core term nor `@vocab`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dothi.broker.ngsi.faults import BadRequestData, InvalidRequest
from dothi.broker.ngsi.terms import CORE, CORE_PREFIXES, CORE_URL, CORE_VERSIONS, VOCAB

DEPTH = 8
"""Contexts within contexts, and terms that stand on terms."""
TERMS = 20_000
_GEN_DELIMS = tuple(":/?#[]@")


class Terms:
    """One ready context. `urls`: what to name in the Link header or the body of an answer."""

    __slots__ = ("_expanded", "_shrunk", "inverse", "prefixes", "terms", "urls")

    def __init__(self, terms: Mapping[str, str], prefixes: Mapping[str, str], urls: Any) -> None:
        self.terms = {**terms, **CORE}
        self.prefixes = {**prefixes, **CORE_PREFIXES}
        self.inverse: dict[str, str] = {}
        for term in sorted(self.terms, key=lambda t: (-len(t), t), reverse=True):
            self.inverse.setdefault(self.terms[term], term)
        self.urls = urls
        self._expanded: dict[str, str] = {}
        self._shrunk: dict[str, str] = {}

    def expand(self, name: str) -> str:
        """The IRI of a name; BadRequestData when it cannot be one."""
        found = self.terms.get(name) or self._expanded.get(name)
        if found is None:
            found = self._by_rule(name)
            if len(self._expanded) < TERMS:
                self._expanded[name] = found
        return found

    def _by_rule(self, name: str) -> str:
        if not name or len(name) > 2000 or name[0] == "@" or any(c < "!" or c in '<>"{}|\\^`' for c in name):
            raise BadRequestData("broker.ngsi.bad_name", name=name[:80])
        prefix, colon, rest = name.partition(":")
        if not colon:
            return VOCAB + name
        if not rest.startswith("//") and prefix in self.prefixes:
            return self.prefixes[prefix] + rest
        return name

    def compact(self, iri: str) -> str:
        """The shortest name that expands to this IRI again."""
        found = self.inverse.get(iri) or self._shrunk.get(iri)
        if found is None:
            found = self._shorten(iri)
            if len(self._shrunk) < TERMS:
                self._shrunk[iri] = found
        return found

    def _shorten(self, iri: str) -> str:
        if iri.startswith(VOCAB):
            rest = iri[len(VOCAB) :]
            if rest and ":" not in rest and rest not in self.terms:
                return rest
        shorter = sorted(
            (f"{prefix}:{iri[len(base) :]}" for prefix, base in self.prefixes.items() if _goes(iri, base)),
            key=lambda name: (len(name), name),
        )
        return next((name for name in shorter if name not in self.terms), iri)


def _goes(iri: str, base: str) -> bool:
    return iri.startswith(base) and len(iri) > len(base) and not iri[len(base) :].startswith("//")


CORE_TERMS = Terms({}, {}, CORE_URL)


def addresses(context: Any, *, depth: int = 0) -> list[str]:
    """Remote contexts that a context names, core versions left out; InvalidRequest when it is none."""
    if depth > DEPTH:
        raise BadRequestData("broker.ngsi.context_deep", depth=DEPTH)
    if context is None or isinstance(context, dict):
        return []
    if isinstance(context, str):
        return [] if context in CORE_VERSIONS else [context]
    if isinstance(context, list):
        return [url for item in context for url in addresses(item, depth=depth + 1)]
    raise InvalidRequest("broker.ngsi.bad_context")


def build(context: Any, fetched: Mapping[str, Any]) -> Terms:
    """Terms of a context whose remote parts stand in `fetched`: address -> content of its `@context`."""
    terms: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    for part in _flatten(context, fetched, 0):
        own = _Definitions(part, terms, prefixes)
        for name in part:
            own.define(name, 0)
        if len(terms) > TERMS:
            raise BadRequestData("broker.ngsi.context_large", terms=TERMS)
    return Terms(terms, prefixes, context)


def _flatten(context: Any, fetched: Mapping[str, Any], depth: int) -> list[dict[str, Any]]:
    if depth > DEPTH:
        raise BadRequestData("broker.ngsi.context_deep", depth=DEPTH)
    if isinstance(context, dict):
        return [context]
    if isinstance(context, list):
        return [part for item in context for part in _flatten(item, fetched, depth + 1)]
    if isinstance(context, str) and context not in CORE_VERSIONS:
        return _flatten(fetched[context], fetched, depth + 1)
    return []


class _Definitions:
    """Terms of one context object, defined in the order they need each other."""

    def __init__(self, part: dict[str, Any], terms: dict[str, str], prefixes: dict[str, str]) -> None:
        self.part = part
        self.terms = terms
        self.prefixes = prefixes
        self.state: dict[str, bool] = {}
        if "@import" in part or "@propagate" in part:
            raise BadRequestData("broker.ngsi.context_keyword", keyword="@import")

    def define(self, name: str, depth: int) -> None:
        if name.startswith("@") or not name or self.state.get(name):
            return
        if depth > 64 or self.state.get(name) is False:
            raise BadRequestData("broker.ngsi.context_circle", name=name[:80])
        self.state[name] = False
        value = self.part[name]
        if value is None:
            self.terms.pop(name, None)
        else:
            self._set(name, value, depth)
        self.state[name] = True

    def _set(self, name: str, value: Any, depth: int) -> None:
        simple = isinstance(value, str)
        target = value if simple else value.get("@id", name) if isinstance(value, dict) else None
        if isinstance(value, dict) and "@reverse" in value:
            return
        if not isinstance(target, str):
            raise InvalidRequest("broker.ngsi.bad_context")
        # An alias of a keyword would let a body smuggle an id or a type past the rules.
        if target.startswith("@"):
            return
        iri = self._iri(name, target, depth)
        self.terms[name] = iri
        flagged = isinstance(value, dict) and value.get("@prefix") is True
        if flagged or (simple and iri.endswith(_GEN_DELIMS)):
            self.prefixes[name] = iri
        else:
            self.prefixes.pop(name, None)

    def _iri(self, name: str, target: str, depth: int) -> str:
        prefix, colon, rest = target.partition(":")
        if target != name and target in self.part and not target.startswith("@"):
            self.define(target, depth + 1)
        if target != name and target in self.terms:
            return self.terms[target]
        if not colon:
            vocab = self.part.get("@vocab")
            return (vocab if isinstance(vocab, str) else VOCAB) + target
        if rest.startswith("//"):
            return target
        if prefix in self.part and prefix != name:
            self.define(prefix, depth + 1)
        base = self.prefixes.get(prefix) or CORE_PREFIXES.get(prefix)
        return base + rest if base else target
