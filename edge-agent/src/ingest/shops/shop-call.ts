import { parseRetryAfter } from '../../runtime/back-off.ts';
import type { ConnectorContext } from '../connector.ts';
import { asObject, readJson, type WireObject } from '../decoding/wire-value.ts';

/** A shop that does not answer in this time is asked again later. */
const PATIENCE_MS = 10_000;
/** Answers larger than this are not read: an order has a few kilobytes. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export interface ShopAnswer {
  /** 599 when there was no answer. */
  readonly status: number;
  /** Null when it is no JSON object; long integers keep their digits. */
  readonly body: WireObject | null;
  /** The answer as it came; empty when there was none. */
  readonly text: string;
  readonly headers: Headers;
  readonly retryAfterMs: number | null;
}

export interface ShopCall {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

/** One call of a shop's API. Never throws; `url` may hold a token and is told to nobody. */
export async function callShop(
  { fetch, nowMs }: Pick<ConnectorContext, 'fetch' | 'nowMs'>,
  url: URL,
  signal: AbortSignal,
  { method = 'GET', headers = {}, body }: ShopCall = {},
): Promise<ShopAnswer> {
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    }); // prettier-ignore
    const text = await readText(response);
    return {
      status: text === null ? 599 : response.status,
      body: asObject(readShopJson(text ?? '')),
      text: text ?? '',
      headers: response.headers,
      retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), nowMs()),
    };
  } catch {
    // Unreachable or too late: as good as a server error, and tried again like one.
    return { status: 599, body: null, text: '', headers: new Headers(), retryAfterMs: null };
  }
}

/** A list at the top becomes `{items}`. */
function readShopJson(text: string): unknown {
  const value = readJson(text);
  return Array.isArray(value) ? { items: value as unknown[] } : value;
}

/** Null when there is more than anybody should send. */
async function readText(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
    if (size > MAX_ANSWER_BYTES) return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}
