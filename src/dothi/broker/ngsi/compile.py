# SPDX-License-Identifier: Apache-2.0
"""Queries become SQL over `attrs jsonb`: every value is a parameter, names stand only inside jsonpath text.

jsonpath in lax mode unwraps lists by itself, which is the meaning that CIM 009 4.9 gives to list values.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from dothi.broker.ngsi.condition import Condition, every, negated, some
from dothi.broker.ngsi.context import Terms
from dothi.broker.ngsi.kinds import TIMES
from dothi.broker.ngsi.query import Check, Group, Moment, Node, Value, Word

_PLAIN_MEMBERS = frozenset({"unitCode", "datasetId", "instanceId", "lang", "objectType", *TIMES})
_COLUMNS = {"createdAt": "created_at", "modifiedAt": "modified_at"}
_TEXTS = ("value", 'value."@value"', "object", "vocab", "valueList", "objectList", "json", "languageMap.*")
_OTHERS = ("value", "valueList", "json")
"""Members that may hold a text, and members that may hold a number or a truth value."""


def compile_query(node: Node, terms: Terms, *, expand_values: Collection[str] = ()) -> Condition:
    """The condition of a query tree."""
    if isinstance(node, Group):
        parts = [compile_query(part, terms, expand_values=expand_values) for part in node.parts]
        return every(parts) if node.all else some(parts)
    if len(node.path) == 1 and node.path[0] in _COLUMNS and not node.inside:
        return _column(_COLUMNS[node.path[0]], node)
    return _test(node, terms, node.path[0] in expand_values)


def _key(name: str) -> str:
    return "." + json.dumps(name, ensure_ascii=False)


def _test(test: Check, terms: Terms, expand: bool) -> Condition:  # noqa: FBT001 - private, one caller
    path, targets = _path(test, terms)
    exists = _exists(path, test, targets)
    if test.operator is None:
        return exists
    matched = some(_matches(path, targets, test, terms, expand))
    return every([exists, negated(matched)]) if test.operator in {"!=", "!~="} else matched


def _exists(path: str, test: Check, targets: tuple[str, ...] | None) -> Condition:
    if test.inside and targets:
        path += " ? (" + " || ".join(f"exists(@{target})" for target in targets) + ")"
    return Condition("jsonb_path_exists(attrs, %s::jsonpath)", (path,))


def _path(test: Check, terms: Terms) -> tuple[str, tuple[str, ...] | None]:
    """The jsonpath to what a test means and, below it, where the value stands; None: in any value member."""
    path = "lax $" + _key(terms.expand(test.path[0])) + ".*"
    for name in test.path[1:]:
        if name in _PLAIN_MEMBERS:
            return path + _key(name), ("",)
        path += _key(terms.expand(name))
    if not test.inside:
        return path, None
    rest = "".join(".*" if name == "*" else _key(name) for name in test.inside)
    return path, tuple(f".{member}{rest}" for member in ("value", "json", "languageMap"))


def _matches(
    path: str,
    targets: tuple[str, ...] | None,
    test: Check,
    terms: Terms,
    expand: bool,  # noqa: FBT001 - private
) -> list[Condition]:
    if test.pattern:
        sql = (
            "EXISTS (SELECT 1 FROM jsonb_path_query(attrs, %s::jsonpath) AS found(value)"
            " WHERE jsonb_typeof(found.value) = 'string' AND (found.value #>> '{}') ~ %s)"
        )
        return [Condition(sql, (f"{path}{t}[*]", test.pattern)) for t in targets or _under(_TEXTS)]
    if test.span is not None:
        names = {"low": _plain(test.span.low), "high": _plain(test.span.high)}
        numeric = isinstance(names["low"], int | float)
        places = targets or _under(_OTHERS if numeric else _TEXTS)
        return [_filter(path, [f"exists(@{t}[*] ? (@ >= $low && @ <= $high))" for t in places], names)]
    sign = "==" if test.operator in {"==", "!="} else str(test.operator)
    return [_comparison(path, targets, sign, value, terms, expand) for value in test.values]


def _under(members: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f".{member}" for member in members)


def _comparison(
    path: str,
    targets: tuple[str, ...] | None,
    sign: str,
    value: Value,
    terms: Terms,
    expand: bool,  # noqa: FBT001 - private
) -> Condition:
    names: dict[str, Any] = {"v": _plain(value)}
    if isinstance(value, Moment) and targets != ("",):
        return some([_moment(path + t, sign, value) for t in targets or (".value", '.value."@value"')])
    if isinstance(value, bool | int | float):
        return _filter(path, [f"@{t} {sign} $v" for t in targets or _under(_OTHERS)], names)
    tests = [f"@{t} {sign} $v" for t in targets or _under(_TEXTS)]
    if not isinstance(value, Moment) and sign == "==" and (expand or targets is None):
        names["iri"] = terms.expand(_text(value)) if _is_name(_text(value)) else _text(value)
        tests += [f"@{t} == $iri" for t in (_under(_TEXTS) if expand else (".vocab",))]
    return _filter(path, tests, names)


def _moment(path: str, sign: str, value: Moment) -> Condition:
    """Times inside values stand as clients wrote them, in any zone: compared as times, not as texts."""
    sql = (
        "EXISTS (SELECT 1 FROM jsonb_path_query(attrs, %s::jsonpath) AS found(value)"
        " WHERE jsonb_path_exists_tz(to_jsonb(replace(found.value #>> '{}', 'Z', '+00:00')),"
        " %s::jsonpath, %s::jsonb, TRUE))"
    )
    test = f"$.datetime() ? (@ {sign} $v.datetime())"
    return Condition(sql, (path + "[*]", test, json.dumps({"v": value.iso.replace("Z", "+00:00")})))


def _is_name(text: str) -> bool:
    return bool(text) and len(text) < 500 and not any(c <= " " or c in '<>"{}|\\^`@' for c in text)


def _text(value: str | Word) -> str:
    return value if isinstance(value, str) else value.text


def _filter(path: str, tests: list[str], names: dict[str, Any]) -> Condition:
    sql = "jsonb_path_exists(attrs, %s::jsonpath, %s::jsonb, TRUE)"
    return Condition(sql, (f"{path} ? ({' || '.join(tests)})", json.dumps(names, ensure_ascii=False)))


def _plain(value: Value) -> Any:
    if isinstance(value, Moment):
        return value.iso
    return value.text if isinstance(value, Word) else value


def _column(column: str, test: Check) -> Condition:
    """CreatedAt and modifiedAt of the entity itself (CIM 009 4.8)."""
    if test.operator is None:
        return Condition("TRUE")
    if test.span is not None:
        low, high = _instant(test.span.low), _instant(test.span.high)
        inside = Condition(f"{column}::timestamptz BETWEEN %s::timestamptz AND %s::timestamptz", (low, high))
        return inside if test.operator == "==" else negated(Condition(f"({inside.text})", inside.params))
    if test.pattern:
        return Condition("FALSE")
    sign = {"==": "=", "!=": "<>"}.get(test.operator, test.operator)
    parts = [
        Condition(f"{column}::timestamptz {sign} %s::timestamptz", (_instant(value),))
        for value in test.values
    ]
    return every(parts) if sign == "<>" else some(parts)


def _instant(value: Value) -> str:
    return value.iso if isinstance(value, Moment) else "infinity"
