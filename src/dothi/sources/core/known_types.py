# SPDX-License-Identifier: Apache-2.0
"""What a device may be: the kinds of the console, and further types of Smart Data Models with their names.

A choice is a key of `foundation.kinds`, or the name of a type.
"""

from __future__ import annotations

from dothi.foundation.kinds import BY_KEY, BY_TYPE, KINDS

MORE: dict[str, tuple[str, str]] = {
    "WeatherObserved": ("Trạm thời tiết", "Weather station"),
    "WaterQualityObserved": ("Chất lượng nước", "Water quality"),
    "IndoorEnvironmentObserved": ("Môi trường trong nhà", "Indoor environment"),
    "PhreaticObserved": ("Nước ngầm", "Groundwater"),
    "ElectroMagneticObserved": ("Điện từ trường", "Electromagnetic field"),
    "WaterConsumptionObserved": ("Đồng hồ nước", "Water meter"),
    "WasteWaterPlant": ("Trạm xử lý nước thải", "Wastewater plant"),
    "Pump": ("Máy bơm", "Pump"),
    "Tank": ("Bể chứa", "Tank"),
    "Valve": ("Van", "Valve"),
    "CrowdFlowObserved": ("Lượng người qua lại", "Crowd flow"),
    "ItemFlowObserved": ("Lưu lượng phương tiện theo loại", "Item flow"),
    "OnStreetParking": ("Đỗ xe lòng đường", "On-street parking"),
    "ParkingSpot": ("Chỗ đỗ xe", "Parking spot"),
    "EVChargingStation": ("Trạm sạc xe điện", "EV charging station"),
    "BikeHireDockingStation": ("Trạm xe đạp công cộng", "Bike docking station"),
    "ThreePhaseAcMeasurement": ("Điện ba pha", "Three-phase power"),
    "PhotovoltaicMeasurement": ("Điện mặt trời", "Solar power"),
    "StorageBatteryMeasurement": ("Ắc quy lưu trữ", "Storage battery"),
    "StreetlightControlCabinet": ("Tủ điều khiển chiếu sáng", "Street light cabinet"),
    "GreenspaceRecord": ("Công viên, cây xanh", "Green space"),
    "AgriParcelRecord": ("Đất và cây trồng", "Soil and crops"),
    "Building": ("Toà nhà", "Building"),
    "Camera": ("Máy ảnh giám sát", "Camera"),
    "DeviceMeasurement": ("Phép đo khác", "Other measurement"),
}
"""Type -> Vietnamese and English name."""
_UNKNOWN = ("Chưa rõ loại", "Kind not known")


def is_kind(chosen: str) -> bool:
    return chosen in BY_KEY or chosen in MORE


def type_of(kind: str) -> str:
    """The NGSI-LD type of a choice; empty when it is none."""
    return BY_KEY[kind].type if kind in BY_KEY else kind if kind in MORE else ""


def kind_of(type_: str) -> str:
    """The choice that stands for a type, which may be an IRI; empty for a type that is not listed."""
    term = type_.rpartition("/")[2]
    return BY_TYPE[term].key if term in BY_TYPE else term if term in MORE else ""


def name_of(kind: str, language: str) -> str:
    """How a choice is called; the choice itself when it is none of ours."""
    if kind in BY_KEY:
        return BY_KEY[kind].vi if language == "vi" else BY_KEY[kind].en
    known = _UNKNOWN if kind == "Device" else MORE.get(kind, (kind, kind))
    return known[language != "vi"]


def usual(language: str) -> list[tuple[str, str]]:
    """The kinds that the console draws with a symbol of their own."""
    return [(kind.key, name_of(kind.key, language)) for kind in KINDS]


def further(language: str) -> list[tuple[str, str]]:
    """The other types, by name."""
    return [(type_, name_of(type_, language)) for type_ in MORE]


def main_term(kind: str) -> str:
    """The first quantity of a kind; empty when its quantities are not known."""
    return BY_KEY[kind].quantities[0].term if kind in BY_KEY else ""
