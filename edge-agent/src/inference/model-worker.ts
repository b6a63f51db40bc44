/**
 * Runs beside the event loop: holds the sessions, scores texts in order, swaps versions. Speaks `WorkerCall`
 * and `WorkerAnswer` with `worker-heads.ts`.
 */
import { parentPort } from 'node:worker_threads';
import type { WorkerAnswer, WorkerCall } from './worker-heads.ts';
import { openTextHeads, type TextHeads } from './text-heads.ts';

let serving: TextHeads | null = null;
/** Kept open for a rollback. */
let previous: TextHeads | null = null;

async function answer(call: WorkerCall): Promise<WorkerAnswer> {
  const { id } = call;
  if (call.kind === 'score') {
    if (serving === null) return { id, problem: 'no model is open' };
    return { id, scores: await serving.score(call.texts) };
  }
  if (call.kind === 'rollback') {
    if (previous === null) return { id, problem: 'going back to the previous models: none is kept' };
    [serving, previous] = [previous, serving];
    return { id, info: serving?.info ?? {} };
  }
  // The old sessions serve until the new ones are proved.
  const opened = await openTextHeads(call.root);
  await previous?.close();
  previous = serving;
  serving = opened;
  return { id, info: opened.info };
}

/** Calls are answered in their order. */
let queue = Promise.resolve();
parentPort?.on('message', (call: WorkerCall) => {
  queue = queue.then(async () => {
    const said = await answer(call).catch((error: unknown): WorkerAnswer => ({ id: call.id, problem: (error as Error).message }));
    parentPort?.postMessage(said);
  });
}); // prettier-ignore
