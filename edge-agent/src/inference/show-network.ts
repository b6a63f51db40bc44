import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ShowInputs } from '../ports.ts';
import { ModelError, openManifest } from './model-manifest.ts';

/** What the network says of a product: units of the next minutes, and the spread around them. */
export const SHOW_LABELS = ['mean5', 'mean15', 'mean60', 'spread5', 'spread15', 'spread60'] as const;
const GOLDEN_TOLERANCE = 1e-3;

export interface ShowNetwork {
  readonly version: string;
  /** `SHOW_LABELS` of each product, one after the other. */
  run(inputs: Pick<ShowInputs, 'past' | 'now'>, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens the network of demand within a show and proves it on its golden lines. Throws `ModelError`. */
export async function openShowNetwork(folder: string): Promise<ShowNetwork> {
  const { manifest, bytes } = openManifest(folder);
  const path = join(folder, manifest.file);
  if (manifest.kind !== 'onnx' || manifest.task !== 'demand-show' || manifest.labels.join() !== SHOW_LABELS.join()) {
    throw new ModelError(`reading ${join(folder, 'manifest.json')}: expected a trained model of task demand-show with labels ${SHOW_LABELS.join(', ')}; install the folder that came with this agent`); // prettier-ignore
  }
  const shapes = manifest.inputs.map(({ shape }) => shape.slice(1).map(Number));
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 4 }); // prettier-ignore
  } catch (cause) {
    throw new ModelError(`opening ${path}: it is not a model that this runtime reads; reinstall the folder`, { cause });
  }
  // The runtime refuses a second release.
  let closing: Promise<void> | null = null;
  const network: ShowNetwork = {
    version: manifest.version,
    async run({ past, now }, count) {
      const [ofPast, ofNow] = [past, now].map((values, at) => new Tensor('float32', values, [count, ...shapes[at]!]));
      const { demand } = await session.run({ past: ofPast!, now: ofNow! });
      return demand!.data as Float32Array;
    },
    close: () => (closing ??= session.release()),
  };
  try {
    await checkGolden(join(folder, manifest.golden), network);
  } catch (error) {
    await network.close();
    throw error;
  }
  return network;
}

async function checkGolden(path: string, network: ShowNetwork): Promise<void> {
  let lines: { past: number[]; now: number[]; demand: number[] }[];
  try {
    lines = readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as (typeof lines)[number]); // prettier-ignore
  } catch (cause) {
    throw new ModelError(`reading ${path}: golden lines cannot be read; reinstall the model folder`, { cause });
  }
  for (const [at, { past, now, demand }] of lines.entries()) {
    const said = await network.run({ past: Float32Array.from(past), now: Float32Array.from(now) }, demand.length / SHOW_LABELS.length); // prettier-ignore
    const off = demand.reduce((most, value, i) => Math.max(most, Math.abs(value - (said[i] ?? Number.NaN)) / (1 + value)), 0); // prettier-ignore
    if (off <= GOLDEN_TOLERANCE && said.length === demand.length) continue;
    throw new ModelError(`checking ${path}: line ${at + 1} is off by ${off}; the model and its golden file do not belong together: reinstall the folder`); // prettier-ignore
  }
}
