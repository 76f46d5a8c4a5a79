// SPDX-License-Identifier: Apache-2.0
// Search and commands (Ctrl+K): stations, units and what the page can do; marks may be left out.
import { write } from "./address.ts";
import { h, icon, put } from "./dom.ts";
import { config, kindKey } from "./model.ts";
import { store } from "./store.ts";
import { pathOf } from "./symbols.ts";
import { goLive, goTo } from "./time.ts";
import { exact, fold, named, t, typeName } from "./words.ts";
import { chooseUnit } from "./where.ts";

type Hit = { name: string; note: string; path: string; exact: string; folded: string; act: () => void };

const MOST = 12;
const HOUR = 3600_000;
const COMMAND = "M5 7l5 5-5 5M12 17h7";
const UNIT = "M12 21s7-6 7-11a7 7 0 1 0-14 0c0 5 7 11 7 11zM12 12.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400z";

function hit(name: string, note: string, path: string, act: () => void): Hit {
  return { name, note, path, exact: exact(name), folded: fold(`${name} ${note}`), act };
}

function filter(act: () => void): () => void {
  return () => {
    act();
    store.tell("choice");
    write();
  };
}

function commands(): Hit[] {
  const note = t("operations.search.command");
  const back = (distance: number) => () => {
    goTo(Date.now() + store.offset - distance);
    write();
  };
  return [
    hit(t("operations.go_live"), note, COMMAND, () => { goLive(); write(); }),
    hit(t("operations.command.stale"), note, COMMAND, filter(() => (store.only = new Set(["stale", "silent"])))),
    hit(t("operations.command.clear"), note, COMMAND, filter(() => { store.only.clear(); store.kinds.clear(); store.unit = ""; })),
    hit(t("operations.command.hour_ago"), note, COMMAND, back(HOUR)),
    hit(t("operations.command.yesterday"), note, COMMAND, back(24 * HOUR)),
    hit(t("operations.command.sources"), note, COMMAND, () => location.assign("/sources/")),
    ...config.kinds.map((kind) => hit(named(kind), t("operations.list.filter_kind"), pathOf(kind.key), filter(() => (store.kinds = new Set([kind.key]))))),
  ];
}

function everything(): Hit[] {
  const units = store.units.map((unit) => hit(unit.name, t("operations.search.unit"), UNIT, () => chooseUnit(unit.parent ? unit.scope : "")));
  const things = [...store.things.values()].map((thing) => {
    return hit(thing.name || thing.id, typeName(thing.type), pathOf(kindKey(thing)), () => store.select(thing.id));
  });
  return [...commands(), ...units, ...things];
}

/** Every word must be found. First what is written with the very marks typed, then what starts with the query. */
function find(all: Hit[], query: string): Hit[] {
  const words = fold(query).split(" ").filter(Boolean);
  const whole = words.join(" ");
  const typed = exact(query);
  const start = (one: Hit) => (one.folded.startsWith(whole) ? 0 : one.folded.includes(` ${whole}`) ? 1 : 2);
  const marks = (one: Hit) => (one.exact.includes(typed) ? 0 : 1);
  return all.filter((one) => words.every((word) => one.folded.includes(word))).sort((a, b) => marks(a) - marks(b) || start(a) - start(b)).slice(0, MOST);
}

export class DothiSearch extends HTMLElement {
  private readonly input = h("input", { type: "search", role: "combobox", "aria-expanded": "true", "aria-controls": "search-hits", "aria-autocomplete": "list", "aria-label": t("operations.search"), placeholder: t("operations.search.hint"), autocomplete: "off", spellcheck: "false" });
  private readonly list = h("ul", { id: "search-hits", role: "listbox", "aria-label": t("operations.search") });
  private readonly note = h("p", { class: "quiet small", role: "status" });
  private readonly dialog = h("dialog", { class: "search-dialog", "aria-label": t("operations.search") }, this.input, this.list, this.note);
  private all: Hit[] = [];
  private hits: Hit[] = [];
  private at = 0;

  connectedCallback(): void {
    const open = h("button", { type: "button", class: "search-open", "aria-label": `${t("operations.search")} (Ctrl+K)`, onclick: () => this.open() },
      icon("M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.500 15.500 20 20"), h("span", {}, t("operations.search")), h("kbd", {}, "Ctrl K"));
    this.append(open, this.dialog);
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        this.open();
      }
    });
  }

  open(): void {
    if (this.dialog.open) return;
    this.all = everything();
    this.input.value = "";
    this.look();
    this.dialog.showModal();
    this.input.focus();
  }

  private look(): void {
    this.hits = find(this.all, this.input.value);
    this.at = 0;
    this.list.replaceChildren(...this.hits.map((one, index) =>
      h("li", { role: "option", id: `hit-${index}`, "aria-selected": "false", onclick: () => this.take(index) }, icon(one.path), h("span", {}, one.name), h("span", { class: "quiet small" }, one.note)),
    ));
    put(this.note, this.hits.length ? t("operations.search.results", { count: this.hits.length }) : t("operations.search.none", { query: this.input.value }));
    this.mark();
  }

  private mark(): void {
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === this.at)));
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
    if (this.hits.length) this.input.setAttribute("aria-activedescendant", `hit-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    // Enter and arrows belong to the input method while a Vietnamese word is being put together.
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.hits.length) {
      event.preventDefault();
      this.at = (this.at + step + this.hits.length) % this.hits.length;
      this.mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.take(this.at);
    }
  }

  private take(index: number): void {
    const chosen = this.hits[index];
    if (!chosen) return;
    this.dialog.close();
    chosen.act();
  }
}
