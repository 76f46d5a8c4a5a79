# SPDX-License-Identifier: Apache-2.0
"""The small disk of the fault harness for tests; skipped where it cannot be made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from dothi.cityhall import fault_disk


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    with ExitStack() as stack:
        try:
            made = stack.enter_context(fault_disk.small_disk(folder, megabytes))
        except fault_disk.NoSmallDisk as error:
            pytest.skip(str(error))
        yield made
