import { digest, hmacSha256 } from '../signature.ts';

/** Older `event-sign`: hex MD5 of app key, body, app secret. */
export function eventSignMd5(appKey: string, appSecret: string, body: Uint8Array | string): string {
  return digest('md5', [appKey, body, appSecret]).toString('hex');
}

/** Newer `event-sign`: hex HMAC-SHA256, keyed with the app secret, of app key, body, app secret. */
export function eventSignHmac(appKey: string, appSecret: string, body: Uint8Array | string): string {
  return hmacSha256(appSecret, [appKey, body, appSecret]).toString('hex');
}

export interface ApiCall {
  readonly appKey: string;
  readonly appSecret: string;
  /** `order.orderDetail` */
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
  readonly version: string;
}

/** `param_json` and `sign` (hmac-sha256) of one call of the open platform's API. */
export function signApiCall(call: ApiCall): { paramJson: string; sign: string } {
  const paramJson = JSON.stringify(sorted(call.params));
  const text = `app_key${call.appKey}method${call.method}param_json${paramJson}timestamp${call.timestamp}v${call.version}`;
  const sign = hmacSha256(call.appSecret, [call.appSecret, text, call.appSecret]).toString('hex');
  return { paramJson, sign };
}

/** Keys in order at every level: the platform prints the parameters again and signs what it printed. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  );
}
