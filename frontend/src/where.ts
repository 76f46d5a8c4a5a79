// SPDX-License-Identifier: Apache-2.0
// The unit picker: the page shows what lies in the unit and below it.
import { write } from "./address.ts";
import { h } from "./dom.ts";
import type { Unit } from "./model.ts";
import { store } from "./store.ts";
import { t } from "./words.ts";

export function chooseUnit(scope: string): void {
  store.unit = scope;
  store.tell("choice");
  document.querySelector<HTMLElement & { fit(): void }>("dothi-map")?.fit();
  write();
}

export class DothiWhere extends HTMLElement {
  private readonly select = h("select", { "aria-label": t("operations.where"), onchange: () => chooseUnit(this.select.value) });

  connectedCallback(): void {
    this.append(this.select);
    store.on(["units"], () => this.fill());
    store.on(["choice"], () => (this.select.value = store.unit));
    this.fill();
  }

  private fill(): void {
    const roots = store.units.filter((unit) => !unit.parent);
    const [root] = roots;
    this.select.replaceChildren(h("option", { value: "" }, roots.length === 1 && root ? root.name : t("operations.where.all")));
    for (const unit of roots) this.below(unit, roots.length === 1 ? 0 : 1);
    this.select.value = store.unit;
  }

  private below(unit: Unit, depth: number): void {
    if (depth) this.select.append(h("option", { value: unit.scope }, `${"\u2003".repeat(depth - 1)}${unit.name}`));
    for (const child of store.units) if (child.parent === unit.id) this.below(child, depth + 1);
  }
}
