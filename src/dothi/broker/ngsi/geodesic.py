# SPDX-License-Identifier: Apache-2.0
"""Distances on the WGS 84 ellipsoid: Vincenty's inverse formula, and geometries seen from one point."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

_A = 6378137.0
_F = 1 / 298.257223563
_B = _A * (1 - _F)


def inverse(lon1: float, lat1: float, lon2: float, lat2: float) -> tuple[float, float]:
    """(metres, azimuth in radians) from the first to the second point."""
    if (lon1, lat1) == (lon2, lat2):
        return 0.0, 0.0
    difference = math.radians((lon2 - lon1 + 180) % 360 - 180)
    u1 = math.atan((1 - _F) * math.tan(math.radians(lat1)))
    u2 = math.atan((1 - _F) * math.tan(math.radians(lat2)))
    sin1, cos1, sin2, cos2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    lam = difference
    for _ in range(100):
        east = cos2 * math.sin(lam)
        north = cos1 * sin2 - sin1 * cos2 * math.cos(lam)
        sin_s = math.hypot(east, north)
        if sin_s == 0:
            return 0.0, 0.0
        cos_s = sin1 * sin2 + cos1 * cos2 * math.cos(lam)
        sigma = math.atan2(sin_s, cos_s)
        sin_a = cos1 * cos2 * math.sin(lam) / sin_s
        cos2_a = 1 - sin_a**2
        mid = cos_s - 2 * sin1 * sin2 / cos2_a if cos2_a > 1e-15 else 0.0
        c = _F / 16 * cos2_a * (4 + _F * (4 - 3 * cos2_a))
        before = lam
        inner = mid + c * cos_s * (2 * mid**2 - 1)
        lam = difference + (1 - c) * _F * sin_a * (sigma + c * sin_s * inner)
        if abs(lam - before) < 1e-12:
            return _length(cos2_a, sigma, sin_s, cos_s, mid), math.atan2(east, north)
    return _sphere(lon1, lat1, lon2, lat2)


def _length(cos2_a: float, sigma: float, sin_s: float, cos_s: float, mid: float) -> float:
    u = cos2_a * (_A**2 - _B**2) / _B**2
    big_a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    big_b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    third = big_b / 6 * mid * (4 * sin_s**2 - 3) * (4 * mid**2 - 3)
    delta = big_b * sin_s * (mid + big_b / 4 * (cos_s * (2 * mid**2 - 1) - third))
    return _B * big_a * (sigma - delta)


def _sphere(lon1: float, lat1: float, lon2: float, lat2: float) -> tuple[float, float]:
    """Nearly antipodal points, where Vincenty does not converge."""
    p1, p2, lam = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    h = math.sin((p2 - p1) / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(lam / 2) ** 2
    azimuth = math.atan2(
        math.sin(lam) * math.cos(p2),
        math.cos(p1) * math.sin(p2) - math.sin(p1) * math.cos(p2) * math.cos(lam),
    )
    return 2 * 6371008.8 * math.asin(min(1.0, math.sqrt(h))), azimuth


def seen_from(lon: float, lat: float, shape: BaseGeometry) -> BaseGeometry:
    """The shape on a plane in metres whose origin is the point: distances from the origin are true."""

    def move(points: np.ndarray) -> np.ndarray:
        moved = np.empty_like(points)
        for i, (x, y) in enumerate(points):
            metres, azimuth = inverse(lon, lat, float(x), float(y))
            moved[i] = (metres * math.sin(azimuth), metres * math.cos(azimuth))
        return moved

    return shapely.transform(shape, move)


def distance(one: BaseGeometry, other: BaseGeometry) -> float:
    """Metres between two shapes; exact for points, and for shapes as seen from the first one's centre."""
    if one.geom_type == "Point" and other.geom_type == "Point":
        return inverse(one.x, one.y, other.x, other.y)[0]
    if one.geom_type != "Point" and other.geom_type == "Point":
        one, other = other, one
    if one.geom_type != "Point" and one.intersects(other):
        return 0.0
    centre = one.representative_point()
    return float(seen_from(centre.x, centre.y, one).distance(seen_from(centre.x, centre.y, other)))
