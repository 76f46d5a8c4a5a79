// SPDX-License-Identifier: Apache-2.0
// <form data-passkey="add|show" data-options="/…">: asks the device for a passkey, then sends the form with its answer.
// The sentences stand in the page, hidden, as <p data-said="…">.

type Bytes = { [name: string]: unknown };

function bytes(text: string): ArrayBuffer {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer | null | undefined): string | undefined {
  if (!buffer) return undefined;
  const raw = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function known(list: { id: string; type: "public-key" }[] | undefined): PublicKeyCredentialDescriptor[] {
  return (list ?? []).map((one) => ({ type: one.type, id: bytes(one.id) }));
}

async function ask(form: HTMLFormElement): Promise<Bytes> {
  const csrf = form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const answer = await fetch(form.dataset.options ?? "", {
    method: "POST",
    redirect: "error",
    headers: { "X-CSRFToken": csrf, Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return ((await answer.json()) as { publicKey: Bytes }).publicKey;
}

async function add(options: any): Promise<PublicKeyCredential> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
  };
  return (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
}

async function show(options: any): Promise<PublicKeyCredential> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: known(options.allowCredentials),
  };
  return (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
}

function asJson(made: PublicKeyCredential): string {
  const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } =
    made.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(clientDataJSON),
      attestationObject: text(attestationObject),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: text(userHandle),
    },
  });
}

/** One of the sentences of the page; they are put in a live region, so that a screen reader says them. */
function say(form: HTMLFormElement, what: string): void {
  const place = form.querySelector("[data-saying]");
  const said = form.querySelector(`[data-said="${what}"]`);
  if (place) place.textContent = said?.textContent ?? "";
}

function reason(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return "known";
  if (name === "NotAllowedError" || name === "AbortError") return "stopped";
  if (name === "SecurityError") return "elsewhere";
  return "failed";
}

async function run(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
  if (button) button.disabled = true;
  say(form, "waiting");
  try {
    const options = await ask(form);
    const made = form.dataset.passkey === "add" ? await add(options) : await show(options);
    const field = form.querySelector<HTMLInputElement>("[name=credential]");
    if (field) field.value = asJson(made);
    form.submit();
  } catch (error) {
    say(form, reason(error));
    if (button) button.disabled = false;
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  const button = form.querySelector<HTMLButtonElement>("button");
  if (!window.PublicKeyCredential) {
    say(form, "impossible");
    continue;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run(form, button);
  });
}

// A slip is printed by a button where there is a script; everybody else has the browser's menu.
for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
