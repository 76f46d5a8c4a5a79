// SPDX-License-Identifier: Apache-2.0
// Keeps the page of checks for times without a line: the newest answer first, the kept one when there is none.
// The page is kept as a visitor sees it, never as somebody who is signed in.

interface Worker {
  addEventListener(kind: "install" | "activate", listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void;
  addEventListener(kind: "fetch", listener: (event: Asked) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  location: Location;
}
interface Asked { request: Request; respondWith(answer: Promise<Response>): void }

const me = self as unknown as Worker;
const KEPT = "dothi-verify-1";
const PAGE = "/verify/";
const NEEDED = [
  PAGE, "/verify/keys", "/verify/list/all", "/static/dothi-ui/tokens.css", "/static/dothi-ui/base.css", "/static/dothi-ui/mark.svg",
  "/static/dothi/verify.css", "/static/dothi/verify.js", "/static/dothi/fonts/fonts.css",
];

async function keep(address: string): Promise<void> {
  const answer = await fetch(address, { credentials: "omit" }).catch(() => undefined);
  if (answer?.ok) await (await caches.open(KEPT)).put(address, answer);
}

async function newest(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  try {
    const answer = await fetch(request);
    if (answer.ok && request.mode === "navigate") void keep(PAGE);
    else if (answer.ok) await (await caches.open(KEPT)).put(pathname, answer.clone());
    return answer;
  } catch (error) {
    const kept = await (await caches.open(KEPT)).match(request.mode === "navigate" ? PAGE : pathname);
    if (kept) return kept;
    throw error;
  }
}

me.addEventListener("install", (event) => event.waitUntil(Promise.all(NEEDED.map(keep)).then(() => me.skipWaiting())));
me.addEventListener("activate", (event) => event.waitUntil(me.clients.claim()));
me.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const isOurs = origin === me.location.origin && event.request.method === "GET";
  const isKept = /^\/(verify\/($|keys$|list\/)|static\/)/.test(pathname);
  if (isOurs && isKept) event.respondWith(newest(event.request));
});

export {};
