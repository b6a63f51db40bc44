import { sameBytes, type Sha256 } from './merkle.ts';

/**
 * Signed notes and checkpoints as C2SP has them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with Ed25519
 * (signature type 0x01). Pure: hash, signature and base64 are given.
 */
export interface NoteCrypto {
  readonly sha256: Sha256;
  readonly utf8: (text: string) => Uint8Array;
  readonly toBase64: (bytes: Uint8Array) => string;
  /** Null when the text is not standard base64. */
  readonly fromBase64: (text: string) => Uint8Array | null;
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
}

/** Whom to trust: `<name>+<key id in hexadecimal>+<base64 of 0x01 and the 32 bytes of the public key>`. */
export interface Verifier {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly publicKey: Uint8Array;
}

const ED25519 = 1;

export function keyIdOf(
  { sha256, utf8 }: Pick<NoteCrypto, 'sha256' | 'utf8'>,
  name: string,
  publicKey: Uint8Array,
): Uint8Array {
  return sha256(concat(utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey)).slice(0, 4);
}

export function verifierText(
  crypto: Pick<NoteCrypto, 'sha256' | 'utf8' | 'toBase64'>,
  name: string,
  publicKey: Uint8Array,
): string {
  const id = hexOf(keyIdOf(crypto, name, publicKey));
  return `${name}+${id}+${crypto.toBase64(concat(Uint8Array.of(ED25519), publicKey))}`;
}

/** Null for a text that is no verifier key of Ed25519, or whose id does not fit its key. */
export function parseVerifier(crypto: NoteCrypto, text: string): Verifier | null {
  const found = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text);
  if (found === null) return null;
  const [, name = '', id = '', key = ''] = found;
  const bytes = crypto.fromBase64(key);
  if (bytes === null || bytes.length !== 33 || bytes[0] !== ED25519) return null;
  const publicKey = bytes.slice(1);
  const keyId = keyIdOf(crypto, name, publicKey);
  return hexOf(keyId) === id ? { name, keyId, publicKey } : null;
}

/** The note: text (ends with a newline, has no empty line at its end), an empty line, one signature line. */
export function signNote(
  crypto: Pick<NoteCrypto, 'sha256' | 'utf8' | 'toBase64'>,
  text: string,
  signer: { readonly name: string; readonly publicKey: Uint8Array; readonly sign: (message: Uint8Array) => Uint8Array },
): string {
  const signature = signer.sign(crypto.utf8(text));
  const blob = concat(keyIdOf(crypto, signer.name, signer.publicKey), signature);
  return `${text}\n— ${signer.name} ${crypto.toBase64(blob)}\n`;
}

/** The text of a note that `verifier` has signed; null for any other. Signatures of others are passed over. */
export function openNote(crypto: NoteCrypto, note: string, verifier: Verifier): string | null {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(note)) return null;
  const text = note.slice(0, split + 1);
  for (const line of note.slice(split + 2, -1).split('\n')) {
    const found = /^— ([^+\s]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
    const blob = found === null ? null : crypto.fromBase64(found[2]!);
    if (found === null || blob === null || blob.length < 5) return null;
    if (found[1] !== verifier.name || !sameBytes(blob.slice(0, 4), verifier.keyId)) continue;
    return crypto.verify(verifier.publicKey, crypto.utf8(text), blob.slice(4)) ? text : null;
  }
  return null;
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export function checkpointText({ toBase64 }: Pick<NoteCrypto, 'toBase64'>, { origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Null for a text that is no checkpoint. Lines after the third are extensions and passed over. */
export function parseCheckpoint({ fromBase64 }: Pick<NoteCrypto, 'fromBase64'>, text: string): Checkpoint | null {
  const [origin = '', size = '', root = ''] = text.split('\n');
  const bytes = fromBase64(root);
  if (origin === '' || !/^(0|[1-9]\d{0,14})$/.test(size) || bytes === null || bytes.length !== 32) return null;
  return { origin, size: Number(size), root: bytes };
}

function concat(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
