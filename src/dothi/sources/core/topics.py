# SPDX-License-Identifier: Apache-2.0
"""MQTT topics of devices and gateways, as a source's mapping wants them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dothi.sources.core.mapping_path import topic_filter

_NOT_IN_TOPIC = re.compile(r"[\s+#]+")
TOPICS_MOST = 20


def filter_is_good(topic: str) -> bool:
    """A filter of MQTT 3.1.1 (4.7): `+` a whole level, `#` last; none of the server's own `$` topics."""
    if not topic or len(topic) > 400 or topic.startswith("$") or any(c.isspace() for c in topic):
        return False
    levels = topic.split("/")
    plain = all(level in {"+", "#"} or ("+" not in level and "#" not in level) for level in levels)
    return plain and "#" not in levels[:-1] and levels[0] not in {"#", "+"}


def subscription_is_good(topic: str) -> bool:
    """A filter that another broker may be asked for; unlike our own it may be `#` and `$share/...`."""
    bare = topic.removeprefix("$share/")
    levels = bare.split("/")
    plain = all(level in {"+", "#"} or ("+" not in level and "#" not in level) for level in levels)
    return bool(topic) and len(topic) <= 400 and "\x00" not in topic and plain and "#" not in levels[:-1]


def patterns_of(source_slug: str, patterns: Sequence[str]) -> list[str]:
    """The topics that a source of our own server listens on; a mapping that names none has its own name's."""
    return list(patterns) or [f"{source_slug}/{{device}}", f"{source_slug}/{{device}}/#"]


def own_topics(source_slug: str, key: str) -> list[str]:
    """The topics of a device that names none: below its own name, with `-` for what a topic may not hold."""
    return [f"{source_slug}/{_NOT_IN_TOPIC.sub('-', key)}/#"]


def device_topics(source_slug: str, patterns: Sequence[str], key: str) -> list[str]:
    """What a device may publish to: the mapping's topics with its own name in them."""
    if not patterns:
        return own_topics(source_slug, key)
    level = _NOT_IN_TOPIC.sub("-", key).replace("/", "-")
    return _good(topic_filter(pattern.replace("{device}", level)) for pattern in patterns) or own_topics(
        source_slug, key
    )


def gateway_topics(source_slug: str, patterns: Sequence[str]) -> list[str]:
    """What a gateway or network server may publish to: all that the mapping listens on."""
    return _good(topic_filter(pattern) for pattern in patterns_of(source_slug, patterns))


def gateway_user(source_id: str) -> str:
    """The user name of a source's gateway."""
    return source_id.replace("_", "-")


def _good(filters: Iterable[str]) -> list[str]:
    return [topic for topic in dict.fromkeys(filters) if filter_is_good(topic)][:TOPICS_MOST]


def example_of(pattern: str, key: str) -> str:
    """A topic that fits the pattern or filter, as a device of this key would really send on."""
    levels = pattern.split("/")
    known = {"{device}": key, "{kind}": "SENSOR", "#": "up"}
    found = [
        known.get(level) or ("1" if level.startswith("{") or level == "+" else level) for level in levels[:-1]
    ]
    last = levels[-1]
    return "/".join([*found, known.get(last) or ("up" if last.startswith("{") or last == "+" else last)])
