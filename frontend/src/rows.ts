// SPDX-License-Identifier: Apache-2.0
// The raw table behind the chart, a page at a time, and its file.
import { h, put } from "./dom.ts";
import { askJson } from "./ask.ts";
import { known } from "./live.ts";
import { quantityOf, type Reading, type Thing } from "./model.ts";
import type { Span } from "./span.ts";
import { tests } from "./grade.ts";
import { dateTime, number, quantityName, t, unitOf, valueText } from "./words.ts";

type RawRow = Reading & { id: number; attr: string; superseded: string | null; f?: { flag: number; tests: Record<string, number> } };
type Page = { rows: RawRow[]; before: number | null };

const LIMIT = "50";

export class RawTable {
  readonly element = h("details", { class: "raw" });
  private readonly body = h("tbody", {});
  private readonly file = h("a", { class: "button second", download: true, href: "#" }, t("operations.csv"));
  private readonly more = h("button", { type: "button", class: "button second", onclick: () => void this.load(this.before) }, t("operations.table.more"));
  private readonly note = h("p", { class: "quiet small", role: "status" });
  private readonly fresh = h("button", { type: "button", class: "button second", hidden: true, onclick: () => void this.load(null) });
  private thing: Thing | null = null;
  private before: number | null = null;
  private request = 0;
  private seen: Thing["attrs"] = {};
  private news = 0;

  constructor(private readonly span: Span) {
    const head = (["time", "quantity", "value", "recorded"] as const).map((key) => h("th", { scope: "col" }, t(`operations.table.${key}`)));
    this.element.append(h("summary", {}, t("operations.table")), this.fresh,
      h("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": t("operations.table") }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), this.body)),
      this.note, h("p", { class: "row" }, this.more, this.file));
    this.element.addEventListener("toggle", () => this.element.open && this.body.childElementCount === 0 && void this.load(null));
    // A window that ends now has moved on since the address was written.
    this.file.addEventListener("click", () => this.address());
  }

  /** Another thing, or a window that somebody moved: the file covers it, the open table is read again. */
  show(thing: Thing): void {
    if (thing.id !== this.thing?.id || !this.element.open) this.body.replaceChildren();
    this.thing = thing;
    this.address();
    if (this.element.open) void this.load(null);
  }

  /** Readings came in: who reads the table is told how many, and sees them when they ask. */
  follow(thing: Thing): void {
    if (thing.id !== this.thing?.id || !this.element.open || !this.span.follows()) return;
    for (const [term, reading] of Object.entries(thing.attrs)) if (this.seen[term] !== reading) this.news += 1;
    this.seen = thing.attrs;
    this.thing = thing;
    this.fresh.hidden = this.news === 0;
    put(this.fresh, t("operations.table.new", { count: number(this.news) }));
  }

  private address(): void {
    const query = this.query();
    query.set("format", "csv");
    this.file.href = `/live/rows?${query}`;
  }

  private query(): URLSearchParams {
    return new URLSearchParams({ id: this.thing!.id, ...this.span.query(), ...known() });
  }

  private async load(before: number | null): Promise<void> {
    const { thing } = this;
    if (!thing) return;
    const mine = ++this.request;
    if (!before) this.catchUp(thing);
    const query = this.query();
    query.set("limit", LIMIT);
    if (before) query.set("before", String(before));
    try {
      const page = await askJson<Page>(`/live/rows?${query}`, AbortSignal.timeout(15_000));
      if (mine !== this.request) return;
      const rows = page.rows.map((row) => this.row(thing, row));
      if (before) this.body.append(...rows);
      else this.body.replaceChildren(...rows);
      this.before = page.before;
      this.more.hidden = page.before === null;
      put(this.note, this.body.childElementCount ? "" : t("operations.chart.none"));
    } catch {
      put(this.note, t("operations.failed"));
    }
  }

  private catchUp(thing: Thing): void {
    this.seen = thing.attrs;
    this.news = 0;
    this.fresh.hidden = true;
  }

  private row(thing: Thing, row: RawRow): HTMLElement {
    const quantity = quantityOf(thing, row.attr);
    const value = `${valueText(row, quantity)} ${unitOf(row, quantity)}`.trim();
    return h("tr", { class: row.superseded ? "faded" : null },
      h("td", {}, row.o ? dateTime(Date.parse(row.o)) : "–"),
      h("td", {}, quantityName(row.attr, quantity)),
      h("td", { class: "figure" }, value, row.superseded ? ` (${t("operations.table.corrected")})` : null, row.f ? h("span", { class: "small flagged" }, ` \u26a0 ${tests(row.f.tests)}`) : null),
      h("td", {}, row.m ? dateTime(Date.parse(row.m)) : "–"));
  }
}
