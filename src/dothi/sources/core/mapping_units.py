# SPDX-License-Identifier: Apache-2.0
"""Units as devices write them, their UN/CEFACT codes, and how to come from one to another."""

from __future__ import annotations

WRITTEN: dict[str, str] = {
    "c": "CEL", "°c": "CEL", "celsius": "CEL", "degc": "CEL",
    "f": "FAH", "°f": "FAH", "fahrenheit": "FAH", "k": "KEL",
    "hpa": "A97", "mbar": "MBR", "pa": "PAL", "kpa": "KPA", "bar": "BAR", "mmhg": "HN", "inhg": "F79",
    "%": "P1", "percent": "P1", "µg/m³": "GQ", "μg/m³": "GQ", "ug/m3": "GQ", "µg/m3": "GQ", "mg/m3": "GP",
    "mg/m³": "GP", "ppm": "59", "ppb": "61", "lux": "LUX", "lx": "LUX", "db": "2N", "db(a)": "2N",
    "mm": "MMT", "cm": "CMT", "m": "MTR", "km": "KMT", "m/s": "MTS", "km/h": "KMH",
    "w": "WTT", "kw": "KWT", "wh": "WHR", "kwh": "KWH", "v": "VLT", "mv": "2Z", "a": "AMP", "ma": "4K",
    "m3/h": "MQH", "m³/h": "MQH", "m3": "MTQ", "m³": "MTQ", "l": "LTR", "l/s": "G51",
    "s": "SEC", "min": "MIN", "h": "HUR", "ms": "C26",
}  # fmt: skip

_TO_FIRST: dict[str, tuple[str, float, float]] = {
    # unit -> (reference unit, scale, offset): reference = value * scale + offset
    "CEL": ("CEL", 1, 0), "KEL": ("CEL", 1, -273.15), "FAH": ("CEL", 5 / 9, -160 / 9),
    "PAL": ("PAL", 1, 0), "A97": ("PAL", 100, 0), "MBR": ("PAL", 100, 0), "KPA": ("PAL", 1000, 0),
    "BAR": ("PAL", 100000, 0), "HN": ("PAL", 133.322387415, 0), "F79": ("PAL", 3386.389, 0),
    "MTR": ("MTR", 1, 0), "CMT": ("MTR", 0.01, 0), "MMT": ("MTR", 0.001, 0), "KMT": ("MTR", 1000, 0),
    "MTS": ("MTS", 1, 0), "KMH": ("MTS", 1 / 3.6, 0),
    "WTT": ("WTT", 1, 0), "KWT": ("WTT", 1000, 0), "WHR": ("WHR", 1, 0), "KWH": ("WHR", 1000, 0),
    "VLT": ("VLT", 1, 0), "2Z": ("VLT", 0.001, 0), "AMP": ("AMP", 1, 0), "4K": ("AMP", 0.001, 0),
    "GQ": ("GQ", 1, 0), "GP": ("GQ", 1000, 0), "59": ("61", 1000, 0), "61": ("61", 1, 0),
    "MQH": ("MQH", 1, 0), "G51": ("MQH", 3.6, 0), "MTQ": ("LTR", 1000, 0), "LTR": ("LTR", 1, 0),
    "SEC": ("SEC", 1, 0), "MIN": ("SEC", 60, 0), "HUR": ("SEC", 3600, 0), "C26": ("SEC", 0.001, 0),
}  # fmt: skip


def code(written: str) -> str:
    """The UN/CEFACT code of a unit as written; a text that is not known stays as it is."""
    return WRITTEN.get(written.strip().casefold(), written.strip())


def conversion(from_code: str, to_code: str) -> tuple[float, float] | None:
    """(scale, offset) that turns one unit into the other; None when they do not measure the same."""
    if from_code == to_code:
        return (1.0, 0.0)
    ours, theirs = _TO_FIRST.get(from_code), _TO_FIRST.get(to_code)
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return None
    return (ours[1] / theirs[1], (ours[2] - theirs[2]) / theirs[1])
