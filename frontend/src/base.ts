// SPDX-License-Identifier: Apache-2.0
// What lies beneath: units, streets, water and parks; loaded once.
import { askJson } from "./ask.ts";
import { boxOf, grow, type Box } from "./boxes.ts";
import { EMPTY } from "./ground.ts";
import type { Unit } from "./model.ts";
import { store } from "./store.ts";
import { names, outlines, type UnitFeature } from "./units.ts";

let units: UnitFeature[] = [];
let loading: Promise<void> | null = null;

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
        askJson<{ features: UnitFeature[] }>("/console/base.geojson"),
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
  return outlines(units);
}

export function unitNames(): GeoJSON.FeatureCollection {
  return names(units);
}
