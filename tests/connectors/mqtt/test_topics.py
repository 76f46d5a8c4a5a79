# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from dothi.connectors.mqtt.topics import subject_of, subjects_of_filter, subjects_to_hear, topic_of

PAIRS = [
    ("city/a/up", "city.a.up"),
    ("x.y/q", "x//y.q"),
    ("/lead/x", "/.lead.x"),
    ("trail/", "trail./"),
    ("a//b", "a./.b"),
    ("nhiệt độ", "nhiệt độ"),
]


@pytest.mark.parametrize(("topic", "subject"), PAIRS)
def test_topic_becomes_its_subject_and_back_when_carried(topic: str, subject: str) -> None:
    assert (subject_of(topic), topic_of(subject)) == (subject, topic)


@pytest.mark.parametrize(
    ("pattern", "subjects"),
    [
        ("a/b", ["a.b"]),
        ("a/+/up", ["a.*.up"]),
        ("a/#", ["a", "a.>"]),
        ("a.b/+", ["a//b.*"]),
        ("#", [">"]),
    ],
)
def test_filter_becomes_subjects_when_it_is_one(pattern: str, subjects: list[str]) -> None:
    assert subjects_of_filter(pattern) == subjects


@pytest.mark.parametrize("pattern", ["a/#/b", "a/b+", "a/*", ">"])
def test_filter_is_refused_when_it_would_reach_further(pattern: str) -> None:
    with pytest.raises(ValueError, match="no MQTT filter"):
        subjects_of_filter(pattern)


def test_subjects_never_overlap_when_filters_do() -> None:
    assert subjects_to_hear(["air/+", "air/#", "air/a/up", "x.y/1"]) == {"air", "air.>", "x//y", "x//y.>"}
    assert subjects_to_hear(["air/+", "+/up"]) == {">"}
