# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dothi.sources import rules
from dothi.sources.core import topics

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("silent", "state", "health"),
    [
        (300, "accepted", "live"),
        (301, "accepted", "stale"),
        (None, "accepted", "never"),
        (301, "muted", "muted"),
        (1, "retired", "retired"),
        (1, "waiting", "waiting"),
    ],
)
def test_health_is_stale_when_silent_beyond_its_period(silent: int | None, state: str, health: str) -> None:
    last = None if silent is None else AT - timedelta(seconds=silent)

    assert rules.health(at=AT, last_seen=last, period=300, state=state) == health


def test_slug_is_plain_and_new_when_the_name_is_taken() -> None:
    assert rules.slug("Trạm mưa Đông Hà!", set()) == "tram-mua-dong-ha"
    assert rules.slug("Trạm mưa", {"tram-mua", "tram-mua-2"}) == "tram-mua-3"
    assert rules.slug("!!!", set()) == "nguon"


@pytest.mark.parametrize(
    ("phone", "fine"),
    [
        ("", True),
        ("0912 345 678", True),
        ("+84912345678", True),
        ("1022", True),
        ("02343.822.222", True),
        ("12", False),
    ],
)
def test_phone_is_believable_when_vietnamese(phone: str, fine: object) -> None:
    assert (rules.phone_problem(phone) is None) is fine


@pytest.mark.parametrize(
    ("number", "size", "seconds"),
    [
        ("5", "m", 300),
        ("1", "d", 86400),
        ("0", "m", None),
        ("x", "m", None),
        ("367", "d", None),
        ("5", "y", None),
    ],
)
def test_period_is_in_seconds_when_entered(number: str, size: str, seconds: int | None) -> None:
    assert rules.period_of(number, size) == seconds
    if seconds:
        assert rules.period_of(*map(str, rules.split_period(seconds))) == seconds


@pytest.mark.parametrize(
    ("text", "value"), [("16,4637", 16.4637), ("-12.5", -12.5), ("91", None), ("", None), ("nan", None)]
)
def test_coordinate_takes_a_comma_or_point_when_entered(text: str, value: float | None) -> None:
    assert rules.coordinate(text, 90) == value


@pytest.mark.parametrize(
    ("topic", "good"),
    [
        ("tram/01/up", True),
        ("tram/+/up", True),
        ("tram/#", True),
        ("#", False),
        ("+/x", False),
        ("$SYS/x", False),
        ("a/#/b", False),
        ("a/b+", False),
        ("a b", False),
        ("", False),
    ],
)
def test_topic_filter_is_good_when_it_names_its_own_branch(topic: str, good: object) -> None:
    assert topics.filter_is_good(topic) is good


def test_entity_id_is_as_the_mappings_make_it_when_made() -> None:
    assert rules.entity_id("WeatherObserved", "mua", "tram-1") == "urn:ngsi-ld:WeatherObserved:mua:tram-1"


@pytest.mark.parametrize("key", ["Văn Miếu - Quốc Tử Giám", "Thanh Liệt (2)", "a+b#c", "tram-1"])
def test_own_topics_are_good_when_a_station_is_named_by_people(key: str) -> None:
    [topic] = topics.own_topics("mua-ha-noi", key)

    assert topics.filter_is_good(topic)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        (" 60 ", 60),
        ("", None),
        ("²", None),
        ("٣", None),
        ("9" * 5000, None),
        ("-1", None),
        ("1\x00", None),
    ],
)
def test_whole_number_is_read_when_it_is_plain_and_short(text: str, number: int | None) -> None:
    assert rules.whole(text) == number


@pytest.mark.parametrize(
    ("text", "tls", "port"),
    [
        ("", False, 1883),
        ("", True, 8883),
        ("1884", True, 1884),
        ("0", False, None),
        ("65536", False, None),
        ("²", False, None),
    ],
)
def test_port_is_the_usual_one_when_none_is_entered(text: str, tls: object, port: int | None) -> None:
    assert rules.port(text, tls=tls is True) == port


def test_slug_is_numbered_when_it_stands_for_a_page() -> None:
    assert rules.slug("Add", set()) == "add-2"


@pytest.mark.parametrize("text", ["1_0", "nan", "1e2", "²", "9" * 500, ""])
def test_coordinate_is_refused_when_it_is_not_degrees(text: str) -> None:
    assert rules.coordinate(text, 180) is None
