import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { isEncrypted, originOf } from '../runtime/tls-door.ts';

export const TOKEN_COOKIE = 'livecue_panel';
/** Browsers send it over TLS alone, and let nobody set it in the clear (RFC 6265bis, 4.1.3.2). */
const TLS_COOKIE = '__Host-livecue_panel';
/** Half a year, in seconds: a studio pairs a tablet once a season. */
const COOKIE_AGE = 15_552_000;

const cookie = (name: string, token: string, age: number, secure: boolean) =>
  `${name}=${token}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

/** `Set-Cookie` of a fresh token. `Secure` where the request was; this machine and `off` speak plain HTTP. */
export function tokenCookie(token: string, request: IncomingMessage): string {
  const secure = isEncrypted(request);
  return cookie(secure ? TLS_COOKIE : TOKEN_COOKIE, token, COOKIE_AGE, secure);
}

/** `Set-Cookie` for a device that was paired in the clear and comes over TLS now: its cookie is sent so alone from here on. */
export function securedCookies(request: IncomingMessage): string[] {
  const token = isEncrypted(request) ? cookieOf(request, TOKEN_COOKIE) : '';
  return token === '' ? [] : [tokenCookie(token, request), cookie(TOKEN_COOKIE, '', 0, false)];
}

/**
 * True when the request names us by an address or `localhost`, or over TLS by a name that `isOurName`. A page elsewhere
 * that makes its own name resolve to us (DNS rebinding) still sends that name.
 */
export function isOwnHost(request: IncomingMessage, isOurName: (name: string) => boolean): boolean {
  const host = request.headers.host;
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const name = new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || isIP(name) !== 0 || (isEncrypted(request) && isOurName(name));
}

/** True for our own page and for programs, which send no Origin (and still need the token). */
export function isOwnOrigin(request: IncomingMessage): boolean {
  const { origin } = request.headers;
  return origin === undefined || origin === originOf(request);
}

/** The token of the cookie, or of `Authorization: Bearer` for programs; empty when there is none. */
export function tokenOf(request: IncomingMessage): string {
  const bearer = /^Bearer ([\w-]{1,128})$/.exec(request.headers.authorization ?? '');
  if (bearer?.[1] !== undefined) return bearer[1];
  return cookieOf(request, TLS_COOKIE) || cookieOf(request, TOKEN_COOKIE);
}

function cookieOf(request: IncomingMessage, wanted: string): string {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    // Goes back into a header.
    if (name === wanted && value !== undefined && /^[\w-]{1,128}$/.test(value)) return value;
  }
  return '';
}
