// SPDX-License-Identifier: Apache-2.0
// The look of the map, from the tokens of the page; letters are drawn from our own font, none is fetched.
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import { token } from "./dom.ts";
import { EMPTY, FONT, ground, words } from "./ground.ts";
import type { Beneath } from "./tiles.ts";

function things(): LayerSpecification[] {
  const state: ["case", ...unknown[]] = ["case", ["==", ["get", "worst"], 3], "cluster-silent", ["==", ["get", "worst"], 2], "cluster-stale", "cluster-live"];
  const size = ["step", ["get", "point_count"], 1.15, 10, 1.4, 50, 1.75];
  const dark = ["case", [">=", ["get", "worst"], 2], token("--ink"), token("--accent-ink")];
  return [
    { id: "chosen", type: "circle", source: "chosen", paint: { "circle-radius": 20, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": token("--focus"), "circle-stroke-width": 3 } },
    { id: "cluster", type: "symbol", source: "things", filter: ["has", "point_count"], layout: { "icon-image": state, "icon-size": size, "icon-allow-overlap": true, "text-field": ["get", "point_count_abbreviated"], "text-font": FONT, "text-size": 12, "text-allow-overlap": true, "text-offset": ["case", ["==", ["get", "worst"], 2], ["literal", [0, 0.35]], ["literal", [0, 0]]] }, paint: { "text-color": dark } } as unknown as LayerSpecification,
    { id: "thing", type: "symbol", source: "things", filter: ["!", ["has", "point_count"]], layout: { "icon-image": ["get", "icon"], "icon-size": ["interpolate", ["linear"], ["zoom"], 11, 0.75, 15, 1], "icon-allow-overlap": true, "symbol-sort-key": ["get", "rank"], "text-field": ["step", ["zoom"], "", 15.5, ["get", "name"]], "text-font": FONT, "text-size": 11, "text-offset": [0, 1.5], "text-anchor": "top", "text-optional": true }, paint: { "text-color": token("--map-label"), "text-halo-color": token("--map-label-halo"), "text-halo-width": 1.4 } } as unknown as LayerSpecification,
  ];
}

export function style(data: { beneath: Beneath; base: GeoJSON.FeatureCollection; units: GeoJSON.FeatureCollection; names: GeoJSON.FeatureCollection }): StyleSpecification {
  return {
    version: 8,
    sources: {
      ...data.beneath.sources,
      base: { type: "geojson", data: data.base, tolerance: 0.2 },
      units: { type: "geojson", data: data.units },
      "unit-names": { type: "geojson", data: data.names },
      chosen: { type: "geojson", data: EMPTY },
      things: { type: "geojson", data: EMPTY, cluster: true, clusterRadius: 38, clusterMaxZoom: 14, clusterProperties: { worst: ["max", ["get", "rank"]] } },
    },
    layers: [{ id: "land", type: "background", paint: { "background-color": token("--map-land") } }, ...data.beneath.layers(), ...ground(), ...words(), ...things()],
  };
}
