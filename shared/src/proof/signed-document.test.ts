import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openDocument, parseVerifier, signDocument, verifierText, type NoteCrypto } from './index.ts';

const crypto: NoteCrypto = {
  sha256: (data) => new Uint8Array(createHash('sha256').update(data).digest()),
  utf8: (text) => new TextEncoder().encode(text),
  toBase64: (bytes) => Buffer.from(bytes).toString('base64'),
  fromBase64: (text) => new Uint8Array(Buffer.from(text, 'base64')),
  verify: (key, message, signature) =>
    verify(null, message, createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]), format: 'der', type: 'spki' }), signature), // prettier-ignore
};

function keyOf(name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
  return {
    signer: { name, publicKey: raw, sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)) },
    verifier: parseVerifier(crypto, verifierText(crypto, name, raw))!,
  };
}

const cloud = keyOf('livecue-cloud');
const ORIGIN = 'livecue/studio-1/config';
const document = signDocument(crypto, cloud.signer, { origin: ORIGIN, version: 7, text: '{"language":"en"}' });

describe('a signed document', () => {
  test('opens with its version and the very text', () => {
    expect(openDocument(crypto, cloud.verifier, ORIGIN, document)).toEqual({ ok: true, version: 7, text: '{"language":"en"}' }); // prettier-ignore
  });

  test('of another signer with the same name is refused', () => {
    expect(openDocument(crypto, keyOf('livecue-cloud').verifier, ORIGIN, document).ok).toBe(false);
  });

  test('meant for another agent is refused', () => {
    expect(openDocument(crypto, cloud.verifier, 'livecue/studio-2/config', document)).toEqual({ ok: false, problem: `it was signed as ${ORIGIN}, expected livecue/studio-2/config` }); // prettier-ignore
  });

  test('with one letter or its version changed is refused', () => {
    expect(openDocument(crypto, cloud.verifier, ORIGIN, { ...document, text: '{"language":"zh"}' }).ok).toBe(false);
    expect(openDocument(crypto, cloud.verifier, ORIGIN, { ...document, note: document.note.replace('\n7\n', '\n8\n') }).ok).toBe(false); // prettier-ignore
  });
});
