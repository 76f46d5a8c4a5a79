# SPDX-License-Identifier: Apache-2.0
"""Addresses of the two-level system (domain.md §8.1), and older ones whose district is kept as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import msgspec

from dothi.foundation.text import fold, nfc, telex_fold
from dothi.places.rules.book import Book
from dothi.places.rules.tree import Version
from dothi.places.rules.words import bare_name, level, spelled_out, split_kind, usual_name

_ALLEY = re.compile(r"^(ngõ|ngách|hẻm|kiệt|ngo|ngach|hem|kiet)\b", re.IGNORECASE)
_GROUP = re.compile(
    r"^(tổ dân phố|tổ|tdp|khu phố|kp|khóm|thôn|ấp|bản|buôn|làng|xóm|tiểu khu|sóc|"
    r"to dan pho|khu pho|khom|thon|ban|buon|lang|xom|ap)\b\.?\s*",
    re.IGNORECASE,
)
_STREET = re.compile(r"^(đường|phố|đại lộ|quốc lộ|tỉnh lộ|duong|pho|đ\.|ql)\b\.?", re.IGNORECASE)
_HOUSE = re.compile(
    r"^(?:số nhà|số|so nha|so|sn)?\.?\s*(\d[\w/.\-]*|[A-Z]\d[\w/.\-]*)(?:\s+|$)", re.IGNORECASE
)


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of an address as they were written, abbreviations spelled out. `legacy_district` is text only."""

    house: str = ""
    alley: str = ""
    street: str = ""
    group: str = ""
    ward: str = ""
    legacy_district: str = ""
    province: str = ""
    rest: str = ""


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """An address with the unit that it lies in on the day asked for; `candidates` when several may be meant.

    `written`: the unit as it was written, when that one is gone.
    """

    address: Address
    unit: str | None = None
    written: str | None = None
    candidates: tuple[str, ...] = ()
    normal: str = ""


def _titled(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first(pieces: list[str], found: dict[str, str]) -> list[str]:
    """House number, alley, street and group from the pieces that name no unit."""
    rest: list[str] = []
    for piece in pieces:
        said = piece
        if not found.get("house") and not found.get("street") and not _GROUP.match(said):
            house = _HOUSE.match(said)
            if house:
                found["house"], said = house.group(1), said[house.end() :].strip()
        if not said:
            continue
        if _ALLEY.match(said):
            found["alley"] = ", ".join(filter(None, [found.get("alley", ""), said]))
        elif _GROUP.match(said) and not found.get("group"):
            found["group"] = _titled(said)
        elif not found.get("street") and (_STREET.match(said) or found.get("house")):
            found["street"] = said
        else:
            rest.append(said)
    return rest


def parse(text: str, provinces: Sequence[str] = ()) -> Address:
    """Take an address apart at its commas, from the end. `provinces`: bare names that are known."""
    known = {fold(name) for name in provinces}
    pieces = [piece for part in re.split(r"[,;\n]", text) if (piece := spelled_out(part).strip(" ."))]
    found: dict[str, str] = {}
    left: list[str] = []
    for piece in reversed(pieces):
        kind, name = split_kind(piece)
        what = level(kind)
        is_province = what in {"province", "city"} or fold(usual_name(piece)) in known
        if is_province and not found.get("province") and not found.get("ward") and not left:
            found["province"] = _titled(piece)
        elif what in {"district", "city"} and not found.get("district"):
            found["district"] = _titled(piece)
        elif what == "ward" and not found.get("ward"):
            found["ward"] = f"{_titled(kind)} {name}"
        else:
            left.append(piece)
    rest = _first(left[::-1], found)
    district = found.pop("district", "")
    return Address(**found, legacy_district=district, rest=", ".join(rest))


def written(address: Address, ward: str = "", province: str = "") -> str:
    """The address as the two-level system writes it; the former district is left out."""
    first = " ".join(filter(None, [address.house, address.street]))
    parts = [
        first, address.alley, address.group, address.rest, ward or address.ward, province or address.province
    ]  # fmt: skip
    return ", ".join(nfc(part) for part in parts if part)


def _is_called(version: Version, kind: str, name: str) -> bool:
    if kind and version.kind and fold(kind) != fold(version.kind):
        return False
    return fold(bare_name(version.kind, version.name)) in {fold(name), fold(usual_name(name))}


def _province(book: Book, text: str, day: date) -> str | None:
    """The province or city that is meant; a former one leads to its only heir."""
    name = split_kind(text)[1] if split_kind(text)[0] else text
    for version in sorted(book.versions, key=lambda v: v.valid_from, reverse=True):
        if version.parent is None and _is_called(version, "", name):
            heirs = book.heirs(version.unit, day)
            if len(heirs) == 1:
                return heirs[0]
    return None


def _named(book: Book, address: Address, province: str | None, day: date) -> list[Version]:
    """Units of any date that an address may mean, those of the day before those that are gone."""
    kind, name = split_kind(address.ward or address.rest.rpartition(", ")[2])
    if not name:
        return []
    district = split_kind(address.legacy_district)[1] if address.legacy_district else ""
    found = []
    for version in book.versions:
        if version.parent is None or not _is_called(version, kind, name):
            continue
        above = book.chain(version.unit)[:-1]
        if province and province not in {h for u in [*above, version.unit] for h in book.heirs(u, day)} | set(
            above
        ):
            continue
        found.append(version)
    of_district = [v for v in found if district and any(
        _is_called(book.last(u), "", district) for u in book.chain(v.unit)[:-1])]  # fmt: skip
    if of_district:
        return of_district
    return [v for v in found if v.unit in book.tree(day)] or found


def locate(book: Book, text: str, day: date) -> Located:
    """Parse an address and find its unit on a day: the ward of today that an older address lies in."""
    roots = {bare_name(v.kind, v.name) for v in book.versions if v.parent is None}
    address = parse(text, tuple(roots))
    if not address.ward and not address.province:
        address = parse(telex_fold(text), tuple(roots)) if "," not in text else address
    province = _province(book, address.province, day) if address.province else None
    named = list(dict.fromkeys(v.unit for v in _named(book, address, province, day)))
    heirs = list(dict.fromkeys(h for u in named for h in book.heirs(u, day)))
    if not named and province and not address.ward:
        named, heirs = [province], [province]
    unit = heirs[0] if len(heirs) == 1 else None
    gone = named[0] if unit and len(named) == 1 and named[0] != unit else None
    return Located(
        address=address, unit=unit, written=gone, candidates=() if unit else tuple(heirs),
        normal=_normal(book, address, unit, day),
    )  # fmt: skip


def _normal(book: Book, address: Address, unit: str | None, day: date) -> str:
    if unit is None:
        return written(address)
    chain = [str(book.tree(day).units[u]) for u in book.tree(day).chain(unit)]
    ward = chain[-1] if len(chain) > 1 else ""
    rest = address.rest
    if not address.ward and ward and rest:
        last = rest.rpartition(", ")
        if fold(split_kind(last[2])[1]) == fold(bare_name("", split_kind(ward)[1])):
            address = msgspec.structs.replace(address, rest=last[0])
    return written(address, ward, chain[0])
