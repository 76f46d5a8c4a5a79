# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from dothi.foundation.sql import queries


def test_queries_are_found_by_name_when_file_holds_two(tmp_path: Path) -> None:
    file = tmp_path / "some.sql"
    file.write_text("-- a remark\n-- name: one\nSELECT 1\n\n-- name: two\nSELECT 2\n")

    assert queries(file) == {"one": "SELECT 1", "two": "SELECT 2"}


def test_queries_raise_when_a_name_stands_twice(tmp_path: Path) -> None:
    file = tmp_path / "some.sql"
    file.write_text("-- name: one\nSELECT 1\n-- name: one\nSELECT 2\n")

    with pytest.raises(ValueError, match="one stands twice"):
        queries(file)
