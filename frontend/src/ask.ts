// SPDX-License-Identifier: Apache-2.0
// Questions to our own server, with one renewal of the ticket that the broker wants to see.

export class SignedOut extends Error {}

function csrf(): string {
  return /(?:^|; )(?:__Host-)?dothi_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}

export async function renew(): Promise<void> {
  const answer = await fetch("/console/ticket", { method: "POST", redirect: "manual", headers: { "X-CSRFToken": csrf() } });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) throw new SignedOut();
}

/** A request to /live with one renewal of the ticket when it has run out. */
export async function ask(address: string, options: RequestInit = {}): Promise<Response> {
  let answer = await fetch(address, options);
  if (answer.status === 401) {
    await renew();
    answer = await fetch(address, options);
  }
  if (answer.status === 401) throw new SignedOut();
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer;
}

export async function askJson<T>(address: string, signal?: AbortSignal): Promise<T> {
  return (await ask(address, signal ? { signal } : {})).json() as Promise<T>;
}
