# SPDX-License-Identifier: Apache-2.0
"""A city that can sign: a vault with a secret of this test, a demo key, a paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dothi.documents import door, vault
from dothi.documents.core.paper import Paper
from dothi.documents.models import SigningKey


@pytest.fixture(autouse=True)
def vault_key() -> Iterator[None]:
    before = list(vault._secret)
    door.set_secret(lambda: "a secret of this test")
    yield
    vault._secret[:] = before


@pytest.fixture
def paper() -> Paper:
    return Paper(
        organisation="Ủy ban nhân dân phường Chợ Cũ",
        title="Giấy xác nhận",
        number="Số: 12/GXN-UBND",
        text=["Xác nhận thông tin nêu trên là đúng với cơ sở dữ liệu tại thời điểm cấp."],
        fields=[("Họ và tên", "Nguyễn Thị Ước")],
        table=[["Thành viên", "Quan hệ"], ["Đỗ Văn Ẩn", "Chồng"]],
    )


@pytest.fixture
def key(db: None) -> SigningKey:
    del db
    return door.make_demo_key(name="Ủy ban nhân dân phường Chợ Cũ", organisation="Thành phố Lạc Giang")
