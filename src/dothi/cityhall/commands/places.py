# SPDX-License-Identifier: Apache-2.0
"""`dothi places import LIST`: an official list and borders, read here and written with the rights of the processes."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import msgspec

from dothi.cityhall.commands.beside import run_as_service
from dothi.cityhall.errors import CannotStart
from dothi.foundation.settings import load
from dothi.places.official_list import Order, read_borders, read_list


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CannotStart("cityhall.places.file", file=name, reason=error.strerror) from error


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as error:
        raise CannotStart("cityhall.places.day", day=said) from error


def order_of(arguments: argparse.Namespace) -> Order:
    """What was asked for, with the files as they were read."""
    return Order(
        listed=read_list(_read(arguments.list)),
        borders=[border for name in arguments.boundaries for border in read_borders(_read(name))],
        day=_day(arguments.date),
        only=arguments.only,
        accepted=arguments.accept,
        rehearse=arguments.dry_run,
    )


def main(arguments: argparse.Namespace) -> int:
    settings = load(data_dir=arguments.data)
    given = msgspec.msgpack.encode(order_of(arguments))
    return run_as_service(settings, "dothi.cityhall.processes.places", given=given)
