# SPDX-License-Identifier: Apache-2.0
"""The kinds of things a city senses: NGSI-LD type, symbol and attributes with their names and units.

Types and attribute names follow Smart Data Models (smartdatamodels.org); unit codes are UN/CEFACT
Recommendation 20. Pages name attributes from here, the demo city and the mapping screens use the same table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """One attribute: NGSI-LD term, names, UN/CEFACT unit code, unit as shown, decimals as shown."""

    term: str
    vi: str
    en: str
    unit_code: str
    unit: str
    decimals: int = 0


@dataclass(frozen=True)
class Kind:
    """One kind of sensor or asset: key, NGSI-LD type, names, main quantity first, usual period in seconds."""

    key: str
    type: str
    vi: str
    en: str
    period: int
    quantities: tuple[Quantity, ...]


def _q(term: str, vi: str, en: str, unit_code: str, unit: str, decimals: int = 0) -> Quantity:
    return Quantity(term, vi, en, unit_code, unit, decimals)


KINDS: tuple[Kind, ...] = (
    Kind(
        "air",
        "AirQualityObserved",
        "Chất lượng không khí",
        "Air quality",
        300,
        (
            _q("pm25", "Bụi PM2.5", "PM2.5", "GQ", "µg/m³", 1),
            _q("pm10", "Bụi PM10", "PM10", "GQ", "µg/m³", 1),
            _q("no2", "NO₂", "NO₂", "GQ", "µg/m³", 1),
            _q("temperature", "Nhiệt độ", "Temperature", "CEL", "°C", 1),
            _q("relativeHumidity", "Độ ẩm", "Humidity", "P1", "%", 0),
        ),
    ),
    Kind(
        "rain",
        "WeatherObserved",
        "Lượng mưa",
        "Rain",
        300,
        (_q("precipitation", "Lượng mưa", "Rainfall", "MMT", "mm", 1),),
    ),
    Kind(
        "canal",
        "WaterLevelObserved",
        "Mực nước kênh",
        "Canal level",
        300,
        (_q("waterLevel", "Mực nước", "Water level", "MTR", "m", 2),),
    ),
    Kind(
        "flood",
        "FloodMonitoring",
        "Ngập đường phố",
        "Street flooding",
        60,
        (_q("floodDepth", "Độ sâu ngập", "Flood depth", "CMT", "cm", 0),),
    ),
    Kind(
        "traffic",
        "TrafficFlowObserved",
        "Lưu lượng giao thông",
        "Traffic flow",
        60,
        (
            _q("intensity", "Lưu lượng", "Intensity", "", "xe/h", 0),
            _q("averageVehicleSpeed", "Tốc độ trung bình", "Average speed", "KMH", "km/h", 0),
        ),
    ),
    Kind(
        "parking",
        "OffStreetParking",
        "Bãi đỗ xe",
        "Parking",
        120,
        (
            _q("availableSpotNumber", "Chỗ trống", "Free spots", "", "", 0),
            _q("totalSpotNumber", "Tổng số chỗ", "All spots", "", "", 0),
        ),
    ),
    Kind(
        "lamp",
        "Streetlight",
        "Đèn đường",
        "Street lamp",
        900,
        (
            _q("illuminanceLevel", "Mức sáng", "Light level", "P1", "%", 0),
            _q("powerConsumption", "Công suất", "Power", "WTT", "W", 0),
        ),
    ),
    Kind(
        "noise",
        "NoiseLevelObserved",
        "Tiếng ồn",
        "Noise",
        60,
        (_q("LAeq", "Mức ồn LAeq", "LAeq", "2N", "dB", 1),),
    ),
    Kind(
        "bin",
        "WasteContainer",
        "Thùng rác",
        "Waste bin",
        1800,
        (_q("fillingLevel", "Mức đầy", "Filling level", "P1", "%", 0),),
    ),
    Kind(
        "pressure",
        "WaterNetworkObserved",
        "Áp lực nước",
        "Water pressure",
        300,
        (
            _q("pressure", "Áp lực", "Pressure", "BAR", "bar", 2),
            _q("flow", "Lưu lượng", "Flow", "MQH", "m³/h", 1),
        ),
    ),
    Kind(
        "power",
        "ACMeasurement",
        "Điện năng",
        "Power supply",
        300,
        (
            _q("activePower", "Công suất tác dụng", "Active power", "KWT", "kW", 1),
            _q("voltage", "Điện áp", "Voltage", "VLT", "V", 0),
        ),
    ),
    Kind(
        "bus",
        "Vehicle",
        "Xe buýt",
        "Bus",
        30,
        (
            _q("speed", "Tốc độ", "Speed", "KMH", "km/h", 0),
            _q("occupancy", "Số khách", "Passengers", "", "", 0),
        ),
    ),
)

BY_KEY = {kind.key: kind for kind in KINDS}
BY_TYPE = {kind.type: kind for kind in KINDS}
QUANTITIES = {quantity.term: quantity for kind in KINDS for quantity in kind.quantities}
