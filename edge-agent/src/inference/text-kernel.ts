import { readFileSync } from 'node:fs';
import { MAX_FEATURES, type TextFeatures } from '@livecue/shared/text';

/** A row of int8 numbers for every n-gram id, and a scale for each row. */
export interface GramTable {
  readonly buckets: number;
  /** Numbers in a row. */
  readonly width: number;
  readonly rows: Int8Array;
  readonly scales: Float32Array;
}

/**
 * Sums for some texts, a block a table, in the tables' order: `width` numbers a text, which are the rows of its n-grams,
 * times weight and scale, together. A text's sums do not depend on the texts beside it.
 */
export type TextKernel = (batch: readonly TextFeatures[]) => Float32Array[];

/** Columns that a loop of the module does at a time, of 4 bytes. */
const BLOCK = 16;
/** Scales in a row: one for each model. */
const MOST_TABLES = 4;
const PAGE = 65_536;

interface Exports {
  sumGrams(ids: number, weights: number, count: number, factors: number, rows: number, stride: number, scales: number, buckets: number, models: number, blocks: number, out: number): void;
} // prettier-ignore

/** As much of it as is used here: the libraries that the agent is compiled with do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

const compiled = new WebAssembly.Module(readFileSync(new URL('./text-kernel.wasm', import.meta.url)));

/** Whether one kernel can do all of them: each number of buckets divides the greatest, and there are not too many. */
export function canStandTogether(tables: readonly GramTable[]): boolean {
  const most = Math.max(1, ...tables.map(({ buckets }) => buckets));
  return tables.length <= MOST_TABLES && tables.every(({ buckets }) => most % buckets === 0);
}

/**
 * The first step of text models, which is nearly all of their work where the linear model is sure, four numbers at once
 * (`text-kernel.wat`). The rows of all models for one n-gram stand side by side: what sums cost is waiting for rows from
 * far memory, and so there is one to wait for in place of one a model.
 *
 * `tables` can stand together, and need not be held afterwards. A kernel works for one caller at a time.
 */
export function createTextKernel(tables: readonly GramTable[]): TextKernel {
  const space = createSpace();
  const at = planGrams(tables, space);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(space.size() / PAGE) });
  const { sumGrams } = new WebAssembly.Instance(compiled, { kernel: { memory } }).exports as unknown as Exports;
  const grams = openGrams(at, memory.buffer);

  return (batch) => {
    const sums = grams.sums.map(({ length }) => new Float32Array(batch.length * length));
    for (let row = 0; row < batch.length; row++) {
      const { ids, weights } = batch[row] as TextFeatures;
      grams.ids.set(ids);
      grams.weights.set(weights);
      sumGrams(at.ids, at.weights, ids.length, at.factors, at.rows, at.stride, at.scales, at.buckets, at.models, at.blocks, at.out);
      for (const [i, own] of grams.sums.entries()) sums[i]?.set(own, row * own.length);
    }
    return sums;
  };
} // prettier-ignore

interface Space {
  /** Address of so many bytes. */
  take(bytes: number): number;
  size(): number;
}

function createSpace(): Space {
  let used = 0;
  return {
    take(bytes) {
      const at = used;
      // Each begins with a line of the cache.
      used += Math.ceil(bytes / 64) * 64;
      return at;
    },
    size: () => used,
  };
}

/** Where n-grams and their sums lie. */
function planGrams(tables: readonly GramTable[], space: Space) {
  const buckets = Math.max(1, ...tables.map((table) => table.buckets));
  // Every model's row begins at a multiple of 4, since 4 columns share a factor.
  const firsts: number[] = [];
  let columns = 0;
  for (const { width } of tables) {
    firsts.push(columns);
    columns += Math.ceil(width / 4) * 4;
  }
  const blocks = Math.ceil(columns / BLOCK);
  const stride = blocks * BLOCK;
  return {
    tables,
    buckets,
    firsts,
    blocks,
    stride,
    rows: space.take(buckets * stride),
    scales: space.take(4 * MOST_TABLES * buckets),
    models: space.take(4 * 4 * blocks),
    ids: space.take(4 * MAX_FEATURES),
    weights: space.take(4 * MAX_FEATURES),
    factors: space.take(4 * MOST_TABLES * MAX_FEATURES),
    out: space.take(4 * stride),
  };
}

/** Puts the tables in their place. */
function openGrams(plan: ReturnType<typeof planGrams>, memory: ArrayBuffer) {
  const { tables, buckets, firsts, blocks, stride } = plan;
  const rows = new Int8Array(memory, plan.rows, buckets * stride);
  const scales = new Float32Array(memory, plan.scales, MOST_TABLES * buckets);
  const models = new Int32Array(memory, plan.models, 4 * blocks);
  for (const [model, table] of tables.entries()) {
    const first = firsts[model] as number;
    // Tables of fewer buckets, which divide the most, repeat.
    for (let id = 0; id < buckets; id++) {
      const own = id % table.buckets;
      for (let k = 0; k < table.width; k++) rows[id * stride + first + k] = table.rows[own * table.width + k] as number;
      scales[id * MOST_TABLES + model] = table.scales[own] as number;
    }
    models.fill(4 * model, first / 4, first / 4 + Math.ceil(table.width / 4));
  }
  return {
    ids: new Int32Array(memory, plan.ids, MAX_FEATURES),
    weights: new Float32Array(memory, plan.weights, MAX_FEATURES),
    /** Of the text that was summed last. */
    sums: tables.map(({ width }, model) => new Float32Array(memory, plan.out + 4 * (firsts[model] as number), width)),
  };
}
