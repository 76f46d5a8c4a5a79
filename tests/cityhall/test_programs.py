# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from pathlib import Path

from dothi.cityhall import programs


def test_our_package_is_copied_again_only_when_a_file_of_it_changed(tmp_path: Path) -> None:
    ours, site = tmp_path / "ours", tmp_path / "site"
    ours.mkdir()
    site.mkdir()
    (ours / "a.py").write_text("A = 1\n")
    programs._copy_ours(ours, site)
    (site / "dothi" / "witness").touch()

    programs._copy_ours(ours, site)
    left_alone = (site / "dothi" / "witness").exists()
    (ours / "a.py").write_text("A = 2\n")
    os.utime(ours / "a.py", ns=(1, 1))
    programs._copy_ours(ours, site)

    assert left_alone
    assert not (site / "dothi" / "witness").exists()
    assert (site / "dothi" / "a.py").read_text() == "A = 2\n"
