# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.broker.store.packing import columns_of, pack, unpack

TIME = st.integers(-(2**52), 2**52)
NUMBER = st.none() | st.floats(allow_nan=False) | st.integers(-(10**6), 10**6).map(lambda n: n / 10)
ROW = st.tuples(TIME, st.booleans(), TIME, NUMBER, st.none() | st.text(max_size=20), st.just(0) | TIME)


@settings(deadline=None, max_examples=200)
@given(st.lists(ROW, min_size=1, max_size=40))
def test_unpack_gives_back_every_row_when_packed(rows: list[tuple[Any, ...]]) -> None:
    columns = columns_of(rows)

    again = unpack(pack(columns))

    assert again.at.tolist() == columns.at.tolist()
    assert again.observed.tolist() == columns.observed.tolist()
    assert again.recorded.tolist() == columns.recorded.tolist()
    assert np.array_equal(again.num, columns.num, equal_nan=True)
    assert again.superseded.tolist() == columns.superseded.tolist()
    assert again.bodies == columns.bodies


def test_pack_takes_at_most_12_bytes_a_row_when_a_sensor_is_usual() -> None:
    noise = np.random.default_rng(1)
    at = 1_767_225_600_000_000 + np.arange(2000) * 60_000_000 + noise.integers(0, 999_999, 2000)
    late = at + noise.integers(20_000, 900_000, 2000)
    values = np.round(30 + np.cumsum(noise.normal(0, 0.2, 2000)), 2)
    rows = [(int(a), True, int(r), float(v), None, 0) for a, r, v in zip(at, late, values, strict=True)]

    assert len(pack(columns_of(rows))) / 2000 <= 12
