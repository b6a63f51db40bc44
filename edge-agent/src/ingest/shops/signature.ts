import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

type Part = string | Uint8Array;

/** HMAC-SHA256 of the parts one after another. */
export function hmacSha256(key: string | Uint8Array, parts: readonly Part[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** MD5 or SHA-1 of the parts one after another: what some platforms still sign with. */
export function digest(algorithm: 'md5' | 'sha1' | 'sha256', parts: readonly Part[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/**
 * Compares texts in a time that tells nothing of where they differ: digests have one length and no
 * common start.
 */
export function sameText(given: string, expected: string): boolean {
  return timingSafeEqual(digest('sha256', [given]), digest('sha256', [expected]));
}
