// SPDX-License-Identifier: Apache-2.0
// Where things lie: boxes round geometry, and which unit covers a point.

export type Box = [number, number, number, number];

export function grow(box: Box, coordinates: unknown): void {
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

export function boxOf(geometry: GeoJSON.Geometry | null): Box | null {
  if (!geometry || geometry.type === "GeometryCollection") return null;
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  grow(box, geometry.coordinates);
  return Number.isFinite(box[0]) ? box : null;
}

/** Whether a ring goes round the point (even-odd rule). */
function rounds(ring: GeoJSON.Position[], x: number, y: number): boolean {
  let inside = false;
  ring.forEach(([ax = 0, ay = 0], index) => {
    const [bx = 0, by = 0] = ring[(index || ring.length) - 1]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

export function covers(geometry: GeoJSON.Geometry | null, lon: number, lat: number): boolean {
  const parts = geometry?.type === "Polygon" ? [geometry.coordinates] : geometry?.type === "MultiPolygon" ? geometry.coordinates : [];
  return parts.some((rings) => rings.filter((ring) => rounds(ring, lon, lat)).length % 2 === 1);
}

export function sizeOf(geometry: GeoJSON.Geometry | null): number {
  const box = boxOf(geometry);
  return box ? (box[2] - box[0]) * (box[3] - box[1]) : Infinity;
}
