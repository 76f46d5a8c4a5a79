// SPDX-License-Identifier: Apache-2.0
// The console page: its parts, their places, and what is said about the line.
import { keepView, read, write } from "./address.ts";
import { h, icon } from "./dom.ts";
import { DothiFigures } from "./figures.ts";
import { DothiList } from "./list.ts";
import { line } from "./live.ts";
import { DothiMap } from "./map.ts";
import { DothiNotice } from "./notice.ts";
import { DothiPanel } from "./panel.ts";
import { DothiSearch } from "./search.ts";
import { store, type Tab } from "./store.ts";
import { goTo } from "./time.ts";
import { DothiScrubber, DothiWhen } from "./when.ts";
import { DothiWhere } from "./where.ts";
import { t } from "./words.ts";

const TABS: [Tab, string][] = [
  ["briefing", "M4 5h7v6H4zM13 5h7v4h-7zM13 12h7v7h-7zM4 14h7v5H4z"],
  ["list", "M9 6h11M9 12h11M9 18h11M4.500 6h.1M4.500 12h.1M4.500 18h.1"],
  ["map", "m3 6 6-2.500 6 2.500 6-2.500v14.500l-6 2.500-6-2.500-6 2.500zM9 3.500v14.500M15 6v14.500"],
  ["search", "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.500 15.500 20 20"],
];

class DothiConsole extends HTMLElement {
  private readonly cover = h("div", { class: "cover", role: "status" });

  connectedCallback(): void {
    const side = h("div", { class: "side" });
    side.append(document.createElement("dothi-figures"), document.createElement("dothi-list"));
    const stage = h("div", { class: "stage-map" });
    stage.append(document.createElement("dothi-map"), this.cover);
    this.append(document.createElement("dothi-scrubber"), document.createElement("dothi-notice"), side, stage, document.createElement("dothi-panel"), this.tabs());
    store.on(["things", "choice", "time"], () => this.show());
    this.show();
  }

  private tabs(): HTMLElement {
    const nav = h("nav", { class: "tabs", "aria-label": t("operations.tabs") });
    for (const [tab, path] of TABS) {
      nav.append(h("button", { type: "button", "data-tab": tab, onclick: () => this.pick(tab) }, icon(path), h("span", {}, t(`operations.tab.${tab}`))));
    }
    return nav;
  }

  private pick(tab: Tab): void {
    if (tab === "search") {
      document.querySelector<DothiSearch>("dothi-search")!.open();
      return;
    }
    store.tab = tab;
    store.select(null);
    store.tell("choice");
    write();
  }

  private show(): void {
    this.dataset.tab = store.tab;
    this.dataset.mode = store.instant === null ? "live" : "past";
    for (const button of this.querySelectorAll<HTMLElement>(".tabs button")) {
      if (button.dataset.tab === store.tab) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    const empty = store.loaded && store.things.size === 0;
    this.cover.hidden = store.loaded && !empty;
    const state = store.loaded ? (empty ? (store.instant === null ? "empty" : "past") : "full") : store.failed ? "failed" : "loading";
    if (this.cover.dataset.state === state) return;
    this.cover.dataset.state = state;
    const words = { empty: "operations.empty", past: "operations.empty.past", failed: "operations.failed", loading: "operations.loading", full: "operations.loading" } as const;
    this.cover.replaceChildren(h("p", {}, t(words[state])), ...(state === "empty" ? [h("a", { class: "button", href: "/sources/" }, t("operations.empty.connect"))] : []));
  }
}

/** The menu is plain HTML; here it also closes by Escape and by a click elsewhere. */
function closeMenu(): void {
  const menu = document.querySelector<HTMLDetailsElement>("details.menu");
  document.addEventListener("click", (event) => menu?.contains(event.target as Node) || menu?.removeAttribute("open"));
  menu?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
}

read();
for (const [name, part] of Object.entries({
  "dothi-where": DothiWhere, "dothi-when": DothiWhen, "dothi-search": DothiSearch, "dothi-scrubber": DothiScrubber, "dothi-notice": DothiNotice, "dothi-figures": DothiFigures,
  "dothi-list": DothiList, "dothi-map": DothiMap, "dothi-panel": DothiPanel, "dothi-console": DothiConsole,
})) customElements.define(name, part);
keepView();
closeMenu();
store.on(["choice", "time"], write);
if (store.instant === null) line.start();
else goTo(store.instant);
