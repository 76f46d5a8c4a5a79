# SPDX-License-Identifier: Apache-2.0
"""Noise that is a function of place and time: the same instant always gives the same value, in any order asked."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

Series = npt.NDArray[np.float64]


def number(*parts: object) -> int:
    """A stable 32-bit number of any names; `hash` would change with each start."""
    return zlib.crc32(":".join(map(str, parts)).encode())


def lattice(seed: int, index: npt.NDArray[np.int64]) -> Series:
    """Uniform in [0, 1) for each whole number (splitmix64)."""
    with np.errstate(over="ignore"):
        x = index.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return (x >> np.uint64(11)).astype(np.float64) * 2.0**-53


def jitter(seed: int, t: Series) -> Series:
    """Independent noise for each second, mean 0, standard deviation 1."""
    whole = t.astype(np.int64)
    return (lattice(seed, whole) + lattice(seed + 1, whole) + lattice(seed + 2, whole) - 1.5) * 2.0


def smooth(seed: int, t: Series, scale: float) -> Series:
    """Noise in [-1, 1] that wanders over about `scale` seconds."""
    place = t / scale
    whole = np.floor(place)
    part = place - whole
    part = part * part * (3 - 2 * part)
    index = whole.astype(np.int64)
    left, right = lattice(seed, index), lattice(seed, index + 1)
    return 2 * (left + (right - left) * part) - 1
