# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from typing import Any

import pytest

from dothi.sources.core.storable import cleaned, is_storable


@pytest.mark.parametrize("bad", ["a\x00", "\ud800", math.inf, {"a\x00": 1}, [{"b": ["\x00"]}]])
def test_value_is_cleaned_when_the_store_would_refuse_it(bad: Any) -> None:
    assert not is_storable(bad)
    assert is_storable(cleaned(bad))


def test_value_stays_when_the_store_takes_it() -> None:
    good = {"tên": ["Huế", 1, 1.5, None, True]}

    assert is_storable(good)
    assert cleaned(good) == good
