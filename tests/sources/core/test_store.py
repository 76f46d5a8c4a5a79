# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from dothi.sources.core import file_queue, store
from dothi.sources.core.keys import hash_key

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
PLANT = """
INSERT INTO places_unit (id, tenant, parent_id, kind, name, name_fold, name_sort, code, valid_from, simulated)
VALUES ('46', '', NULL, 'Thành phố', 'Huế', 'hue', 'hue', '', '2025-07-01', false),
       ('46-1', '', '46', 'Phường', 'Thuận Hoá', 'thuan hoa', 'thuan hoa', '', '2025-07-01', false);
INSERT INTO sources_source (id, tenant, slug, name, unit_id, contact_name, contact_phone, way, period, mapping,
    options, token_hash, simulated, created_at, retired_at, received, refused)
VALUES ('s1', '', 'mua', 'Mưa', '46', '', '', 'http', 300, '{{"device": "id"}}', '{{}}', '{hash}', false, now(), NULL,
        0, 0),
       ('s2', '', 'cu', 'Cũ', NULL, '', '', 'http', 300, '{{}}', '{{}}', '{hash}', false, now(), now(), 0, 0);
INSERT INTO sources_device (id, tenant, source_id, key, name, kind, entity_id, entity_type, unit_code, unit_id, topics,
    password_hash, state, last_topic, last_payload, received, refused, created_at)
VALUES ('d1', '', 's1', 'tram-1', 'Trạm 1', 'rain', 'urn:x', 'WeatherObserved', '', '46-1', '["mua/tram-1/#"]', '',
        'accepted', '', '', 0, 0, now());
INSERT INTO sources_filedrop (id, tenant, source_id, name, sha256, size, by, at, state, preview, rows, rows_done,
    rows_good, rows_bad, row_errors)
VALUES ('f1', '', 's1', 'mua.csv', 'abc', 3, '', now(), 'queued', '{{"plan": {{"layout": "long"}}}}', 10, 0, 0, 0, '[]');
""".format(hash=hash_key("khoá"))

Work = Callable[[psycopg.AsyncConnection[Any]], Awaitable[None]]


def _as_writer(owner: str, work: Work) -> None:
    """Plant as the owner, work as the writer, and leave no trace."""

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(owner) as connection:
            await connection.execute(PLANT.encode())
            await connection.execute(b"SET ROLE dothi_writer")
            await work(connection)
            await connection.rollback()

    asyncio.run(run())


def test_sources_and_devices_come_with_scope_when_loaded(pages_owner: str) -> None:
    async def work(connection: psycopg.AsyncConnection[Any]) -> None:
        (source,) = await store.load_sources(connection)
        (device,) = await store.load_devices(connection)

        assert (source.slug, source.scope, source.mapping) == ("mua", "/46", {"device": "id"})
        assert (device.key, device.scope, device.period, device.topics) == (
            "tram-1",
            "/46/46-1",
            300,
            ["mua/tram-1/#"],
        )
        assert [row.slug for row in await store.load_sources(connection, retired=True)] == ["mua", "cu"]

    _as_writer(pages_owner, work)


def test_token_is_taken_when_right_and_in_use(pages_owner: str) -> None:
    async def work(connection: psycopg.AsyncConnection[Any]) -> None:
        found = [
            await store.verify_source_token(connection, tenant="", slug=slug, token=token)
            for slug, token in (("mua", "khoá"), ("mua", "sai"), ("cu", "khoá"), ("khong-co", "khoá"))
        ]

        assert [row.id if row else None for row in found] == ["s1", None, None, None]

    _as_writer(pages_owner, work)


def test_new_device_waits_and_counts_add_up_when_seen(pages_owner: str) -> None:
    async def work(connection: psycopg.AsyncConnection[Any]) -> None:
        seen = [
            store.Seen(source_id="s1", key="tram-1", at=AT, topic="t", payload="1", times=3, refused=1),
            store.Seen(source_id="s1", key="tram-1", at=AT + timedelta(seconds=5), times=2),
            store.Seen(source_id="s1", key="mới\x00", at=AT, topic="u", payload="{}"),
            store.Seen(source_id="s2", key="ended", at=AT),
        ]
        await store.record_seen(connection, seen)
        await store.record_seen(connection, seen[:1])

        rows = await (
            await connection.execute(
                b"SELECT key, state, received, refused, last_payload, last_seen FROM sources_device ORDER BY state"
            )
        ).fetchall()
        totals = await (
            await connection.execute(
                b"SELECT received, refused, last_seen FROM sources_source WHERE id = 's1'"
            )
        ).fetchone()
        late = AT + timedelta(seconds=5)
        assert rows == [
            ("tram-1", "accepted", 8, 2, "1", late),
            ("mới\ufffd", "waiting", 1, 0, "{}", AT),
        ]
        assert totals == (9, 2, late)

    _as_writer(pages_owner, work)


def test_nothing_is_called_live_when_all_of_it_was_refused(pages_owner: str) -> None:
    async def work(connection: psycopg.AsyncConnection[Any]) -> None:
        kept = store.Seen(source_id="s1", key="tram-1", at=AT)
        refused = store.Seen(source_id="s1", key="tram-1", at=AT + timedelta(hours=1), times=2, refused=2)
        await store.record_seen(connection, [kept])
        await store.record_seen(connection, [refused])

        device = await (
            await connection.execute(b"SELECT last_seen, refused FROM sources_device WHERE key = 'tram-1'")
        ).fetchone()
        source = await (
            await connection.execute(b"SELECT last_seen, refused FROM sources_source WHERE id = 's1'")
        ).fetchone()
        assert (device, source) == ((AT, 2), (AT, 2))

    _as_writer(pages_owner, work)


def test_refusals_are_kept_with_their_reason_when_recorded(pages_owner: str) -> None:
    async def work(connection: psycopg.AsyncConnection[Any]) -> None:
        await store.record_refusal(
            connection,
            [
                store.Refused(
                    way="mqtt",
                    reason="bad_time",
                    detail="hôm qua\x00",
                    at=AT,
                    source_id="s1",
                    payload="\ud800\x00" + "x" * 9000,
                )
            ],
        )

        row = await (
            await connection.execute(b"SELECT reason, detail, length(payload) FROM sources_refusal")
        ).fetchone()
        assert row == ("bad_time", "hôm qua\ufffd", store.REFUSED_KEPT)

    _as_writer(pages_owner, work)


def test_file_is_taken_reported_and_finished_when_queued(pages_owner: str) -> None:
    async def work(connection: psycopg.AsyncConnection[Any]) -> None:
        file = await file_queue.take_file(connection)
        assert file is not None
        assert (file.id, file.plan, file.rows) == ("f1", {"layout": "long"}, 10)
        assert await file_queue.report(connection, "f1", file_queue.Progress(done=5, good=4, bad=1))
        await file_queue.finish(
            connection,
            "f1",
            file_queue.Progress(done=10, good=9, bad=1),
            errors=[file_queue.RowError(row=7, reason="not_a_number", text="a\x00c", column="Mưa")],
            at=AT,
            account=file_queue.Account(read=10, accepted=9, refused={"not_a_number": 1}, errors=1),
        )
        row = await (
            await connection.execute(
                b"SELECT state, rows_good, rows_bad, row_errors, result ->> 'read' FROM sources_filedrop"
            )
        ).fetchone()
        told = {"row": 7, "reason": "not_a_number", "text": "a\ufffdc", "column": "Mưa", "values": {}}
        assert row == ("done", 9, 1, [told], "10")
        assert await file_queue.take_file(connection) is None
        assert not await file_queue.report(connection, "f1", file_queue.Progress())

    _as_writer(pages_owner, work)


def test_state_of_a_connection_is_kept_when_told(pages_owner: str) -> None:
    async def work(connection: psycopg.AsyncConnection[Any]) -> None:
        link = store.Link(source_id="s1", state="no_host", error="Name or service not known", at=AT)
        await store.record_links(connection, [link])

        row = await (
            await connection.execute(
                b"SELECT link_state, link_error, link_at FROM sources_source WHERE id = 's1'"
            )
        ).fetchone()
        assert row == ("no_host", "Name or service not known", AT)

    _as_writer(pages_owner, work)
