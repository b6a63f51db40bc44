import { isUtf8 } from 'node:buffer';
import type { WireInput } from '../connector.ts';

/** Bodies larger than this are refused unread: no shop sends more. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** Messages in one body. */
export const MAX_MESSAGES = 1000;

/** One HTTP request of a shop, headers in lower case, the body's bytes untouched. */
export interface ShopRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly route: string | undefined;
  /** False for a message read from a file: there was nobody who could have shown a token. */
  readonly isHttp: boolean;
}

export function readRequest(input: WireInput): ShopRequest {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(input.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value;
  }
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (typeof value === 'string') query[name] = value;
  }
  return {
    method: (input.method ?? 'POST').toUpperCase(),
    path: input.path ?? '',
    query,
    headers,
    bytes: input.bytes ?? Buffer.from(input.text ?? '', 'utf8'),
    route: input.route,
    isHttp: input.method !== undefined,
  };
}

/** Read through the API by ourselves: there is no signature, and nobody else could have sent it. */
export const READ_ROUTE = 'read';
export const isRead = ({ route, isHttp }: ShopRequest): boolean => route === READ_ROUTE && !isHttp;

/** The body as text, or null when it is not UTF-8. */
export function bodyText({ bytes }: ShopRequest): string | null {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : null;
}
