// SPDX-License-Identifier: Apache-2.0
// The one store of the page: what is shown, of when, and who wants to know when it changes.
import { kindKey, type Change, type Frame, type Snapshot, type Thing, type Unit } from "./model.ts";
import { standing, type Standing } from "./standing.ts";

export type Link = "connecting" | "open" | "lost" | "signed_out";
export type Tab = "briefing" | "list" | "map" | "search";

/** things: set or readings changed; standing: somebody became late or fresh; choice: filters, selection, tab. */
export type Topic = "things" | "standing" | "choice" | "time" | "link" | "units" | "tick";

export type View = { lon: number; lat: number; zoom: number };

const PROGRESS = "urn:ngsi-ld:SeedProgress:demo";
/** Taken out of service: no longer part of the city as of that instant. */
const RETIRED = "retired";

class Store {
  things = new Map<string, Thing>();
  standings = new Map<string, Standing>();
  units: Unit[] = [];
  /** How far the demo city's past is filled in; null on a real installation. */
  progress: Thing | null = null;
  seq = 0;
  loaded = false;
  failed = false;
  link: Link = "connecting";
  /** Milliseconds that the server's clock is ahead of ours. */
  offset = 0;
  heardAt = Date.now();
  /** null: live; else the instant that everything shall be as of. */
  instant: number | null = null;
  /** The instant of the figures that stand on the page; null: they are live. */
  shownAt: number | null = null;
  /** The last question about the past was not answered. */
  pastFailed = false;
  playing = false;
  speed = 60;
  selected: string | null = null;
  kinds = new Set<string>();
  only = new Set<Standing>();
  unit = "";
  tab: Tab = "map";
  view: View | null = null;

  private readonly listeners = new Map<Topic, Set<() => void>>();
  private readonly due = new Set<Topic>();
  private booked = false;

  /** The instant that ages are counted from: that of the figures shown, whatever is wished. */
  now(): number {
    return this.shownAt ?? (this.loaded ? null : this.instant) ?? Date.now() + this.offset;
  }

  /** The instant that was asked for. */
  wished(): number {
    return this.instant ?? Date.now() + this.offset;
  }

  /** What stands on the page is of another instant than the one asked for. */
  waits(): boolean {
    return this.shownAt !== this.instant;
  }

  on(topics: Topic[], listener: () => void): void {
    for (const topic of topics) {
      const known = this.listeners.get(topic) ?? new Set();
      known.add(listener);
      this.listeners.set(topic, known);
    }
  }

  /** Tell listeners once, after the present work, however many things changed. */
  tell(...topics: Topic[]): void {
    for (const topic of topics) this.due.add(topic);
    if (this.booked) return;
    this.booked = true;
    queueMicrotask(() => {
      this.booked = false;
      const called = new Set([...this.due].flatMap((topic) => [...(this.listeners.get(topic) ?? [])]));
      this.due.clear();
      for (const listener of called) listener();
    });
  }

  /** Show a whole state, as of `at` or live. */
  take(snapshot: Snapshot, at: number | null): void {
    this.shownAt = at;
    this.pastFailed = false;
    this.progress = null;
    this.things = new Map(snapshot.entities.filter((thing) => thing.status !== RETIRED).map((thing) => [thing.id, thing]));
    this.setApart();
    this.seq = snapshot.seq;
    this.loaded = true;
    this.failed = false;
    if (at === null) this.offset = Date.parse(snapshot.server_time) - Date.now();
    this.standings.clear();
    this.judge();
    this.tell("things", "standing", "time");
  }

  apply(frame: Frame): void {
    if (frame.seq < this.seq) return;
    this.seq = frame.seq;
    for (const id of frame.gone) {
      this.things.delete(id);
      if (id === PROGRESS) this.progress = null;
    }
    for (const change of frame.changes) this.change(change);
    this.setApart();
    if (frame.gone.length || frame.changes.length) {
      this.judge();
      this.tell("things");
    }
  }

  private setApart(): void {
    const thing = this.things.get(PROGRESS);
    if (!thing) return;
    this.things.delete(PROGRESS);
    this.progress = thing;
  }

  private change({ attrs, ...fields }: Change): void {
    const known = fields.id === PROGRESS ? this.progress : this.things.get(fields.id);
    if (!known && !fields.type) return;
    const thing: Thing = { ...(known ?? { type: "" }), ...fields, attrs: { ...known?.attrs } };
    for (const [term, reading] of Object.entries(attrs)) {
      if (reading) thing.attrs[term] = reading;
      else delete thing.attrs[term];
    }
    if (thing.status === RETIRED) this.things.delete(thing.id);
    else this.things.set(thing.id, thing);
  }

  /** Work out every standing; tell when one is another than before. */
  judge(): void {
    const now = this.now();
    let changed = this.standings.size !== this.things.size;
    for (const [id, thing] of this.things) {
      const is = standing(thing, now);
      if (this.standings.get(id) !== is) {
        this.standings.set(id, is);
        changed = true;
      }
    }
    if (this.standings.size > this.things.size) {
      for (const id of this.standings.keys()) if (!this.things.has(id)) this.standings.delete(id);
    }
    if (changed) this.tell("standing");
  }

  standingOf(id: string): Standing {
    return this.standings.get(id) ?? "plain";
  }

  inUnit(thing: Thing): boolean {
    const { unit } = this;
    return !unit || (thing.scope ?? []).some((scope) => scope === unit || scope.startsWith(`${unit}/`));
  }

  /** Things of the unit and kinds chosen, whatever their standing. */
  inPlace(): Thing[] {
    return [...this.things.values()].filter(
      (thing) => this.inUnit(thing) && (!this.kinds.size || this.kinds.has(kindKey(thing))),
    );
  }

  shown(): Thing[] {
    const { only } = this;
    return this.inPlace().filter((thing) => !only.size || only.has(this.standingOf(thing.id)));
  }

  select(id: string | null): void {
    if (this.selected === id) return;
    this.selected = id;
    this.tell("choice");
  }
}

export const store = new Store();
