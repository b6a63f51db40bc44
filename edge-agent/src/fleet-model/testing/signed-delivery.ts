import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { modelOrigin, modelTopics, type DeliveredFile, type DeliveredTask, type ModelDelivery } from '@livecue/shared/contract'; // prettier-ignore
import { parseVerifier, signDocument, verifierText, type SignedDocument, type Verifier } from '@livecue/shared/proof';
import { noteCrypto } from '../../runtime/note-crypto.ts';

export interface FleetKey {
  readonly verifier: Verifier;
  sign(origin: string, version: number, text: string): SignedDocument;
}

export function createFleetKey(name = 'studio-fleet'): FleetKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
  const signer = { name, publicKey: raw, sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)) }; // prettier-ignore
  const verifier = parseVerifier(noteCrypto, verifierText(noteCrypto, name, raw));
  if (verifier === null) throw new Error('the key made here is none');
  return { verifier, sign: (origin, version, text) => signDocument(noteCrypto, signer, { origin, version, text }) };
}

const hash = (bytes: Uint8Array, as: 'hex' | 'base64url') => createHash('sha256').update(bytes).digest(as);

export function chunksOf(bytes: Uint8Array, chunkBytes: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) => bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes)); // prettier-ignore
}

export function describedFile(name: string, bytes: Uint8Array, chunkBytes: number): DeliveredFile {
  const chunks = chunksOf(bytes, chunkBytes).map((chunk) => hash(chunk, 'base64url'));
  return { name, bytes: bytes.length, sha256: hash(bytes, 'hex'), chunks };
}

/** The files of a model that no runtime would open, but a delivery carries. */
export function paperModel(task: DeliveredTask, modelVersion: string, bytes = 2_000): Map<string, Uint8Array> {
  const model = Buffer.alloc(bytes, modelVersion);
  const manifest = { kind: 'onnx', task, version: modelVersion, textVersion: 1, labels: ['a', 'b'], file: 'model.onnx', sha256: hash(model, 'hex'), inputs: [], thresholds: {}, golden: 'golden.jsonl' }; // prettier-ignore
  return new Map<string, Uint8Array>([
    ['manifest.json', Buffer.from(JSON.stringify(manifest))],
    ['golden.jsonl', Buffer.from('{"text":"a","scores":[1,0]}\n')],
    ['model.onnx', model],
  ]);
}

export function deliveryOf(task: DeliveredTask, modelVersion: string, files: ReadonlyMap<string, Uint8Array>, over: Partial<ModelDelivery> = {}): ModelDelivery {
  const chunkBytes = over.chunkBytes ?? 256;
  return { task, modelVersion, chunkBytes, files: [...files].map(([name, bytes]) => describedFile(name, bytes, chunkBytes)), canaryMinutes: 0, canaryComments: 100, when: 'now', ...over };
} // prettier-ignore

/** All chunks by topic. */
export function chunkTopics(files: ReadonlyMap<string, Uint8Array>, chunkBytes: number): [topic: string, payload: Uint8Array][] {
  return [...files].flatMap(([name, bytes]) => {
    const { sha256 } = describedFile(name, bytes, chunkBytes);
    return chunksOf(bytes, chunkBytes).map((chunk, i): [string, Uint8Array] => [modelTopics.chunk(sha256, i), chunk]);
  });
} // prettier-ignore

export const documentFor = (key: FleetKey, agentId: string, version: number, delivery: ModelDelivery): string =>
  JSON.stringify(key.sign(modelOrigin(agentId, delivery.task), version, JSON.stringify(delivery)));
