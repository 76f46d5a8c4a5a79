# SPDX-License-Identifier: Apache-2.0
"""Positions: those that come with the product, and the locality's own, which win where both have one code."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from dothi.foundation import messages
from dothi.identity.models import Position

ADMINISTRATOR = "administrator"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A position. `name`: the locality's own word; empty for one of the product, whose name is a message."""

    code: str
    permissions: tuple[str, ...]
    name: str = ""

    def told(self, language: str) -> str:
        return self.name or messages.text(language, f"identity.position.{self.code}")


_built_in: list[dict[str, Known]] = [{ADMINISTRATOR: Known(code=ADMINISTRATOR, permissions=("*",))}]


def set_positions(positions: Sequence[Known]) -> None:
    """Called once, when the city is wired: what rooms above let one do is not known here."""
    _built_in[0] = {p.code: p for p in positions}


def built_in() -> dict[str, Known]:
    return dict(_built_in[0])


def table() -> dict[str, Known]:
    """All positions by code."""
    own = Position.objects.filter(ended_at__isnull=True).order_by("code")
    return built_in() | {
        row.code: Known(code=row.code, permissions=tuple(row.permissions), name=row.name) for row in own
    }


def permissions() -> list[str]:
    """All permissions there are: each has its sentence `<room>.may.<verb>`."""
    return sorted(key.replace(".may.", ".") for key in messages.catalogue() if ".may." in key)


def sentence(language: str, permission: str) -> str:
    """What a permission allows, in words; of one with a star, the star's."""
    room, _, verb = permission.partition(".")
    key = f"{room}.may.{verb}"
    if key in messages.catalogue():
        return messages.text(language, key)
    if permission == "*":
        return messages.text(language, "identity.permission.everything")
    if verb == "*":
        return messages.text(
            language, "identity.permission.room", room=messages.text(language, f"{room}.name")
        )
    return messages.text(language, "identity.permission.all_see") if permission == "*.see" else permission


def position_name(code: str, language: str) -> str:
    """What a position is called; its code when there is none of that name any more."""
    known = table().get(code)
    return known.told(language) if known else code
