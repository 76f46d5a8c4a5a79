# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

from tests.cityhall.disk import small_disk

from dothi.cityhall import ballast
from dothi.cityhall.fault_disk import fill


def test_ballast_lies_while_there_is_room_and_is_freed_when_the_disk_is_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 300) as disk:
        laid = ballast.lay(disk)
        kept = ballast.free(disk)
        filler = fill(disk, 4096)
        freed = ballast.free(disk)
        laid_again = ballast.lay(disk)
        filler.unlink()

        assert (laid, kept, freed, laid_again) == (True, False, True, False)
        assert ballast.lay(disk)


def test_ballast_is_no_trouble_when_it_cannot_be_laid(tmp_path: Path) -> None:
    assert not ballast.lay(tmp_path / "gone" / "away")
