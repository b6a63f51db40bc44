import { readFileSync } from 'node:fs';
import { CHARACTER_IDS, MAX_CHARACTERS, MAX_FEATURES, type TextFeatures } from '@livecue/shared/text';

/** A row of int8 numbers for every n-gram id, and a scale for each row. */
export interface GramTable {
  readonly buckets: number;
  /** Numbers in a row. */
  readonly width: number;
  readonly rows: Int8Array;
  readonly scales: Float32Array;
}

/** Filters of a CNN over characters, all widths as one: they see `before` characters, one and `after` characters. */
export interface CharacterFilters {
  readonly before: number;
  readonly after: number;
  /** Numbers in a character's row. */
  readonly width: number;
  readonly filters: number;
  /** [character][width], row 0 being nothing, and a scale for each row. */
  readonly rows: Int8Array;
  readonly scales: Float32Array;
  /** [before + 1 + after][width][filters]; 0 where a filter does not see a place. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** What the kernel does of one model, in place of the runtime. */
export interface KernelPart {
  readonly table: GramTable;
  readonly characters: CharacterFilters | null;
}

/** What the rest of a model takes, one row a text. */
export interface KernelAnswer {
  /** `table.width` a text: rows of its n-grams, times weight and scale, together. */
  readonly sums: Float32Array;
  /** `characters.filters` a text: each filter's greatest answer, at least 0. Null for a model without filters. */
  readonly peaks: Float32Array | null;
}

/** Answers of the parts, in their order. A text's answers do not depend on the texts beside it. */
export type TextKernel = (batch: readonly TextFeatures[]) => KernelAnswer[];

/** Columns that a loop of the module does at a time, of 4 bytes. */
const BLOCK = 16;
/** Scales in a row: one for each model. */
const MOST_PARTS = 4;
/** Characters of which is kept what they add to the filters: most that a room uses; 11 MB when all are there. */
const KEPT_CHARACTERS = 4096;
const PAGE = 65_536;

interface Exports {
  sumGrams(ids: number, weights: number, count: number, factors: number, rows: number, stride: number, scales: number, buckets: number, models: number, blocks: number, out: number): void;
  findPeaks(places: number, count: number, from: number, reach: number, step: number, bias: number, filters: number, out: number): void;
} // prettier-ignore

/** As much of it as is used here: the libraries that the agent is compiled with do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

const compiled = new WebAssembly.Module(readFileSync(new URL('./text-kernel.wasm', import.meta.url)));

/** Whether one kernel can do all of them: each number of buckets divides the greatest, and there are not too many. */
export function canStandTogether(parts: readonly KernelPart[]): boolean {
  const most = Math.max(1, ...parts.map(({ table }) => table.buckets));
  return parts.length <= MOST_PARTS && parts.every(({ table }) => most % table.buckets === 0);
}

/**
 * The first two steps of text models, which are nearly all of their work, four numbers at once (`text-kernel.wat`).
 *
 * The rows of all models for one n-gram stand side by side: what sums cost is waiting for rows from far memory, and so
 * there is one to wait for in place of one a model. What a character adds to the filters at each place that they see
 * is worked out when it is first met, so that a filter is a sum of two or three numbers and not of 70 products.
 *
 * `parts` can stand together; their tables need not be held afterwards. A kernel works for one caller at a time.
 */
export function createTextKernel(parts: readonly KernelPart[]): TextKernel {
  const space = createSpace();
  const gramPlan = planGrams(parts.map(({ table }) => table), space);
  const bankPlan = planBank(parts.map(({ characters }) => characters), space);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(space.size() / PAGE) });
  const { sumGrams, findPeaks } = new WebAssembly.Instance(compiled, { kernel: { memory } }).exports as unknown as Exports;
  const grams = openGrams(gramPlan, memory.buffer);
  const bank = openBank(bankPlan, memory.buffer);
  const g = gramPlan;

  return (batch) => {
    const answers = grams.sums.map(({ length }, i) => {
      const peaks = bank.lanes[i]?.peaks;
      return { sums: new Float32Array(batch.length * length), peaks: peaks === undefined ? null : new Float32Array(batch.length * peaks.length) };
    });
    for (let row = 0; row < batch.length; row++) {
      const { ids, weights, characters } = batch[row] as TextFeatures;
      grams.ids.set(ids);
      grams.weights.set(weights);
      sumGrams(g.ids, g.weights, ids.length, g.factors, g.rows, g.stride, g.scales, g.buckets, g.models, g.blocks, g.out);
      bank.place(characters);
      for (let i = 0; i < answers.length; i++) {
        const { sums, peaks } = answers[i] as KernelAnswer;
        const own = grams.sums[i] as Float32Array;
        sums.set(own, row * own.length);
        const lane = bank.lanes[i];
        if (peaks === null || lane == null) continue;
        findPeaks(lane.places, characters.length, lane.from, lane.reach, lane.bytes, lane.bias, lane.bytes, lane.out);
        peaks.set(lane.peaks, row * lane.peaks.length);
      }
    }
    return answers;
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
    scales: space.take(4 * MOST_PARTS * buckets),
    models: space.take(4 * 4 * blocks),
    ids: space.take(4 * MAX_FEATURES),
    weights: space.take(4 * MAX_FEATURES),
    factors: space.take(4 * MOST_PARTS * MAX_FEATURES),
    out: space.take(4 * stride),
  };
}

/** Puts the tables in their place. */
function openGrams(plan: ReturnType<typeof planGrams>, memory: ArrayBuffer) {
  const { tables, buckets, firsts, blocks, stride } = plan;
  const rows = new Int8Array(memory, plan.rows, buckets * stride);
  const scales = new Float32Array(memory, plan.scales, MOST_PARTS * buckets);
  const models = new Int32Array(memory, plan.models, 4 * blocks);
  for (const [model, table] of tables.entries()) {
    const first = firsts[model] as number;
    // Tables of fewer buckets, which divide the most, repeat.
    for (let id = 0; id < buckets; id++) {
      const own = id % table.buckets;
      for (let k = 0; k < table.width; k++) rows[id * stride + first + k] = table.rows[own * table.width + k] as number;
      scales[id * MOST_PARTS + model] = table.scales[own] as number;
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

/** Where filters lie, and what characters add to them: a row a character, in it what it adds to one model after the other. */
function planBank(filters: readonly (CharacterFilters | null)[], space: Space) {
  let rowBytes = 0;
  const lanes = filters.map((own) => {
    if (own === null) return null;
    /** Of what one character adds at one place, and of bias and answers. */
    const bytes = 4 * BLOCK * Math.ceil(own.filters / BLOCK);
    const reach = own.before + 1 + own.after;
    const from = rowBytes;
    rowBytes += reach * bytes;
    return { own, bytes, reach, from, bias: space.take(bytes), out: space.take(bytes) };
  });
  const ahead = Math.max(0, ...filters.map((own) => own?.before ?? 0));
  const behind = Math.max(0, ...filters.map((own) => own?.after ?? 0));
  const length = ahead + MAX_CHARACTERS + behind;
  return { lanes, rowBytes, ahead, behind, length, places: space.take(4 * length), rows: space.take((1 + KEPT_CHARACTERS) * rowBytes) };
} // prettier-ignore

function openBank(plan: ReturnType<typeof planBank>, memory: ArrayBuffer) {
  const { rowBytes, ahead, behind } = plan;
  const places = new Int32Array(memory, plan.places, plan.length);
  const lanes = plan.lanes.map((lane) => {
    if (lane === null) return null;
    new Float32Array(memory, lane.bias, lane.own.filters).set(lane.own.bias);
    /** `peaks`: of the text whose filters were run last. */
    return { ...lane, places: plan.places + 4 * (ahead - lane.own.before), peaks: new Float32Array(memory, lane.out, lane.own.filters) };
  });
  /** Row of a character. Row 0 is zeros: it stands for nobody, and for what lies outside a text. */
  const rowOf = new Uint16Array(CHARACTER_IDS);
  const holders = new Int32Array(1 + KEPT_CHARACTERS);
  /** Number of the text that used a row last. */
  const usedBy = new Uint32Array(1 + KEPT_CHARACTERS);
  let text = 0;
  let newest = 0;
  const madeRow = (character: number): number => {
    // The one that was made first goes, unless this text needs it.
    do newest = (newest % KEPT_CHARACTERS) + 1;
    while (usedBy[newest] === text);
    rowOf[holders[newest] as number] = 0;
    holders[newest] = character;
    rowOf[character] = newest;
    for (const lane of lanes) if (lane !== null) addCharacter(lane, character, memory, plan.rows + newest * rowBytes + lane.from);
    return newest;
  };
  return {
    lanes,
    /** Says where the rows of a text's characters are. */
    place(characters: Int32Array): void {
      text = (text + 1) >>> 0;
      places.fill(plan.rows, 0, ahead);
      for (let i = 0; i < characters.length; i++) {
        const character = characters[i] as number;
        const row = (rowOf[character] as number) || madeRow(character);
        usedBy[row] = text;
        places[ahead + i] = plan.rows + row * rowBytes;
      }
      places.fill(plan.rows, ahead + characters.length, ahead + characters.length + behind);
    },
  };
} // prettier-ignore

/** Writes what a character adds to each filter at each place in reach: its row times the kernel. */
function addCharacter(lane: { own: CharacterFilters; reach: number; bytes: number }, character: number, memory: ArrayBuffer, at: number): void {
  const { width, filters, rows, scales, kernel } = lane.own;
  const sum = new Float64Array(filters);
  for (let place = 0; place < lane.reach; place++) {
    sum.fill(0);
    for (let k = 0; k < width; k++) {
      const value = (rows[character * width + k] as number) * (scales[character] as number);
      const from = (place * width + k) * filters;
      for (let f = 0; f < filters; f++) sum[f] = (sum[f] as number) + value * (kernel[from + f] as number);
    }
    // A filter that sees this character after so many others sees it at this place.
    new Float32Array(memory, at + place * lane.bytes, filters).set(sum);
  }
} // prettier-ignore
