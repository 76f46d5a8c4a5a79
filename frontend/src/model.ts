// SPDX-License-Identifier: Apache-2.0
// What the page knows, in the shapes of docs/house.md "Live".

import type { Tiles } from "./tiles.ts";

export type Reading = { v: unknown; u?: string; o?: string; m?: string; t?: string };

export type Thing = {
  id: string;
  type: string;
  name?: string | null;
  lon?: number | null;
  lat?: number | null;
  scope?: string[];
  source?: string | null;
  period?: number | null;
  contact?: { name?: string; phone?: string } | null;
  simulated?: boolean | null;
  status?: string | null;
  attrs: Record<string, Reading>;
};

export type Change = Partial<Omit<Thing, "id" | "attrs">> & {
  id: string;
  attrs: Record<string, Reading | null>;
};

export type Frame = { seq: number; at: string; changes: Change[]; gone: string[] };

export type Snapshot = { seq: number; at: string; server_time: string; entities: Thing[] };

export type Quantity = { term: string; vi: string; en: string; unit_code: string; unit: string; decimals: number };

export type Kind = { key: string; type: string; vi: string; en: string; period: number; quantities: Quantity[] };

export type Unit = { id: string; name: string; scope: string; parent: string | null; box: [number, number, number, number] | null };

export type Config = {
  language: "vi" | "en";
  city: string;
  kinds: Kind[];
  tiles: Tiles;
};

const element = document.getElementById("console-config");
export const config = JSON.parse(element?.textContent ?? "{}") as Config;

export const kindByType = new Map(config.kinds.map((kind) => [kind.type, kind]));
export const quantityByTerm = new Map(config.kinds.flatMap((kind) => kind.quantities.map((q) => [q.term, q])));

export function kindKey(thing: Thing): string {
  return kindByType.get(thing.type)?.key ?? "asset";
}

export function quantityOf(thing: Thing, term: string): Quantity | undefined {
  return kindByType.get(thing.type)?.quantities.find((q) => q.term === term) ?? quantityByTerm.get(term);
}

/** Terms of a thing, the main quantity first, the rest as they come. */
export function terms(thing: Thing): string[] {
  const known = (kindByType.get(thing.type)?.quantities ?? []).map((q) => q.term).filter((term) => term in thing.attrs);
  return [...known, ...Object.keys(thing.attrs).filter((term) => !known.includes(term))];
}
