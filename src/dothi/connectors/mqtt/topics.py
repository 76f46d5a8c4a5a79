# SPDX-License-Identifier: Apache-2.0
"""MQTT topics and NATS subjects: nats-server keeps the one as the other.

Levels are parted by `/` and `.`; a dot within a level is `//`, an empty level is `/`.
"""

from __future__ import annotations

from collections.abc import Iterable


def subject_of(topic: str) -> str:
    """The subject under which nats-server carries an MQTT topic."""
    return ".".join(level.replace(".", "//") or "/" for level in topic.split("/"))


def topic_of(subject: str) -> str:
    """The MQTT topic of a subject."""
    return "/".join("" if level == "/" else level.replace("//", ".") for level in subject.split("."))


def subjects_of_filter(pattern: str) -> list[str]:
    """What a device may publish to by an MQTT filter: `a/+` is `a.*`; `a/#` is `a` and `a.>`."""
    levels = pattern.split("/")
    whole = levels[-1] == "#"
    levels = levels[:-1] if whole else levels
    if any("#" in level or ("+" in level and level != "+") or level in {"*", ">"} for level in levels):
        raise ValueError(f"{pattern!r} is no MQTT filter")
    subject = ".".join("*" if level == "+" else subject_of(level) for level in levels)
    if not whole:
        return [subject] if subject else []
    return [subject, f"{subject}.>"] if subject else [">"]


def subjects_to_hear(filters: Iterable[str]) -> set[str]:
    """Subjects that cover all the filters and never each other: a message that fits two would come twice."""
    roots = {subject.partition(".")[0] for filter_ in filters for subject in subjects_of_filter(filter_)}
    if roots & {"*", ">"}:
        return {">"}
    return roots | {f"{root}.>" for root in roots}
