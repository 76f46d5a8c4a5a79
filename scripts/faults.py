# SPDX-License-Identifier: Apache-2.0
"""`make faults ROUNDS=10`: kill -9 at random moments under load, then count.

Starts an installation of its own in a temporary folder, writes by HTTP and MQTT, kills a random process (or all of
them with their supervisor) once a round, and at the end compares every acknowledged reading with the history.
Talks to 127.0.0.1 only and stops by itself. The last line says acknowledged, lost, duplicated, seconds to serve.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import threading
import time
from datetime import UTC, datetime

import psycopg

from dothi.broker.store import packing
from dothi.cityhall import orphans
from dothi.cityhall.bench.instance import Instance
from dothi.cityhall.fault_load import START, TERM, HttpWriter, MqttWriter, seconds_without

HISTORY = """
SELECT s.entity, s.attr, extract(epoch FROM h.at - %s)::bigint, count(*), min(h.num), max(h.num)
FROM broker.series s JOIN broker.history h ON h.series = s.id
WHERE h.superseded_at IS NULL AND (s.attr LIKE %s OR s.attr LIKE %s) AND s.entity = ANY(%s)
GROUP BY 1, 2, 3
"""

PACKED = """
SELECT s.entity, p.blob FROM broker.series s JOIN broker.history_packed p ON p.series = s.id
WHERE (s.attr LIKE %s OR s.attr LIKE %s) AND s.entity = ANY(%s)
"""


def kill(city: Instance, dice: random.Random, *, everything: bool) -> str:
    """Kill one process, or everything at once and start again as an operator (or systemd) would."""
    note = orphans.read(city.settings.data_path)
    assert note is not None
    victim = None if everything else dice.choice([*note.processes, None])
    if victim is not None:
        os.kill(victim.pid, signal.SIGKILL)
        return victim.name
    for pid in [note.pid, *(p.pid for p in note.processes)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    assert city.process is not None
    city.process.wait()
    return "everything"


def in_history(city: Instance, entities: list[str]) -> dict[str, dict[int, tuple[int, float, float]]]:
    """Entity -> reading number -> (rows, smallest value, largest value)."""
    found: dict[str, dict[int, tuple[int, float, float]]] = {e: {} for e in entities}
    with psycopg.connect(city.owner_url) as connection:
        rows = connection.execute(HISTORY, (START, f"%/{TERM}", "%/temperature", entities))
        for entity, _, number, count, low, high in rows:
            found[entity][number] = (count, low, high)
        begin = int(START.timestamp())
        for entity, blob in connection.execute(PACKED, (f"%/{TERM}", "%/temperature", entities)):
            columns = packing.unpack(blob)
            for at, num, superseded in zip(
                columns.at.tolist(), columns.num.tolist(), columns.superseded.tolist(), strict=True
            ):
                if not superseded:
                    number = at // 1_000_000 - begin
                    count, low, high = found[entity].get(number, (0, num, num))
                    found[entity][number] = (count + 1, min(low, num), max(high, num))
    return found


def compare(
    wanted: dict[str, set[int]], found: dict[str, dict[int, tuple[int, float, float]]]
) -> tuple[int, int]:
    """(lost, duplicated): acknowledged readings without a row of their value; readings with more than one row."""
    lost = sum(
        n not in found[e] or found[e][n][1:] != (n, n) for e, numbers in wanted.items() for n in numbers
    )
    doubled = sum(row[0] > 1 for rows in found.values() for row in rows.values())
    return lost, doubled


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--rate", type=float, default=2000.0, help="writes a second, half HTTP, half MQTT")
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    given = parser.parse_args()
    dice = random.Random(given.seed)
    print(f"seed {given.seed}")
    with Instance() as city:
        stop = threading.Event()
        port = city.settings.broker_port_used
        http = [
            HttpWriter(
                port=port,
                token=city.token,
                entity=f"urn:ngsi-ld:FaultProbe:{n}",
                rate=given.rate / 16,
                stop=stop,
            )
            for n in range(8)
        ]
        mqtt = [
            MqttWriter(port=city.settings.mqtt_port_used, login=d, rate=given.rate / 16, stop=stop)
            for d in city.devices()
        ]
        for writer in (*http, *mqtt):
            writer.start()
        slowest = 0.0
        failed = False
        for round_number in range(1, given.rounds + 1):
            time.sleep(dice.uniform(0.5, 2.0))
            for writer in (*http, *mqtt):
                writer.tally.longest_gap = 0.0
            name = kill(city, dice, everything=round_number == 1)
            since = time.monotonic()
            if name == "everything":
                city.start()
            took = [seconds_without(group, since, timeout=30) for group in (http, mqtt)]
            if None in took:
                failed = True
                print(
                    f"round {round_number}: {name} killed, not serving again after 30 s (HTTP, MQTT: {took})"
                )
                break
            seconds = max(t for t in took if t is not None)
            slowest = max(slowest, seconds)
            print(
                f"round {round_number}: {name} killed, {seconds:.2f} s without an acknowledgement", flush=True
            )
        time.sleep(1)
        stop.set()
        for writer in (*http, *mqtt):
            writer.join(40)
        wanted = {w.entity: set(range(w.tally.acknowledged[w.entity])) for w in http}
        wanted |= {w.login.entity: set(w.done) for w in mqtt}
        deadline = time.monotonic() + 20
        while True:
            found = in_history(city, list(wanted))
            lost, doubled = compare(wanted, found)
            if lost == 0 or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        for entity, numbers in wanted.items():
            missing = sorted(n for n in numbers if n not in found[entity])
            if missing:
                print(f"{entity}: {len(missing)} of {len(numbers)} missing, {missing[0]} to {missing[-1]}")
        stuck = sum(len(w.waiting) for w in mqtt)
        acknowledged = sum(map(len, wanted.values()))
        by_http = sum(w.tally.total for w in http)
    print(f"HTTP {by_http}, MQTT {acknowledged - by_http} acknowledged; {stuck} MQTT readings never answered")
    print(
        f"acknowledged {acknowledged}, lost {lost}, duplicated {doubled}, seconds to serve {slowest:.2f} (worst)"
    )
    return 1 if failed or lost or doubled or slowest > 5 or acknowledged == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
