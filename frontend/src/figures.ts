// SPDX-License-Identifier: Apache-2.0
// Tiles of key figures: the extreme of each kind, where it is, how old it is, and its last hours.
import { h, icon, put } from "./dom.ts";
import { askJson } from "./ask.ts";
import { known } from "./live.ts";
import { config, type Kind, type Reading, type Thing } from "./model.ts";
import { store } from "./store.ts";
import { pathOf } from "./symbols.ts";
import { named, shortAge, t, unitOf, valueText, type Key } from "./words.ts";
import type { Series } from "./chart.ts";

/** Which end of each kind a shift looks at first, in the order of urgency. */
const TOPS: [string, 1 | -1][] = [
  ["flood", 1], ["rain", 1], ["canal", 1], ["air", 1], ["traffic", 1],
  ["pressure", -1], ["power", 1], ["noise", 1],
];
const SPARK_MS = 3 * 3600_000;
const SPARK_EVERY = 60_000;

type Top = { thing: Thing; reading: Reading; value: number };

/** The extreme of a kind among those whose main reading is on time; late figures do not lead. */
function top(kind: Kind, sign: 1 | -1): Top | null {
  let best: Top | null = null;
  const term = kind.quantities[0]!.term;
  for (const thing of store.things.values()) {
    const reading = thing.attrs[term];
    if (thing.type !== kind.type || typeof reading?.v !== "number" || !store.inUnit(thing) || store.standingOf(thing.id) !== "live") continue;
    if (!best || sign * (reading.v - best.value) > 0) best = { thing, reading, value: reading.v };
  }
  return best;
}

class Tile {
  readonly element: HTMLButtonElement;
  private readonly value = h("b", {});
  private readonly unit = h("span", { class: "unit" });
  private readonly place = h("span", { class: "place" });
  private readonly aged = h("span", { class: "age" });
  private readonly spark = h("canvas", { class: "spark", "aria-hidden": "true", width: 160, height: 48 });
  private thing: string | null = null;
  private sparked = "";
  private sparkedAt = 0;

  constructor(private readonly kind: Kind, private readonly sign: 1 | -1) {
    this.element = h("button", { type: "button", class: "tile", onclick: () => this.thing && store.select(this.thing) },
      h("span", { class: "tile-name" }, icon(pathOf(kind.key)), t(`operations.top.${kind.key}` as Key)),
      h("span", { class: "tile-value" }, this.value, " ", this.unit), this.spark, h("span", { class: "tile-foot" }, this.place, this.aged));
  }

  show(): void {
    const best = top(this.kind, this.sign);
    this.element.hidden = !best;
    if (!best) return;
    const quantity = this.kind.quantities[0]!;
    this.thing = best.thing.id;
    put(this.value, valueText(best.reading, quantity));
    put(this.unit, unitOf(best.reading, quantity));
    put(this.place, best.thing.name ?? named(this.kind));
    this.element.title = best.thing.name ?? "";
    put(this.aged, shortAge((store.now() - Date.parse(best.reading.o ?? best.reading.m ?? "")) / 1000));
    void this.draw(best.thing.id, quantity.term);
  }

  private async draw(id: string, term: string): Promise<void> {
    const to = store.now();
    if (this.sparked === id && Math.abs(to - this.sparkedAt) < SPARK_EVERY) return;
    this.sparked = id;
    this.sparkedAt = to;
    const query = new URLSearchParams({ id, attr: term, from: new Date(to - SPARK_MS).toISOString(), to: new Date(to).toISOString(), points: "60", ...known() });
    try {
      const series = await askJson<Series>(`/live/series?${query}`, AbortSignal.timeout(10_000));
      if (this.sparked === id) line(this.spark, series, to);
    } catch {
      this.sparkedAt = 0;
    }
  }
}

function line(canvas: HTMLCanvasElement, { t: times, v: values }: Series, to: number): void {
  const pen = canvas.getContext("2d")!;
  const { width, height } = canvas;
  pen.clearRect(0, 0, width, height);
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  pen.strokeStyle = getComputedStyle(canvas).color;
  pen.lineWidth = 3;
  pen.lineJoin = "round";
  pen.beginPath();
  let down = false;
  values.forEach((value, index) => {
    if (value === null) {
      down = false;
      return;
    }
    const x = 2 + (1 - (to - times[index]! * 1000) / SPARK_MS) * (width - 4);
    const y = height - 4 - ((value - low) / span) * (height - 8);
    if (down) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    down = true;
  });
  pen.stroke();
}

export class DothiFigures extends HTMLElement {
  connectedCallback(): void {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("operations.figures"));
    const tiles = TOPS.flatMap(([key, sign]) => config.kinds.filter((kind) => kind.key === key).map((kind) => new Tile(kind, sign)));
    this.append(...tiles.map((tile) => tile.element));
    const show = () => tiles.forEach((tile) => tile.show());
    store.on(["things", "standing", "choice", "time", "tick"], show);
    show();
  }
}
