// SPDX-License-Identifier: Apache-2.0
// What every map of ours draws of the city itself: water, parks, streets, units and their names.
import type { LayerSpecification } from "maplibre-gl";
import { token } from "./dom.ts";

type AnchorName = "center" | "top" | "bottom" | "left" | "right";
export const FONT = ["Be Vietnam Pro"];
/** Marks are placed first; a name that would lie beneath one steps aside, or stays away where there is no room. */
const ASIDE = [
  "center", [0, 0], "top", [0, 1.4], "bottom", [0, -1.4], "left", [1.6, 0], "right", [-1.6, 0],
  "top-left", [1.2, 1.2], "top-right", [-1.2, 1.2], "bottom-left", [1.2, -1.2], "bottom-right", [-1.2, -1.2],
] as (AnchorName | [number, number])[];
export const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

const of = (kind: string): ["==", ["get", string], string] => ["==", ["get", "layer"], kind];

export function ground(): LayerSpecification[] {
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

export function words(): LayerSpecification[] {
  const paint = { "text-color": token("--map-label"), "text-halo-color": token("--map-label-halo"), "text-halo-width": 1.4 };
  return [
    { id: "street-name", type: "symbol", source: "base", minzoom: 13.2, filter: ["any", of("road"), of("street")], layout: { "symbol-placement": "line", "symbol-spacing": 420, "text-field": ["get", "name"], "text-font": FONT, "text-size": 11 }, paint },
    { id: "water-name", type: "symbol", source: "base", minzoom: 12, filter: of("water"), layout: { "symbol-placement": "point", "text-field": ["get", "name"], "text-font": FONT, "text-size": 11, "text-justify": "auto", "text-variable-anchor-offset": ASIDE }, paint: { ...paint, "text-opacity": 0.85 } },
    { id: "park-name", type: "symbol", source: "base", minzoom: 13.4, filter: of("park"), layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11 }, paint },
    { id: "unit-name", type: "symbol", source: "unit-names", layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 11, 11, 15, 15], "text-max-width": 7, "text-padding": 2, "text-justify": "auto", "text-variable-anchor-offset": ASIDE }, paint },
  ];
}

/** Names are drawn from the page's own font; it must be there before they are. */
export async function letters(): Promise<void> {
  await document.fonts.load("12px 'Be Vietnam Pro'", "Đường ắ");
}
