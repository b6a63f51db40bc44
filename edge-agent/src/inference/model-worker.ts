/**
 * Runs beside the event loop: holds the sessions, scores texts in order, swaps versions. Speaks `WorkerCall`
 * and `WorkerAnswer` with `worker-heads.ts`.
 */
import { parentPort } from 'node:worker_threads';
import type { WorkerAnswer, WorkerCall } from './worker-heads.ts';
import { openTextHeads, type TextHeads } from './text-heads.ts';

interface Served {
  readonly heads: TextHeads;
  /** Tells which of the opened models a score came from. */
  readonly generation: number;
}

let serving: Served | null = null;
/** Kept open for a rollback. */
let previous: Served | null = null;
let generations = 0;

async function answer(call: WorkerCall): Promise<WorkerAnswer> {
  const { id } = call;
  if (call.kind === 'score') {
    if (serving === null) return { id, problem: 'no model is open' };
    return { id, generation: serving.generation, packed: await serving.heads.scorePacked(call.texts) };
  }
  if (call.kind === 'rollback') {
    if (previous === null) return { id, problem: 'going back to the previous models: none is kept' };
    const back = previous;
    previous = serving;
    serving = back;
    return { id, generation: back.generation, info: back.heads.info };
  }
  // The old sessions serve until the new ones are proved.
  const heads = await openTextHeads(call.root);
  await previous?.heads.close();
  previous = serving;
  serving = { heads, generation: ++generations };
  return { id, generation: generations, info: heads.info };
}

/** Calls are answered in their order. */
let queue = Promise.resolve();
parentPort?.on('message', (call: WorkerCall) => {
  queue = queue.then(async () => {
    const said = await answer(call).catch((error: unknown): WorkerAnswer => ({ id: call.id, problem: (error as Error).message }));
    parentPort?.postMessage(said, 'packed' in said ? [said.packed.buffer as ArrayBuffer] : []);
  });
}); // prettier-ignore
