// SPDX-License-Identifier: Apache-2.0
// The time control in the bar, and the scrubber that opens below it.
import { write } from "./address.ts";
import { h, icon, put } from "./dom.ts";
import { store } from "./store.ts";
import { goLive, goTo, play } from "./time.ts";
import { clockTime, dateTime, fromLocalInput, t, toLocalInput } from "./words.ts";

const DAY = 86400_000;
const SPANS = [["day", DAY], ["week", 7 * DAY], ["month", 30 * DAY]] as const;
const SPEEDS = [1, 10, 60, 300, 600];
const MINUTE = 60_000;

export class DothiWhen extends HTMLElement {
  private readonly text = h("span", { class: "when-text" });
  private readonly toggle = h("button", { type: "button", class: "when", "aria-expanded": "false", "aria-controls": "scrubber", title: t("operations.time.open"), onclick: () => this.flip() });

  connectedCallback(): void {
    this.toggle.append(h("i", { class: "dot", "aria-hidden": "true" }), this.text, icon("M6 9l6 6 6-6"));
    this.append(h("span", { class: "unseen" }, t("operations.when")), this.toggle);
    store.on(["time", "link", "tick", "things"], () => this.show());
    this.show();
  }

  private flip(): void {
    const open = document.body.classList.toggle("scrubbing");
    this.toggle.setAttribute("aria-expanded", String(open));
    if (open) document.querySelector<HTMLElement>("dothi-scrubber input[type=range]")?.focus();
  }

  private show(): void {
    const { instant, link, shownAt } = store;
    const live = instant === null && shownAt === null;
    this.toggle.dataset.mode = instant !== null ? "past" : live && link === "open" ? "live" : "lost";
    // While it plays, the instant of the figures that stand there, not of those on their way.
    const past = store.playing ? (shownAt ?? instant) : instant;
    put(this.text, past !== null ? `${t("operations.past")} ${dateTime(past)}` : live ? `${t("operations.live")} · ${clockTime(store.now())}` : t("operations.link.connecting"));
    if (instant !== null && !document.body.classList.contains("scrubbing") && !this.dataset.opened) {
      this.dataset.opened = "once";
      document.body.classList.add("scrubbing");
      this.toggle.setAttribute("aria-expanded", "true");
    }
  }
}

export class DothiScrubber extends HTMLElement {
  private readonly slider = h("input", { type: "range", min: 0, max: 1440, step: 1, "aria-label": t("operations.time.slider"), oninput: () => this.slide() });
  private readonly field = h("input", { type: "datetime-local", step: 1, "aria-label": t("operations.time.instant"), onchange: () => this.type() });
  private readonly span = h("select", { "aria-label": t("operations.time.span"), onchange: () => this.show() });
  private readonly speed = h("select", { "aria-label": t("operations.time.speed"), onchange: () => (store.speed = Number(this.speed.value)) });
  private readonly player = h("button", { type: "button", class: "button second", onclick: () => this.flip() });
  private readonly live = h("button", { type: "button", class: "button", onclick: () => this.back() }, t("operations.go_live"));

  connectedCallback(): void {
    this.id = "scrubber";
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", t("operations.when"));
    this.span.append(...SPANS.map(([key, length]) => h("option", { value: length }, t(`operations.time.${key}`))));
    this.speed.append(...SPEEDS.map((speed) => h("option", { value: speed, selected: speed === store.speed }, `${speed}×`)));
    this.append(this.player, this.speed, this.slider, this.span, this.field, this.live);
    store.on(["time", "tick"], () => this.show());
    this.show();
  }

  private end(): number {
    return Date.now() + store.offset;
  }

  private slide(): void {
    const minutes = Number(this.span.value) / MINUTE;
    goTo(this.end() - (minutes - Number(this.slider.value)) * MINUTE);
    write();
  }

  private type(): void {
    const at = fromLocalInput(this.field.value);
    if (Number.isNaN(at)) return;
    goTo(at);
    write();
  }

  private flip(): void {
    if (store.instant === null) goTo(this.end() - 3600_000);
    play(!store.playing);
  }

  private back(): void {
    goLive();
    write();
  }

  private show(): void {
    const minutes = Number(this.span.value) / MINUTE;
    this.slider.max = String(minutes);
    const ago = store.instant === null ? 0 : (this.end() - store.instant) / MINUTE;
    this.slider.value = String(Math.max(0, minutes - ago));
    this.slider.setAttribute("aria-valuetext", store.instant === null ? t("operations.live") : dateTime(store.instant));
    if (document.activeElement !== this.field) this.field.value = toLocalInput(store.wished());
    this.field.max = toLocalInput(this.end());
    put(this.player, t(store.playing ? "operations.time.pause" : "operations.time.play"));
    this.live.disabled = store.instant === null;
  }
}
