// SPDX-License-Identifier: Apache-2.0
// <dothi-pick-point data-lat="#…" data-lon="#…">: a map beside two fields. The fields work alone; the map comes when seen.

class DothiPickPoint extends HTMLElement {
  connectedCallback(): void {
    const field = (name: "lat" | "lon") => document.querySelector<HTMLInputElement>(this.dataset[name] ?? "");
    const lat = field("lat");
    const lon = field("lon");
    if (!lat || !lon) return;
    const watch = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      watch.disconnect();
      void import("./place-map.ts").then(({ openPlace }) => openPlace(this, { lat, lon }));
    }, { rootMargin: "200px" });
    watch.observe(this);
  }
}

customElements.define("dothi-pick-point", DothiPickPoint);
