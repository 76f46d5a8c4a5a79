// SPDX-License-Identifier: Apache-2.0
// <dothi-data>: every series with its grade, the worst first: what the shift looks at and repairs today.
import { askJson } from "./ask.ts";
import { h, put } from "./dom.ts";
import { chip, trio, type Dimension, type Letter } from "./letters.ts";
import { config, quantityByTerm, type Reading } from "./model.ts";
import { age, clockTime, number, quantityName, t, typeName, unitOf, valueText } from "./words.ts";

type Row = Reading & { id: string; name: string | null; type: string; attr: string; source: string | null; contact: { name?: string; phone?: string } | null;
  overall: Letter | null; why: string[]; raise: string[] } & Record<Dimension, Letter | null>;
type Told = { at: string; all: number; letters: Partial<Record<Letter | "", number>>; rows: Row[] };

const EVERY = 30_000;
const LETTERS = ["D", "C", "B", "A"] as const;

class DothiData extends HTMLElement {
  private readonly counts = h("p", { class: "row counts" });
  private readonly body = h("tbody", {});
  private readonly note = h("p", { class: "quiet small", role: "status" });
  private readonly only = h("select", { id: "data-only", onchange: () => this.draw() });
  private told: Told | null = null;

  connectedCallback(): void {
    this.only.append(h("option", { value: "CD" }, t("operations.data.low")), ...LETTERS.map((letter) => h("option", { value: letter }, letter)), h("option", { value: "ABCD" }, t("operations.data.all")));
    const heads = (["grade", "what", "value", "why", "do", "call"] as const).map((key) => h("th", { scope: "col" }, t(`operations.data.${key}`)));
    this.append(this.counts, h("div", { class: "field short" }, h("label", { for: "data-only" }, t("operations.data.only")), this.only),
      h("section", { class: "panel", "aria-label": t("operations.data.title") }, h("div", { class: "table-box" }, h("table", { class: "stack-table data-table" }, h("thead", {}, h("tr", {}, ...heads)), this.body))), this.note);
    void this.load();
    setInterval(() => document.visibilityState === "visible" && void this.load(), EVERY);
  }

  private async load(): Promise<void> {
    try {
      this.told = await askJson<Told>(`/live/quality?limit=2000&language=${config.language}`, AbortSignal.timeout(20_000));
      this.draw();
    } catch {
      put(this.note, t("operations.failed"));
    }
  }

  private draw(): void {
    const { told } = this;
    if (!told) return;
    this.counts.replaceChildren(...LETTERS.filter((letter) => told.letters[letter]).map((letter) => h("span", { class: "row" }, chip(letter), number(told.letters[letter] ?? 0))));
    const rows = told.rows.filter((row) => (row.overall ? this.only.value.includes(row.overall) : this.only.value === "ABCD"));
    this.body.replaceChildren(...rows.map((row) => this.row(row, Date.parse(told.at))));
    put(this.note, rows.length ? t("operations.data.at", { time: clockTime(Date.parse(told.at)), count: number(rows.length), all: number(told.all) }) : t(told.all ? "operations.data.good" : "operations.data.empty"));
  }

  private row(row: Row, at: number): HTMLElement {
    const quantity = quantityByTerm.get(row.attr);
    const { contact } = row;
    const phone = contact?.phone ? h("a", { href: `tel:${contact.phone.replace(/[^+\d]/g, "")}` }, contact.phone) : null;
    return h("tr", {},
      h("td", { class: "full" }, chip(row.overall), trio(row)),
      h("td", {}, h("a", { class: "name", href: `/console/?sel=${encodeURIComponent(row.id)}` }, row.name ?? row.id), h("div", { class: "quiet small" }, `${quantityName(row.attr, quantity)} · ${typeName(row.type)}`)),
      h("td", {}, h("b", {}, `${valueText(row, quantity)} ${unitOf(row, quantity)}`.trim()), h("div", { class: "quiet small" }, age((at - Date.parse(row.o ?? "")) / 1000))),
      h("td", { class: "full" }, ...row.why.map((sentence) => h("div", {}, sentence))),
      h("td", { class: "full", "data-label": t("operations.data.do") }, ...row.raise.map((sentence) => h("div", {}, sentence))),
      h("td", { class: "full", "data-label": t("operations.data.call") }, contact?.name ?? "", contact?.name && phone ? h("br") : null, phone, row.source ? h("div", { class: "quiet small" }, row.source) : null));
  }
}

customElements.define("dothi-data", DothiData);
