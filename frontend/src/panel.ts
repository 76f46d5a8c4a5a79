// SPDX-License-Identifier: Apache-2.0
// The panel that follows the selection: readings, source, whom to call, chart, raw table, file.
import { write } from "./address.ts";
import { Chart } from "./chart.ts";
import { h, icon, put } from "./dom.ts";
import { GradeView } from "./grade.ts";
import { kindKey, quantityOf, terms, type Thing } from "./model.ts";
import { RawTable } from "./rows.ts";
import { Span } from "./span.ts";
import { lateBy, observedAt, styleOf } from "./standing.ts";
import { store } from "./store.ts";
import { pathOf } from "./symbols.ts";
import { age, dateTime, length, quantityName, t, typeName, unitOf, valueText } from "./words.ts";

/** The live line brings each reading; once a minute what it may have missed is asked for. */
const REFRESH_MS = 60_000;

export class DothiPanel extends HTMLElement {
  private readonly head = h("header", { class: "panel-head" });
  private readonly heading = h("h2", { tabindex: "-1" });
  private readonly kind = h("p", { class: "quiet small" });
  private readonly chips = h("p", { class: "chips" });
  private readonly values = h("dl", { class: "values" });
  private readonly facts = h("dl", { class: "facts" });
  private readonly body = h("div", { class: "panel-body" });
  private readonly gone = h("p", { class: "note careful" }, t("operations.panel.gone"));
  private readonly span = new Span(() => this.look());
  private readonly chart = new Chart(this.span);
  private readonly grade = new GradeView();
  private readonly table = new RawTable(this.span);
  private shown: string | null = null;
  private term = "";
  private charted = 0;
  private at: number | null = null;
  private opener: HTMLElement | null = null;

  connectedCallback(): void {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("operations.panel"));
    const close = h("button", { type: "button", class: "plain close", title: `${t("operations.panel.close")} (Esc)`, "aria-label": t("operations.panel.close"), onclick: () => this.close() }, icon("M6 6l12 12M18 6 6 18"));
    this.head.append(h("div", {}, this.heading, this.kind, this.chips), close);
    this.body.append(h("h3", {}, t("operations.panel.values")), this.values, this.span.element, this.chart.element, this.grade.element, this.facts, this.table.element);
    this.append(this.head, this.gone, this.body);
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    store.on(["things", "standing", "choice", "tick"], () => this.show());
    store.on(["time"], () => this.afterTime());
    this.show();
  }

  private close(): void {
    store.select(null);
    write();
    this.opener?.focus();
  }

  /** The page's time moved: the window starts anew, unless only the wish moved and the figures stand. */
  private afterTime(): void {
    if (store.shownAt === this.at) return;
    this.shown = null;
    this.show();
  }

  private show(): void {
    const id = store.selected;
    document.body.classList.toggle("has-panel", id !== null);
    this.hidden = id === null;
    if (id === null) {
      this.shown = null;
      return;
    }
    const thing = store.things.get(id);
    this.gone.hidden = Boolean(thing) || !store.loaded;
    this.body.hidden = !thing;
    if (!thing) {
      put(this.heading, id);
      return;
    }
    if (this.shown !== id) this.arrive(thing);
    this.refresh(thing);
    this.chart.follow(thing);
    this.table.follow(thing);
  }

  private arrive(thing: Thing): void {
    const again = this.head.dataset.id === thing.id;
    this.head.dataset.id = this.shown = thing.id;
    this.at = store.shownAt;
    if (again && this.term in thing.attrs) {
      this.begin(thing, true);
      return;
    }
    this.opener = document.activeElement as HTMLElement | null;
    this.term = terms(thing).find((term) => typeof thing.attrs[term]?.v === "number") ?? "";
    this.values.replaceChildren();
    this.begin(thing, false);
    write();
    if (this.opener && this.opener !== document.body) this.heading.focus({ preventScroll: true });
    this.scrollTop = 0;
  }

  /** Chart, table and file begin where the thing has something to show. */
  private begin(thing: Thing, keep: boolean): void {
    const reading = thing.attrs[this.term || (terms(thing)[0] ?? "")];
    this.span.start(Date.parse(reading?.o ?? reading?.m ?? ""), keep);
    this.look();
  }

  private look(): void {
    const thing = this.shown ? store.things.get(this.shown) : undefined;
    if (!thing) return;
    this.charted = 0;
    this.table.show(thing);
    this.chartNow(thing);
  }

  private refresh(thing: Thing): void {
    const is = store.standingOf(thing.id);
    put(this.heading, thing.name || thing.id);
    put(this.kind, typeName(thing.type));
    const chips = `${is}${thing.simulated}`;
    if (this.chips.dataset.state !== chips) {
      this.chips.dataset.state = chips;
      this.chips.replaceChildren(
        h("span", { class: `chip ${styleOf(is)}` }, t(`operations.standing.${is}`)),
        ...(thing.simulated ? [h("span", { class: "chip bare waiting" }, t("operations.panel.simulated"))] : []),
      );
    }
    this.fillValues(thing);
    this.fillFacts(thing);
    this.chart.element.hidden = !this.term;
    void this.grade.show(thing, this.term);
    this.span.show();
    if (this.span.follows() && performance.now() - this.charted > REFRESH_MS) this.chartNow(thing);
  }

  private chartNow(thing: Thing): void {
    if (!this.term) return;
    this.charted = performance.now();
    void this.chart.show(thing, this.term);
  }

  private fillValues(thing: Thing): void {
    const list = terms(thing);
    if (this.values.childElementCount !== list.length) {
      this.values.replaceChildren(...list.map((term) => this.valueRow(thing, term)));
      if (!list.length) this.values.append(h("p", { class: "quiet" }, t("operations.panel.none")));
    }
    if (!list.length) return;
    const now = store.now();
    list.forEach((term, index) => {
      const row = this.values.children[index]!;
      const reading = thing.attrs[term]!;
      const quantity = quantityOf(thing, term);
      const at = Date.parse(reading.o ?? reading.m ?? "");
      put(row.querySelector("b")!, valueText(reading, quantity));
      put(row.querySelector(".unit")!, unitOf(reading, quantity));
      const aged = row.querySelector<HTMLElement>(".age")!;
      put(aged, age((now - at) / 1000));
      aged.title = Number.isNaN(at) ? "" : dateTime(at);
      const late = Boolean(thing.period) && lateBy(at, now) > (thing.period ?? 0);
      row.classList.toggle("faded", late);
      row.querySelector("button")?.setAttribute("aria-pressed", String(term === this.term));
    });
  }

  private valueRow(thing: Thing, term: string): HTMLElement {
    const name = quantityName(term, quantityOf(thing, term));
    const numeric = typeof thing.attrs[term]?.v === "number";
    const label = numeric ? h("button", { type: "button", class: "quantity", onclick: () => this.pickTerm(term) }, name) : name;
    return h("div", { class: "value-row" }, h("dt", {}, label), h("dd", {}, h("b", {}), " ", h("span", { class: "unit" }), h("span", { class: "age" })));
  }

  private pickTerm(term: string): void {
    this.term = term;
    const thing = this.shown ? store.things.get(this.shown) : undefined;
    if (thing) this.begin(thing, true);
    this.show();
  }

  private fillFacts(thing: Thing): void {
    const unit = store.units.filter((one) => (thing.scope ?? []).includes(one.scope)).map((one) => one.name).join(", ");
    const print = JSON.stringify([thing.source, thing.contact, thing.period, unit]);
    if (this.facts.dataset.state === print + thing.id) return;
    this.facts.dataset.state = print + thing.id;
    const fact = (name: string, value: Node | string | null | undefined): Node[] => (value ? [h("dt", {}, name), h("dd", {}, value)] : []);
    const { contact } = thing;
    const phone = contact?.phone ? h("a", { href: `tel:${contact.phone.replace(/[^+\d]/g, "")}` }, contact.phone) : null;
    const call = contact?.name || phone ? h("span", {}, contact?.name ?? "", contact?.name && phone ? ", " : "", phone) : t("operations.panel.no_contact");
    this.facts.replaceChildren(
      ...fact(t("operations.panel.contact"), call),
      ...fact(t("operations.panel.source"), thing.source),
      ...fact(t("operations.panel.period"), thing.period ? length(thing.period) : null),
      ...fact(t("operations.panel.unit"), unit),
      ...fact(t("operations.panel.id"), h("code", {}, thing.id)),
    );
    this.head.dataset.kind = kindKey(thing);
    this.head.dataset.observed = String(observedAt(thing));
    if (!this.head.querySelector(".kind-icon")) this.head.prepend(icon(pathOf(kindKey(thing)), "icon kind-icon"));
    else this.head.querySelector(".kind-icon path")!.setAttribute("d", pathOf(kindKey(thing)));
  }
}
