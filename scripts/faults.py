# SPDX-License-Identifier: Apache-2.0
"""`make faults ROUNDS=10`: kill -9 at random moments under load, fill the disk, then count.

Starts installations of its own in temporary folders, writes by HTTP (straight and through the front door) and MQTT and
reads pages. Each round kills one process, the supervisor, or everything at once; what needs an operator (or systemd) is
started again at once. Then the same under load with a small disk that fills up. At the end every acknowledged reading
is compared with the history. Talks to 127.0.0.1 only, kills only what it started, stops by itself.

Exit code 0: nothing lost, nothing doubled, each way served all its users again within 5 s (10 s after room was made on
the disk), and the load was what it was asked to be. The last line says acknowledged, lost, duplicated, seconds to serve.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from dothi.cityhall import ballast, folders, orphans
from dothi.cityhall.bench.instance import Instance
from dothi.cityhall.children import started_at
from dothi.cityhall.fault_count import Count, settled
from dothi.cityhall.fault_disk import NoSmallDisk, fill, small_disk
from dothi.cityhall.fault_load import HttpWriter, Load, MqttWriter, PageReader, ask, seconds_without

AFTER_ROOM = 10.0
"""Seconds to serve again when there is room on the disk: the supervisor looks once a second, then the bus starts anew."""
PATIENCE = 30.0
SMALL_DISK_MB = 420
HTTP_WRITERS = 16
"""So many that the time of one answer, some 10 ms under load, does not hold the rate down."""
EVERYTHING, SUPERVISOR = "everything", "the supervisor"


@dataclass
class Verdict:
    """What went wrong, in sentences; and the figures of the last line."""

    troubles: list[str] = field(default_factory=list)
    slowest: dict[str, float] = field(default_factory=dict)
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0

    def wrong(self, sentence: str) -> None:
        print(f"WRONG: {sentence}", flush=True)
        self.troubles.append(sentence)

    def took(self, what: str, times: dict[str, float | None], limit: float) -> None:
        """Note how long each way was without an answer."""
        for way, seconds in times.items():
            if seconds is None:
                self.wrong(f"{what}: {way} does not serve all its users again")
            else:
                self.slowest[way] = max(self.slowest.get(way, 0.0), seconds)
                if seconds > limit:
                    self.wrong(f"{what}: {way} was away for {seconds:.2f} s, more than {limit:.0f} s")
        told = ", ".join(f"{way} {'-' if s is None else f'{s:.2f}'}" for way, s in times.items())
        print(f"{what}: seconds without an answer: {told}", flush=True)

    def counted(self, count: Count) -> None:
        self.acknowledged += count.acknowledged
        self.lost += count.lost
        self.doubled += count.doubled
        for sentence in count.details[:20]:
            self.wrong(sentence)
        if not count.acknowledged:
            self.wrong("nothing was acknowledged at all")


@dataclass
class LoadOn:
    """The load on one city, by its ways."""

    ways: dict[str, list[Load]]

    @property
    def writers(self) -> list[HttpWriter | MqttWriter]:
        return [w for group in self.ways.values() for w in group if not isinstance(w, PageReader)]

    def begin(self) -> None:
        for group in self.ways.values():
            for one in group:
                one.tally.begin()

    def back(self, since: float, *, patience: float) -> dict[str, float | None]:
        """For each way: how long it was without an answer."""
        timeout = max(PATIENCE, patience)
        return {way: seconds_without(group, since, timeout=timeout) for way, group in self.ways.items()}

    def rate(self, seconds: float) -> float:
        """Acknowledged writes a second over the next seconds."""
        before, begun = sum(w.tally.successes for w in self.writers), time.monotonic()
        time.sleep(seconds)
        return (sum(w.tally.successes for w in self.writers) - before) / (time.monotonic() - begun)

    def wanted(self) -> dict[str, set[int]]:
        """Entity -> numbers of the readings that were acknowledged."""
        found: dict[str, set[int]] = {}
        for writer in self.writers:
            if isinstance(writer, MqttWriter):
                found[writer.login.entity] = set(writer.done)
            else:
                found[writer.entity] = set(range(writer.tally.acknowledged[writer.entity]))
        return found


@contextmanager
def load_on(city: Instance, rate: float) -> Iterator[LoadOn]:
    """Writers at `rate` a second, a quarter straight to the broker, a quarter by the front door, half by MQTT; a reader."""
    stop = threading.Event()
    used = city.settings
    http = [
        HttpWriter(
            port=port,
            token=city.token,
            entity=f"urn:ngsi-ld:FaultProbe:{n}",
            rate=rate / 2 / HTTP_WRITERS,
            stop=stop,
        )
        for n, port in enumerate([used.broker_port_used, used.port] * (HTTP_WRITERS // 2))
    ]
    devices = city.devices()
    load = LoadOn(
        {
            "HTTP": [*http[::2]],
            "front door": [*http[1::2]],
            "MQTT": [
                MqttWriter(port=used.mqtt_port_used, login=d, rate=rate / 2 / len(devices), stop=stop)
                for d in devices
            ],
            "pages": [PageReader(port=used.port, stop=stop)],
        }
    )
    everyone = [one for group in load.ways.values() for one in group]
    for one in everyone:
        one.start()
    try:
        yield load
    finally:
        stop.set()
        for one in everyone:
            one.join(40)


def victims(city: Instance, dice: random.Random) -> Iterator[str]:
    """Each process, the supervisor and everything, in random order, again and again; everything first."""
    yield EVERYTHING
    note = orphans.read(city.settings.data_path)
    assert note is not None
    names = [EVERYTHING, SUPERVISOR, *(p.name for p in note.processes)]
    while True:
        yield from dice.sample(names, len(names))


def kill(city: Instance, victim: str) -> None:
    """Kill processes of this very city, known by pid and start time; start it again when nobody else would."""
    note = orphans.read(city.settings.data_path)
    assert note is not None
    ours = [orphans.Process(SUPERVISOR, note.pid, note.started), *note.processes]
    for process in ours:
        if victim in {EVERYTHING, process.name} and started_at(process.pid) == process.started:
            os.kill(process.pid, signal.SIGKILL)
    if victim in {EVERYTHING, SUPERVISOR}:
        assert city.process is not None
        city.process.wait()
        city.start()


def kill_rounds(verdict: Verdict, given: argparse.Namespace) -> None:
    dice, rate = random.Random(given.seed), float(given.rate)
    with Instance() as city:
        rates = []
        with load_on(city, rate) as load:
            time.sleep(1)
            for number, victim in zip(range(1, given.rounds + 1), victims(city, dice), strict=False):
                time.sleep(0.5)
                rates.append(load.rate(dice.uniform(0.7, 1.7)))
                load.begin()
                since = time.monotonic()
                kill(city, victim)
                verdict.took(
                    f"round {number}, {victim} killed", load.back(since, patience=given.within), given.within
                )
        verdict.counted(settled(city.owner_url, load.wanted()))
    achieved = statistics.median(rates)
    print(f"load: {achieved:.0f} acknowledged writes a second while nothing was amiss (asked: {rate:.0f})")
    if achieved < rate * given.least:
        verdict.wrong(f"the load was only {achieved:.0f} writes a second of {rate:.0f}: it proves too little")


def disk_scenario(verdict: Verdict, *, rate: float, within: float) -> None:
    """Fill a small disk under load, in two steps; then make room."""
    with tempfile.TemporaryDirectory(prefix="dothi-faults-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with small_disk(folder / "data", SMALL_DISK_MB, beside=folder / "programs"), Instance(folder) as city:
            data = city.settings.data_path
            with load_on(city, rate) as load:
                load.rate(1.5)
                mark = folders.low_mb(city.settings) * 1_000_000
                fill(data, mark - 8_000_000)
                refusals(verdict, city, load, "disk below the mark")
                filler = fill(data, 0)
                time.sleep(3)
                print(
                    f"disk full: ballast {'lies' if ballast.path(data).exists() else 'was freed'}", flush=True
                )
                refusals(verdict, city, load, "disk full")
                filler.unlink()
                room_at = time.monotonic()
                load.begin()
                back = load.back(room_at, patience=within)
                verdict.took("room made on the disk", back, within)
            verdict.counted(settled(city.owner_url, load.wanted()))


def refusals(verdict: Verdict, city: Instance, load: LoadOn, what: str) -> None:
    """Writes and files are refused in words, reading goes on, the supervisor lives."""
    key = {"Authorization": f"Bearer {city.token}"}
    front = city.settings.port
    path = "/ngsi-ld/v1/entities/urn:ngsi-ld:FaultProbe:0"
    body = b'{"probe":{"type":"Property","value":1}}'

    def refused() -> bool:
        status, headers = ask("POST", front, f"{path}/attrs", body, Content_Type="application/json", **key)
        return status in {503, 507} and "retry-after" in headers

    def file_refused() -> bool:
        form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na;b\r\n--x--\r\n'
        kind = "multipart/form-data; boundary=x"
        status, headers = ask("POST", front, "/sources/bench/files/", form, Content_Type=kind)
        return status == 507 and "retry-after" in headers

    wanted = {
        "a write is refused with 507 or 503 and Retry-After": refused,
        "a file is refused with 507 and Retry-After": file_refused,
        "an entity can be read": lambda: ask("GET", front, path, **key)[0] == 200,
        "a page can be read": lambda: ask("GET", front, "/")[0] == 200,
        "the supervisor lives": lambda: city.process is not None and city.process.poll() is None,
    }
    deadline = time.monotonic() + AFTER_ROOM
    for sentence, look in wanted.items():
        while not _holds(look):
            if time.monotonic() > deadline:
                verdict.wrong(f"{what}: not so: {sentence}")
                break
            time.sleep(0.1)
        else:
            print(f"{what}: {sentence}", flush=True)
    statuses: dict[int, int] = {}
    for writer in load.writers:
        for status, times in writer.tally.refusals.items():
            statuses[status] = statuses.get(status, 0) + times
    print(f"{what}: refusals so far {statuses}", flush=True)
    if set(statuses) - {503, 507}:
        verdict.wrong(f"{what}: writes were refused with other than 503 and 507: {statuses}")


def _holds(look: object) -> bool:
    try:
        return bool(look()) if callable(look) else False
    except OSError:
        return False


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--rate", type=float, default=2000.0, help="writes a second, half HTTP, half MQTT")
    parser.add_argument("--least", type=float, default=0.9, help="share of the rate that must be reached")
    parser.add_argument("--within", type=float, default=5.0, help="seconds in which it must serve again")
    parser.add_argument("--no-disk", action="store_true", help="leave out the full disk")
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    return parser.parse_args(argv)


def _too_late(*_: object) -> None:
    """A hanging harness is no proof: leave, and stop what was started on the way out."""
    raise TimeoutError("The harness took longer than its rounds may take")


def main(argv: Sequence[str] | None = None) -> int:
    given = _arguments(argv)
    signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(300 + int(45 + given.within) * given.rounds)
    busy = os.getloadavg()[0]
    print(f"seed {given.seed}, {os.cpu_count()} cores with a load of {busy:.1f} before we begin", flush=True)
    verdict = Verdict()
    if given.rounds:
        kill_rounds(verdict, given)
    if not given.no_disk:
        try:
            disk_scenario(verdict, rate=min(given.rate, 500.0), within=max(AFTER_ROOM, given.within))
        except NoSmallDisk as reason:
            print(f"disk full: SKIPPED, {reason}")
    for way, seconds in verdict.slowest.items():
        print(f"worst of {way}: {seconds:.2f} s")
    if verdict.lost or verdict.doubled:
        verdict.wrong(f"{verdict.lost} lost, {verdict.doubled} duplicated")
    print(
        f"acknowledged {verdict.acknowledged}, lost {verdict.lost}, duplicated {verdict.doubled}, "
        f"seconds to serve {max(verdict.slowest.values(), default=0.0):.2f} (worst)"
    )
    return 1 if verdict.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
