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


LIMITS = {
    "owner": "organisation:gis", "type": ["Streetlight"], "attribute": ["powerState", "https://example.org/level"],
    "scope": ["/hue/ward-a/"], "until": "2099-12-31", "per_minute": 60, "per_day": 5000, "addresses": ["10.1.2.3/8"],
}  # fmt: skip


def test_key_has_the_limits_that_were_typed_when_added(
    owner: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert key.main(["add", "bản đồ", "read, ingest", "", json.dumps(LIMITS)]) == 0
    number = capsys.readouterr().out.split("_")[1]
    assert key.main(["list"]) == 0
    line = capsys.readouterr().out

    default = "https://uri.etsi.org/ngsi-ld/default-context"
    limits = {
        "types": [f"{default}/Streetlight"],
        "attrs": [f"{default}/powerState", "https://example.org/level"],
        "scopes": ["/hue/ward-a"],
        "ends": "2099-12-31T17:00:00.000000Z",
        "per_minute": 60,
        "per_day": 5000,
        "addresses": 1,
    }
    assert _told(owner) == [
        ("key_made", f"key:{number}", {"of": "", "operations": ["read", "ingest"], **limits})
    ]
    assert line.startswith(f"{number}  read,ingest  valid")
    assert "[organisation:gis] used never (0 today, 0 refused) types=" in line
    assert "scopes=/hue/ward-a ends=2099-12-31T17:00:00.000000Z per_minute=60 per_day=5000" in line


@pytest.mark.parametrize(
    ("note", "operations", "more"),
    [
        ("", "read", {}),
        ("x", "", {}),
        ("x", "read", {"scope": ["hue"]}),
        ("x", "read", {"scope": ["/"]}),
        ("x", "read", {"until": "hôm qua"}),
        ("x", "read", {"until": "2020-01-01"}),
        ("x", "read", {"per_day": 0}),
        ("x", "read", {"per_minute": -1}),
        ("x", "read", {"addresses": ["10.0.0.0/40"]}),
    ],
)
def test_nothing_is_made_when_a_limit_is_wrong(
    owner: str, note: str, operations: str, more: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert key.main(["add", note, operations, "", json.dumps(more)]) == 2

    assert (_told(owner), capsys.readouterr().err.strip() != "") == ([], True)
