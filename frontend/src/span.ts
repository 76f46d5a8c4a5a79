// SPDX-License-Identifier: Apache-2.0
// The stretch of time that chart, table and file of one thing cover: a range that ends now or at an instant of its own.
import { h, icon, put } from "./dom.ts";
import { store } from "./store.ts";
import { shortDateTime, t, type Key } from "./words.ts";

const RANGES = { hour: 3600_000, day: 86400_000, week: 7 * 86400_000, month: 30 * 86400_000, year: 365 * 86400_000 } as const;
type Range = keyof typeof RANGES;
const ranges = Object.keys(RANGES) as Range[];

/** The window is open at its end, so it must reach beyond the reading that it shall hold. */
const BEYOND = 1000;
/** A window that ends now holds what clocks a little ahead of ours have written: as far ahead as figures stand. */
const AHEAD = 120_000;

export class Span {
  readonly element = h("div", { class: "span" });
  private readonly buttons = new Map<Range, HTMLButtonElement>();
  private readonly text = h("span", { class: "small", "aria-live": "polite" });
  private readonly forward = this.arrow("operations.chart.forward", "M9 5l7 7-7 7", () => this.move(1));
  private readonly last = h("button", { type: "button", class: "button second", onclick: () => this.toNewest() }, t("operations.chart.newest"));
  private range: Range = "day";
  /** null: as far as the page's own time. */
  private end: number | null = null;
  private chosen = false;
  private newest = NaN;

  constructor(private readonly changed: () => void) {
    const bar = h("div", { class: "segments", role: "group", "aria-label": t("operations.chart.range") });
    for (const range of ranges) {
      const button = h("button", { type: "button", onclick: () => this.pick(range) }, t(`operations.chart.${range}` as Key));
      this.buttons.set(range, button);
      bar.append(button);
    }
    this.element.append(bar, h("div", { class: "span-move" }, this.arrow("operations.chart.back", "M15 5l-7 7 7 7", () => this.move(-1)), this.text, this.forward), this.last);
  }

  private arrow(key: Key, path: string, act: () => void): HTMLButtonElement {
    return h("button", { type: "button", class: "plain", title: t(key), "aria-label": t(key), onclick: act }, icon(path));
  }

  /** Begin where a quantity has something to show: its newest reading (NaN: none); `keep` a window chosen before. */
  start(newest: number, keep: boolean): void {
    this.chosen &&= keep && this.end !== null && this.end <= store.now();
    this.newest = newest;
    this.settle();
  }

  /** What the store says is the newest; true when the window moved for it, which is told. */
  learn(newest: number): boolean {
    const before = this.end;
    this.newest = newest;
    this.settle();
    if (this.end === before) return false;
    this.changed();
    return true;
  }

  /** A window nobody chose ends at the newest reading when that is older than the range. */
  private settle(): void {
    if (!this.chosen) this.end = this.newest < store.now() - RANGES[this.range] ? this.newest + BEYOND : null;
    this.show();
  }

  follows(): boolean {
    return this.end === null;
  }

  /** [from, to] in milliseconds. */
  bounds(): [number, number] {
    const to = this.end ?? store.now();
    return [to - RANGES[this.range], to];
  }

  query(): Record<string, string> {
    const [from, end] = this.bounds();
    const to = this.follows() ? end + AHEAD : end;
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  }

  private pick(range: Range): void {
    this.range = range;
    this.settle();
    this.changed();
  }

  private move(by: 1 | -1): void {
    const to = (this.end ?? store.now()) + by * RANGES[this.range];
    this.end = to >= store.now() ? null : to;
    this.chosen = true;
    this.show();
    this.changed();
  }

  private toNewest(): void {
    this.chosen = false;
    this.settle();
    this.changed();
  }

  show(): void {
    const [from, to] = this.bounds();
    for (const [range, button] of this.buttons) button.setAttribute("aria-pressed", String(range === this.range));
    put(this.text, `${shortDateTime(from)} – ${shortDateTime(to)}`);
    this.forward.disabled = this.follows();
    this.last.hidden = !(this.newest >= to || this.newest < from);
  }
}
