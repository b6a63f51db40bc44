import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

export const TOKEN_COOKIE = 'livecue_panel';
/** Half a year, in seconds: a studio pairs a tablet once a season. */
const COOKIE_AGE = 15_552_000;

/** `Set-Cookie` of a fresh token. No `Secure`: the panel speaks plain HTTP in the studio's own network. */
export function tokenCookie(token: string): string {
  return `${TOKEN_COOKIE}=${token}; Path=/; Max-Age=${COOKIE_AGE}; HttpOnly; SameSite=Strict`;
}

/**
 * True when the request names us by an address or `localhost`. A page elsewhere that makes its own
 * name resolve to us (DNS rebinding) still sends that name.
 */
export function isOwnHost(request: IncomingMessage): boolean {
  const host = request.headers.host;
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const name = new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || isIP(name) !== 0;
}

/** True for our own page and for programs, which send no Origin (and still need the token). */
export function isOwnOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || origin === `http://${host}`;
}

/** The token of the cookie, or of `Authorization: Bearer` for programs; empty when there is none. */
export function tokenOf(request: IncomingMessage): string {
  const bearer = /^Bearer ([\w-]{1,128})$/.exec(request.headers.authorization ?? '');
  if (bearer?.[1] !== undefined) return bearer[1];
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === TOKEN_COOKIE && value !== undefined) return value;
  }
  return '';
}
