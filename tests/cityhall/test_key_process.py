# SPDX-License-Identifier: Apache-2.0
"""Keys of machines: made and revoked with their record in the ledger, or not at all."""

from __future__ import annotations

import json

import psycopg
import pytest
from tests.ledger.conftest import SCHEMA

from dothi.cityhall.processes import key


def _told(owner: str) -> list[tuple[str, str, dict[str, object]]]:
    with psycopg.connect(owner) as connection:
        bodies = [
            json.loads(row[0]) for row in connection.execute(b"SELECT body FROM ledger.record ORDER BY id")
        ]
    return [(one["act"].removeprefix("cityhall.act."), one["object"], one["details"]) for one in bodies]


@pytest.fixture
def owner(database: str, writer_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    with psycopg.connect(database) as connection:
        connection.execute(SCHEMA.read_bytes())
    monkeypatch.setenv("DOTHI_DATABASE_URL", writer_url)
    return database


def test_key_is_recorded_when_made_and_when_revoked_once(
    owner: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert key.main(["create", "máy của chị Bình", "read,write", ""]) == 0
    token = capsys.readouterr().out.strip()
    number = token.split("_")[1]
    for _ in range(2):
        assert key.main(["revoke", number]) == 0
    assert key.main(["revoke", "unknown"]) == 0

    told = _told(owner)
    assert told == [
        ("key_made", f"key:{number}", {"of": "", "operations": ["read", "write"]}),
        ("key_revoked", f"key:{number}", {}),
    ]
    assert token.split("_", 2)[2] not in str(told)


def test_nothing_is_recorded_when_the_key_is_refused(owner: str) -> None:
    assert key.main(["create", "x", "fly", ""]) == 2
    assert _told(owner) == []
