/** Random calls of a store, each told before it is made and after it was confirmed. */
import type { Dice } from './disk-log.ts';
import type { StoreModel, StoreOp } from './store-model.ts';

export const AGENT_ID = 'studio-1';
export const START_MS = 1_777_593_600_000;
export const SHOW_ID = '20260501T000000Z-main';

/** Where the next calls go on. */
export interface Cursor {
  id: number;
  steps: number;
  position: number;
  journalPosition: number;
  nextSeq: number;
  proven: number;
}

export function cursorOf(model: StoreModel, lastFrame: number): Cursor {
  return {
    id: 0,
    steps: Number(model.state.get('steps') ?? 0),
    position: Math.max(lastFrame, model.journalPosition),
    journalPosition: model.journalPosition,
    nextSeq: model.nextSeq,
    proven: model.proven,
  };
}

/** Text of some length that says whose it is, so that a torn one is seen. */
function text(name: string, length: number): string {
  return `${name} `.padEnd(length, name);
}

export function nextOp(random: Dice, cursor: Cursor): StoreOp {
  const id = ++cursor.id;
  const which = random(20);
  if (which < 7) {
    const position = ++cursor.position;
    return { id, do: 'frame', position, text: text(`frame ${position}`, random(4) === 0 ? random(9_000) : random(600)) };
  }
  if (which < 14) return stepOp(random, cursor, id);
  if (which < 16) return ackOp(random, cursor, id);
  if (which < 17) {
    cursor.proven += random(cursor.nextSeq - cursor.proven);
    return { id, do: 'prove', size: cursor.proven };
  }
  const key = `k${random(12)}`;
  if (which < 19) return { id, do: 'correct', key, example: JSON.stringify({ correctedMs: START_MS, text: text(key, random(500)) }) };
  return { id, do: 'uncorrect', key };
} // prettier-ignore

function stepOp(random: Dice, cursor: Cursor, id: number): StoreOp {
  const n = ++cursor.steps;
  cursor.journalPosition += random(cursor.position - cursor.journalPosition + 1);
  const many = (most: number, make: (name: string) => object) =>
    Array.from({ length: random(most) }, (_, index) => JSON.stringify(make(`${n}-${index}`)));
  const outbox = many(6, (name) => ({ kind: 'prompt', promptId: name, roomId: text(name, random(500)) }));
  cursor.nextSeq += outbox.length;
  return {
    id,
    do: 'step',
    n,
    journalPosition: cursor.journalPosition,
    put: [['steps', String(n)], [`key${random(9)}`, text(`value ${n}`, random(3_000))]],
    del: random(5) === 0 ? [`key${9 + random(2)}`] : [],
    seen: Array.from({ length: random(4) }, (_, index) => `seen ${n}-${index}`),
    outbox,
    showLog: many(4, (name) => ({ kind: 'explain', showId: SHOW_ID, atMs: START_MS, productId: text(name, random(400)) })),
  };
} // prettier-ignore

function ackOp(random: Dice, cursor: Cursor, id: number): StoreOp {
  const highest = cursor.nextSeq - 1;
  const contiguous = random(highest + 1);
  const from = contiguous + 2 + random(4);
  const to = from + random(3);
  return { id, do: 'ack', contiguous, ranges: to <= highest ? [[from, to]] : [] };
}
