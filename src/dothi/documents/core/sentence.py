# SPDX-License-Identifier: Apache-2.0
"""A reason that a person understands: the key of a sentence and its values."""

from __future__ import annotations

from typing import Any

import msgspec

from dothi.foundation import messages


class Reason(msgspec.Struct, frozen=True):
    """Why something is refused."""

    key: str
    values: dict[str, Any] = msgspec.field(default_factory=dict)

    def told(self, language: str) -> str:
        return messages.text(language, self.key, **self.values)
