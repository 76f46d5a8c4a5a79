# SPDX-License-Identifier: Apache-2.0
"""Units and quantities as people write them in headers: UN/CEFACT codes and NGSI-LD terms."""

from __future__ import annotations

import functools
import re
import unicodedata

from dothi.foundation.kinds import QUANTITIES
from dothi.foundation.text import fold
from dothi.sources.core.mapping_names import NOT_READINGS, OWNED, is_term

_WRITTEN = {
    "GQ": "µg/m³ ug/m3 µg/m3 mcg/m3 microgam/m3",
    "GP": "mg/m³ mg/m3",
    "M1": "mg/l mg/lít",
    "59": "ppm",
    "61": "ppb",
    "CEL": "°C oC ºC độC độ_C doC degC celsius C",
    "P1": "% %RH phần_trăm percent",
    "MMT": "mm milimét",
    "CMT": "cm centimét",
    "MTR": "m mét",
    "KMT": "km",
    "KMH": "km/h km/giờ",
    "MTS": "m/s m/giây",
    "A97": "hPa mbar mb",
    "KPA": "kPa",
    "PAL": "Pa",
    "BAR": "bar",
    "MQH": "m³/h m3/h m3/giờ",
    "MQS": "m³/s m3/s",
    "MTQ": "m³ m3",
    "G51": "l/s lít/s",
    "LTR": "l lít",
    "2N": "dB dBA dB(A)",
    "WTT": "W",
    "KWT": "kW",
    "KWH": "kWh",
    "VLT": "V",
    "AMP": "A",
    "HTZ": "Hz",
    "LUX": "lux lx",
    "SEC": "s sec giây seconds second",
    "MIN": "phút min minutes",
    "HUR": "h giờ hours",
    "DAY": "ngày days",
    "DD": "° độ deg degrees",
    "Q30": "pH",
}

_NAMES = {
    "pm25": "pm2 5|pm 2 5|pm25|bui pm2 5|bui min|bui min pm2 5|nong do pm2 5",
    "pm10": "pm10|pm 10|bui pm10",
    "pm1": "pm1|pm 1|bui pm1",
    "tsp": "tsp|bui tsp|bui tong|tong bui lo lung|bui lo lung",
    "no2": "no2|no 2|nito dioxit",
    "so2": "so2|so 2|luu huynh dioxit",
    "o3": "o3|o 3|ozon|ozone",
    "co": "co|cacbon monoxit",
    "temperature": "nhiet do|nhiet do khong khi|temperature|temp|tempm|t kk",
    "relativeHumidity": "do am|do am khong khi|do am tuong doi|humidity|relative humidity|rh",
    "precipitation": "luong mua|mua|rain|rainfall|precipitation|luong mua ngay",
    "waterLevel": "muc nuoc|muc nuoc kenh|water level|waterlevel|cao trinh muc nuoc",
    "floodDepth": "do sau ngap|ngap|muc ngap|flood depth",
    "averageVehicleSpeed": "toc do trung binh|van toc trung binh|avgspeed|avg speed|average speed",
    "vehicleCount": "vehiclecount|vehicle count|so xe|luot xe",
    "intensity": "luu luong xe|luu luong giao thong|intensity",
    "totalSpotNumber": "totalspaces|total spaces|tong so cho|suc chua",
    "availableSpotNumber": "cho trong|so cho trong|free spaces|available spaces",
    "LAeq": "laeq|leq|muc on|do on|tieng on",
    "atmosphericPressure": "ap suat|ap suat khi quyen|khi ap|pressure hpa",
    "windSpeed": "toc do gio|wind speed|van toc gio",
    "windDirection": "huong gio|wind direction",
    "pH": "ph|do ph",
    "flow": "luu luong|luu luong nuoc|flow",
    "pressure": "ap luc|ap luc nuoc|pressure",
    "airQualityIndex": "aqi|vn aqi|chi so aqi|nowcast",
}


def _key(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text).replace("μ", "µ").replace("º", "°")
    return "".join(unicodedata.normalize("NFKC", composed).split()).casefold().strip(".")


@functools.cache
def _codes() -> dict[str, str]:
    exact = {q.unit: q.unit_code for q in QUANTITIES.values() if q.unit_code}
    written = {word.replace("_", ""): code for code, words in _WRITTEN.items() for word in words.split()}
    return {_key(text): code for text, code in {**written, **exact}.items()}


def unit_code(text: str) -> str | None:
    """The UN/CEFACT code of a written unit; None when it is none that we know."""
    return _codes().get(_key(text))


_BRACKETED = re.compile(
    r"^(?P<name>.*?)\s*[(\[{](?P<unit>[^()\[\]{}]*(?:\([^()]*\))?)[)\]}]\s*(?P<rest>.*)$", re.DOTALL
)
_TRAILING = re.compile(r"^(?P<name>.*?)(?:\s*[,;:_/-]\s*|\s+)(?P<unit>\S+)$", re.DOTALL)


def split_unit(header: str) -> tuple[str, str]:
    """Name and unit of a header: "PM2.5 (µg/m³)" is PM2.5 in µg/m³; "Date (LT)" has no unit."""
    text = " ".join(header.split())
    match = _BRACKETED.match(text)
    if match:
        unit = re.sub(r"^(?:đơn vị|đvt|unit)\s*:?\s*", "", match["unit"].strip(), flags=re.IGNORECASE)
        if unit_code(unit) is not None:
            return " ".join(f"{match['name']} {match['rest']}".split()), unit
        return text, ""
    match = _TRAILING.match(text)
    # A single letter behind a name is more often a label ("Trạm A") than a unit.
    labels = match is None or (len(match["unit"]) == 1 and match["unit"].isalpha())
    if match and not labels and unit_code(match["unit"]) and quantity(match["name"]):
        return match["name"], match["unit"]
    return text, ""


@functools.cache
def _terms() -> dict[str, str]:
    own = {
        fold(name): quantity.term
        for quantity in QUANTITIES.values()
        for name in (quantity.term, quantity.vi, quantity.en)
    }
    return {**own, **{name: term for term, names in _NAMES.items() for name in names.split("|")}}


def quantity(name: str) -> str | None:
    """The NGSI-LD term of a known quantity; None when the name is none."""
    return _terms().get(fold(name.replace("₂", "2").replace("₃", "3")))


def term(name: str) -> str:
    """An NGSI-LD term for any name: "Tổng Nitơ" is tongNito."""
    known = quantity(name)
    if known:
        return known
    made = name
    if not is_term(name):
        words = fold(name).split()
        made = "".join(word if i == 0 else word.capitalize() for i, word in enumerate(words))[:60]
    if not made[:1].isalpha() or made.lower() in NOT_READINGS | OWNED:
        # A bare number is no name, and some names are those that `sources` writes.
        made = f"cot{made[:1].upper()}{made[1:]}"
    return made
