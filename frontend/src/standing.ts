// SPDX-License-Identifier: Apache-2.0
// How fresh a thing is: pure rules, no clock of their own.
import { terms, type Thing } from "./model.ts";

export type Standing = "live" | "stale" | "silent" | "muted" | "plain";

/** Worst last: what a cluster shows. */
export const RANK: Record<Standing, number> = { plain: 0, muted: 0, live: 1, stale: 2, silent: 3 };
export const STANDINGS: readonly Standing[] = ["live", "stale", "silent", "muted", "plain"];

/** The word for the style sheet; "plain" is a button there. */
export function styleOf(is: Standing): string {
  return is === "plain" ? "asset" : is;
}

/** Seconds that a reading may be on its way before its lateness counts. */
const ON_ITS_WAY = 0.4;
/** After so many missed periods nobody would call it merely late. */
const SILENT_AFTER = 6;

/** When the reading was made that stands for the thing: its main one, not whichever came last. */
export function observedAt(thing: Thing): number {
  const [main] = terms(thing);
  const reading = main === undefined ? undefined : thing.attrs[main];
  const at = Date.parse(reading?.o ?? reading?.m ?? "");
  return Number.isNaN(at) ? -Infinity : at;
}

/** Seconds since, without those that a reading may be on its way. */
export function lateBy(at: number, now: number): number {
  return (now - at) / 1000 - ON_ITS_WAY;
}

export function standing(thing: Thing, now: number): Standing {
  if (thing.status === "muted") return "muted";
  if (!thing.period) return "plain";
  const age = lateBy(observedAt(thing), now);
  if (age <= thing.period) return "live";
  return age > Math.max(thing.period * SILENT_AFTER, 300) ? "silent" : "stale";
}
