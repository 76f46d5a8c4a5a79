# SPDX-License-Identifier: Apache-2.0
"""WGS 84 inside, VN-2000 (EPSG:4756) out: the national seven parameters and the transverse Mercator of a zone.

Own formulas instead of PROJ (its wheel is 9 MB, 32 MB unpacked): docs/decisions/0012-vn2000-by-own-formulas.md. They agree with
PROJ's to a tenth of a millimetre; tests hold the values.
"""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from dothi.places.errors import BadPoint
from dothi.places.rules.tree import is_valid_at

# WGS 84 ellipsoid; VN-2000 has the same one, set elsewhere.
_A = 6378137.0
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)
_SECOND = math.pi / 180 / 3600
# VN-2000 to WGS 84, EPSG:6960 (Decision 05/2007/QĐ-BTNMT): metres, arc seconds, parts a million.
_SHIFT = (-191.90441429, -39.30318279, -111.45032835)
_TURN = tuple(r * _SECOND for r in (-0.00928836, 0.01975479, -0.00427372))
_SCALE = 1 + 0.252906278e-6

# Krüger's series in the third flattening, to the fourth order: far below a millimetre at 6 degrees.
_N = _F / (2 - _F)
_RADIUS = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)
_ALPHA = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16 + 41 * _N**4 / 180,
    13 * _N**2 / 48 - 3 * _N**3 / 5 + 557 * _N**4 / 1440,
    61 * _N**3 / 240 - 103 * _N**4 / 140,
    49561 * _N**4 / 161280,
)
_FALSE_EAST = 500_000.0
_FURTHEST = 6.0
"""Degrees from the central meridian up to which the grid is used (islands lie far from it)."""


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A province's zone: central meridian in degrees, scale on it, as long as it counts, with its source."""

    province: str
    name: str
    meridian: float
    scale: float = 0.9999
    valid_from: date
    valid_to: date | None = None
    source: str
    proven: bool = False


class GridPoint(msgspec.Struct, frozen=True):
    """Metres: `east` (with 500,000 on the central meridian), `north` from the equator."""

    east: float
    north: float


@cache
def zones() -> tuple[Zone, ...]:
    return msgspec.json.decode(
        files("dothi.places").joinpath("grid_zones.json").read_bytes(), type=tuple[Zone, ...]
    )


def zone_of(province: str, at: date) -> Zone | None:
    """The zone of a province by its statistical code on a day."""
    for zone in zones():
        if zone.province == province and is_valid_at(zone.valid_from, zone.valid_to, at):
            return zone
    return None


def to_vn2000(lon: float, lat: float) -> tuple[float, float]:
    """Longitude and latitude in VN-2000 of a WGS 84 point on the ellipsoid."""
    if not (100 <= lon <= 120 and 4 <= lat <= 26):
        raise BadPoint("places.grid.outside")
    x, y, z = _cartesian(math.radians(lon), math.radians(lat))
    x, y, z = ((v - s) / _SCALE for v, s in zip((x, y, z), _SHIFT, strict=True))
    rx, ry, rz = _TURN
    # The transposed rotation of the coordinate frame convention.
    turned = (x - rz * y + ry * z, rz * x + y - rx * z, -ry * x + rx * y + z)
    return _geodetic(*turned)


def project(lon: float, lat: float, meridian: float, scale: float = 0.9999) -> GridPoint:
    """Transverse Mercator of a VN-2000 point, in metres."""
    if abs(lon - meridian) > _FURTHEST:
        raise BadPoint("places.grid.outside")
    phi, lam = math.radians(lat), math.radians(lon - meridian)
    e = math.sqrt(_E2)
    t = math.sinh(math.atanh(math.sin(phi)) - e * math.atanh(e * math.sin(phi)))
    xi = math.atan2(t, math.cos(lam))
    eta = math.asinh(math.sin(lam) / math.hypot(t, math.cos(lam)))
    north, east = xi, eta
    for j, alpha in enumerate(_ALPHA, 1):
        north += alpha * math.sin(2 * j * xi) * math.cosh(2 * j * eta)
        east += alpha * math.cos(2 * j * xi) * math.sinh(2 * j * eta)
    return GridPoint(_FALSE_EAST + scale * _RADIUS * east, scale * _RADIUS * north)


def grid_point(lon: float, lat: float, zone: Zone) -> GridPoint:
    """A WGS 84 point in a province's VN-2000 zone."""
    return project(*to_vn2000(lon, lat), zone.meridian, zone.scale)


def _cartesian(lam: float, phi: float) -> tuple[float, float, float]:
    radius = _A / math.sqrt(1 - _E2 * math.sin(phi) ** 2)
    flat = radius * math.cos(phi)
    return flat * math.cos(lam), flat * math.sin(lam), radius * (1 - _E2) * math.sin(phi)


def _geodetic(x: float, y: float, z: float) -> tuple[float, float]:
    flat = math.hypot(x, y)
    phi = math.atan2(z, flat * (1 - _E2))
    for _ in range(6):
        radius = _A / math.sqrt(1 - _E2 * math.sin(phi) ** 2)
        phi = math.atan2(z + _E2 * radius * math.sin(phi), flat)
    return math.degrees(math.atan2(y, x)), math.degrees(phi)
