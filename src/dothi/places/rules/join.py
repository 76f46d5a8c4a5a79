# SPDX-License-Identifier: Apache-2.0
"""Joining what a file says with what stands here: never by a name or a code alone.

Two of three must agree: the code, the name under its parent, the ground. Names repeat (245 full names of the 3,321
communal units are shared), codes are used again, and drawn borders are sometimes wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import msgspec
from shapely.geometry.base import BaseGeometry

from dothi.foundation.text import fold
from dothi.places.errors import BadUnit
from dothi.places.rules.geometry import area, mended, overlap, square_km
from dothi.places.rules.words import bare_name

Doubt = Literal[
    "code_only", "name_only", "two_units", "twice", "no_parent", "dates", "border_unknown", "border_code_only",
    "border_name_only", "border_elsewhere", "border_size", "border_broken",
]  # fmt: skip
ACCEPTABLE = frozenset({"code_only", "name_only", "border_code_only", "border_elsewhere", "border_size"})
SAME_GROUND = 0.8
"""Share of the common ground from which two drawings are of the same unit."""
SAME_SIZE = 0.2
"""Relative difference from the stated size from which a drawing is doubted."""


class ListedUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as an official list has it."""

    code: str
    kind: str
    name: str
    parent_code: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    agency_code: str = ""
    postal_code: str = ""
    successors: tuple[str, ...] = ()
    basis: str = ""

    @property
    def key(self) -> str:
        return name_key(self.kind, self.name)


class Border(msgspec.Struct, frozen=True, kw_only=True):
    """A feature of a file of boundaries. `size`: square kilometres, when the file states them."""

    code: str
    kind: str
    name: str
    boundary: dict[str, Any]
    parent_code: str = ""
    size: float | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that stands here already."""

    id: str
    code: str
    kind: str
    name: str
    parent: str = ""
    boundary: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        return name_key(self.kind, self.name)


class Doubtful(msgspec.Struct, frozen=True, kw_only=True):
    """What was not written, and why; a person decides."""

    why: Doubt
    code: str
    name: str
    seen: str = ""

    @property
    def can_be_accepted(self) -> bool:
        """Whether a person's word is enough; else the file has to be corrected."""
        return self.why in ACCEPTABLE


def name_key(kind: str, name: str) -> str:
    """The name to compare by, with marks: Cẩm Giang and Cẩm Giàng are two communes of one city."""
    return f"{fold(kind)}|{bare_key(bare_name(kind, name))}"


def bare_key(name: str) -> str:
    return " ".join(name.casefold().split())


def match_unit(
    row: ListedUnit,
    parent: str | None,
    *,
    by_code: Mapping[str, Standing],
    by_name: Mapping[tuple[str | None, str], Sequence[Standing]],
    ground: BaseGeometry | None = None,
    accepted: bool = False,
) -> Standing | Doubtful | None:
    """The unit that a row speaks of; None when it is a new one; Doubtful when only one thing speaks for one.

    `accepted`: a person has said that the one thing is enough.
    """
    coded = by_code.get(row.code)
    named = by_name.get((parent, row.key), ())
    if coded is not None and any(one.id == coded.id for one in named):
        return coded
    same = [one for one in {c.id: c for c in (coded, *named) if c}.values() if _same_ground(one, ground)]
    if len(same) == 1:
        return same[0]
    if coded is not None and named:
        return _doubt("two_units", row, f"{coded.name}; {named[0].name}")
    if accepted and (coded is not None or len(named) == 1):
        return coded or named[0]
    if coded is not None:
        return _doubt("code_only", row, f"{coded.kind} {coded.name}")
    if named:
        return _doubt("name_only", row, named[0].code)
    return None


def _same_ground(one: Standing, ground: BaseGeometry | None) -> bool:
    if ground is None or one.boundary is None:
        return False
    return overlap(area(one.boundary), ground) >= SAME_GROUND


def _doubt(why: Doubt, row: ListedUnit | Border, seen: str = "") -> Doubtful:
    return Doubtful(why=why, code=row.code, name=row.name, seen=seen)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What stands here while borders are joined: units by code and by bare name, and the ground already drawn."""

    by_code: Mapping[str, Standing]
    by_name: Mapping[str, Sequence[Standing]]
    own: Mapping[str, BaseGeometry]
    """The border of each unit that has one, by id."""


def match_border(
    border: Border, known: Known, *, accepted: bool = False
) -> tuple[Standing, dict[str, Any], bool] | Doubtful:
    """The unit whose border this is, the border set right, and whether it had to be.

    `accepted`: a person has looked at what is doubtful and takes it by its code.
    """
    try:
        boundary, was_mended = mended(border.boundary)
    except BadUnit:
        return _doubt("border_broken", border)
    shape = area(boundary)
    if accepted and border.code in known.by_code:
        return known.by_code[border.code], boundary, was_mended
    if border.size and abs(square_km(shape) - border.size) > SAME_SIZE * border.size:
        return _doubt("border_size", border, f"{square_km(shape):.2f} / {border.size:.2f} km²")
    found = _joined(border, shape, known)
    if isinstance(found, Doubtful):
        return found
    if found.parent in known.own and not _lies_in(shape, known.own[found.parent]):
        return _doubt("border_elsewhere", border, found.parent)
    return found, boundary, was_mended


def _lies_in(shape: BaseGeometry, above: BaseGeometry) -> bool:
    return bool(above.covers(shape.representative_point()))


def _joined(border: Border, shape: BaseGeometry, known: Known) -> Standing | Doubtful:
    coded = known.by_code.get(border.code) if border.code else None
    named = [
        one
        for one in known.by_name.get(bare_key(border.name), ())
        if not border.kind or fold(border.kind) == fold(one.kind)
    ]
    under_parent = {one.id for one in named if _parent_agrees(one, border, shape, known, len(named))}
    if coded is not None and coded.id in under_parent:
        return coded
    candidates = {one.id: one for one in (coded, *named) if one and (one is coded or one.id in under_parent)}
    sure = [
        one
        for one in candidates.values()
        if one.id in known.own and overlap(known.own[one.id], shape) >= SAME_GROUND
    ]
    if len(sure) == 1:
        return sure[0]
    if coded is not None:
        return _doubt("border_code_only", border, f"{coded.kind} {coded.name}")
    return _doubt("border_name_only", border, named[0].code) if named else _doubt("border_unknown", border)


def _parent_agrees(one: Standing, border: Border, shape: BaseGeometry, known: Known, namesakes: int) -> bool:
    """Whether the parent is the same too: by what the file says, by the ground, or because the name is the only one."""
    if border.parent_code:
        said = known.by_code.get(border.parent_code)
        return said is not None and said.id == one.parent
    if one.parent in known.own:
        return _lies_in(shape, known.own[one.parent])
    return namesakes == 1
