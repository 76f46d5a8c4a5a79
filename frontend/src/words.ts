// SPDX-License-Identifier: Apache-2.0
// Sentences by key, numbers and times as Vietnam writes them.
import operations from "../../src/dothi/operations/messages.json";
import flags from "../../src/dothi/quality/messages/cell.json";
import grades from "../../src/dothi/quality/messages/word.json";
import { config, kindByType, type Quantity, type Reading } from "./model.ts";

const catalogue = { ...operations, ...flags, ...grades };
export type Key = keyof typeof catalogue;
const language = config.language === "en" ? "en" : "vi";
const locale = language === "vi" ? "vi-VN" : "en-GB";
const zone = "Asia/Ho_Chi_Minh";

export function t(key: Key, values: Record<string, string | number> = {}): string {
  return catalogue[key][language].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function named(thing: { vi: string; en: string }): string {
  return thing[language];
}

/** What a thing is, in words: its kind, a known asset, else its NGSI-LD type. */
export function typeName(type: string): string {
  const kind = kindByType.get(type);
  if (kind) return named(kind);
  return wordOf(`operations.type.${type}`) ?? type;
}

/** The sentence of a key that is put together from data; undefined when there is none. */
export function wordOf(key: string): string | undefined {
  return key in catalogue ? t(key as Key) : undefined;
}

/** The pages that Django makes write it so, too. */
const MINUS = "\u2212";
const formats = new Map<number, Intl.NumberFormat>();

export function number(value: number, decimals = 0): string {
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(decimals, format);
  }
  return format.format(value).replace("-", MINUS);
}

export function quantityName(term: string, quantity: Quantity | undefined): string {
  return quantity ? named(quantity) : term;
}

export function unitOf(reading: Reading, quantity: Quantity | undefined): string {
  if (quantity && (!reading.u || reading.u === quantity.unit_code)) return quantity.unit;
  return reading.u ?? "";
}

/** A value as text, without its unit. */
export function valueText(reading: Reading, quantity: Quantity | undefined): string {
  const { v } = reading;
  if (typeof v === "number") return number(v, quantity?.decimals ?? (Number.isInteger(v) ? 0 : 2));
  if (typeof v === "string") return v;
  return v === null || v === undefined ? "–" : JSON.stringify(v);
}

const steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]] as const;

export function age(seconds: number): string {
  if (!Number.isFinite(seconds)) return t("operations.age.never");
  if (seconds < 5) return t("operations.age.now");
  const [name, size] = steps.find(([, length]) => seconds >= length) ?? steps[3];
  return t(`operations.age.${name}`, { count: Math.floor(seconds / size) });
}

/** The age where the place says already that it is one: "3 phút". */
export function shortAge(seconds: number): string {
  if (seconds < 5) return t("operations.age.now");
  if (seconds >= 86400) return age(seconds);
  const [name, size] = steps.find(([, each]) => seconds >= each) ?? steps[3];
  return t(`operations.length.${name as "hour" | "minute" | "second"}`, { count: Math.floor(seconds / size) });
}

export function length(seconds: number): string {
  const [name, size] = steps.slice(1).find(([, each]) => seconds >= each) ?? steps[3];
  return t(`operations.length.${name as "hour" | "minute" | "second"}`, { count: number(seconds / size, seconds % size ? 1 : 0) });
}

const clockFormat = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const dayFormat = new Intl.DateTimeFormat(locale, { timeZone: zone, day: "2-digit", month: "2-digit", year: "numeric" });

export function clockTime(at: number): string {
  return clockFormat.format(at);
}

export function dateTime(at: number): string {
  return `${clockTime(at)} ${dayFormat.format(at)}`;
}

const minuteFormat = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false });

export function shortDateTime(at: number): string {
  return `${minuteFormat.format(at)} ${dayFormat.format(at)}`;
}

/** Vietnam has one zone without summer time, so the wall clock is a fixed distance from UTC. */
const ZONE_MS = 7 * 3600_000;

export function toLocalInput(at: number): string {
  return new Date(at + ZONE_MS).toISOString().slice(0, 19);
}

export function fromLocalInput(text: string): number {
  return Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`) - ZONE_MS;
}

/** Search form: no marks, đ→d, lower case, one space between words. */
export function fold(text: string): string {
  return text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/\p{M}+/gu, "").replace(/[^0-9a-z]+/g, " ").trim();
}

/** With its marks, composed: "Gò" typed by any input method is one text. */
export function exact(text: string): string {
  return text.normalize("NFC").toLowerCase().trim().replace(/\s+/g, " ");
}
