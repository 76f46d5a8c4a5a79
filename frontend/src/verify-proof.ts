// SPDX-License-Identifier: Apache-2.0
// What the browser can find out by itself: the ledger's proof (RFC 9162 2.1.3.2), and whether a signed PDF was changed.
import { hex, sha256 } from "./verify-list.ts";

async function hashed(...parts: Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    whole.set(one, at);
    at += one.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Whether the record stands at its number in the tree whose root the checkpoint's note names. */
export async function isIncluded(record: string, number: number, size: number, path: string[], note: string): Promise<boolean> {
  const lines = note.split("\n");
  if (Number(lines[1]) !== size || number >= size) return false;
  let head = await hashed(Uint8Array.of(0), new TextEncoder().encode(record));
  let [index, last] = [number, size - 1];
  for (const step of path) {
    if (last === 0) return false;
    const beside = bytes(step);
    if (index % 2 === 1 || index === last) {
      head = await hashed(Uint8Array.of(1), beside, head);
      while (index % 2 === 0 && index !== 0) [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
    } else {
      head = await hashed(Uint8Array.of(1), head, beside);
    }
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && hex(head.slice().buffer) === hex(bytes(lines[2] ?? "").slice().buffer);
}

export type Shape = "unsigned" | "intact" | "changed" | "added";

/** A look at a PDF's own signature: is what it covers unchanged, and does it cover the whole file? Who signed is not judged. */
export async function pdfShape(file: Uint8Array<ArrayBuffer>): Promise<Shape> {
  const text = new TextDecoder("latin1").decode(file);
  const found = [...text.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)].at(-1);
  if (!text.startsWith("%PDF-") || !found) return "unsigned";
  const [start, first, second, rest] = found.slice(1).map(Number) as [number, number, number, number];
  if (start !== 0 || first >= second || second + rest > file.length) return "changed";
  const covered = new Uint8Array(first + rest);
  covered.set(file.subarray(0, first));
  covered.set(file.subarray(second, second + rest), first);
  const digits = text.slice(first + 1, second - 1).toLowerCase();
  // The signed attributes hold the digest as an octet string of 32 bytes.
  if (!digits.includes(`0420${await sha256(covered)}`)) return "changed";
  return second + rest === file.length ? "intact" : "added";
}
