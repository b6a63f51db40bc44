import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { signNote, verifierText } from '@livecue/shared/proof';
import { noteCrypto } from '../runtime/note-crypto.ts';

/** Signs checkpoints as `livecue-<agentId>`. */
export interface NoteSigner {
  /** What others check our signatures with (C2SP signed-note verifier key). */
  readonly verifier: string;
  sign(text: string): string;
}

/** `signingKey`: an Ed25519 private key, PKCS #8, DER, base64. Throws when it is none. */
export function createNoteSigner(agentId: string, signingKey: string): NoteSigner {
  const key = createPrivateKey({ key: Buffer.from(signingKey, 'base64'), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(key).export({ format: 'jwk' }).x ?? '';
  const publicKey = new Uint8Array(Buffer.from(raw, 'base64url'));
  const name = `livecue-${agentId}`;
  return {
    verifier: verifierText(noteCrypto, name, publicKey),
    sign: (text) =>
      signNote(noteCrypto, text, { name, publicKey, sign: (message) => new Uint8Array(sign(null, message, key)) }),
  };
}
