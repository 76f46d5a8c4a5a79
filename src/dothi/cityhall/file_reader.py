# SPDX-License-Identifier: Apache-2.0
"""The reader of files that sources shows previews with: the connectors' own, put in once a process."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from dothi.connectors.files.told import told
from dothi.sources.door import Preview


def read_file(content: bytes, name: str, answers: Mapping[str, str]) -> Preview:
    """What a file is understood to be; `answers`: what a person said of it on the page."""
    return msgspec.convert(msgspec.to_builtins(told(content, name, answers)), Preview)
