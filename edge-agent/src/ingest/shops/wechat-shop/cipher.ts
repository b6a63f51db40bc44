import { createDecipheriv } from 'node:crypto';
import { digest } from '../signature.ts';

const BLOCK_BYTES = 32;
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;

/** Hex SHA-1 of the parts, sorted and joined: `signature` of token, timestamp, nonce; `msg_signature` with `Encrypt`. */
export function signatureOf(parts: readonly string[]): string {
  // Code unit order is byte order here: all parts are ASCII.
  return digest('sha1', [parts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join('')]).toString('hex');
}

/** Bytes of the AES key: the 43 characters of EncodingAESKey are base64 without its `=`. */
export function aesKey(encodingAesKey: string): Buffer {
  return Buffer.from(`${encodingAesKey}=`, 'base64');
}

/**
 * AES-256-CBC, IV = the key's first 16 bytes, padded to 32; inside 16 random bytes, the length as u32
 * big-endian, the message, the app id. Null when anything does not fit or the app id is another.
 */
export function decryptMessage(key: Uint8Array, encrypted: string, appId: string): string | null {
  const cipher = Buffer.from(encrypted, 'base64');
  if (cipher.length === 0 || cipher.length % 16 !== 0) return null;
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(cipher), decipher.final()]);
  const padding = padded[padded.length - 1]!;
  if (padding < 1 || padding > BLOCK_BYTES) return null;
  const plain = padded.subarray(0, padded.length - padding);
  if (plain.length < RANDOM_BYTES + LENGTH_BYTES) return null;
  const start = RANDOM_BYTES + LENGTH_BYTES;
  const end = start + plain.readUInt32BE(RANDOM_BYTES);
  if (end > plain.length || plain.subarray(end).toString('utf8') !== appId) return null;
  return plain.subarray(start, end).toString('utf8');
}
