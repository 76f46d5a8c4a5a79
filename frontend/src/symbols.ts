// SPDX-License-Identifier: Apache-2.0
// One drawing per kind and one frame per standing; the map and the list use the same paths.
import { token } from "./dom.ts";
import type { Standing } from "./standing.ts";

/** Strokes in a 24 × 24 box. */
export const PATHS: Record<string, string> = {
  air: "M3 9h11a3 3 0 1 0-3-3M3 13h15a3 3 0 1 1-3 3M3 17h7a2.500 2.500 0 1 1-2.500 2.500",
  rain: "M7 14a4.500 4.500 0 1 1 .6-9A5.500 5.500 0 0 1 18 7.500a3.300 3.300 0 0 1-.5 6.500zM8 17l-1 3M12.500 17l-1 3M17 17l-1 3",
  canal: "M3 9c3-3 5 3 9 0s6 3 9 0M3 14c3-3 5 3 9 0s6 3 9 0M3 19c3-3 5 3 9 0s6 3 9 0",
  flood: "M6 12V6l6-3 6 3v6M3 16c3-3 5 3 9 0s6 3 9 0M3 20c3-3 5 3 9 0s6 3 9 0",
  traffic: "M4 16v-3l2-5h12l2 5v3zM4 13h16M7 16v2.500M17 16v2.500",
  parking: "M8 20V4h5a4.800 4.800 0 0 1 0 9.600H8",
  lamp: "M8.500 15a6 6 0 1 1 7 0c-.7.6-1 1.200-1 2h-5c0-.8-.3-1.400-1-2zM10 20.500h4",
  noise: "M4 9.500v5h3.500L13 19V5L7.500 9.500zM16.500 9a4.500 4.500 0 0 1 0 6M19 6.500a8 8 0 0 1 0 11",
  bin: "M5 7h14M9.500 7V4h5v3M7 7l1 13h8l1-13M10.500 11v5.500M13.500 11v5.500",
  pressure: "M4 18a9 9 0 1 1 16 0M12 15l4.500-5.500M4 18h16",
  power: "M13 3 6 13.500h5L10 21l8-11h-5.500z",
  bus: "M5 17V6.500C5 4.600 7 4 12 4s7 .6 7 2.500V17zM5 11h14M8 17v2.500M16 17v2.500M8 14.200h.1M16 14.200h.1",
  asset: "M4 20V9l8-5 8 5v11zM9.500 20v-6h5v6",
};

export const pathOf = (key: string): string => PATHS[key] ?? PATHS.asset!;

const SIZE = 30;
const RATIO = 2;

type Pen = CanvasRenderingContext2D;

/** Frames differ by shape: round on time, triangle late, square silent, ring for assets, broken ring for what is muted. */
function frame(pen: Pen, standing: Standing): void {
  const middle = SIZE / 2;
  pen.beginPath();
  if (standing === "stale") {
    pen.moveTo(middle, 1.5);
    pen.lineTo(SIZE - 1, SIZE - 3);
    pen.lineTo(1, SIZE - 3);
    pen.closePath();
  } else if (standing === "silent") {
    pen.rect(3.5, 3.5, SIZE - 7, SIZE - 7);
  } else {
    pen.arc(middle, middle, 12, 0, 2 * Math.PI);
  }
}

function canvas(): Pen {
  const element = document.createElement("canvas");
  element.width = element.height = SIZE * RATIO;
  const pen = element.getContext("2d", { willReadFrequently: true })!;
  pen.scale(RATIO, RATIO);
  pen.lineJoin = pen.lineCap = "round";
  return pen;
}

function ink(standing: Standing): { fill: string; line: string; glyph: string } {
  if (standing === "live") return { fill: token("--accent"), line: token("--surface"), glyph: token("--accent-ink") };
  if (standing === "stale") return { fill: token("--stale-soft"), line: token("--stale"), glyph: token("--stale") };
  if (standing === "silent") return { fill: token("--surface"), line: token("--danger"), glyph: token("--danger") };
  return { fill: token("--surface"), line: token("--line-strong"), glyph: token("--ink-2") };
}

export function symbol(key: string, standing: Standing): ImageData {
  const pen = canvas();
  const colours = ink(standing);
  pen.lineWidth = 1.75;
  frame(pen, standing);
  pen.fillStyle = colours.fill;
  pen.strokeStyle = colours.line;
  pen.fill();
  if (standing === "muted") pen.setLineDash([4, 3]);
  pen.stroke();
  pen.setLineDash([]);
  const scale = standing === "stale" ? 0.5 : 0.64;
  const drop = standing === "stale" ? 3 : 0;
  pen.translate(SIZE / 2 - 12 * scale, SIZE / 2 - 12 * scale + drop);
  pen.scale(scale, scale);
  pen.lineWidth = 2.2;
  pen.strokeStyle = colours.glyph;
  pen.stroke(new Path2D(pathOf(key)));
  return pen.getImageData(0, 0, SIZE * RATIO, SIZE * RATIO);
}

/** The body of a cluster, in the shape of the worst standing inside. */
export function cluster(standing: Standing): ImageData {
  const pen = canvas();
  const colours = ink(standing === "plain" || standing === "muted" ? "plain" : standing);
  pen.lineWidth = 2;
  frame(pen, standing);
  pen.fillStyle = colours.fill;
  pen.strokeStyle = colours.line;
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, SIZE * RATIO, SIZE * RATIO);
}

export { RATIO };
