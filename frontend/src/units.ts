// SPDX-License-Identifier: Apache-2.0
// Units as the server draws them, and what a map needs of them.

type UnitProperties = { id: string; name: string; scope: string; parent: string | null; label: [number, number] | null };
export type UnitFeature = GeoJSON.Feature<GeoJSON.Geometry | null, UnitProperties>;

export function outlines(units: UnitFeature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features: units.filter((unit): unit is GeoJSON.Feature<GeoJSON.Geometry, UnitProperties> => unit.geometry !== null) };
}

/** One point a unit for its name; the one above all has its name on the page already. */
export function names(units: UnitFeature[]): GeoJSON.FeatureCollection {
  return {
    type: "FeatureCollection",
    features: units.flatMap(({ properties: { name, label, parent } }) =>
      label && parent ? [{ type: "Feature" as const, properties: { name }, geometry: { type: "Point" as const, coordinates: label } }] : [],
    ),
  };
}
