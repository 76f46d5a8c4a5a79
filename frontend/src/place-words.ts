// SPDX-License-Identifier: Apache-2.0
// The few sentences of the map on which a point is picked; only they are in its bundle.
import {
  "operations.place.failed" as failedBoth, "operations.place.help" as helpBoth, "operations.place.label" as labelBoth,
  "operations.place.nowhere" as nowhereBoth, "operations.place.unit" as unitBoth,
  "operations.map.zoom_in" as inBoth, "operations.map.zoom_out" as outBoth,
} from "../../src/dothi/operations/messages.json";

const language = document.documentElement.lang === "en" ? "en" : "vi";

export const failed = failedBoth[language];
export const help = helpBoth[language];
export const label = labelBoth[language];
export const nowhere = nowhereBoth[language];
export const zoomIn = inBoth[language];
export const zoomOut = outBoth[language];

export function inUnit(name: string): string {
  return unitBoth[language].replace("{name}", name);
}

/** Six decimals are a hand's breadth; with the decimal mark of the language, as the fields' hints have it. */
export function picked(degrees: number): string {
  const text = degrees.toFixed(6);
  return language === "vi" ? text.replace(".", ",") : text;
}
