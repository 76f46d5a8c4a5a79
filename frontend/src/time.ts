// SPDX-License-Identifier: Apache-2.0
// The one time control: live, or an instant of the past that everything is as of.
import { askJson, SignedOut } from "./ask.ts";
import { line, link } from "./live.ts";
import type { Snapshot } from "./model.ts";
import { store } from "./store.ts";

const STEP_MS = 500;
const PATIENCE_MS = 20_000;
/** While an answer is late, playing waits for it and then goes on from there. */
const MOST_STEP_MS = 2000;

let wanted: number | null = null;
let asking: AbortController | null = null;
let again = 0;
let pause = 1000;

/** Show everything as of `at`; while one answer is on its way only the newest wish is kept. */
export function goTo(at: number): void {
  const ceiling = Date.now() + store.offset;
  if (store.instant === null) line.stop();
  store.instant = Math.min(at, ceiling);
  store.tell("time");
  wanted = store.instant;
  clearTimeout(again);
  void fetchWanted();
}

/** Ask once more for the newest wish, now. */
export function retry(): void {
  clearTimeout(again);
  wanted = store.instant;
  if (wanted !== null) void fetchWanted();
}

async function fetchWanted(): Promise<void> {
  if (asking) return;
  const mine = (asking = new AbortController());
  try {
    while (wanted !== null && asking === mine) {
      const at = wanted;
      wanted = null;
      const address = `/live/state?at=${encodeURIComponent(new Date(at).toISOString())}`;
      const snapshot = await askJson<Snapshot>(address, AbortSignal.any([mine.signal, AbortSignal.timeout(PATIENCE_MS)]));
      if (asking !== mine) return;
      pause = 1000;
      store.take(snapshot, at);
    }
  } catch (error) {
    if (asking === mine) fail(error);
  } finally {
    if (asking === mine) asking = null;
  }
}

function fail(error: unknown): void {
  if (error instanceof SignedOut) {
    play(false);
    link("signed_out");
    return;
  }
  store.pastFailed = true;
  store.failed ||= !store.loaded;
  store.tell("time", "things");
  clearTimeout(again);
  again = window.setTimeout(retry, pause);
  pause = Math.min(pause * 2, 15_000);
}

export function goLive(): void {
  clearTimeout(again);
  asking?.abort();
  asking = wanted = null;
  store.playing = store.pastFailed = false;
  store.instant = null;
  link("connecting");
  store.tell("time");
  line.start();
}

export function play(on: boolean): void {
  store.playing = on && store.instant !== null;
  store.tell("time");
}

let before = performance.now();
setInterval(() => {
  if (store.playing && store.waits()) return;
  const passed = Math.min(performance.now() - before, MOST_STEP_MS);
  before = performance.now();
  if (!store.playing || store.instant === null) return;
  const next = store.instant + passed * store.speed;
  if (next >= Date.now() + store.offset) goLive();
  else goTo(next);
}, STEP_MS);

// Live ages and lateness: twice a second is within the second that a late figure may look fresh.
setInterval(() => {
  if (store.instant === null && store.loaded) store.judge();
}, 400);
setInterval(() => store.tell("tick"), 1000);
