# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.foundation import clock


def test_iso_is_fixed_width_utc_when_zone_differs() -> None:
    at = datetime(2026, 11, 23, 17, 0, tzinfo=timezone(timedelta(hours=7)))

    assert clock.iso(at) == "2026-11-23T10:00:00.000000Z"


def test_iso_raises_when_zone_is_missing() -> None:
    with pytest.raises(ValueError, match="no zone"):
        clock.iso(datetime(2026, 1, 1))


def test_parse_raises_when_zone_is_missing() -> None:
    with pytest.raises(ValueError, match="no zone"):
        clock.parse("2026-01-01T00:00:00")


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))
def test_parse_gives_back_what_iso_wrote_when_any_time(at: datetime) -> None:
    assert clock.parse(clock.iso(at)) == at


@given(st.lists(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)), min_size=2))
def test_iso_text_order_is_time_order_when_any_times(times: list[datetime]) -> None:
    assert [clock.iso(t) for t in sorted(times)] == sorted(clock.iso(t) for t in times)
