// SPDX-License-Identifier: Apache-2.0
// A grade as a chip: the letter in its own shape and a word beside it, never colour alone.
import { h } from "./dom.ts";
import { t } from "./words.ts";

export type Letter = "A" | "B" | "C" | "D";
export const DIMENSIONS = ["sufficient", "trustworthy", "timely"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export function letterWord(letter: Letter | null | undefined): string {
  return letter ? t(`quality.letter.${letter}`) : t("quality.ungraded");
}

export function chip(letter: Letter | null | undefined): HTMLElement {
  if (!letter) return h("span", { class: "chip bare muted" }, letterWord(null));
  return h("span", { class: `chip bare graded g${letter}` }, h("b", {}, letter), letterWord(letter));
}

/** The three letters in small, with their words for those who hear them. */
export function trio(of: Partial<Record<Dimension, Letter | null>>): HTMLElement {
  return h("span", { class: "trio" }, ...DIMENSIONS.map((dimension) =>
    h("span", { class: `letter g${of[dimension] ?? ""}`, title: t(`quality.dimension.${dimension}`) },
      h("span", { class: "unseen" }, `${t(`quality.dimension.${dimension}`)} `), of[dimension] ?? "–")));
}
