# SPDX-License-Identifier: Apache-2.0
"""Units of measure that a person may choose for a device: UN/CEFACT code and how it is written."""

from __future__ import annotations

from dothi.foundation.kinds import QUANTITIES

_MORE = {
    "GP": "mg/m³", "M1": "mg/l", "59": "ppm", "61": "ppb", "FAH": "°F", "KMT": "km", "MTS": "m/s", "A97": "hPa",
    "KPA": "kPa", "PAL": "Pa", "MQS": "m³/s", "MTQ": "m³", "G51": "l/s", "LTR": "l", "KWH": "kWh", "AMP": "A",
    "HTZ": "Hz", "LUX": "lux", "SEC": "s", "MIN": "min", "HUR": "h", "DD": "°", "Q30": "pH",
}  # fmt: skip
UNITS: dict[str, str] = {q.unit_code: q.unit for q in QUANTITIES.values() if q.unit_code} | _MORE


def choices() -> list[tuple[str, str]]:
    """Code and written unit, in the order of what is written."""
    return sorted(UNITS.items(), key=lambda unit: unit[1].casefold())


def written(code: str) -> str:
    """The unit as people write it; a code that is not listed stays as it is."""
    return UNITS.get(code, code)
