import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { verifierText, type signNote } from '@livecue/shared/proof';
import { noteCrypto } from '../receiver/note-crypto.ts';

/** What stands in the file. */
interface KeyFile {
  readonly name: string;
  /** Ed25519, PKCS #8, DER, base64. */
  readonly privateKey: string;
}

export type Signer = Parameters<typeof signNote>[2];

/** Signs what agents take from the cloud side; `verifier` is what stands in their `uplink.fleetKey`. */
export interface FleetKey {
  readonly signer: Signer;
  readonly verifier: string;
}

/** Makes a key and writes it, readable by its owner alone. Throws when the file exists: agents trust that one. */
export function makeFleetKey(file: string, name: string): FleetKey {
  const privateKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'); // prettier-ignore
  writeFileSync(file, `${JSON.stringify({ name, privateKey }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return readFleetKey(file);
}

export function readFleetKey(file: string): FleetKey {
  try {
    const { name, privateKey } = JSON.parse(readFileSync(file, 'utf8')) as KeyFile;
    if (!/^[^+\s]{1,100}$/.test(name)) throw new Error('its name is no word');
    const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
    const publicKey = new Uint8Array(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url'));
    const signer = { name, publicKey, sign: (message: Uint8Array) => new Uint8Array(sign(null, message, key)) };
    return { signer, verifier: verifierText(noteCrypto, name, publicKey) };
  } catch (error) {
    // What stands in the file is a secret: of a bad one only the kind of trouble is told.
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`reading the key ${file}: ${code ?? 'it is no key'}; make one with livecue fleet keygen --key FILE`); // prettier-ignore
  }
}
