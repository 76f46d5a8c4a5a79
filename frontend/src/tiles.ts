// SPDX-License-Identifier: Apache-2.0
// Tiles of the city's own choice beneath our geometry: an address of raster tiles, or a PMTiles file of either sort.
import { addProtocol, type LayerSpecification, type SourceSpecification } from "maplibre-gl";
import { PMTiles, Protocol, TileType } from "pmtiles";
import { token } from "./dom.ts";
import { FONT } from "./ground.ts";

export type Tiles = { url: string; pmtiles: string; credit: string };

/** `layers` is called anew for each style: colours change with the theme. */
export type Beneath = { sources: Record<string, SourceSpecification>; layers: () => LayerSpecification[]; credit: string };

export const NOTHING: Beneath = { sources: {}, layers: () => [], credit: "" };

type Metadata = { attribution?: string; vector_layers?: { id: string }[] };

export async function beneath(tiles: Tiles | undefined): Promise<Beneath> {
  if (tiles?.url) return raster({ tiles: [tiles.url] }, tiles.credit || new URL(tiles.url, location.href).hostname);
  if (!tiles?.pmtiles) return NOTHING;
  try {
    return await archive(tiles);
  } catch {
    return NOTHING;
  }
}

function raster(from: { tiles: string[] } | { url: string }, credit: string): Beneath {
  return { sources: { tiles: { type: "raster", tileSize: 256, ...from } }, layers: () => [{ id: "tiles", type: "raster", source: "tiles" }], credit };
}

async function archive({ pmtiles, credit }: Tiles): Promise<Beneath> {
  const file = new PMTiles(pmtiles);
  const [{ tileType }, found] = await Promise.all([file.getHeader(), file.getMetadata()]);
  const protocol = new Protocol();
  protocol.add(file);
  addProtocol("pmtiles", protocol.tile);
  const metadata = found as Metadata;
  const named = credit || plain(metadata.attribution ?? "");
  const url = `pmtiles://${pmtiles}`;
  if (tileType !== TileType.Mvt) return raster({ url }, named);
  const ids = (metadata.vector_layers ?? []).map((layer) => layer.id);
  return { sources: { tiles: { type: "vector", url } }, layers: () => drawn(ids), credit: named };
}

/** An attribution comes as HTML of somebody else's: its words are shown, nothing of it is run. */
function plain(html: string): string {
  return (new DOMParser().parseFromString(html, "text/html").body.textContent ?? "").trim();
}

/** A plain drawing of a vector archive by what its layers are called, in whichever of the usual schemes. */
function drawn(ids: string[]): LayerSpecification[] {
  const some = (pattern: RegExp, make: (id: string) => LayerSpecification[]) => ids.filter((id) => pattern.test(id)).flatMap(make);
  return [
    ...some(/park|landuse|landcover|green|wood/i, (id) => [area(id, token("--map-park"))]),
    ...some(/water|ocean|lake|river/i, (id) => [area(id, token("--map-water")), stroke(id, "water", token("--map-water"), 1.5)]),
    ...some(/building/i, (id) => [area(id, token("--map-street-edge"))]),
    ...some(/road|transport|street|highway/i, (id) => [stroke(id, "edge", token("--map-street-edge"), 3.5), stroke(id, "line", token("--map-street"), 2)]),
    ...some(/bound|admin/i, (id) => [stroke(id, "line", token("--map-unit-line"), 0.75)]),
    ...some(/place/i, (id) => [name(id)]),
  ];
}

const from = { source: "tiles" } as const;

function area(id: string, colour: string): LayerSpecification {
  return { id: `tiles-${id}-area`, type: "fill", ...from, "source-layer": id, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour } };
}

function stroke(id: string, part: string, colour: string, width: number): LayerSpecification {
  const paint = { "line-color": colour, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 8, width / 4, 17, width * 4] } as const;
  return { id: `tiles-${id}-${part}`, type: "line", ...from, "source-layer": id, filter: ["==", ["geometry-type"], "LineString"], paint: paint as never };
}

function name(id: string): LayerSpecification {
  const paint = { "text-color": token("--map-label"), "text-halo-color": token("--map-label-halo"), "text-halo-width": 1.2, "text-opacity": 0.75 };
  const field = ["coalesce", ["get", "name:vi"], ["get", "name"]] as never;
  return { id: `tiles-${id}-name`, type: "symbol", ...from, "source-layer": id, layout: { "text-field": field, "text-font": FONT, "text-size": 11 }, paint };
}
