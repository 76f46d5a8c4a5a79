# SPDX-License-Identifier: Apache-2.0
"""Paths into JSON and patterns of MQTT topics: two small safe languages that stand in a mapping.

A path is `a.b`, `a[0]`, `a['key with.dot']`, with an optional leading `$`; no wildcards, no expressions.
A topic pattern is an MQTT filter whose levels may have names: `city/{device}/+/#`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from dothi.sources.core.mapping_problem import BadMapping

MISSING: Any = object()
"""What a path that leads nowhere gives; None is a JSON null that was sent."""

_STEP = re.compile(r"""\.?([^.\[\]'"]+)|\[(\d{1,6})\]|\[(?:'([^']*)'|"([^"]*)")\]""")
_NAMED = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class BadPath(BadMapping):
    """A path or a topic pattern cannot be understood."""


@functools.lru_cache(maxsize=4096)
def steps(path: str) -> tuple[str | int, ...]:
    """The keys and indexes of a path; BadPath when it is none."""
    text = path.strip().removeprefix("$")
    found: list[str | int] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None or len(found) == 32:
            raise BadPath("path", path=path)
        name, index, single, double = match.groups()
        if name is not None:
            found.append(name.strip())
        elif index is not None:
            found.append(int(index))
        else:
            found.append(single if single is not None else double)
        at = match.end()
    return tuple(found)


def reader(path: str) -> Callable[[Any], Any]:
    """A function that follows the path; MISSING when it leads nowhere."""
    way = steps(path)
    if len(way) == 1 and isinstance(way[0], str):
        key = way[0]
        return lambda value: value.get(key, MISSING) if isinstance(value, dict) else MISSING

    def follow(value: Any) -> Any:
        for step in way:
            if isinstance(step, str):
                if not isinstance(value, dict) or step not in value:
                    return MISSING
                value = value[step]
            else:
                if not isinstance(value, list) or step >= len(value):
                    return MISSING
                value = value[step]
        return value

    return follow


@functools.lru_cache(maxsize=4096)
def topic_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern as an expression with a named group for each named level; BadPath when it is none."""
    levels = pattern.split("/")
    parts: list[str] = []
    names: set[str] = set()
    for number, level in enumerate(levels):
        named = _NAMED.fullmatch(level)
        if named and named[1] not in names:
            names.add(named[1])
            parts.append(f"(?P<{named[1]}>[^/]+)")
        elif level == "+":
            parts.append("[^/]*")
        elif level == "#" and number == len(levels) - 1:
            # MQTT 3.1.1 4.7.1.2: `a/#` matches `a` too.
            return re.compile("/".join(parts) + ("(?:/.*)?" if parts else ".*"))
        elif "{" in level or "}" in level or "+" in level or "#" in level:
            raise BadPath("topic", topic=pattern)
        else:
            parts.append(re.escape(level))
    return re.compile("/".join(parts))


def topic_parts(pattern: str, topic: str) -> dict[str, str] | None:
    """The named levels of a topic that fits the pattern; None when it does not."""
    match = topic_pattern(pattern).fullmatch(topic)
    return match.groupdict() if match else None


def at_path(path: str, value: Any) -> Any:
    """The value set where the path leads, with nothing beside it; below an index it stands alone."""
    for step in reversed(steps(path)):
        value = {step: value} if isinstance(step, str) else [*[None] * step, value]
    return value


def topic_filter(pattern: str) -> str:
    """The MQTT filter of a pattern: each named level becomes `+`."""
    topic_pattern(pattern)
    return _NAMED.sub("+", pattern)
