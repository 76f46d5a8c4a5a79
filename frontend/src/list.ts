// SPDX-License-Identifier: Apache-2.0
// The list that says what the map says. Rows keep their place while figures change.
import { write } from "./address.ts";
import { h, icon, put } from "./dom.ts";
import { config, kindByType, kindKey, quantityOf, terms, type Thing } from "./model.ts";
import { observedAt, RANK, STANDINGS, styleOf, type Standing } from "./standing.ts";
import { store } from "./store.ts";
import { pathOf } from "./symbols.ts";
import { age, named, number, t, unitOf, valueText } from "./words.ts";

const PAGE = 200;
/** An asset without readings is asked for by its kind. */
const FILTERS = STANDINGS.filter((standing) => standing !== "plain");

class Row {
  readonly element = h("li", {});
  private readonly button = h("button", { type: "button", class: "thing" });
  private readonly name = h("span", { class: "thing-name" });
  private readonly value = h("span", { class: "thing-value" });
  private readonly standing = h("span", { class: "chip" });
  private readonly aged = h("span", { class: "age" });

  constructor(readonly id: string, key: string) {
    this.button.dataset.id = id;
    this.button.append(icon(pathOf(key)), this.name, this.value, this.standing, this.aged);
    this.button.addEventListener("click", () => store.select(id));
    this.element.append(this.button);
  }

  show(thing: Thing, now: number): void {
    const is = store.standingOf(this.id);
    const term = terms(thing)[0];
    const reading = term ? thing.attrs[term] : undefined;
    const quantity = term ? quantityOf(thing, term) : undefined;
    put(this.name, thing.name || thing.id);
    put(this.value, reading ? `${valueText(reading, quantity)} ${unitOf(reading, quantity)}`.trim() : "");
    put(this.standing, t(`operations.standing.${is}`));
    this.standing.className = `chip ${styleOf(is)}`;
    put(this.aged, is === "plain" ? "" : age((now - observedAt(thing)) / 1000));
    this.button.classList.toggle("faded", is === "stale" || is === "silent");
    this.button.setAttribute("aria-current", String(store.selected === this.id));
  }
}

export class DothiList extends HTMLElement {
  private readonly rows = new Map<string, Row>();
  private readonly ul = h("ul", { class: "things" });
  private readonly count = h("p", { class: "quiet small", role: "status" });
  private readonly more = h("button", { type: "button", class: "button second", onclick: () => this.showMore() });
  private readonly none = h("p", { class: "empty-list" }, t("operations.list.none"));
  private readonly kinds = h("select", { "aria-label": t("operations.list.filter_kind"), onchange: () => this.pickKind() });
  private readonly filters = h("div", { class: "filters", role: "group", "aria-label": t("operations.list.filter_standing") });
  private readonly chips = new Map<Standing, HTMLButtonElement>();
  private readonly bar = h("progress", {});
  private readonly progress = h("label", { class: "seeding small", hidden: true }, h("span", {}, t("operations.seeding")), this.bar);
  private limit = PAGE;
  private order = "";

  connectedCallback(): void {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("operations.list"));
    this.kinds.append(h("option", { value: "" }, t("operations.list.all_kinds")), ...config.kinds.map((kind) => h("option", { value: kind.key }, named(kind))),
      h("option", { value: "asset" }, t("operations.standing.plain")));
    for (const standing of FILTERS) {
      const chip = h("button", { type: "button", class: `filter ${standing}`, "aria-pressed": "false", onclick: () => this.toggle(standing) });
      this.chips.set(standing, chip);
      this.filters.append(chip);
    }
    this.append(h("div", { class: "list-head" }, this.kinds, this.filters, this.count, this.progress), h("div", { class: "list-scroll", tabindex: "-1" }, this.ul, this.none, this.more));
    this.ul.addEventListener("keydown", (event) => this.walk(event));
    store.on(["things", "standing", "choice", "time", "tick"], () => this.show());
    this.show();
  }

  private pickKind(): void {
    store.kinds = new Set(this.kinds.value ? [this.kinds.value] : []);
    store.tell("choice");
    write();
  }

  private toggle(standing: Standing): void {
    if (!store.only.delete(standing)) store.only.add(standing);
    store.tell("choice");
    write();
  }

  private showMore(): void {
    this.limit += PAGE;
    this.show();
  }

  private walk(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey) return;
    const buttons = [...this.ul.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }

  private show(): void {
    const place = store.inPlace();
    for (const [standing, chip] of this.chips) {
      put(chip, `${t(`operations.standing.${standing}`)} ${number(place.filter((thing) => store.standingOf(thing.id) === standing).length)}`);
      chip.setAttribute("aria-pressed", String(store.only.has(standing)));
      chip.hidden = standing === "muted" && !store.only.has(standing) && !place.some((thing) => store.standingOf(thing.id) === standing);
    }
    const wanted = [...store.kinds];
    this.kinds.value = wanted.length === 1 ? wanted[0]! : "";
    const shown = this.sorted(store.shown());
    put(this.count, store.loaded ? t("operations.list.count", { shown: number(shown.length), all: number(store.things.size) }) : "");
    const page = shown.slice(0, this.limit);
    this.place(page);
    this.showProgress();
    const now = store.now();
    for (const thing of page) this.rows.get(thing.id)!.show(thing, now);
    this.more.hidden = shown.length <= this.limit;
    put(this.more, t("operations.list.more", { count: number(Math.min(PAGE, shown.length - this.limit)) }));
    this.none.hidden = shown.length > 0 || !store.loaded || store.things.size === 0;
  }

  private showProgress(): void {
    const value = (term: string) => Number(store.progress?.attrs[term]?.v ?? 0);
    this.progress.hidden = !(value("total") > value("done"));
    this.bar.max = value("total") || 1;
    this.bar.value = value("done");
  }

  /** By kind, then name: an order that readings and lateness do not disturb. Asked-for lateness comes worst first. */
  private sorted(things: Thing[]): Thing[] {
    const rank = (thing: Thing) => (store.only.size ? -RANK[store.standingOf(thing.id)] : 0);
    const keys = config.kinds.map((kind) => kind.type);
    const kind = (thing: Thing) => (kindByType.has(thing.type) ? keys.indexOf(thing.type) : keys.length);
    return things.sort((a, b) => rank(a) - rank(b) || kind(a) - kind(b) || compare(a.name ?? a.id, b.name ?? b.id));
  }

  private place(page: Thing[]): void {
    const order = page.map((thing) => thing.id).join();
    if (order === this.order) return;
    this.order = order;
    const focused = (document.activeElement as HTMLElement | null)?.dataset.id;
    for (const thing of page) if (!this.rows.has(thing.id)) this.rows.set(thing.id, new Row(thing.id, kindKey(thing)));
    this.ul.replaceChildren(...page.map((thing) => this.rows.get(thing.id)!.element));
    if (focused) this.ul.querySelector<HTMLElement>(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }
}

const compare = new Intl.Collator("vi", { numeric: true }).compare;
