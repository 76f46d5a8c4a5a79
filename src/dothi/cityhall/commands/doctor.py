# SPDX-License-Identifier: Apache-2.0
"""`dothi doctor`: every setting with its origin, the machine, and what to do."""

from __future__ import annotations

import argparse
import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from dothi import __version__
from dothi.cityhall import database, folders, orphans, ports, programs, tiles
from dothi.cityhall.errors import CannotStart
from dothi.cityhall.postgres import PostgresTrouble, find_bin
from dothi.cityhall.report import Report
from dothi.foundation.settings import Settings, load, origin


def _version(command: Path) -> str:
    done = subprocess.run([str(command), "--version"], capture_output=True, text=True, check=False)
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0].split(" h1:")[0] if lines else "?"


def settings_rows(settings: Settings, report: Report, given: set[str]) -> Iterator[tuple[str, str, str]]:
    """(variable, value as shown, where it comes from)."""
    for entry in dataclasses.fields(Settings):
        value = getattr(settings, entry.name)
        shown = str(value)
        if entry.metadata["secret"] and value:
            shown = report.words("cityhall.doctor.secret")
        elif value == "":
            shown = report.words("cityhall.doctor.empty")
        source = "command line" if entry.name in given else origin(entry.name, os.environ)
        yield f"DOTHI_{entry.name.upper()}", shown, source


def machine_rows(settings: Settings, report: Report) -> Iterator[tuple[str, str]]:
    """(part, what was found)."""
    note = orphans.running(settings.data_path)
    yield "Dothi", f"{__version__}, Python {sys.version.split()[0]}"
    state = (
        report.words("cityhall.doctor.running", pid=note.pid, url=note.url)
        if note
        else report.words("cityhall.doctor.stopped")
    )
    yield "dothi up", state
    free = folders.free_bytes(settings.data_path) // 1_000_000
    yield str(settings.data_path), report.words("cityhall.doctor.free", free=free)
    yield "RUN_FOLDER", str(settings.run_path)
    yield "memory", report.words("cityhall.doctor.memory", total=memory_mb(), cores=os.cpu_count())
    try:
        where = find_bin(settings.postgres_bin)
        yield "PostgreSQL", f"{_version(where / 'postgres')} ({where})"
    except PostgresTrouble as error:
        yield "PostgreSQL", str(error)
    for name, purpose in (("caddy", "caddy"), ("nats-server", "NATS")):
        try:
            yield purpose, _version(programs.program(name))
        except CannotStart as error:
            yield purpose, error.sentence(report.language)


def memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000


def findings(settings: Settings, report: Report) -> Iterator[str]:
    """Sentences that say what to do; nothing when all is well."""
    running = orphans.running(settings.data_path)
    try:
        folders.check_version(settings.data_path)
        if not running:
            for port, host, purpose, change in (
                (settings.port, settings.host, "front", "--port"),
                (settings.broker_port_used, "127.0.0.1", "broker", "DOTHI_BROKER_PORT"),
                (settings.mqtt_port_used, settings.host, "mqtt", "DOTHI_MQTT_PORT"),
            ):
                ports.require_free(host, port, purpose, change)
    except CannotStart as error:
        yield error.sentence(report.language)
    free = folders.free_bytes(settings.data_path)
    if free < folders.LEAST_FREE:
        need = folders.LEAST_FREE // 1_000_000
        yield report.words(
            "cityhall.start.disk_full", folder=settings.data_path, free=free // 1_000_000, need=need
        )
    if memory_mb() < 1000:
        yield report.words("cityhall.doctor.memory_low", total=memory_mb())
    yield from tiles.findings(settings, report)
    if settings.demo:
        yield report.words("cityhall.doctor.demo")
    if settings.host not in {"127.0.0.1", "::1", "localhost"} and not settings.public_url.startswith(
        "https:"
    ):
        yield report.words("cityhall.doctor.open_http")
    if settings.database_url:
        yield from _database_trouble(settings, report)
    elif not _has_postgres(settings):
        yield report.words("cityhall.start.program", name="initdb")
    for name in ("caddy", "nats-server"):
        try:
            programs.program(name)
        except CannotStart as error:
            yield error.sentence(report.language)


def _has_postgres(settings: Settings) -> bool:
    try:
        find_bin(settings.postgres_bin)
    except PostgresTrouble:
        return False
    return True


def _database_trouble(settings: Settings, report: Report) -> Iterator[str]:
    reason = database.trouble(settings)
    if reason:
        yield report.words("cityhall.start.database", reason=reason)


def main(arguments: argparse.Namespace) -> int:
    """Print the three parts; 1 when there is something to do that hinders a start."""
    given = {name for name, value in (("data_dir", arguments.data), ("port", arguments.port)) if value}
    settings = load(data_dir=arguments.data, port=arguments.port)
    report = Report()
    report.say("cityhall.doctor.settings")
    for variable, shown, source in settings_rows(settings, report, given):
        report.line(f"  {variable:<24} {shown:<28} {source}")
    report.line()
    report.say("cityhall.doctor.machine")
    for part, found in machine_rows(settings, report):
        report.line(f"  {part:<24} {found}")
    report.line()
    report.say("cityhall.doctor.findings")
    found_any = False
    for sentence in findings(settings, report):
        found_any = True
        report.line(f"  - {sentence}")
    if not found_any:
        report.line(f"  {report.words('cityhall.doctor.fine')}")
    return int(found_any)
