# SPDX-License-Identifier: Apache-2.0
"""The PMTiles file beneath the map: whether it is one, whether the front door can read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dothi.cityhall.folders import own
from dothi.cityhall.report import Report
from dothi.foundation.settings import Settings

_MAGIC = b"PMTiles\x03"
_HEADER = 127
_TILE_TYPE = 99
"""Byte of the header that says what the tiles are (PMTiles specification 3, section 3)."""
_SHOWN = {1, 2, 3, 4, 5}
"""Vector (MVT), PNG, JPEG, WebP, AVIF."""


def _trouble(file: Path) -> str:
    """The key of what is wrong with the file; empty when nothing is."""
    if not file.is_file():
        return "cityhall.tiles.missing"
    try:
        with file.open("rb") as opened:
            header = opened.read(_HEADER)
    except OSError:
        return "cityhall.tiles.unreadable"
    if os.geteuid() == 0 and not _others_can_read(file.resolve()):
        return "cityhall.tiles.unreadable"
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        return "cityhall.tiles.not_pmtiles"
    return "" if header[_TILE_TYPE] in _SHOWN else "cityhall.tiles.unknown_type"


def _others_can_read(file: Path) -> bool:
    """The front door of a city that root started is another user."""
    return bool(file.stat().st_mode & 0o004) and all(f.stat().st_mode & 0o001 for f in file.parents)


def findings(settings: Settings, report: Report) -> Iterator[str]:
    """A sentence when the file that was set cannot be shown."""
    if settings.pmtiles_file and (key := _trouble(Path(settings.pmtiles_file))):
        yield report.words(key, file=settings.pmtiles_file)


def folder(settings: Settings) -> Path | None:
    """A folder that holds the file as `tiles.pmtiles`, for the front door; None when there is none to show."""
    place = settings.data_path / "caddy" / "tiles"
    link = place / "tiles.pmtiles"
    link.unlink(missing_ok=True)
    if not settings.pmtiles_file or _trouble(Path(settings.pmtiles_file)):
        return None
    place.mkdir(parents=True, exist_ok=True)
    own(place, 0o755)
    link.symlink_to(Path(settings.pmtiles_file).resolve())
    return place
