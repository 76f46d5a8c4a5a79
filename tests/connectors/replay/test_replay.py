# SPDX-License-Identifier: Apache-2.0
"""Recorded data of real cities, whole: every row comes out, or says why not."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import uvicorn

from dothi.broker.door import Broker
from dothi.connectors.directory import Directory
from dothi.connectors.http.ingest import Ingest
from dothi.connectors.intake import Intake
from dothi.connectors.replay import play, profiles
from dothi.connectors.replay.account import Line, table
from dothi.connectors.replay.profiles import Profile
from dothi.connectors.replay.sending import Account, Sender
from dothi.foundation.errors import DothiError
from dothi.sources.core.keys import hash_key
from dothi.sources.core.store import DeviceRow, SourceRow

FACTS = {
    # profile: folder, rows, aside, records, stations
    "hcmc-air": ("sensors-air-hcmc", 23741, {}, 23741, 3),
    "hanoi-rain": ("sensors-rain-hanoi", 826, {"total": 6}, 13413, 44),
    "hanoi-embassy": ("sensors-air-hanoi", 8571, {"marked_invalid": 439}, 8132, 1),
    "citypulse-traffic": ("sensors-citypulse", 12162, {}, 12162, 1),
    "citypulse-parking": ("sensors-citypulse", 55264, {}, 55264, 8),
}


@pytest.mark.parametrize("key", FACTS)
def test_rows_are_all_read_when_a_profile_meets_its_folder(shared_data: Path, key: str) -> None:
    folder, rows, aside, sent, stations = FACTS[key]
    profile, files = profiles.choose(shared_data / folder, key)
    account = Account()

    found = sum(1 for _ in play.records(files, profile, account))

    assert (account.rows, dict(account.aside), found) == (rows, aside, sent)
    assert len(play.stations(files, profile)) == stations


def test_profile_is_found_when_only_one_fits(shared_data: Path, tmp_path: Path) -> None:
    assert profiles.choose(shared_data / "sensors-air-hcmc")[0].key == "hcmc-air"
    with pytest.raises(DothiError, match="Choose one"):
        profiles.choose(shared_data / "sensors-citypulse")
    with pytest.raises(DothiError, match="Choose one"):
        profiles.choose(tmp_path)
    with pytest.raises(DothiError, match="no data file"):
        profiles.choose(tmp_path / "none")


def _registered(profile: Profile, stations: list[str]) -> Directory:
    source = SourceRow(
        id="s", tenant="", slug=profile.slug, name=profile.name, way="http", period=profile.period,
        mapping=profile.mapping, options={}, token_hash=hash_key("token"), simulated=False, muted=False,
        retired=False,
    )  # fmt: skip
    devices = [
        DeviceRow(
            id=f"d{number}", tenant="", source_id="s", key=key, name=key, kind=profile.kind, entity_id=f"urn:x:{number}",
            entity_type=profile.type, unit_code="", state="accepted", topics=[], username=None, password_hash="",
            period=60, mapping=None, lon=None, lat=None,
        )
        for number, key in enumerate(stations)
    ]  # fmt: skip
    return Directory([source], devices)


@contextmanager
def served(writer_url: str, directory: Directory) -> Iterator[str]:
    """The ingest application on a real port, in a thread with a loop of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server: list[uvicorn.Server] = []

    async def run() -> None:
        broker = await Broker.open(writer_url)
        app = Ingest(broker, Intake(directory))
        server.append(
            uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_config=None, ws="none"))
        )
        try:
            await server[0].serve()
        finally:
            await broker.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    while not (server and server[0].started):
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server[0].should_exit = True
    thread.join()


def _replay(address: str, files: list[Path], profile: Profile, **how: object) -> Account:
    sender = Sender(address, profile.slug, "token", backfill=True, language="vi")
    account = Account()
    play.play(
        files,
        profile,
        sender,
        account,
        Line("vi", 1, io.StringIO()),
        **({"speed": None, "shift": False} | how),
    )  # type: ignore[arg-type] - plain keywords
    sender.close()
    return account


@pytest.mark.slow
@pytest.mark.parametrize("key", ["hcmc-air", "hanoi-rain", "hanoi-embassy"])
def test_rows_out_equal_rows_in_when_replayed_twice(
    shared_data: Path, writer_url: str, database: str, key: str
) -> None:
    folder, rows, aside, records, _ = FACTS[key]
    profile, files = profiles.choose(shared_data / folder, key)

    with served(writer_url, _registered(profile, play.stations(files, profile))) as address:
        first = _replay(address, files, profile)
        again = _replay(address, files, profile)

    assert (first.rows, dict(first.aside), first.sent, first.adds_up) == (rows, aside, records, True)
    assert again.adds_up
    assert again.accepted <= first.sent // 1000
    with psycopg.connect(database) as connection:
        (kept,) = connection.execute(
            "SELECT count(DISTINCT (split_part(s.entity, '#', 1), h.observed_at)) FROM broker.history h"
            " JOIN broker.series s ON s.id = h.series"
        ).fetchone() or (0,)
    assert first.accepted - 2 <= kept <= first.accepted
    assert "khớp" in table(first, "vi")


@pytest.mark.slow
def test_readings_are_of_now_when_shifted(shared_data: Path, writer_url: str, database: str) -> None:
    profile, files = profiles.choose(shared_data / "sensors-citypulse", "citypulse-traffic")

    with served(writer_url, _registered(profile, play.stations(files, profile))) as address:
        account = _replay(address, files, profile, shift=True)

    assert account.adds_up
    with psycopg.connect(database) as connection:
        (age,) = connection.execute("SELECT now() - max(observed_at) FROM broker.history").fetchone() or (
            None,
        )
    assert age is not None
    assert age.total_seconds() < 60
