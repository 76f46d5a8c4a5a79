// SPDX-License-Identifier: Apache-2.0
// The look of the map, from the tokens of the page; letters are drawn from our own font, none is fetched.
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import { token } from "./dom.ts";
import { config } from "./model.ts";

const FONT = ["Be Vietnam Pro"];
export const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

const of = (kind: string): ["==", ["get", string], string] => ["==", ["get", "layer"], kind];

function ground(): LayerSpecification[] {
  const street = token("--map-street");
  const edge = token("--map-street-edge");
  const wide = (near: number, far: number): ["interpolate", ["exponential", number], ["zoom"], number, number, number, number] => [
    "interpolate", ["exponential", 1.5], ["zoom"], 11, far, 17, near,
  ];
  return [
    { id: "park", type: "fill", source: "base", filter: of("park"), paint: { "fill-color": token("--map-park") } },
    { id: "water", type: "fill", source: "base", filter: ["all", of("water"), ["!=", ["geometry-type"], "LineString"]], paint: { "fill-color": token("--map-water") } },
    { id: "canal", type: "line", source: "base", filter: ["all", of("water"), ["==", ["geometry-type"], "LineString"]], paint: { "line-color": token("--map-water"), "line-width": wide(24, 2) } },
    { id: "street-edge", type: "line", source: "base", filter: of("street"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": edge, "line-width": wide(10, 1) } },
    { id: "street", type: "line", source: "base", filter: of("street"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": street, "line-width": wide(7.5, 0.4) } },
    { id: "road-edge", type: "line", source: "base", filter: of("road"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": edge, "line-width": wide(26, 2.4) } },
    { id: "road", type: "line", source: "base", filter: of("road"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": street, "line-width": wide(22, 1.6) } },
    { id: "unit-line", type: "line", source: "units", paint: { "line-color": token("--map-unit-line"), "line-width": 1, "line-dasharray": [3, 2.5] } },
  ];
}

function words(): LayerSpecification[] {
  const paint = { "text-color": token("--map-label"), "text-halo-color": token("--map-label-halo"), "text-halo-width": 1.4 };
  return [
    { id: "street-name", type: "symbol", source: "base", minzoom: 13.2, filter: ["any", of("road"), of("street")], layout: { "symbol-placement": "line", "symbol-spacing": 420, "text-field": ["get", "name"], "text-font": FONT, "text-size": 11 }, paint },
    { id: "water-name", type: "symbol", source: "base", minzoom: 12, filter: of("water"), layout: { "symbol-placement": "point", "text-field": ["get", "name"], "text-font": FONT, "text-size": 11 }, paint: { ...paint, "text-opacity": 0.85 } },
    { id: "park-name", type: "symbol", source: "base", minzoom: 13.4, filter: of("park"), layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11 }, paint },
    { id: "unit-name", type: "symbol", source: "unit-names", layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 11, 11, 15, 15], "text-max-width": 7, "text-padding": 6 }, paint },
  ];
}

function things(): LayerSpecification[] {
  const state: ["case", ...unknown[]] = ["case", ["==", ["get", "worst"], 3], "cluster-silent", ["==", ["get", "worst"], 2], "cluster-stale", "cluster-live"];
  const size = ["step", ["get", "point_count"], 1.15, 10, 1.4, 50, 1.75];
  const dark = ["case", [">=", ["get", "worst"], 2], token("--ink"), token("--accent-ink")];
  return [
    { id: "chosen", type: "circle", source: "chosen", paint: { "circle-radius": 20, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": token("--focus"), "circle-stroke-width": 3 } },
    { id: "cluster", type: "symbol", source: "things", filter: ["has", "point_count"], layout: { "icon-image": state, "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true, "text-ignore-placement": true, "text-field": ["get", "point_count_abbreviated"], "text-font": FONT, "text-size": 12, "text-allow-overlap": true, "text-offset": ["case", ["==", ["get", "worst"], 2], ["literal", [0, 0.35]], ["literal", [0, 0]]] }, paint: { "text-color": dark } } as unknown as LayerSpecification,
    { id: "thing", type: "symbol", source: "things", filter: ["!", ["has", "point_count"]], layout: { "icon-image": ["get", "icon"], "icon-size": ["interpolate", ["linear"], ["zoom"], 11, 0.75, 15, 1], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["get", "rank"], "text-field": ["step", ["zoom"], "", 15.5, ["get", "name"]], "text-font": FONT, "text-size": 11, "text-offset": [0, 1.5], "text-anchor": "top", "text-optional": true }, paint: { "text-color": token("--map-label"), "text-halo-color": token("--map-label-halo"), "text-halo-width": 1.4 } } as unknown as LayerSpecification,
  ];
}

export function style(data: { base: GeoJSON.FeatureCollection; units: GeoJSON.FeatureCollection; names: GeoJSON.FeatureCollection }): StyleSpecification {
  const tiles: LayerSpecification[] = config.tile_url || config.pmtiles ? [{ id: "tiles", type: "raster", source: "tiles" }] : [];
  return {
    version: 8,
    sources: {
      ...(config.tile_url ? { tiles: { type: "raster", tiles: [config.tile_url], tileSize: 256 } } : {}),
      ...(!config.tile_url && config.pmtiles ? { tiles: { type: "raster", url: `pmtiles://${config.pmtiles}`, tileSize: 256 } } : {}),
      base: { type: "geojson", data: data.base, tolerance: 0.2 },
      units: { type: "geojson", data: data.units },
      "unit-names": { type: "geojson", data: data.names },
      chosen: { type: "geojson", data: EMPTY },
      things: { type: "geojson", data: EMPTY, cluster: true, clusterRadius: 38, clusterMaxZoom: 14, clusterProperties: { worst: ["max", ["get", "rank"]] } },
    },
    layers: [{ id: "land", type: "background", paint: { "background-color": token("--map-land") } }, ...tiles, ...ground(), ...words(), ...things()],
  };
}
