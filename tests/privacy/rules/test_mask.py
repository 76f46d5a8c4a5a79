# SPDX-License-Identifier: Apache-2.0
"""Masks show enough to know one's own, and nothing of what is no such number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.privacy.rules.mask import DOT, citizen_number, email, phone


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("046099000012", "0460••••••12"),
        ("046 099 000 012", "0460••••••12"),
        ("046.099-000.012", "0460••••••12"),
        ("123456789", "12•••••89"),
        ("", ""),
        ("   ", ""),
        ("mật khẩu của tôi", "••••••"),
        ("04609900001", "••••••"),
        ("0460990000123", "••••••"),
        ("٠٤٦٠٩٩٠٠٠٠١٢", "••••••"),
        ("04609900001a", "••••••"),
        ("²²²²²²²²²²²²", "••••••"),
    ],
)
def test_citizen_number_is_masked_when_shown(number: str, masked: str) -> None:
    assert citizen_number(number) == masked


@given(st.text(alphabet="0123456789", min_size=12, max_size=12))
def test_middle_of_a_citizen_number_is_gone_when_masked(number: str) -> None:
    masked = citizen_number(number)

    assert (masked[:4], masked[4:10], masked[10:]) == (number[:4], DOT * 6, number[10:])


@given(st.text(max_size=40))
def test_mask_tells_nothing_when_it_is_no_number(text: str) -> None:
    masked = citizen_number(text)

    assert set(masked) <= set("0123456789" + DOT)
    assert len(masked) in {0, 6, 9, 12}


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("an.nguyen@tinh.gov.vn", "a•••@tinh.gov.vn"),
        ("@tinh.gov.vn", "••••••"),
        ("an@", "••••••"),
        ("an", "••••••"),
        ("", ""),
        ("a@b@c.vn", "a•••@c.vn"),
    ],
)
def test_address_is_masked_when_shown(address: str, masked: str) -> None:
    assert email(address) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("0912 345 678", "••••••678"),
        ("+84912345678", "••••••678"),
        ("113", "••••••"),
        ("", ""),
        ("x", "••••••"),
    ],
)
def test_phone_is_masked_when_shown(number: str, masked: str) -> None:
    assert phone(number) == masked
