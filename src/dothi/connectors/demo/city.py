# SPDX-License-Identifier: Apache-2.0
"""The demo city as one value: plan, streets, sources, sensors and assets of one seed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from shapely.geometry import LineString, Point
from shapely.ops import linemerge

from dothi.connectors.demo import names, plan, streets
from dothi.connectors.demo.noise import number
from dothi.connectors.demo.plan import Plan, degrees
from dothi.connectors.demo.streets import Street
from dothi.foundation.kinds import BY_KEY, Kind

SEED = 7
COUNTS = {
    "air": 20, "rain": 18, "canal": 16, "flood": 40, "traffic": 60, "parking": 16,
    "lamp": 50, "noise": 20, "bin": 24, "pressure": 14, "power": 12, "bus": 10,
}  # fmt: skip
SOURCES = {
    "demo-environment": ("Trạm quan trắc môi trường", ("air", "noise")),
    "demo-hydrology": ("Đài thủy văn đô thị", ("rain", "canal")),
    "demo-drainage": ("Công ty thoát nước", ("flood",)),
    "demo-traffic": ("Trung tâm điều khiển giao thông", ("traffic",)),
    "demo-parking": ("Ban quản lý bãi đỗ xe", ("parking",)),
    "demo-lighting-north": ("Chiếu sáng công cộng bờ Bắc", ("lamp",)),
    "demo-lighting-south": ("Chiếu sáng công cộng bờ Nam", ("lamp",)),
    "demo-waste": ("Công ty môi trường đô thị", ("bin",)),
    "demo-water": ("Công ty cấp nước", ("pressure",)),
    "demo-power": ("Điện lực thành phố", ("power",)),
    "demo-bus": ("Xí nghiệp xe buýt", ("bus",)),
}
DEAD_SOURCE = "demo-lighting-south"


@dataclass(frozen=True)
class Contact:
    name: str
    phone: str


@dataclass(frozen=True)
class Source:
    """What one gateway serves; `contact` is whom to call."""

    slug: str
    name: str
    kinds: tuple[str, ...]
    contact: Contact


@dataclass(frozen=True)
class Sensor:
    """One device. `number` seeds its noise, `low` (0 to 1) is how low its ground lies, `route` is a bus's way."""

    device: str
    kind: Kind
    name: str
    x: float
    y: float
    ward: str
    source: str
    contact: Contact
    number: int
    low: float
    size: float
    route: LineString | None = None

    @property
    def id(self) -> str:
        return f"urn:ngsi-ld:{self.kind.type}:{names.CITY_CODE}-{self.device}"

    @property
    def lonlat(self) -> tuple[float, float]:
        return degrees(self.x, self.y)


@dataclass(frozen=True)
class Asset:
    code: str
    type: str
    name: str
    x: float
    y: float
    ward: str
    contact: Contact

    @property
    def id(self) -> str:
        return f"urn:ngsi-ld:{self.type}:{names.CITY_CODE}-{self.code}"

    @property
    def lonlat(self) -> tuple[float, float]:
        return degrees(self.x, self.y)


@dataclass(frozen=True)
class City:
    seed: int
    plan: Plan
    streets: tuple[Street, ...]
    sources: tuple[Source, ...]
    sensors: tuple[Sensor, ...]
    assets: tuple[Asset, ...]


@lru_cache(maxsize=4)
def make(seed: int = SEED) -> City:
    """The city of one seed: the same seed gives the same city on every machine."""
    town = plan.make(seed)
    roads = streets.make(seed, town)
    sources = tuple(
        Source(slug, name, kinds, Contact(names.PEOPLE[n], f"0900 000 0{n + 11:02d}"))
        for n, (slug, (name, kinds)) in enumerate(SOURCES.items())
    )
    builder = _Builder(seed, town, roads, {source.slug: source for source in sources})
    sensors = tuple(sensor for key in COUNTS for sensor in builder.sensors(key))
    return City(seed, town, roads, sources, sensors, tuple(builder.assets()))


class _Builder:
    def __init__(self, seed: int, town: Plan, roads: tuple[Street, ...], sources: dict[str, Source]) -> None:
        self.chance = random.Random(seed + 2)  # noqa: S311 - a town plan, not a secret
        self.seed = seed
        self.town = town
        self.sources = sources
        self.roads = [road for road in roads if road.level != "bridge"]
        self.main = [road for road in self.roads if road.level != "residential"]

    def sensors(self, key: str) -> Iterator[Sensor]:
        place: Callable[[int], tuple[str, float, float, LineString | None]] = getattr(
            self, f"_{key}", self._kerb
        )
        taken: dict[str, int] = {}
        for n in range(COUNTS[key]):
            where, x, y, route = place(n)
            taken[where] = taken.get(where, 0) + 1
            where += f" {taken[where]}" if taken[where] > 1 else ""
            device = f"{key}-{n + 1:03d}"
            slug = self._source(key, y, x)
            yield Sensor(
                device=device, kind=BY_KEY[key], name=where, x=x, y=y, ward=self.town.ward_at(x, y).code,
                source=slug, contact=self.sources[slug].contact, number=number(self.seed, device),
                low=self._low(x, y), size=self.chance.random(), route=route,
            )  # fmt: skip

    def assets(self) -> Iterator[Asset]:
        hall = Contact(names.PEOPLE[-1], "0900 000 001")
        drainage, lighting = (
            self.sources["demo-drainage"].contact,
            self.sources["demo-lighting-north"].contact,
        )
        waste, buses = self.sources["demo-waste"].contact, self.sources["demo-bus"].contact
        found: list[tuple[str, str, float, float, Contact]] = [
            ("Building", "Tòa thị chính Lạc Giang", 300.0, 420.0, hall),
            ("Depot", "Bến xe buýt Tân Giang", 620.0, -1_050.0, buses),
            ("Depot", "Kho vật tư chống ngập Hòa Lạc", 1_500.0, 820.0, drainage),
            ("Depot", "Đội xe môi trường Cầu Ván", -2_300.0, -1_700.0, waste),
            ("Depot", "Kho đèn chiếu sáng Bến Sậy", -1_900.0, 900.0, lighting),
        ]
        for canal, name in zip(self.town.canals, names.CANALS, strict=True):
            for n, part in enumerate((0.02, 0.35, 0.7), 1):
                at = canal.interpolate(part, normalized=True)
                kind, word = (
                    ("FloodGate", "Cống ngăn triều") if n == 1 else ("PumpingStation", f"Trạm bơm {n - 1}")
                )
                found.append((kind, f"{word} {name.lower()[:4]}{name[4:]}", at.x + 30, at.y, drainage))
        for n in range(4):
            _, x, y, _ = self._kerb(n)
            found.append(("PumpingStation", f"Trạm bơm {self.town.ward_at(x, y).name[7:]}", x, y, drainage))
        for n, (kind, name, x, y, contact) in enumerate(found, 1):
            yield Asset(f"asset-{n:03d}", kind, name, x, y, self.town.ward_at(x, y).code, contact)

    def _source(self, key: str, y: float, x: float) -> str:
        if key == "lamp":
            return "demo-lighting-north" if y > self._river_y(x) else "demo-lighting-south"
        return next(slug for slug, (_, kinds) in SOURCES.items() if key in kinds)

    def _river_y(self, x: float) -> float:
        cut = self.town.river_line.intersection(LineString([(x, -9_000), (x, 9_000)]))
        return float(cut.centroid.y)

    def _low(self, x: float, y: float) -> float:
        """Low ground lies by the water and in a few hollows."""
        lines = (self.town.river_line, *self.town.canals)
        from_water: float = min(line.distance(Point(x, y)) for line in lines)
        return max(0.0, 1 - from_water / 1_600) * 0.8 + 0.2 * self.chance.random()

    def _on(self, road: Street, part: float) -> tuple[float, float]:
        at = road.line.interpolate(part, normalized=True)
        return at.x, at.y

    def _kerb(self, n: int) -> tuple[str, float, float, LineString | None]:
        road = self.roads[(n * 37 + self.chance.randrange(7) * 11) % len(self.roads)]
        x, y = self._on(road, self.chance.uniform(0.15, 0.85))
        return road.name, x, y, None

    def _ward(self, n: int, word: str) -> tuple[str, float, float, LineString | None]:
        ward = self.town.wards[n % len(self.town.wards)]
        spot = ward.shape.centroid
        turn = n // len(self.town.wards) * 2.1 + 0.4
        again = f" {n // len(self.town.wards) + 1}" if n >= len(self.town.wards) else ""
        x, y = spot.x + 420 * (turn > 1) * math.cos(turn), spot.y + 420 * (turn > 1) * math.sin(turn)
        return f"{word} {ward.name[7:]}{again}", x, y, None

    def _air(self, n: int) -> tuple[str, float, float, LineString | None]:
        return self._ward(n, "Trạm không khí")

    def _rain(self, n: int) -> tuple[str, float, float, LineString | None]:
        name, x, y, _ = self._ward(n, "Trạm mưa")
        return name, x + 260, y - 180, None

    def _canal(self, n: int) -> tuple[str, float, float, LineString | None]:
        if n >= 12:
            at = self.town.river_line.interpolate(0.2 + 0.2 * (n - 12), normalized=True)
            return f"Mực nước sông Lạc {n - 11}", at.x, at.y, None
        canal, name = self.town.canals[n % 2], names.CANALS[n % 2]
        at = canal.interpolate((n // 2 + 0.5) / 6, normalized=True)
        return f"Mực nước {name.lower()[:4]}{name[4:]} {n // 2 + 1}", at.x, at.y, None

    def _flood(self, n: int) -> tuple[str, float, float, LineString | None]:
        tries = [self._kerb(n + step) for step in range(6)]
        where, x, y, _ = max(tries, key=lambda place: self._low(place[1], place[2]))
        return f"Điểm ngập {where}", x, y, None

    def _traffic(self, n: int) -> tuple[str, float, float, LineString | None]:
        road = self.main[n % len(self.main)]
        x, y = self._on(road, 0.35 if n < len(self.main) else 0.7)
        return f"Đếm xe {road.name}", x, y, None

    def _parking(self, n: int) -> tuple[str, float, float, LineString | None]:
        name, x, y, _ = self._ward(n, "Bãi đỗ xe")
        return name, x * 0.85 - 150, y * 0.85 + 120, None

    def _lamp(self, n: int) -> tuple[str, float, float, LineString | None]:
        road = self.main[(n // 5 * 3) % len(self.main)]
        x, y = self._on(road, 0.2 + 0.15 * (n % 5))
        return f"Đèn {road.name} {n % 5 + 1:02d}", x, y, None

    def _noise(self, n: int) -> tuple[str, float, float, LineString | None]:
        road = self.main[(n * 3 + 1) % len(self.main)]
        x, y = self._on(road, 0.55)
        return f"Tiếng ồn {road.name}", x, y, None

    def _bin(self, n: int) -> tuple[str, float, float, LineString | None]:
        where, x, y, _ = self._kerb(n * 2 + 1)
        return f"Thùng rác {where}", x, y, None

    def _pressure(self, n: int) -> tuple[str, float, float, LineString | None]:
        name, x, y, _ = self._ward(n, "Áp lực nước")
        return name, x - 330, y - 140, None

    def _power(self, n: int) -> tuple[str, float, float, LineString | None]:
        name, x, y, _ = self._ward(n, "Trạm biến áp")
        return name, x + 140, y + 330, None

    def _bus(self, n: int) -> tuple[str, float, float, LineString | None]:
        ways = [road.line for road in self.roads if road.level == "primary"]
        line = n % 5
        rings = linemerge(ways[9 + 4 * (line > 2) : 13 + 4 * (line > 2)])
        route = [ways[0], ways[1], rings, ways[4], rings][line]
        if route.geom_type != "LineString":
            route = max(route.geoms, key=lambda part: part.length)
        at = route.interpolate(0.0)
        return f"Xe buýt {line + 1:02d}-{n // 5 + 1:02d}", at.x, at.y, route
