// SPDX-License-Identifier: Apache-2.0
// What lies beneath: units, streets, water and parks; loaded once.
import { askJson } from "./live.ts";
import type { Unit } from "./model.ts";
import { store } from "./store.ts";
import { EMPTY } from "./style.ts";

type UnitProperties = { id: string; name: string; scope: string; parent: string | null; label: [number, number] | null };
type Box = [number, number, number, number];

let units: GeoJSON.Feature<GeoJSON.Geometry | null, UnitProperties>[] = [];
let loading: Promise<void> | null = null;

function grow(box: Box, coordinates: unknown): void {
  const [first, second] = coordinates as [unknown, unknown];
  if (typeof first === "number" && typeof second === "number") {
    box[0] = Math.min(box[0], first);
    box[1] = Math.min(box[1], second);
    box[2] = Math.max(box[2], first);
    box[3] = Math.max(box[3], second);
  } else {
    for (const part of coordinates as unknown[]) grow(box, part);
  }
}

function boxOf(geometry: GeoJSON.Geometry | null): Box | null {
  if (!geometry || geometry.type === "GeometryCollection") return null;
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  grow(box, geometry.coordinates);
  return Number.isFinite(box[0]) ? box : null;
}

function around(): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { lon, lat } of store.things.values()) {
    if (typeof lon === "number" && typeof lat === "number") grow(box, [lon, lat]);
  }
  return Number.isFinite(box[0]) ? box : null;
}

export const base = {
  ground: EMPTY,

  load(): Promise<void> {
    loading ??= (async () => {
      const [ground, tree] = await Promise.allSettled([
        askJson<GeoJSON.FeatureCollection>("/live/geometry"),
        askJson<GeoJSON.FeatureCollection<GeoJSON.Geometry | null, UnitProperties>>("/console/base.geojson"),
      ]);
      if (ground.status === "fulfilled") base.ground = ground.value;
      if (tree.status === "fulfilled") units = tree.value.features;
      store.units = units.map(({ properties: { id, name, scope, parent }, geometry }): Unit => ({ id, name, scope, parent, box: boxOf(geometry) }));
      store.tell("units");
    })();
    return loading;
  },

  /** The box of a unit by its scope, else of everything there is. */
  bounds(scope = ""): Box | null {
    const boxes = store.units.filter((unit) => !scope || unit.scope === scope || unit.scope.startsWith(`${scope}/`)).flatMap((unit) => (unit.box ? [unit.box] : []));
    if (!boxes.length) return around();
    return [Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1])), Math.max(...boxes.map((b) => b[2])), Math.max(...boxes.map((b) => b[3]))];
  },
};

export function unitFeatures(): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features: units.filter((unit): unit is GeoJSON.Feature<GeoJSON.Geometry, UnitProperties> => unit.geometry !== null) };
}

/** One point a unit for its name; the one above all has its name on the page already. */
export function unitNames(): GeoJSON.FeatureCollection {
  return {
    type: "FeatureCollection",
    features: units.flatMap(({ properties: { name, label, parent } }) =>
      label && parent ? [{ type: "Feature" as const, properties: { name }, geometry: { type: "Point" as const, coordinates: label } }] : [],
    ),
  };
}
