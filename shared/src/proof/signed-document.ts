import * as z from 'zod';
import {
  checkpointText,
  openNote,
  parseCheckpoint,
  signNote,
  type NoteCrypto,
  type Verifier,
} from '../tree/signed-note.ts';

/**
 * What the cloud side gives to agents: a text, and a signed note (C2SP checkpoint form) of its origin, its
 * version in place of the size, and the SHA-256 of the text in place of the root.
 */
export const SignedDocument = z.strictObject({
  /** Exactly the bytes that were signed, UTF-8. */
  text: z.string().max(1_000_000),
  note: z.string().max(2_000),
});
export type SignedDocument = z.infer<typeof SignedDocument>;

/** `version` is 1…2^53−1; `origin` names what it is and for whom: `livecue/<agentId>/config`. */
export function signDocument(
  crypto: NoteCrypto,
  signer: Parameters<typeof signNote>[2],
  { origin, version, text }: { readonly origin: string; readonly version: number; readonly text: string },
): SignedDocument {
  const root = crypto.sha256(crypto.utf8(text));
  return { text, note: signNote(crypto, checkpointText(crypto, { origin, size: version, root }), signer) };
}

/**
 * Version and text, when `verifier` has signed this very text as `origin`; else in words what is wrong. Never
 * parses the text: that is for whoever trusts it now.
 */
export function openDocument(
  crypto: NoteCrypto,
  verifier: Verifier,
  origin: string,
  document: SignedDocument,
): { readonly ok: true; readonly version: number; readonly text: string } | { readonly ok: false; readonly problem: string } {
  const signed = openNote(crypto, document.note, verifier);
  if (signed === null) return { ok: false, problem: `it is not signed by ${verifier.name}` };
  const said = parseCheckpoint(crypto, signed);
  if (said === null || said.size < 1) return { ok: false, problem: 'its signed note is no checkpoint' };
  if (said.origin !== origin) return { ok: false, problem: `it was signed as ${said.origin}, expected ${origin}` };
  const hash = crypto.sha256(crypto.utf8(document.text));
  if (!hash.every((byte, i) => byte === said.root[i])) return { ok: false, problem: 'its text is not what was signed' };
  return { ok: true, version: said.size, text: document.text };
} // prettier-ignore
