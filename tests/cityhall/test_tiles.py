# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

import httpx
import pytest
from tests.tiles_made import RASTER, VECTOR, archive, mvt, png

from dothi.cityhall import caddy, ports, programs, tiles
from dothi.cityhall.report import Report
from dothi.foundation.settings import Settings, load


def _set(folder: Path, file: Path | str) -> Settings:
    (folder / "data").mkdir(exist_ok=True)
    return load(data_dir=str(folder / "data"), pmtiles_file=str(file))


def _told(settings: Settings) -> list[str]:
    return list(tiles.findings(settings, Report()))


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the front door could enter, too."""
    made = tmp_path_factory.mktemp("tiles")
    for one in (made, *made.parents):
        if one == Path(tempfile.gettempdir()):
            break
        one.chmod(0o755)
    return made


@pytest.mark.parametrize(("kind", "tile"), [(RASTER, png()), (VECTOR, mvt())])
def test_file_is_linked_for_the_front_door_when_it_is_pmtiles(folder: Path, kind: int, tile: bytes) -> None:
    file = folder / "nền 1.pmtiles"
    file.write_bytes(archive(kind, tile))

    settings = _set(folder, file)

    assert _told(settings) == []
    place = tiles.folder(settings)
    assert place is not None
    assert (place / "tiles.pmtiles").resolve() == file


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "does not exist"), (b"SQLite format 3", "is not PMTiles"), (archive(9, b""), "cannot be drawn")],
)
def test_file_that_cannot_be_shown_is_told_and_not_served_when_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, words: str
) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    file = folder / "base.pmtiles"
    if content is not None:
        file.write_bytes(content)

    settings = _set(folder, file)

    assert [words in sentence for sentence in _told(settings)] == [True]
    assert tiles.folder(settings) is None


def test_nothing_is_told_or_served_when_no_file_is_set(folder: Path) -> None:
    settings = _set(folder, "")

    assert (_told(settings), tiles.folder(settings), caddy.tile_file(None)) == ([], None, "")


def test_front_door_gives_a_range_of_the_file_when_asked(folder: Path) -> None:
    file = folder / "base.pmtiles"
    file.write_bytes(archive(RASTER, png()))
    settings = _set(folder, file)
    (port,) = ports.choose(1)
    config = folder / "Caddyfile"
    site = caddy.tile_file(tiles.folder(settings))
    config.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\nhttp://:{port} {{{site}\n}}\n", "utf-8")

    door = subprocess.Popen(
        [programs.program("caddy"), "run", "--config", config, "--adapter", "caddyfile"],
        stderr=subprocess.DEVNULL,
    )
    try:
        answer = _ask(f"http://127.0.0.1:{port}/tiles.pmtiles")
    finally:
        door.terminate()
        door.wait(10)

    assert (answer.status_code, answer.content) == (206, b"PMTiles")


def _ask(address: str) -> httpx.Response:
    for _ in range(100):
        try:
            return httpx.get(address, headers={"Range": "bytes=0-6"})
        except httpx.ConnectError:
            time.sleep(0.1)
    return httpx.get(address, headers={"Range": "bytes=0-6"})
