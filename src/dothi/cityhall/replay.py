# SPDX-License-Identifier: Apache-2.0
"""`dothi replay PATH`: recorded data through the real ways in, with an account of every row."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from dothi.cityhall import city, orphans, programs
from dothi.cityhall.errors import CannotStart, terminal_language
from dothi.cityhall.service_user import drop_ids
from dothi.connectors.replay import play, profiles
from dothi.connectors.replay.account import Line, table
from dothi.connectors.replay.profiles import Profile
from dothi.connectors.replay.reading import rows
from dothi.connectors.replay.sending import Account, Sender
from dothi.foundation.errors import BadInput
from dothi.foundation.messages import text
from dothi.foundation.settings import Settings, load

MODULE = "dothi.cityhall.processes.replay"
SETTLE_SECONDS = 2.0
"""After registering, the broker processes take up the new key within this time."""


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dothi replay", description=__doc__)
    parser.add_argument("path", type=Path, metavar="PATH", help="file or folder of recorded data")
    parser.add_argument("--speed", default="max", help="seconds of the recording in a second, or max")
    parser.add_argument("--loop", action="store_true", help="begin again at the end; implies --shift-now")
    parser.add_argument("--shift-now", action="store_true", help="as if it happened now; else it is backfill")
    parser.add_argument("--profile", default="", choices=["", *profiles.BY_KEY], help="kind of the data")
    parser.add_argument("--data", metavar="FOLDER", help="folder of all data (DOTHI_DATA_DIR)")
    parser.add_argument("--port", type=int, help="port of pages and API (DOTHI_PORT, 8080)")
    return parser.parse_args(argv)


def _speed(given: str) -> float | None:
    if given == "max":
        return None
    try:
        speed = float(given)
    except ValueError:
        speed = 0.0
    if not 0 < speed < 1e9:
        raise BadInput("connectors.replay.bad_speed")
    return speed


def address_of(settings: Settings, running: orphans.Note | None, asked: int | None) -> str:
    """Where the city takes readings in: on the loopback port of its broker, whatever host and TLS its front door has."""
    if running is None:
        return settings.url
    front = running.ports["front"]
    if asked is not None and asked != front:
        raise CannotStart("cityhall.replay.other_port", folder=settings.data_path, found=front, port=asked)
    return f"http://127.0.0.1:{running.ports['broker']}"


def _register(settings: Settings, profile: Profile, stations: list[str]) -> str:
    """The key of the source, made with the rights of the city's own processes."""
    if not settings.database_url and orphans.running(settings.data_path) is None:
        raise CannotStart("cityhall.start.not_running", folder=settings.data_path)
    command, _ = programs.python(settings.data_path)
    wanted = {
        "slug": profile.slug, "name": profile.name, "period": profile.period, "mapping": profile.mapping,
        "kind": profile.kind, "type": profile.type, "places": profile.places, "stations": stations,
    }  # fmt: skip
    done = subprocess.run(
        [*command, "-m", MODULE],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        env=city.environment(settings, "reader"),
        cwd="/",
        check=False,
        **drop_ids(),
    )
    if done.returncode:
        raise CannotStart("cityhall.start.child", name="replay", log="-", tail=done.stderr[-2000:])
    return str(done.stdout.strip().splitlines()[-1])


def main(argv: Sequence[str]) -> int:
    given = _arguments(argv)
    speed = _speed(given.speed)
    settings = load(data_dir=given.data, port=given.port)
    address = address_of(settings, orphans.running(settings.data_path), given.port)
    language = terminal_language()
    path = given.path.absolute()
    profile, files = profiles.choose(path, given.profile)
    names = play.stations(files, profile)
    total = sum(1 for file in files for _ in rows(file, profile))
    key = _register(settings, profile, names)
    head = text(
        language, "connectors.replay.head",
        files=len(files), source=profile.slug, stations=len(names), profile=profile.key,
    )  # fmt: skip
    print(head, file=sys.stderr)  # noqa: T201 - told to the person at the terminal
    time.sleep(SETTLE_SECONDS)
    shift = given.shift_now or given.loop
    sender = Sender(address, profile.slug, key, backfill=not shift, language=language)
    account = Account()
    line = Line(language, total)
    try:
        while True:
            play.play(files, profile, sender, account, line, speed=speed, shift=shift)
            if not given.loop:
                break
    except KeyboardInterrupt:
        pass
    finally:
        line.done()
        sender.close()
    print(table(account, language))  # noqa: T201 - the answer of the command
    return 0 if account.adds_up else 1
