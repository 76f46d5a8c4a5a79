// SPDX-License-Identifier: Apache-2.0
// The chart of one quantity: uPlot, gaps as gaps, times in Vietnam's zone.
import uPlot from "uplot";
import { h, put, token } from "./dom.ts";
import { askJson } from "./ask.ts";
import { known } from "./live.ts";
import { quantityOf, type Quantity, type Thing } from "./model.ts";
import type { Span } from "./span.ts";
import { dateTime, number, quantityName, t, unitOf } from "./words.ts";

export type Series = { id: string; attr: string; unit: string; t: number[]; v: (number | null)[]; min: (number | null)[]; max: (number | null)[]; n: number; raw: boolean; newest?: string | null };

const HEIGHT = 170;
const fontOf = () => `11px ${token("--font")}`;

/** Readings with a gap on both sides, which no line would show. */
const alone: uPlot.Series.Points.Filter = (plot, index) => {
  const values = plot.data[index] ?? [];
  const empty = (at: number) => values[at] === null || values[at] === undefined;
  return [...values.keys()].filter((at) => !empty(at) && empty(at - 1) && empty(at + 1));
};

function options(width: number, decimals: number, banded: boolean): uPlot.Options {
  const axis = { stroke: token("--ink-3"), font: fontOf(), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false } };
  const stroke = token("--series-1");
  const two = (value: number) => String(value).padStart(2, "0");
  const label = (seconds: number, step: number) => {
    const at = uPlot.tzDate(new Date(seconds * 1000), "Asia/Ho_Chi_Minh");
    const day = `${two(at.getDate())}/${two(at.getMonth() + 1)}`;
    if (step >= 28 * 86400) return `${two(at.getMonth() + 1)}/${at.getFullYear()}`;
    return step >= 86400 || (at.getHours() === 0 && at.getMinutes() === 0) ? day : `${two(at.getHours())}:${two(at.getMinutes())}`;
  };
  return {
    width,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Asia/Ho_Chi_Minh"),
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: true } },
    axes: [
      { ...axis, size: 26, gap: 4, space: 56, values: (_, splits, __, ___, step) => splits.map((at) => label(at, step)) },
      { ...axis, size: 48, gap: 4, values: (_, splits) => splits.map((value) => number(value, splits.some((s) => s % 1) ? Math.max(1, decimals) : 0)) },
    ],
    series: [
      {},
      { stroke, width: 1.75, spanGaps: false, points: { show: false, size: 5, fill: stroke, filter: alone } },
      ...(banded ? [{ stroke: "transparent", spanGaps: false, points: { show: false } }, { stroke: "transparent", spanGaps: false, points: { show: false } }] : []),
    ],
    ...(banded ? { bands: [{ series: [3, 2] as [number, number], fill: `color-mix(in srgb, ${stroke} 18%, transparent)` }] } : {}),
  };
}

export class Chart {
  readonly element = h("section", { class: "chart" });
  private readonly box = h("div", { class: "chart-box", role: "img", tabindex: "0" });
  private readonly read = h("p", { class: "chart-read small", "aria-live": "polite" });
  private readonly note = h("p", { class: "quiet small" });
  private plot: uPlot | null = null;
  private series: Series | null = null;
  private thing: Thing | null = null;
  private term = "";
  private drawn = "";
  private request = 0;

  constructor(private readonly span: Span) {
    this.element.append(this.box, h("div", { class: "chart-foot" }, this.read, this.note));
    this.box.addEventListener("keydown", (event) => this.walk(event));
    new ResizeObserver(() => this.plot?.setSize({ width: this.box.clientWidth, height: HEIGHT })).observe(this.box);
  }

  /** Ask for the window and draw it; a picture that stands already is filled anew without a blink. */
  async show(thing: Thing, term: string): Promise<void> {
    this.thing = thing;
    this.term = term;
    this.box.setAttribute("aria-label", t("operations.chart", { name: quantityName(term, quantityOf(thing, term)) }));
    const mine = ++this.request;
    const query = new URLSearchParams({ id: thing.id, attr: term, points: "400", ...this.span.query(), ...known() });
    try {
      const series = await askJson<Series>(`/live/series?${query}`, AbortSignal.timeout(15_000));
      if (mine !== this.request) return;
      if (!series.newest || !this.span.learn(Date.parse(series.newest))) this.draw(series);
    } catch {
      if (mine === this.request) put(this.note, t("operations.chart.failed"));
    }
  }

  /** A reading that came by the live line goes on at the end, if the window follows it. */
  follow(thing: Thing): void {
    const { series } = this;
    const reading = thing.attrs[this.term];
    const at = Date.parse(reading?.o ?? reading?.m ?? "") / 1000;
    // While another quantity is on its way, the series that stands is not of this one.
    if (series?.id !== thing.id || series.attr !== this.term || !this.span.follows() || typeof reading?.v !== "number" || !(at > (series.t.at(-1) ?? 0))) return;
    const { v } = reading;
    series.t.push(at);
    for (const column of [series.v, series.min, series.max]) column.push(v);
    series.n += 1;
    this.draw(series);
  }

  private draw(series: Series): void {
    this.series = series;
    const known = series.v.filter((value): value is number => value !== null);
    this.box.classList.toggle("none", !known.length);
    if (!known.length) {
      this.clear();
      put(this.note, t("operations.chart.none"));
      return;
    }
    put(this.note, this.summary(series));
    const columns = [series.t, series.v, ...(series.raw ? [] : [series.min, series.max])] as uPlot.AlignedData;
    const print = `${series.id} ${series.attr} ${series.raw}`;
    if (this.plot && print === this.drawn) this.refill(this.plot, columns);
    else this.plant(columns, series.raw, print);
  }

  private clear(): void {
    this.plot?.destroy();
    this.plot = null;
    this.box.replaceChildren();
    put(this.read, "");
  }

  private plant(columns: uPlot.AlignedData, raw: boolean, print: string): void {
    this.clear();
    this.drawn = print;
    const set = options(this.box.clientWidth || 320, this.quantity()?.decimals ?? 1, !raw);
    set.scales!.x!.range = () => this.span.bounds().map((at) => at / 1000) as [number, number];
    set.hooks = { setCursor: [(plot) => this.tell(plot.cursor.idx ?? null)] };
    this.plot = new uPlot(set, columns, this.box);
  }

  /** New data under the cursor of one who reads: it stays on its reading. */
  private refill(plot: uPlot, columns: uPlot.AlignedData): void {
    const index = plot.cursor.idx;
    const at = index === null || index === undefined ? undefined : plot.data[0][index];
    plot.setData(columns);
    if (at !== undefined) plot.setCursor({ left: plot.valToPos(at, "x"), top: plot.cursor.top ?? 20 });
  }

  private quantity(): Quantity | undefined {
    return this.thing ? quantityOf(this.thing, this.term) : undefined;
  }

  private say(value: number): string {
    const quantity = this.quantity();
    return `${number(value, quantity?.decimals ?? 1)} ${unitOf({ v: 0, u: this.series?.unit ?? "" }, quantity)}`.trim();
  }

  private summary({ n, min, max }: Series): string {
    const of = (column: (number | null)[]) => column.filter((value): value is number => value !== null);
    return t("operations.chart.summary", { count: number(n), low: this.say(Math.min(...of(min))), high: this.say(Math.max(...of(max))) });
  }

  private tell(index: number | null): void {
    const at = index === null ? undefined : this.series?.t[index];
    const value = index === null ? null : this.series?.v[index];
    put(this.read, at === undefined || value === null || value === undefined ? "" : `${dateTime(at * 1000)}: ${this.say(value)}`);
  }

  /** Arrow keys walk the readings, as the mouse does. */
  private walk(event: KeyboardEvent): void {
    const { plot } = this;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!plot || !step) return;
    event.preventDefault();
    const times = plot.data[0];
    const index = Math.min(times.length - 1, Math.max(0, (plot.cursor.idx ?? times.length) + step));
    plot.setCursor({ left: plot.valToPos(times[index]!, "x"), top: 20 });
  }
}
