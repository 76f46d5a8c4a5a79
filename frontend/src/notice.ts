// SPDX-License-Identifier: Apache-2.0
// What the page says of its figures: lost, late, of another instant than the one asked for; and what to do.
import { h } from "./dom.ts";
import { store } from "./store.ts";
import { retry } from "./time.ts";
import { clockTime, dateTime, t } from "./words.ts";

const HEALED_MS = 4000;
/** How long an answer may take before the page speaks of it. */
const PATIENCE_MS = 300;
const PATIENCE_PLAYING_MS = 1200;

type News = { state: "" | "lost" | "healed" | "loading"; text: string; act?: () => HTMLElement };

const NONE: News = { state: "", text: "" };
const signIn = () => h("a", { href: `/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}` }, t("operations.link.sign_in"));
const tryAgain = () => h("button", { type: "button", class: "button second", onclick: retry }, t("operations.retry"));

export class DothiNotice extends HTMLElement {
  private wasLost = false;
  private healedAt = 0;
  private waitsSince = 0;
  private said = "";

  connectedCallback(): void {
    this.className = "line-note";
    this.setAttribute("role", "status");
    store.on(["link", "time", "things", "tick"], () => this.tell());
    this.tell();
  }

  private tell(): void {
    const { link, instant } = store;
    this.waited();
    document.body.dataset.link = instant === null ? link : "past";
    document.body.toggleAttribute("data-waits", store.loaded && this.late(store.playing ? PATIENCE_PLAYING_MS : 0));
    const { state, text, act } = this.news();
    this.hidden = !text;
    if (this.said === state + text) return;
    this.said = state + text;
    this.dataset.state = state;
    this.replaceChildren(h("span", {}, text), ...(act ? [act()] : []));
  }

  private waited(): void {
    if (!store.waits()) this.waitsSince = 0;
    else if (!this.waitsSince) {
      this.waitsSince = performance.now();
      for (const patience of [PATIENCE_MS, PATIENCE_PLAYING_MS]) setTimeout(() => this.tell(), patience + 20);
    }
  }

  private late(patience: number): boolean {
    return this.waitsSince > 0 && performance.now() - this.waitsSince >= patience;
  }

  private news(): News {
    if (store.link === "signed_out") return { state: "lost", text: t("operations.link.signed_out"), act: signIn };
    const lost = store.instant === null && this.lost();
    const stands = dateTime(store.shownAt ?? store.heardAt + store.offset);
    if (lost) return { state: "lost", text: t("operations.link.lost", { time: store.shownAt === null ? clockTime(store.heardAt + store.offset) : stands }) };
    if (!store.loaded) return NONE;
    const wish = store.instant === null ? "" : dateTime(store.instant);
    if (store.pastFailed) return { state: "lost", text: t("operations.past.failed", { wish, stands }), act: tryAgain };
    if (this.late(store.playing ? PATIENCE_PLAYING_MS : PATIENCE_MS)) {
      return { state: "loading", text: wish ? t("operations.past.loading", { wish }) : t("operations.past.loading_live") };
    }
    return this.healed() ? { state: "healed", text: t("operations.link.healed") } : NONE;
  }

  private lost(): boolean {
    if (store.link === "lost") this.wasLost = true;
    return store.link === "lost";
  }

  private healed(): boolean {
    if (this.wasLost && store.link === "open") {
      this.wasLost = false;
      this.healedAt = performance.now();
      setTimeout(() => this.tell(), HEALED_MS + 20);
    }
    return store.link === "open" && store.instant === null && this.healedAt > 0 && performance.now() - this.healedAt < HEALED_MS;
  }
}
