// SPDX-License-Identifier: Apache-2.0
// The chart of one quantity: uPlot, gaps as gaps, times in Vietnam's zone.
import uPlot from "uplot";
import { h, put, token } from "./dom.ts";
import { askJson } from "./live.ts";
import { quantityOf, type Thing } from "./model.ts";
import { store } from "./store.ts";
import { dateTime, number, quantityName, t, unitOf, type Key } from "./words.ts";

export type Series = { id: string; attr: string; unit: string; t: number[]; v: (number | null)[]; min: (number | null)[]; max: (number | null)[]; n: number; raw: boolean };

const RANGES = { hour: 3600, day: 86400, week: 7 * 86400, month: 30 * 86400, year: 365 * 86400 } as const;
export type Range = keyof typeof RANGES;
export const ranges = Object.keys(RANGES) as Range[];

const HEIGHT = 170;
const fontOf = () => `11px ${token("--font")}`;

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
      { stroke, width: 1.75, spanGaps: false, points: { show: false } },
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
  private readonly buttons = new Map<Range, HTMLButtonElement>();
  private plot: uPlot | null = null;
  private series: Series | null = null;
  private thing: Thing | null = null;
  private term = "";
  private request = 0;
  range: Range = "day";

  constructor(private readonly changed: () => void) {
    const bar = h("div", { class: "segments", role: "group", "aria-label": t("operations.chart.range") });
    for (const range of ranges) {
      const button = h("button", { type: "button", "aria-pressed": "false", onclick: () => this.pick(range) }, t(`operations.chart.${range}` as Key));
      this.buttons.set(range, button);
      bar.append(button);
    }
    this.element.append(bar, this.box, h("div", { class: "chart-foot" }, this.read, this.note));
    this.box.addEventListener("keydown", (event) => this.walk(event));
    new ResizeObserver(() => this.plot?.setSize({ width: this.box.clientWidth, height: HEIGHT })).observe(this.box);
  }

  private pick(range: Range): void {
    this.range = range;
    this.changed();
  }

  /** [from, to] of what the chart covers. */
  window(): [Date, Date] {
    const to = store.now();
    return [new Date(to - RANGES[this.range] * 1000), new Date(to)];
  }

  async show(thing: Thing, term: string): Promise<void> {
    for (const [range, button] of this.buttons) button.setAttribute("aria-pressed", String(range === this.range));
    this.thing = thing;
    this.term = term;
    const quantity = quantityOf(thing, term);
    const name = quantityName(term, quantity);
    this.box.setAttribute("aria-label", t("operations.chart", { name }));
    const mine = ++this.request;
    const [from, to] = this.window();
    const query = new URLSearchParams({ id: thing.id, attr: term, from: from.toISOString(), to: to.toISOString(), points: "400" });
    try {
      const series = await askJson<Series>(`/live/series?${query}`, AbortSignal.timeout(15_000));
      if (mine === this.request) this.draw(series, from, to);
    } catch {
      if (mine === this.request) put(this.note, t("operations.chart.failed"));
    }
  }

  private draw(series: Series, from: Date, to: Date): void {
    this.series = series;
    this.plot?.destroy();
    this.plot = null;
    this.box.replaceChildren();
    put(this.read, "");
    const known = series.v.filter((value): value is number => value !== null);
    this.box.classList.toggle("none", !known.length);
    if (!known.length) {
      put(this.note, t("operations.chart.none"));
      return;
    }
    const quantity = this.thing ? quantityOf(this.thing, this.term) : undefined;
    const decimals = quantity?.decimals ?? 1;
    const lows = series.min.filter((value): value is number => value !== null);
    const highs = series.max.filter((value): value is number => value !== null);
    const unit = unitOf({ v: 0, u: series.unit }, quantity);
    const say = (value: number) => `${number(value, decimals)} ${unit}`.trim();
    put(this.note, t("operations.chart.summary", { count: number(series.n), low: say(Math.min(...lows)), high: say(Math.max(...highs)) }));
    const set = options(this.box.clientWidth || 320, decimals, !series.raw);
    set.scales!.x!.range = () => [from.getTime() / 1000, to.getTime() / 1000];
    set.hooks = { setCursor: [(plot) => this.tell(plot.cursor.idx ?? null, say)] };
    const columns = [series.t, series.v, ...(series.raw ? [] : [series.min, series.max])] as uPlot.AlignedData;
    this.plot = new uPlot(set, columns, this.box);
  }

  private tell(index: number | null, say: (value: number) => string): void {
    const at = index === null ? undefined : this.series?.t[index];
    const value = index === null ? null : this.series?.v[index];
    put(this.read, at === undefined || value === null || value === undefined ? "" : `${dateTime(at * 1000)}: ${say(value)}`);
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
