# SPDX-License-Identifier: Apache-2.0
"""`dothi seed`: make the fictional demo city in a running installation, or take it away without trace."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from dothi.cityhall.commands.beside import run_as_service
from dothi.foundation.settings import load


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="dothi seed", description=__doc__)
    parser.add_argument("--data", metavar="FOLDER", help="folder of all data (DOTHI_DATA_DIR)")
    parser.add_argument("--purge", action="store_true", help="take the demo city away; other data stays")
    given = parser.parse_args(argv)
    act = "purge" if given.purge else "plant"
    return run_as_service(load(data_dir=given.data), "dothi.cityhall.processes.seed", act, role="writer")
