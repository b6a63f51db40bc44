import { createHash, createPublicKey, verify } from 'node:crypto';
import type { NoteCrypto } from '@livecue/shared/proof';

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Hash, base64 and signature check (RFC 8410 for the key, RFC 8032 for the signature) of `shared/proof` by Node. */
export const noteCrypto: NoteCrypto = {
  sha256: (data) => new Uint8Array(createHash('sha256').update(data).digest()),
  utf8: (text) => new TextEncoder().encode(text),
  toBase64: (bytes) => Buffer.from(bytes).toString('base64'),
  fromBase64: (text) => {
    const bytes = Buffer.from(text, 'base64');
    return bytes.toString('base64') === text ? new Uint8Array(bytes) : null;
  },
  verify: (key, message, signature) =>
    verify(null, message, createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' }), signature), // prettier-ignore
};
