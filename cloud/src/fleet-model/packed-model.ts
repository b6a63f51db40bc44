import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DELIVERED_TASKS, ModelDelivery, ModelManifest, modelTopics, type DeliveredTask } from '@livecue/shared/contract'; // prettier-ignore

/** How a model is to be tried and when it may serve. */
export type Terms = Pick<ModelDelivery, 'canaryMinutes' | 'canaryComments' | 'when' | 'chunkBytes'>;

export interface PackedModel {
  readonly task: DeliveredTask;
  readonly delivery: ModelDelivery;
  readonly bytes: number;
  /** Every chunk with its topic; read from memory as it is asked for. */
  chunks(): Generator<{ readonly topic: string; readonly payload: Buffer }>;
}

/**
 * What agents need of a model folder: its manifest and the files that it names. Throws, naming file and remedy, when
 * it is not whole, too large, or of a task that is not delivered.
 */
export function packModel(folder: string, terms: Terms): PackedModel {
  const manifest = readManifest(folder);
  const contents = new Map<string, Buffer>();
  for (const name of ['manifest.json', manifest.file, manifest.golden]) {
    if (name !== basename(name)) throw new Error(`reading ${folder}: the manifest names ${name}, which is not in the folder`); // prettier-ignore
    contents.set(name, readFileSync(join(folder, name)));
  }
  const sha256 = hash(contents.get(manifest.file) ?? Buffer.alloc(0), 'hex');
  if (sha256 !== manifest.sha256)
    throw new Error(`checking ${join(folder, manifest.file)}: its sha256 is ${sha256}, the manifest says ${manifest.sha256}; train or copy it again`); // prettier-ignore
  const files = [...contents].map(([name, bytes]) => ({
    name,
    bytes: bytes.length,
    sha256: hash(bytes, 'hex'),
    chunks: [...cut(bytes, terms.chunkBytes)].map((chunk) => hash(chunk, 'base64url')),
  }));
  const parsed = ModelDelivery.safeParse({ task: manifest.task, modelVersion: manifest.version, files, ...terms });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`packing ${folder}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return {
    task: parsed.data.task,
    delivery: parsed.data,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    *chunks() {
      for (const file of files) {
        let index = 0;
        for (const payload of cut(contents.get(file.name) ?? Buffer.alloc(0), terms.chunkBytes))
          yield { topic: modelTopics.chunk(file.sha256, index++), payload };
      }
    },
  };
}

function readManifest(folder: string) {
  const path = join(folder, 'manifest.json');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`reading ${path}: ${(error as Error).message}; give the folder of a model`, { cause: error });
  }
  const { data: manifest, error } = ModelManifest.safeParse(value);
  if (manifest === undefined) throw new Error(`reading ${path}: ${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`); // prettier-ignore
  const tasks = DELIVERED_TASKS.join(', ');
  if (manifest.kind !== 'onnx') throw new Error(`reading ${path}: rules are not delivered, only trained models of ${tasks}`); // prettier-ignore
  if (!DELIVERED_TASKS.some((task) => task === manifest.task))
    throw new Error(`reading ${path}: models of ${manifest.task} come with the agent; delivered are those of ${tasks}, which can be tried beside the one that serves`); // prettier-ignore
  return manifest;
}

function* cut(bytes: Buffer, chunkBytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

function hash(bytes: Uint8Array, as: 'hex' | 'base64url'): string {
  return createHash('sha256').update(bytes).digest(as);
}
