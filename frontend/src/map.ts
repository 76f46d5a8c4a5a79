// SPDX-License-Identifier: Apache-2.0
// The map: own geometry, one symbol per thing, clusters that show the worst inside.
import { Map as GlMap, type GeoJSONSource, type MapMouseEvent } from "maplibre-gl";
import { write } from "./address.ts";
import { base, unitFeatures, unitNames } from "./base.ts";
import { h, icon } from "./dom.ts";
import { EMPTY, letters } from "./ground.ts";
import { config, kindKey } from "./model.ts";
import { RANK, STANDINGS, styleOf, type Standing } from "./standing.ts";
import { store } from "./store.ts";
import { style } from "./style.ts";
import { cluster, PATHS, RATIO, symbol } from "./symbols.ts";
import { beneath, NOTHING } from "./tiles.ts";
import { t } from "./words.ts";

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** On a narrow screen a name beside the outermost mark needs room at the sides. */
const padding = () => (innerWidth < 600 ? { top: 24, bottom: 48, left: 48, right: 48 } : 32);

export class DothiMap extends HTMLElement {
  private map: GlMap | null = null;
  private ready = false;
  private beneath = NOTHING;
  private drawn = "";
  private late = 0;
  private followed: string | null = null;
  private fitted = false;

  connectedCallback(): void {
    const box = h("div", { class: "map-box" });
    this.append(box, this.buttons(), this.legend());
    void this.open(box);
  }

  private buttons(): HTMLElement {
    const button = (label: string, path: string, act: () => void) =>
      h("button", { type: "button", class: "map-button", title: label, "aria-label": label, onclick: act }, icon(path));
    const animate = { duration: still.matches ? 0 : 150 };
    return h("div", { class: "map-buttons" },
      button(t("operations.map.zoom_in"), "M12 5v14M5 12h14", () => this.map?.zoomIn(animate)),
      button(t("operations.map.zoom_out"), "M5 12h14", () => this.map?.zoomOut(animate)),
      button(t("operations.map.whole"), "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5", () => this.fit()),
    );
  }

  private legend(): HTMLElement {
    const row = (standing: Standing) => h("li", {}, h("i", { class: `mark ${styleOf(standing)}`, "aria-hidden": "true" }), t(`operations.standing.${standing}`));
    return h("ul", { class: "legend", "aria-label": t("operations.map.legend") }, ...STANDINGS.map(row));
  }

  private async open(box: HTMLElement): Promise<void> {
    const rest = Promise.allSettled([base.load(), letters()]);
    this.beneath = await beneath(config.tiles);
    await rest;
    if (this.beneath.credit) this.append(h("p", { class: "credit" }, this.beneath.credit));
    try {
      const { view } = store;
      this.map = new GlMap({
        container: box,
        style: this.look(),
        ...(view ? { center: [view.lon, view.lat], zoom: view.zoom } : { bounds: base.bounds() ?? [102, 8, 110, 23.5], fitBoundsOptions: { padding: padding() } }),
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        fadeDuration: 0,
        maxZoom: 19,
      });
    } catch {
      box.replaceChildren(h("p", { class: "empty" }, t("operations.map.failed")));
      return;
    }
    this.fitted = Boolean(store.view ?? base.bounds());
    this.dress(this.map);
    store.on(["things", "standing", "choice"], () => this.draw());
    store.on(["units"], () => this.restyle());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.restyle());
    new ResizeObserver(() => this.map?.resize()).observe(box);
  }

  private look() {
    return style({ beneath: this.beneath, base: base.ground, units: unitFeatures(), names: unitNames() });
  }

  private restyle(): void {
    this.ready = false;
    this.map?.setStyle(this.look(), { diff: false });
    if (!this.fitted && base.bounds()) {
      this.fitted = true;
      this.fit();
    }
  }

  private dress(map: GlMap): void {
    const canvas = map.getCanvas();
    canvas.setAttribute("aria-label", t("operations.map"));
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.on("style.load", () => {
      for (const key of Object.keys(PATHS)) {
        for (const standing of STANDINGS) map.addImage(`${key}-${standing}`, symbol(key, standing), { pixelRatio: RATIO });
      }
      for (const standing of ["live", "stale", "silent"] as const) map.addImage(`cluster-${standing}`, cluster(standing), { pixelRatio: RATIO });
      this.ready = true;
      this.drawn = "";
      this.draw();
    });
    map.on("click", (event) => void this.hit(map, event));
    for (const layer of ["thing", "cluster"]) {
      map.on("mouseenter", layer, () => (canvas.style.cursor = "pointer"));
      map.on("mouseleave", layer, () => (canvas.style.cursor = ""));
    }
    map.on("moveend", () => {
      const { lng, lat } = map.getCenter();
      store.view = { lon: lng, lat, zoom: map.getZoom() };
      write();
    });
    map.once("idle", () => this.toggleAttribute("data-ready", true));
  }

  private async hit(map: GlMap, event: MapMouseEvent): Promise<void> {
    const { x, y } = event.point;
    const [found] = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]], { layers: ["thing", "cluster"] });
    if (!found) return;
    const id = found.properties.id as string | undefined;
    if (id) {
      this.followed = id;
      store.select(id);
      return;
    }
    const zoom = await (map.getSource("things") as GeoJSONSource).getClusterExpansionZoom(found.properties.cluster_id as number);
    map.easeTo({ center: (found.geometry as GeoJSON.Point).coordinates as [number, number], zoom: zoom + 0.2, duration: still.matches ? 0 : 150 });
  }

  fit(box = base.bounds(store.unit)): void {
    if (box) this.map?.fitBounds(box, { padding: padding(), duration: 0 });
  }

  /** Redraw what moved or changed its standing; readings alone move nothing on the map. */
  private draw(): void {
    if (this.late || !this.map) return;
    this.late = window.setTimeout(() => {
      this.late = 0;
      if (this.ready) this.write(this.map!);
    }, 60);
  }

  private write(map: GlMap): void {
    const features: GeoJSON.Feature[] = [];
    let print = "";
    for (const thing of store.shown()) {
      if (typeof thing.lon !== "number" || typeof thing.lat !== "number") continue;
      const is = store.standingOf(thing.id);
      print += `${thing.id}${is}${thing.lon},${thing.lat};`;
      features.push({
        type: "Feature",
        geometry: { type: "Point", coordinates: [thing.lon, thing.lat] },
        properties: { id: thing.id, name: thing.name ?? "", icon: `${kindKey(thing)}-${is}`, rank: RANK[is] },
      });
    }
    if (print !== this.drawn) {
      this.drawn = print;
      (map.getSource("things") as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
    }
    this.choose(map);
  }

  private choose(map: GlMap): void {
    const thing = store.selected ? store.things.get(store.selected) : undefined;
    const placed = thing && typeof thing.lon === "number" && typeof thing.lat === "number";
    const at = placed ? ([thing.lon, thing.lat] as [number, number]) : null;
    (map.getSource("chosen") as GeoJSONSource | undefined)?.setData(
      at ? { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } }] } : EMPTY,
    );
    if (at && this.followed !== store.selected) map.easeTo({ center: at, zoom: Math.max(map.getZoom(), 15.2), duration: still.matches ? 0 : 150 });
    this.followed = store.selected;
  }
}
