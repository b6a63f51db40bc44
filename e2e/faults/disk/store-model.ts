/** The oracle: what must stand in the store after each operation, worked out in plain maps. */
import { EMPTY_FRONTIER, append, recordLeaf, rootOf, type Frontier } from '@livecue/shared/proof';
import { noteCrypto } from '../../../edge-agent/src/runtime/note-crypto.ts';
import { unpackFrames } from '../../../edge-agent/src/store/frame-pack.ts';
import { fromSeenBlob } from '../../../edge-agent/src/store/seen-blobs.ts';
import type { StoreEngine } from '../../../edge-agent/src/store/store-engine.ts';

/** One call of the store. Frames form an order of their own: they may be committed later than what came after them. */
export type StoreOp =
  | { readonly id: number; readonly do: 'frame'; readonly position: number; readonly text: string }
  | {
      readonly id: number;
      readonly do: 'step';
      readonly n: number;
      readonly journalPosition: number;
      readonly put: readonly (readonly [string, string])[];
      readonly del: readonly string[];
      readonly seen: readonly string[];
      readonly outbox: readonly string[];
      readonly showLog: readonly string[];
    }
  | { readonly id: number; readonly do: 'ack'; readonly contiguous: number; readonly ranges: readonly [number, number][] }
  | { readonly id: number; readonly do: 'prove'; readonly size: number }
  | { readonly id: number; readonly do: 'correct'; readonly key: string; readonly example: string }
  | { readonly id: number; readonly do: 'uncorrect'; readonly key: string }
  | { readonly id: number; readonly do: 'claim'; readonly agentId: string }; // prettier-ignore

export interface StoreModel {
  readonly state: ReadonlyMap<string, string>;
  readonly seen: readonly string[];
  readonly outbox: ReadonlyMap<number, string>;
  readonly nextSeq: number;
  readonly journalPosition: number;
  readonly tree: Frontier;
  readonly proven: number;
  readonly showLog: readonly string[];
  readonly corrections: ReadonlyMap<string, string>;
}

export const EMPTY_STORE: StoreModel = {
  state: new Map(),
  seen: [],
  outbox: new Map(),
  nextSeq: 1,
  journalPosition: 0,
  tree: EMPTY_FRONTIER,
  proven: 0,
  showLog: [],
  corrections: new Map(),
};

export function afterOp(model: StoreModel, op: StoreOp): StoreModel {
  switch (op.do) {
    case 'frame':
    case 'claim':
      return model;
    case 'step':
      return afterStep(model, op);
    case 'ack': {
      const outbox = new Map(model.outbox);
      for (const seq of model.outbox.keys())
        if (seq <= op.contiguous || op.ranges.some(([from, to]) => seq >= from && seq <= to)) outbox.delete(seq);
      return { ...model, outbox };
    }
    case 'prove':
      return { ...model, proven: op.size > model.proven && op.size <= model.tree.size ? op.size : model.proven };
    case 'correct':
    case 'uncorrect': {
      const corrections = new Map(model.corrections);
      if (op.do === 'correct') corrections.set(op.key, op.example);
      else corrections.delete(op.key);
      return { ...model, corrections };
    }
  }
}

function afterStep(model: StoreModel, step: StoreOp & { do: 'step' }): StoreModel {
  const state = new Map(model.state);
  for (const key of step.del) state.delete(key);
  for (const [key, value] of step.put) state.set(key, value);
  const outbox = new Map(model.outbox);
  step.outbox.forEach((body, n) => outbox.set(model.nextSeq + n, body));
  return {
    ...model,
    state,
    seen: [...model.seen, ...step.seen],
    outbox,
    nextSeq: model.nextSeq + step.outbox.length,
    journalPosition: Math.max(model.journalPosition, step.journalPosition),
    tree: step.outbox.reduce((tree, body) => append(noteCrypto.sha256, tree, recordLeaf(noteCrypto, body)), model.tree),
    showLog: [...model.showLog, ...step.showLog],
  };
}

/** All that is compared, by name, as text. */
export type Digest = Readonly<Record<string, string>>;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const byKey = (map: ReadonlyMap<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

export function digestOf(model: StoreModel): Digest {
  return {
    state: JSON.stringify(byKey(model.state)),
    seen: JSON.stringify(model.seen),
    outbox: JSON.stringify([...model.outbox]),
    journalPosition: String(model.journalPosition),
    tree: `${model.tree.size} ${hex(rootOf(noteCrypto.sha256, model.tree))}`,
    proven: String(model.proven),
    showLog: JSON.stringify(model.showLog),
    corrections: JSON.stringify(byKey(model.corrections)),
  };
}

export interface FoundStore {
  readonly epoch: number;
  readonly digest: Digest;
  readonly frames: readonly (readonly [position: number, text: string])[];
}

/** The same of an opened store, through the calls that the agent uses. */
export function readStore(engine: StoreEngine): FoundStore {
  const { epoch, state, seen, journalPosition } = engine.recover();
  const { proven, leaves } = engine.unproven(1_000_000);
  const tree = leaves.reduce((grown, leaf) => append(noteCrypto.sha256, grown, leaf), proven);
  const showLog: string[] = [];
  for (const { showId } of engine.shows()) {
    for (let rows = engine.readShowLog(showId, 0); rows.length > 0; rows = engine.readShowLog(showId, rows.at(-1)!.id))
      showLog.push(...rows.map(({ entry }) => entry));
  }
  const frames: [number, string][] = [];
  for (let rows = engine.readJournal(journalPosition); rows.length > 0; rows = engine.readJournal(rows.at(-1)!.last)) {
    for (const row of rows)
      for (const { position, frame } of unpackFrames(row.first, row.frames))
        if (position > journalPosition) frames.push([position, Buffer.from(frame.bytes).toString()]);
  }
  const corrections = engine.corrections('corrections', (table) => table.read(0, 1_000_000));
  const digest = {
    state: JSON.stringify(state),
    seen: JSON.stringify(seen.flatMap(fromSeenBlob).map((one) => ('id' in one ? one.id : '?'))),
    outbox: JSON.stringify(engine.readOutbox(0, 1_000_000).rows.map(({ seq, body }) => [seq, body])),
    journalPosition: String(journalPosition),
    tree: `${tree.size} ${hex(rootOf(noteCrypto.sha256, tree))}`,
    proven: String(proven.size),
    showLog: JSON.stringify(showLog),
    corrections: JSON.stringify(corrections.map(({ key, example }) => [key, example]).sort(([a], [b]) => (a! < b! ? -1 : 1))), // prettier-ignore
  };
  return { epoch, digest, frames };
}

/** What was asked of the store and what it confirmed, up to some moment; grows as marks come in. */
export class StoreHistory {
  /** After the base and after each operation but frames. */
  readonly models: StoreModel[];
  readonly #digests: (Digest | undefined)[] = [];
  readonly #frames: Map<number, string>;
  /** Frames whose sender was refused: they may stand there or not. */
  readonly #refused = new Set<number>();
  #settledModels = 0;
  readonly #issued = new Map<number, { readonly op: StoreOp; readonly model: number }>();
  #lastFrame: number;
  #settledFrame: number;
  /** Known since the store was opened; null: nothing was ever confirmed in it. */
  epoch: number | null;

  constructor(base: StoreModel, frames: ReadonlyMap<number, string>, epoch: number | null) {
    this.models = [base];
    this.#frames = new Map(frames);
    this.#settledFrame = this.#lastFrame = Math.max(base.journalPosition, ...frames.keys());
    // Missing in what was judged before: refused then.
    for (let position = base.journalPosition + 1; position < this.#lastFrame; position++)
      if (!frames.has(position)) this.#refused.add(position);
    this.epoch = epoch;
  }

  issue(op: StoreOp): void {
    if (op.do === 'frame') {
      this.#frames.set(op.position, op.text);
      this.#lastFrame = op.position;
    } else {
      this.models.push(afterOp(this.models.at(-1)!, op));
    }
    this.#issued.set(op.id, { op, model: this.models.length - 1 });
  }

  settle(id: number): void {
    const { op, model } = this.#issued.get(id)!;
    if (op.do === 'frame') this.#settledFrame = Math.max(this.#settledFrame, op.position);
    else this.#settledModels = Math.max(this.#settledModels, model);
  }

  /** Its sender was told that the disk refused it. Only of frames: all else is offered until it is taken. */
  refuse(id: number): void {
    const { op } = this.#issued.get(id)!;
    if (op.do === 'frame') this.#refused.add(op.position);
  }

  /** What is wrong with what was found; null and the model it equals when nothing is. */
  judge(found: FoundStore): { problem: string | null; model: StoreModel } {
    const last = this.models.length - 1;
    for (let n = last; n >= this.#settledModels; n--) {
      if (same((this.#digests[n] ??= digestOf(this.models[n]!)), found.digest))
        return { problem: this.#frameProblem(found, this.models[n]!) ?? this.#epochProblem(found), model: this.models[n]! };
    }
    const nearest = this.#digests[this.#settledModels]!;
    const parts = Object.keys(nearest).filter((name) => nearest[name] !== found.digest[name]);
    const shown = parts.map((name) => `${name}: expected ${clip(nearest[name]!)} found ${clip(found.digest[name]!)}`);
    return { problem: `none of the ${last - this.#settledModels + 1} allowed states: ${shown.join('; ')}`, model: this.models.at(-1)! }; // prettier-ignore
  } // prettier-ignore

  #frameProblem({ frames }: FoundStore, { journalPosition }: StoreModel): string | null {
    const until = frames.at(-1)?.[0] ?? 0;
    if (until > this.#lastFrame) return `frame ${until} was never handed over`;
    const found = new Map(frames);
    if (found.size < frames.length) return 'a frame stands there twice';
    for (let position = journalPosition + 1; position <= Math.max(until, this.#settledFrame); position++) {
      const text = found.get(position);
      if (text === undefined && this.#refused.has(position)) continue;
      if (text === undefined) return `frame ${position} is missing; ${this.#settledFrame} was confirmed`;
      if (this.#frames.get(position) !== text) return `frame ${position} is not what was handed over`;
    }
    return null;
  }

  #epochProblem({ epoch }: FoundStore): string | null {
    if (this.epoch === null || this.epoch === epoch) return null;
    return `epoch ${this.epoch} became ${epoch}, though nothing was lost`;
  }
}

function same(a: Digest, b: Digest): boolean {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
}

function clip(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 80)}…${text.slice(-80)} (${text.length})`;
}
