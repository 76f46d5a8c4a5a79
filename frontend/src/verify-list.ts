// SPDX-License-Identifier: Apache-2.0
// The city's signed list of statuses: fetched by a part of the hash, believed only with the city's signature.

export interface Listed {
  at: Date;
  isOld: boolean;
  row?: { status: string; kind: string; organisation: string; signedAt: Date; demo: boolean };
}

type Row = [string, string, string, string, number, number, string, boolean];
interface Payload { iat: number; exp: number; part: string; digits: number; rows: Row[] }

export class BadList extends Error {}

export function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");
}

export async function sha256(bytes: BufferSource): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

function unpacked(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function json<T>(text: string): T {
  return JSON.parse(new TextDecoder().decode(unpacked(text))) as T;
}

async function answer(address: string): Promise<Response> {
  const found = await fetch(address, { credentials: "omit" });
  if (!found.ok) throw new TypeError(`${address}: ${found.status}`);
  return found;
}

/** The payload of a JWS that a key of the city signed; BadList otherwise. */
async function believed(jws: string): Promise<Payload> {
  const [head, body, signature] = jws.trim().split(".");
  if (!head || !body || !signature) throw new BadList();
  const { alg, kid, typ } = json<{ alg: string; kid: string; typ: string }>(head);
  const { keys } = (await (await answer("/verify/keys")).json()) as { keys: (JsonWebKey & { kid: string })[] };
  const named = keys.find((key) => key.kid === kid);
  if (alg !== "ES256" || typ !== "dothi-status-list+jwt" || !named) throw new BadList();
  const { kty, crv, x, y } = named;
  const shape = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y } as JsonWebKey, shape, false, ["verify"]);
  const signed = new TextEncoder().encode(`${head}.${body}`);
  if (!(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, unpacked(signature), signed))) throw new BadList();
  return json<Payload>(body);
}

async function part(name: string): Promise<Payload> {
  return believed(await (await answer(`/verify/list/${name}`)).text());
}

/** What the list says of a file; a TypeError when no list can be had. */
export async function listed(hash: string): Promise<Listed> {
  let found = await part("all");
  if (found.digits > 0) {
    const wanted = hash.slice(0, found.digits);
    found = await part(wanted);
    if (found.part !== wanted) throw new BadList();
  }
  const row = found.rows.find(([one]) => one === hash);
  const said: Listed = { at: new Date(found.iat * 1000), isOld: Date.now() / 1000 > found.exp };
  if (row) said.row = { status: row[1], kind: row[2], organisation: row[3], signedAt: new Date(row[4] * 1000), demo: row[7] };
  return said;
}
