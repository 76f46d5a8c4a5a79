// SPDX-License-Identifier: Apache-2.0
// The words of a message as the city hashed them: composed, each run of white space one space (foundation/text.py, nfc).
import { sha256 } from "./verify-list.ts";

// What Python calls white space; \s of JavaScript differs by U+001C to U+001F, U+0085 and U+FEFF.
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

export function plain(words: string): string {
  return words.normalize("NFC").split(SPACE).filter(Boolean).join(" ");
}

/** Hashes of the words as they are and without the code that they carry; none when there are no words. */
export async function wordHashes(words: string, code: string): Promise<string[]> {
  const whole = plain(words);
  if (!whole) return [];
  const forms = [whole, plain(whole.replaceAll(code, " "))];
  return Promise.all(forms.map((form) => sha256(new TextEncoder().encode(form))));
}
