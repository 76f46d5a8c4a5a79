# SPDX-License-Identifier: Apache-2.0
"""A file that waits ends in the broker, through the real tables and the real store."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.rows import dict_row

from dothi.broker.door import Broker
from dothi.connectors.directory import Directory
from dothi.connectors.files.runtime import FileImports
from dothi.connectors.files.told import told
from dothi.sources.core.file_queue import Account
from dothi.sources.core.store import load_devices, load_sources

TEXT = (
    "Ngày giờ;Trạm;PM2.5 (µg/m³)\n13/02/2021 01:00;Bà Chiểu;12,5\n13/02/2021 02:00;Bà Chiểu;KPH\n"
    "13/02/2021 03:00;Bà Chiểu;13,5\nxx;Bà Chiểu;1\nTổng;;26\n"
)
SOURCE = "src_filestest"


@pytest.fixture
def owner(pages_owner: str) -> Iterator[str]:
    """The owner's URL, with a source that takes files."""
    with psycopg.connect(pages_owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO sources_source (id, tenant, slug, name, contact_name, contact_phone, way, period, mapping,"
            " options, token_hash, simulated, created_at, received, refused)"
            " VALUES (%s, '', 'so-tnmt', 'Sở TN&MT', '', '', 'file', 3600, '{}', '{}', '', false, now(), 0, 0)",
            [SOURCE],
        )
    yield pages_owner
    with psycopg.connect(pages_owner, autocommit=True) as connection:
        for table in ("sources_filedrop", "sources_device"):
            connection.execute(f"DELETE FROM {table} WHERE source_id = %s".encode(), [SOURCE])
        connection.execute("DELETE FROM sources_source WHERE id = %s", [SOURCE])


def _drop(url: str, folder: Path, text: str, plan: dict[str, Any]) -> None:
    mark = hashlib.sha256(text.encode()).hexdigest()
    (folder / mark).write_bytes(text.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO sources_filedrop (id, tenant, source_id, name, sha256, size, by, at, state, preview, rows,"
            " rows_done, rows_good, rows_bad, row_errors) VALUES ('fil_1', '', %s, 'a.csv', %s, 1, '', now(),"
            " 'queued', %s, 6, 0, 0, 0, '[]')",
            [SOURCE, mark, msgspec.json.encode({"plan": plan}).decode()],
        )
        connection.execute("SELECT pg_notify('sources_files', 'fil_1')")


def _row(url: str, query: str) -> dict[str, Any]:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        return connection.execute(query.encode()).fetchone() or {}


async def _take(url: str, folder: Path) -> Any:
    broker = await Broker.open(url)
    stop = asyncio.Event()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        directory = Directory(await load_sources(connection), await load_devices(connection))
    work = asyncio.create_task(FileImports(url, folder, broker, directory).run(stop))
    for _ in range(100):
        await asyncio.sleep(0.1)
        state = await asyncio.to_thread(_row, url, "SELECT state FROM sources_filedrop WHERE id = 'fil_1'")
        if state["state"] in {"done", "failed"}:
            break
    stop.set()
    await work
    entity = await broker.entity("", "urn:ngsi-ld:AirQualityObserved:so-tnmt:ba-chieu")
    await broker.close()
    return entity


def test_rows_are_in_the_broker_when_a_waiting_file_is_taken(owner: str, tmp_path: Path) -> None:
    _drop(owner, tmp_path, TEXT, told(TEXT.encode(), "a.csv", {}).plan)

    entity = asyncio.run(_take(owner, tmp_path))

    instance = entity.attrs["https://uri.etsi.org/ngsi-ld/default-context/pm25"][""]
    assert (instance["value"], instance["unitCode"], instance["observedAt"][:19]) == (
        13.5,
        "GQ",
        "2021-02-12T20:00:00",
    )
    drop = _row(owner, "SELECT * FROM sources_filedrop WHERE id = 'fil_1'")
    assert [drop[k] for k in ("state", "rows_done", "rows_good", "rows_bad")] == ["done", 6, 2, 1]
    (error,) = drop["row_errors"]
    assert [error[k] for k in ("row", "reason", "column", "text")] == [
        5,
        "connectors.files.why.bad_time",
        "Ngày giờ",
        "xx",
    ]
    account = msgspec.convert(drop["result"], Account)
    assert account.read == account.accepted + account.repeated + sum(account.refused.values()) + sum(
        account.left_out.values()
    )
    assert (account.read, account.accepted, account.errors) == (6, 2, 1)
    device = _row(owner, f"SELECT * FROM sources_device WHERE source_id = '{SOURCE}'")
    assert [device[k] for k in ("key", "state", "entity_id")] == ["Bà Chiểu", "waiting", entity.id]


def test_file_is_failed_with_a_sentence_when_its_plan_is_unusable(owner: str, tmp_path: Path) -> None:
    _drop(owner, tmp_path, TEXT, {"layout": "none"})

    asyncio.run(_take(owner, tmp_path))

    drop = _row(owner, "SELECT * FROM sources_filedrop WHERE id = 'fil_1'")
    assert (drop["state"], drop["rows_good"]) == ("failed", 0)
    assert drop["result"]["stopped"]["key"] == "connectors.files.damaged"


def test_rows_are_refused_when_their_station_is_retired(owner: str, tmp_path: Path) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO sources_device (id, tenant, source_id, key, name, kind, entity_id, entity_type, unit_code,"
            " topics, password_hash, state, last_topic, last_payload, received, refused, created_at)"
            " VALUES ('dev_x', '', %s, 'Bà Chiểu', '', '', 'urn:x', 'Device', '', '[]', '', 'retired', '', '', 0, 0, now())",
            [SOURCE],
        )
    _drop(owner, tmp_path, TEXT, told(TEXT.encode(), "a.csv", {}).plan)

    asyncio.run(_take(owner, tmp_path))

    drop = _row(owner, "SELECT * FROM sources_filedrop WHERE id = 'fil_1'")
    why = "connectors.files.why."
    assert (drop["state"], drop["rows_good"]) == ("done", 0)
    assert drop["result"]["refused"] == {f"{why}retired": 2, f"{why}bad_time": 1}
