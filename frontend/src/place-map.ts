// SPDX-License-Identifier: Apache-2.0
// The map on which a point is picked: click, drag the pin, or arrow keys; it writes into the two fields.
import { Map as GlMap, Marker, type LngLat, type LngLatLike } from "maplibre-gl";
import { askJson } from "./ask.ts";
import { boxOf, covers, sizeOf, type Box } from "./boxes.ts";
import { h, icon, put, token } from "./dom.ts";
import { EMPTY, ground, letters, words } from "./ground.ts";
import { beneath, NOTHING, type Tiles } from "./tiles.ts";
import { names, outlines, type UnitFeature } from "./units.ts";
import { failed, help, label, nowhere, picked, zoomIn, zoomOut, inUnit } from "./place-words.ts";

type Fields = { lat: HTMLInputElement; lon: HTMLInputElement };
type City = { features: UnitFeature[]; tiles?: Tiles };

const VIETNAM: Box = [102, 8, 110, 23.5];
const PIN = "M12 21.500s7-6.500 7-11.500a7 7 0 1 0-14 0c0 5 7 11.500 7 11.500zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z";
/** Pixels that an arrow key moves the pin; with Shift one by one. */
const STEP = 10;
const STEPS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Open the map in `host`, once. */
export async function openPlace(host: HTMLElement, fields: Fields): Promise<void> {
  for (const file of ["maplibre-gl.css", "place.css"]) document.head.append(h("link", { rel: "stylesheet", href: new URL(file, import.meta.url).href }));
  const box = h("div", { class: "place-box" });
  const told = h("p", { class: "place-told small", role: "status" }, help);
  host.append(h("div", { class: "place" }, box, told));
  const [city, base] = await Promise.allSettled([
    askJson<City>("/console/base.geojson"), askJson<GeoJSON.FeatureCollection>("/live/geometry"), letters(),
  ]);
  const units = city.status === "fulfilled" ? city.value.features : [];
  const under = await beneath(city.status === "fulfilled" ? city.value.tiles : undefined).catch(() => NOTHING);
  try {
    new Place(box, told, fields, units, base.status === "fulfilled" ? base.value : EMPTY, under);
  } catch {
    put(told, failed);
    box.remove();
  }
}

class Place {
  private readonly map: GlMap;
  private readonly pin = new Marker({ element: h("div", { class: "place-pin" }, icon(PIN)), anchor: "bottom", draggable: true });

  constructor(private readonly box: HTMLElement, private readonly told: HTMLElement, private readonly fields: Fields,
    private readonly units: UnitFeature[], private readonly base: GeoJSON.FeatureCollection, private readonly under: typeof NOTHING) {
    const at = this.entered();
    this.map = new GlMap({
      container: box, style: this.look(), attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
      keyboard: false, scrollZoom: false, fadeDuration: 0, maxZoom: 19,
      ...(at ? { center: at, zoom: 15 } : { bounds: this.bounds(), fitBoundsOptions: { padding: 16 } }),
    });
    this.dress();
    if (at) this.mark(at);
  }

  private look() {
    const { units } = this;
    return {
      version: 8 as const,
      sources: {
        ...this.under.sources,
        base: { type: "geojson" as const, data: this.base, tolerance: 0.2 },
        units: { type: "geojson" as const, data: outlines(units) },
        "unit-names": { type: "geojson" as const, data: names(units) },
      },
      layers: [{ id: "land", type: "background" as const, paint: { "background-color": token("--map-land") } }, ...this.under.layers(), ...ground(), ...words()],
    };
  }

  private bounds(): Box {
    const boxes = [...this.units.map((unit) => unit.geometry), ...this.base.features.map((one) => one.geometry)].flatMap((shape) => boxOf(shape) ?? []);
    if (!boxes.length) return VIETNAM;
    const every = (index: number) => boxes.filter((_, at) => at % 4 === index);
    return [Math.min(...every(0)), Math.min(...every(1)), Math.max(...every(2)), Math.max(...every(3))];
  }

  private dress(): void {
    const canvas = this.map.getCanvas();
    canvas.setAttribute("aria-label", label);
    canvas.addEventListener("keydown", (event) => this.key(event));
    this.map.touchZoomRotate.disableRotation();
    this.map.on("click", ({ lngLat }) => this.pick(lngLat));
    this.map.once("idle", () => this.box.toggleAttribute("data-ready", true));
    this.pin.on("dragend", () => this.pick(this.pin.getLngLat()));
    for (const field of Object.values(this.fields)) field.addEventListener("change", () => this.follow());
    const zoom = (name: string, path: string, act: () => void) =>
      h("button", { type: "button", class: "plain", title: name, "aria-label": name, onclick: act }, icon(path));
    this.box.append(h("div", { class: "place-zoom" }, zoom(zoomIn, "M12 5v14M5 12h14", () => this.map.zoomIn({ duration: 0 })), zoom(zoomOut, "M5 12h14", () => this.map.zoomOut({ duration: 0 }))));
    if (this.under.credit) this.box.append(h("p", { class: "credit" }, this.under.credit));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.map.setStyle(this.look(), { diff: false }));
    new ResizeObserver(() => this.map.resize()).observe(this.box);
  }

  /** What stands in the fields, with a decimal comma or point. */
  private entered(): [number, number] | null {
    const of = (field: HTMLInputElement) => (field.value.trim() ? Number(field.value.trim().replace(",", ".")) : NaN);
    const [lon, lat] = [of(this.fields.lon), of(this.fields.lat)];
    return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null;
  }

  private follow(): void {
    const at = this.entered();
    if (!at) return;
    this.mark(at);
    this.map.jumpTo({ center: at, zoom: Math.max(this.map.getZoom(), 13) });
  }

  private key(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      const from = this.map.project(this.entered() ?? this.map.getCenter());
      const far = event.shiftKey ? 1 : STEP;
      const to = this.map.unproject([from.x + step[0] * far, from.y + step[1] * far]);
      this.pick(to);
      if (!this.map.getBounds().contains(to)) this.map.jumpTo({ center: to });
    } else if (event.key === "+" || event.key === "=") this.map.zoomIn({ duration: 0 });
    else if (event.key === "-") this.map.zoomOut({ duration: 0 });
  }

  private pick(at: LngLat): void {
    this.fields.lat.value = picked(at.lat);
    this.fields.lon.value = picked(at.lng);
    for (const field of Object.values(this.fields)) field.dispatchEvent(new Event("input", { bubbles: true }));
    this.mark(at.toArray() as [number, number]);
  }

  /** Put the pin there and say which unit that is: the smallest that covers it. */
  private mark(at: [number, number]): void {
    this.pin.setLngLat(at satisfies LngLatLike).addTo(this.map);
    const [unit] = this.units.filter(({ geometry }) => covers(geometry, ...at)).sort((a, b) => sizeOf(a.geometry) - sizeOf(b.geometry));
    put(this.told, unit ? inUnit(unit.properties.name) : nowhere);
  }
}
