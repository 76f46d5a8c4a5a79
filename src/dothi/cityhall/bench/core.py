# SPDX-License-Identifier: Apache-2.0
"""The group `core`: writing, batches, viewers, memory and start of one instance."""

from __future__ import annotations

import math
import subprocess
import time
from collections.abc import Iterator

import psycopg

from dothi.cityhall.bench import bare, browser, machine, screen
from dothi.cityhall.bench.instance import Instance, drop_load
from dothi.cityhall.bench.load import OPENING
from dothi.cityhall.bench.row import Row, percentile

GROUP = "core"
ENTITIES = 2_000
CONNECTIONS = 128
VIEWERS = 2_000


def measure(quick: bool) -> Iterator[Row]:  # noqa: FBT001 - the one switch of every group
    """All rows of the group, each as soon as it is measured; one that fails is a row that says so."""
    seconds = 3.0 if quick else 15.0
    with Instance() as city:
        bare.prepare(city.owner_url)
        yield from _guarded("idle memory (PSS)", memory(city, settle=3.0 if quick else 10.0))
        yield from _guarded("commits of one connection", commits(city, seconds))
        _entities(city)
        yield from _guarded("single-entity updates", updates(city, seconds))
        yield from _guarded("entities by batch upsert", batches(city, seconds))
        yield from _guarded("MQTT QoS 1 stored", mqtt(city, seconds))
        yield from _guarded(f"frame delay p99, {VIEWERS:,} viewers", viewers(city, seconds))
        if browser.program():
            yield from _guarded("POST to screen", screen.measure(city, GROUP, seconds * 2))
        else:
            yield from (
                _skipped(name, "no Chromium on this machine: install chromium") for name in screen.NAMES
            )
        bare.clean(city.owner_url)
        yield from _guarded("second start to first page", second_start(city))


def _guarded(name: str, rows: Iterator[Row]) -> Iterator[Row]:
    try:
        yield from rows
    except (OSError, RuntimeError, ValueError, psycopg.Error, subprocess.SubprocessError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[-1][:120]
        yield Row(group=GROUP, name=name, value=math.nan, unit="", target=0, note=f"failed: {reason}")


def _skipped(name: str, reason: str) -> Row:
    return Row(
        group=GROUP, name=name, value=math.nan, unit="", target=0, note=f"skipped: {reason}", skipped=True
    )


def memory(city: Instance, *, settle: float) -> Iterator[Row]:
    time.sleep(settle)
    assert city.process
    value = machine.pss_mb(machine.descendants(city.process.pid))
    yield Row(group=GROUP, name="idle memory (PSS)", value=value, unit="MB", target=500, better="less")


def commits(city: Instance, seconds: float) -> Iterator[Row]:
    value = bare.commits(city.owner_url, seconds / 4)
    yield Row(group=GROUP, name="commits of one connection", value=value, unit="1/s", target=0)


def _entities(city: Instance) -> None:
    """Make the entities; every request of this walks once over all of them."""
    city.load(kind="batch", seconds=1.5, connections=2, count=ENTITIES, size=500)


def updates(city: Instance, seconds: float) -> Iterator[Row]:
    """Acknowledged single-entity updates a second, and how long they take at 70 % of that."""
    compared = bare.entities_per_second(city.owner_url, seconds / 2)
    done = city.load(kind="update", seconds=seconds, connections=CONNECTIONS, count=ENTITIES)
    value = len(done.taken) / done.seconds
    yield Row(
        group=GROUP, name="single-entity updates", value=value, unit="1/s", target=8_000,
        ratio_to="same SQL bare", ratio=value / compared, ratio_target=0.4,
    )  # fmt: skip
    yield Row(group=GROUP, name="updates refused", value=done.refused, unit="", target=0, better="less")
    done = city.load(
        kind="update", seconds=seconds, connections=CONNECTIONS, count=ENTITIES, rate=0.7 * value
    )
    value = percentile(done.taken, 0.99) * 1_000
    yield Row(group=GROUP, name="update p99 at 70 %", value=value, unit="ms", target=20, better="less")


def batches(city: Instance, seconds: float) -> Iterator[Row]:
    size = 500
    compared = bare.entities_per_second(city.owner_url, seconds / 2, size=size, copy=True)
    done = city.load(kind="batch", seconds=seconds, connections=4, count=ENTITIES, size=size)
    value = len(done.taken) * size / done.seconds
    yield Row(
        group=GROUP, name="entities by batch upsert", value=value, unit="1/s", target=0,
        ratio_to="bare upsert plus COPY", ratio=value / compared, ratio_target=0.5,
    )  # fmt: skip


def mqtt(city: Instance, seconds: float) -> Iterator[Row]:
    """Messages stored a second: from the first sent to the last that can be read back."""
    devices = city.devices()
    each = int(seconds * 12_000 / len(devices))
    done = city.load(
        kind="mqtt", seconds=seconds, connections=len(devices), count=each,
        mqtt_port=city.settings.mqtt_port_used, devices=devices,
    )  # fmt: skip
    on_disk = bare.commits(city.owner_url, 0.5)
    value = done.count / done.seconds
    sent = (done.count + done.refused) / done.taken[0]
    note = f"devices had {sent:,.0f} acknowledgements a second"
    if done.refused:
        note += f"; {done.refused:,} messages were still on their way at the deadline"
    yield Row(
        group=GROUP, name="MQTT QoS 1 stored", value=value, unit="1/s", target=8_000,
        ratio_to="commits of one connection", ratio=value / on_disk, note=note,
    )  # fmt: skip


def viewers(city: Instance, seconds: float) -> Iterator[Row]:
    """20 entities change, one each 50 ms, while all viewers watch."""
    background = city.begin_load(
        kind="update", seconds=seconds + OPENING + 5, connections=4, count=20, rate=20
    )
    try:
        done = city.load(kind="viewers", seconds=seconds, connections=VIEWERS)
    finally:
        drop_load(background)
    value = percentile(done.taken, 0.99) * 1_000
    lost = f"{done.refused:,} viewers lost their stream" if done.refused else ""
    yield Row(
        group=GROUP, name=f"frame delay p99, {VIEWERS:,} viewers", value=math.inf if lost else value,
        unit="ms", target=500, better="less", note=lost or f"{len(done.taken):,} frames",
    )  # fmt: skip


def second_start(city: Instance) -> Iterator[Row]:
    city.stop()
    yield Row(
        group=GROUP, name="second start to first page", value=city.start(), unit="s", target=5, better="less"
    )
