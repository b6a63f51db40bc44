import { createHash, createPublicKey, verify } from 'node:crypto';
import type { NoteCrypto } from '@livecue/shared/proof';

/** A raw Ed25519 public key as SubjectPublicKeyInfo (RFC 8410, section 4) is these bytes and the 32 of the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Hash, base64 and signature check of `shared/proof` by Node. */
export const noteCrypto: NoteCrypto = {
  sha256: (data) => new Uint8Array(createHash('sha256').update(data).digest()),
  utf8: (text) => new TextEncoder().encode(text),
  toBase64: (bytes) => Buffer.from(bytes).toString('base64'),
  fromBase64: (text) => {
    const bytes = Buffer.from(text, 'base64');
    return bytes.toString('base64') === text ? new Uint8Array(bytes) : null;
  },
  verify: (key, message, signature) => {
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' });
    return verify(null, message, publicKey, signature);
  },
};
