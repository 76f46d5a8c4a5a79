// SPDX-License-Identifier: Apache-2.0
// <dothi-verify>: hashes a file in the browser and says what the city's signed list knows of it. The page works without it.
import { BadList, listed, sha256, type Listed } from "./verify-list.ts";
import { wordHashes } from "./verify-words.ts";
import { isIncluded, pdfShape } from "./verify-proof.ts";

const zone = "Asia/Ho_Chi_Minh";
const moment = (at: Date) =>
  new Intl.DateTimeFormat("vi-VN", {
    hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", year: "numeric", timeZone: zone,
  }).format(at);

class DothiVerify extends HTMLElement {
  connectedCallback(): void {
    void this.compareLink();
    void checkProofs(document);
    compareWords();
    if (!globalThis.crypto?.subtle) {
      this.show("[data-insecure]", true);
      return;
    }
    this.show("[data-drop]", true);
    const input = this.querySelector<HTMLInputElement>("#f-file");
    input?.addEventListener("change", () => input.files?.[0] && void this.check(input.files[0]));
    const drop = this.querySelector<HTMLElement>("[data-drop]");
    for (const kind of ["dragover", "dragleave", "drop"] as const) {
      drop?.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.toggleAttribute("data-over", kind === "dragover");
        const file = (event as DragEvent).dataTransfer?.files[0];
        if (kind === "drop" && file) void this.check(file);
      });
    }
    if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/verify/worker.js", { scope: "/verify/" });
  }

  private show(selector: string, isShown: boolean): void {
    const found = this.querySelector<HTMLElement>(selector);
    if (found) found.hidden = !isShown;
  }

  /** A test key's document is first of all a test. */
  private shown(row: { status: string; demo: boolean }): string {
    return row.demo && row.status === "valid" ? "valid_demo" : row.status;
  }

  private template(name: string): DocumentFragment {
    const found = this.querySelector<HTMLTemplateElement>(`template[data-answer="${name}"]`);
    return found!.content.cloneNode(true) as DocumentFragment;
  }

  private put(answer: DocumentFragment): void {
    const place = document.querySelector("#answer");
    place?.replaceChildren(answer);
    place?.scrollIntoView({ block: "nearest" });
  }

  private async check(file: File): Promise<void> {
    this.show("[data-busy]", true);
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const hash = await sha256(bytes);
      const found = await listed(hash);
      this.put(await this.answer(found, hash, bytes));
      if (found.row) await this.more(hash);
    } catch (error) {
      this.put(this.template(error instanceof BadList ? "bad_list" : "no_list"));
    } finally {
      this.show("[data-busy]", false);
    }
  }

  private async answer(found: Listed, hash: string, bytes: Uint8Array<ArrayBuffer>): Promise<DocumentFragment> {
    const known = found.row && ["valid", "revoked", "replaced"].includes(found.row.status);
    const answer = this.template(known ? this.shown(found.row!) : "unknown");
    const slot = (name: string, text: string) => {
      const place = answer.querySelector(`[data-slot="${name}"]`);
      if (place) place.textContent = text;
    };
    const mark = (selector: string, isShown: boolean) => {
      const place = answer.querySelector<HTMLElement>(selector);
      if (place) place.hidden = !isShown;
    };
    slot("hash", `SHA-256 ${hash}`);
    slot("list_at", moment(found.at));
    mark("[data-old]", found.isOld);
    mark("[data-offline]", !navigator.onLine);
    if (found.row) {
      slot("organisation", found.row.organisation);
      slot("kind", found.row.kind);
      slot("signed_at", moment(found.row.signedAt));
      mark("[data-demo]", found.row.demo && found.row.status !== "valid");
    } else {
      const shape = await pdfShape(bytes);
      mark("[data-changed]", shape === "changed");
      mark("[data-added]", shape === "added");
      mark("[data-intact]", shape === "intact");
    }
    return answer;
  }

  /** The full answer, when there is a line: certificate, newest status, proof. */
  private async more(hash: string): Promise<void> {
    const answer = await fetch(`/verify/result/${hash}`).catch(() => undefined);
    if (!answer?.ok) return;
    // Our own server's page part, with everything in it escaped there.
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    const article = part.querySelector("article[data-file-hash]");
    if (!article) return;
    const fragment = document.createDocumentFragment();
    fragment.append(document.importNode(article, true));
    this.put(fragment);
    await checkProofs(document);
  }

  /** What stands behind # in the address of a QR: it never went to the server. */
  private async compareLink(): Promise<void> {
    const given = /^#([0-9a-f]{64})$/i.exec(location.hash)?.[1]?.toLowerCase();
    const article = document.querySelector<HTMLElement>("article[data-file-hash]");
    if (!given || !article) return;
    const fits = [article.dataset.fileHash, article.dataset.contentHash].includes(given);
    article.prepend(this.template(fits ? "link_good" : "link_bad"));
  }
}

/** The pasted words of a message are hashed here and not sent. */
function compareWords(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-compare]");
  const words = form?.querySelector<HTMLTextAreaElement>("[name=text]");
  const kept = form?.querySelector<HTMLInputElement>("[name=text_hash]");
  if (!form || !words || !kept || !globalThis.crypto?.subtle) return;
  form.querySelector<HTMLElement>("[data-by-browser]")!.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    words.removeAttribute("name");
    void wordHashes(words.value, form.dataset.compare ?? "").then((hashes) => {
      kept.value = hashes.join(" ");
      form.submit();
    });
  });
}

async function checkProofs(root: ParentNode): Promise<void> {
  if (!globalThis.crypto?.subtle) return;
  for (const place of root.querySelectorAll<HTMLElement>("[data-ledger]")) {
    const { record = "", number = "", size = "", path = "", note = "" } = place.dataset;
    const good = await isIncluded(record, Number(number), Number(size), path.split(" ").filter(Boolean), note);
    const word = place.querySelector<HTMLElement>(good ? "[data-ledger-good]" : "[data-ledger-bad]");
    if (word) word.hidden = false;
  }
}

customElements.define("dothi-verify", DothiVerify);
