// SPDX-License-Identifier: Apache-2.0
// The address of the page holds what is shown, so it can be shared and survives a reload.
import type { Standing } from "./standing.ts";
import { store, type Tab } from "./store.ts";

export function read(): void {
  const query = new URLSearchParams(location.search);
  const at = Date.parse(query.get("at") ?? "");
  if (!Number.isNaN(at)) store.instant = at;
  store.selected = query.get("sel");
  store.kinds = new Set((query.get("kinds") ?? "").split(",").filter(Boolean));
  store.only = new Set((query.get("only") ?? "").split(",").filter(Boolean) as Standing[]);
  store.unit = query.get("unit") ?? "";
  store.tab = (["briefing", "list", "map"] as Tab[]).find((tab) => tab === query.get("tab")) ?? "map";
  const [zoom, lat, lon] = (query.get("v") ?? "").split("/").map(Number);
  if (zoom && lat && lon) store.view = { zoom, lat, lon };
}

let timer = 0;

export function write(): void {
  clearTimeout(timer);
  timer = window.setTimeout(put, 250);
}

function put(): void {
  clearTimeout(timer);
  const query = new URLSearchParams();
  if (store.instant !== null) query.set("at", new Date(store.instant).toISOString());
  if (store.selected) query.set("sel", store.selected);
  if (store.kinds.size) query.set("kinds", [...store.kinds].join(","));
  if (store.only.size) query.set("only", [...store.only].join(","));
  if (store.unit) query.set("unit", store.unit);
  if (store.tab !== "map") query.set("tab", store.tab);
  if (store.view) query.set("v", `${store.view.zoom.toFixed(2)}/${store.view.lat.toFixed(5)}/${store.view.lon.toFixed(5)}`);
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3A", ":");
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}

/** Forms that lead back to this page (language, theme) lead back to what is shown now. */
export function keepView(): void {
  document.addEventListener("submit", (event) => {
    const next = (event.target as HTMLFormElement).querySelector<HTMLInputElement>('input[name="next"]');
    if (!next) return;
    put();
    next.value = location.pathname + location.search;
  });
}
