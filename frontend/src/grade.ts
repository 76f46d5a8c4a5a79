// SPDX-License-Identifier: Apache-2.0
// Why a figure has its grade: reasons, what would raise it, what was tested, stations near by.
import { askJson } from "./ask.ts";
import { h, put } from "./dom.ts";
import { chip, DIMENSIONS, trio, type Dimension, type Letter } from "./letters.ts";
import { known } from "./live.ts";
import { config, quantityOf, type Reading, type Thing } from "./model.ts";
import { dateTime, number, quantityName, t, unitOf, valueText, wordOf } from "./words.ts";

type Reason = { dimension: Dimension; letter: Letter; sentence: string };
type Told = {
  grade: ({ overall: Letter } & Record<Dimension, Letter>) | null;
  reasons: Reason[];
  raise: string[];
  window: { expected: number; usable: number; judged: number; passed: number };
  flagged: (Reading & { flag: number; tests: Record<string, number> })[];
  neighbours: (Reading & { id: string; name: string | null; km: number })[];
};

const ASK_EVERY = 60_000;

export class GradeView {
  readonly element = h("section", { class: "grade-view" });
  private readonly head = h("p", { class: "row" });
  private readonly why = h("dl", { class: "why" });
  private readonly raise = h("ul", { class: "raise" });
  private readonly raised = h("div", {}, h("h4", {}, t("operations.grade.raise")), this.raise);
  private readonly flagged = h("ul", { class: "small" });
  private readonly near = h("ul", { class: "small" });
  private readonly more = h("details", {}, h("summary", {}, t("operations.grade.more")), h("p", { class: "small quiet" }), this.flagged, h("h4", {}, t("operations.grade.near")), this.near);
  private readonly note = h("p", { class: "quiet small", role: "status" });
  private request = 0;
  private asked = "";
  private askedAt = 0;

  constructor() {
    this.element.append(h("h3", {}, t("operations.grade")), this.head, this.why, this.raised, this.more, this.note);
  }

  /** The grade of one figure; asked for when another is shown, and once a minute, as it grows older by itself. */
  async show(thing: Thing, term: string): Promise<void> {
    const query = new URLSearchParams({ id: thing.id, attr: term, language: config.language, ...known() });
    const wanted = String(query);
    this.element.hidden = !term;
    if (!term || (wanted === this.asked && performance.now() - this.askedAt < ASK_EVERY)) return;
    this.asked = wanted;
    this.askedAt = performance.now();
    const mine = ++this.request;
    try {
      const told = await askJson<Told>(`/live/grade?${query}`, AbortSignal.timeout(15_000));
      if (mine === this.request) this.fill(thing, term, told);
    } catch {
      if (mine !== this.request) return;
      this.asked = "";
      put(this.note, t("operations.grade.failed"));
    }
  }

  private fill(thing: Thing, term: string, told: Told): void {
    const quantity = quantityOf(thing, term);
    put(this.note, told.grade ? "" : t("operations.grade.none"));
    this.head.replaceChildren(h("span", {}, quantityName(term, quantity)), chip(told.grade?.overall), ...(told.grade ? [trio(told.grade)] : []));
    this.why.hidden = this.more.hidden = !told.grade;
    this.why.replaceChildren(...DIMENSIONS.flatMap((dimension) => this.dimension(dimension, told)));
    this.raised.hidden = told.raise.length === 0;
    this.raise.replaceChildren(...told.raise.map((sentence) => h("li", {}, sentence)));
    const { expected, usable, judged, passed } = told.window;
    put(this.more.querySelector("p")!, t("operations.grade.window", { expected: number(expected), usable: number(usable), judged: number(judged), passed: number(passed) }));
    const told_ = (reading: Reading) => `${valueText(reading, quantity)} ${unitOf(reading, quantity)}`.trim();
    this.flagged.replaceChildren(...told.flagged.map((one) => h("li", {}, h("b", {}, told_(one)), ` ${one.o ? dateTime(Date.parse(one.o)) : ""}: ${tests(one.tests)}`)));
    this.near.previousElementSibling!.toggleAttribute("hidden", told.neighbours.length === 0);
    this.near.replaceChildren(...told.neighbours.map((one) => h("li", {}, `${one.name ?? one.id} (${number(one.km, 1)} km): `, h("b", {}, told_(one)))));
  }

  private dimension(dimension: Dimension, { grade, reasons }: Told): Node[] {
    if (!grade) return [];
    const sentences = reasons.filter((reason) => reason.dimension === dimension).map((reason) => h("li", {}, reason.sentence));
    return [h("dt", {}, h("span", { class: `letter g${grade[dimension]}` }, grade[dimension]), t(`quality.dimension.${dimension}`)), h("dd", {}, h("ul", {}, ...sentences))];
  }
}

/** Tests that a reading did not pass, in words; a code without words stands as it is. */
export function tests(found: Record<string, number>): string {
  return Object.keys(found).map((code) => wordOf(`quality.cell.${code}`) ?? wordOf(`quality.cell.${code.split(".")[0]}`) ?? code).join(", ");
}
