import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelError, openManifest } from './model-manifest.ts';

/** What the network says of one day, in the product's scale. */
export const DEMAND_LABELS = ['q10', 'q50', 'q90', 'mean'] as const;
const GOLDEN_TOLERANCE = 1e-4;

export interface DemandNetwork {
  readonly version: string;
  /**
   * Runs `count` products. `past` and `ahead` are features as `stream/demand/recent-days.ts` writes them, one
   * product after another; the answer is [product][day][label].
   */
  run(past: Float32Array, ahead: Float32Array, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens the demand network of a folder and proves it on its golden lines. Throws `ModelError` naming the file,
 * what is wrong and what to do.
 */
export async function openDemandNetwork(folder: string): Promise<DemandNetwork> {
  const { manifest, bytes } = openManifest(folder);
  const path = join(folder, manifest.file);
  if (manifest.kind !== 'onnx' || manifest.task !== 'demand' || manifest.labels.join() !== DEMAND_LABELS.join()) {
    throw new ModelError(`reading ${join(folder, 'manifest.json')}: expected a trained model of task demand with labels ${DEMAND_LABELS.join(', ')}; install the folder that came with this agent`); // prettier-ignore
  }
  const shapes = manifest.inputs.map(({ shape }) => shape.slice(1).map(Number));
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 4 }); // prettier-ignore
  } catch (cause) {
    throw new ModelError(`opening ${path}: it is not a model that this runtime reads; reinstall the folder`, { cause });
  }
  const network: DemandNetwork = {
    version: manifest.version,
    async run(past, ahead, count) {
      const inputs = [past, ahead].map((values, at) => new Tensor('float32', values, [count, ...shapes[at]!]));
      const { demand } = await session.run({ past: inputs[0]!, ahead: inputs[1]! });
      return demand?.data as Float32Array;
    },
    close: () => session.release(),
  };
  try {
    await checkGolden(join(folder, manifest.golden), network);
  } catch (error) {
    await session.release();
    throw error;
  }
  return network;
}

/** One product of the golden file: days as they were, their features, and what the trainer's network says. */
export interface DemandGolden {
  readonly sold: readonly number[];
  readonly covered: readonly number[];
  readonly market: readonly number[];
  readonly usual: number;
  readonly scale: number;
  readonly past: readonly number[];
  readonly ahead: readonly number[];
  readonly demand: readonly number[];
}

export function readDemandGolden(path: string): DemandGolden[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as DemandGolden);
  } catch (cause) {
    throw new ModelError(`reading ${path}: golden lines cannot be read; reinstall the model folder`, { cause });
  }
}

async function checkGolden(path: string, network: DemandNetwork): Promise<void> {
  for (const [at, { past, ahead, demand }] of readDemandGolden(path).entries()) {
    const said = await network.run(Float32Array.from(past), Float32Array.from(ahead), 1);
    const off = demand.reduce((most, value, i) => Math.max(most, Math.abs(value - (said[i] ?? Number.NaN))), 0);
    if (off <= GOLDEN_TOLERANCE && said.length === demand.length) continue;
    throw new ModelError(`checking ${path}: line ${at + 1} is off by ${off}; the model and its golden file do not belong together: reinstall the folder`); // prettier-ignore
  }
}
