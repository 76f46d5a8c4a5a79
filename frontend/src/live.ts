// SPDX-License-Identifier: Apache-2.0
// The line to the broker: state, then the stream from where the state stood, for ever.
import { ask, askJson, renew, SignedOut } from "./ask.ts";
import type { Frame, Snapshot } from "./model.ts";
import { store, type Link } from "./store.ts";

/** The stream carries something each second; silence this long means the line is dead. */
const SILENCE_MS = 2300;
const RENEW_MS = 4 * 60_000;

/** What to ask of the past with: what was known at the instant shown. */
export function known(): Record<string, string> {
  return store.shownAt === null ? {} : { at: new Date(store.shownAt).toISOString() };
}

export function link(is: Link): void {
  if (store.link === is) return;
  store.link = is;
  store.tell("link");
}

type Event = { event: string; id: string; data: string };

/** One event of the stream (HTML 9.2.6) from its lines; null for a comment. */
function parse(block: string): Event | null {
  const event: Event = { event: "message", id: "", data: "" };
  let any = false;
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") event.data += value;
    else if (name === "event" || name === "id") event[name] = value;
    any = true;
  }
  return any ? event : null;
}

class Line {
  private controller: AbortController | null = null;
  private generation = 0;

  /** Follow live from now on; an older line ends. */
  start(): void {
    this.stop();
    const mine = ++this.generation;
    void this.keep(mine);
  }

  stop(): void {
    this.generation++;
    this.controller?.abort();
  }

  private async keep(mine: number): Promise<void> {
    let needState = true;
    let pause = 300;
    while (mine === this.generation) {
      try {
        if (needState) {
          const snapshot = await askJson<Snapshot>("/live/state", AbortSignal.timeout(15_000));
          if (mine !== this.generation) return;
          store.take(snapshot, null);
          needState = false;
        }
        const mustAskAnew = await this.follow(mine, () => (pause = 300));
        if (mine === this.generation) needState = mustAskAnew;
      } catch (error) {
        if (mine !== this.generation) return;
        if (error instanceof SignedOut) {
          link("signed_out");
          return;
        }
        if (!store.loaded) {
          store.failed = true;
          store.tell("things");
        }
        link("lost");
        await new Promise((done) => setTimeout(done, pause));
        pause = Math.min(pause * 1.6, 2000);
      }
    }
  }

  /**
   * Read the stream until it ends; throws when the line is lost. True: the state must be asked for anew. The server ends a
   * stream whose ticket has: one that was renewed meanwhile goes on where this one stopped.
   */
  private async follow(mine: number, opened: () => void): Promise<boolean> {
    const begun = Date.now();
    const controller = (this.controller = new AbortController());
    let watch = setTimeout(() => controller.abort(), SILENCE_MS);
    try {
      const answer = await ask("/live/events", {
        headers: { Accept: "text/event-stream", "Last-Event-ID": String(store.seq) },
        signal: controller.signal,
      });
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done && Date.now() - begun > SILENCE_MS) return false;
        if (done) throw new Error("the stream ended");
        if (mine !== this.generation) return false;
        clearTimeout(watch);
        watch = setTimeout(() => controller.abort(), SILENCE_MS);
        store.heardAt = Date.now();
        opened();
        link("open");
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const event = parse(block);
          if (event?.event === "resync") return true;
          if (event?.event === "frame") store.apply(JSON.parse(event.data) as Frame);
        }
      }
    } finally {
      clearTimeout(watch);
      controller.abort();
    }
  }
}

export const line = new Line();

setInterval(() => {
  renew().catch((error: unknown) => {
    if (error instanceof SignedOut) {
      line.stop();
      link("signed_out");
    }
  });
}, RENEW_MS);
