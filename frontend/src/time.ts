// SPDX-License-Identifier: Apache-2.0
// The one time control: live, or an instant of the past that everything is as of.
import { askJson, line } from "./live.ts";
import type { Snapshot } from "./model.ts";
import { store } from "./store.ts";

const STEP_MS = 500;

let wanted: number | null = null;
let fetching = false;

/** Show everything as of `at`; while one answer is on its way only the newest wish is kept. */
export function goTo(at: number): void {
  const ceiling = Date.now() + store.offset;
  if (store.instant === null) line.stop();
  store.instant = Math.min(at, ceiling);
  store.tell("time");
  wanted = store.instant;
  void fetchWanted();
}

async function fetchWanted(): Promise<void> {
  if (fetching) return;
  fetching = true;
  try {
    while (wanted !== null && store.instant !== null) {
      const at = wanted;
      wanted = null;
      const address = `/live/state?at=${encodeURIComponent(new Date(at).toISOString())}`;
      const snapshot = await askJson<Snapshot>(address, AbortSignal.timeout(20_000));
      if (store.instant === null) return;
      store.take(snapshot);
    }
  } catch {
    store.failed = true;
    store.tell("things");
  } finally {
    fetching = false;
  }
}

export function goLive(): void {
  store.playing = false;
  store.instant = null;
  wanted = null;
  store.tell("time");
  line.start();
}

export function play(on: boolean): void {
  store.playing = on && store.instant !== null;
  store.tell("time");
}

let before = performance.now();
setInterval(() => {
  const passed = performance.now() - before;
  before += passed;
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
