import { createHash, createHmac } from 'node:crypto';

export interface SigningKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/**
 * Headers of a signed request of the open platform: the six `x-bili-` headers sorted by name, joined as
 * `key:value` with line feeds and none at the end, HMAC-SHA256 with the secret, hex, in `Authorization`.
 * `nonce` must be new for each request; `timestampSec` is Unix seconds.
 */
export function signedHeaders(
  body: string,
  key: SigningKey,
  nonce: string,
  timestampSec: number,
): Record<string, string> {
  const headers = {
    'x-bili-accesskeyid': key.accessKeyId,
    'x-bili-content-md5': createHash('md5').update(body).digest('hex'),
    'x-bili-signature-method': 'HMAC-SHA256',
    'x-bili-signature-nonce': nonce,
    'x-bili-signature-version': '1.0',
    'x-bili-timestamp': String(timestampSec),
  };
  const toSign = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}:${value}`).join('\n'); // prettier-ignore
  return { ...headers, Authorization: createHmac('sha256', key.accessKeySecret).update(toSign).digest('hex') };
}
