import { createHash, timingSafeEqual } from 'node:crypto';

/** Checks a token in the same time whatever is wrong with it: digests have one length and no common start. */
export function createTokenCheck(token: string): (given: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (given) => given !== undefined && timingSafeEqual(digest(given), expected);
}

/** `Authorization: Bearer <token>` → token (RFC 6750, section 2.1). */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w~+/.=-]+) *$/i.exec(authorization ?? '')?.[1];
}
