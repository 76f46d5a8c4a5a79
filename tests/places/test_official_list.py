# SPDX-License-Identifier: Apache-2.0
"""Lists and borders as offices have them."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from dothi.places.errors import BadList
from dothi.places.official_list import read_borders, read_list
from dothi.places.rules.join import ListedUnit

CSV = "Mã tỉnh;Tên tỉnh;Mã xã;Tên xã\n46;Thành phố Huế;19753;Phường Thuận Hóa\n"


def test_province_is_a_row_of_its_own_when_it_stands_beside_its_units_only() -> None:
    assert read_list(CSV.encode()) == [
        ListedUnit(code="46", kind="Thành phố", name="Huế"),
        ListedUnit(code="19753", kind="Phường", name="Thuận Hóa", parent_code="46"),
    ]


@pytest.mark.parametrize("name", ["xa_phuong_utf8_bom.csv", "xa_phuong_nfd.csv", "xa_phuong_windows1258.csv"])
def test_encodings_of_offices_read_alike_when_the_same_list_is_given(shared_data: Path, name: str) -> None:
    folder = shared_data / "encodings-derived"

    found = read_list((folder / name).read_bytes())

    assert found == read_list((folder / "xa_phuong_utf8_bom.csv").read_bytes())
    assert (found[0].name, len(found) > 388) == ("Hà Nội", True)


def test_all_columns_are_read_when_given_in_english_and_gzipped() -> None:
    row = "code,name,kind,parent code,valid from,valid to,successors,basis,agency code,postal code\n1,A,Xã,9,2000-01-01,01/07/2025,2 3,NQ 1,H1,5000\n"

    assert read_list(gzip.compress(row.encode())) == [
        ListedUnit(
            code="1", kind="Xã", name="A", parent_code="9", valid_from=date(2000, 1, 1),
            valid_to=date(2025, 7, 1), successors=("2", "3"), basis="NQ 1", agency_code="H1", postal_code="5000",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x81\x8d",
        b"{}",
        b"[{}]",
        b"ma;ten\n",
        b"ma;ten;tu ngay\n1;A;32/13/2025\n",
        gzip.compress(b"x", mtime=0)[:-9],
    ],
)
def test_list_is_refused_when_it_is_none(content: bytes) -> None:
    with pytest.raises(BadList):
        read_list(content)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"type":"Feature"}', b'{"type":"FeatureCollection","features":[]}']
)
def test_borders_are_refused_when_they_are_none(content: bytes) -> None:
    with pytest.raises(BadList):
        read_borders(content)
