/**
 * Runs beside the event loop: holds one set of models and scores texts in order. Speaks `WorkerCall` and
 * `WorkerAnswer` with `model-thread.ts`.
 */
import { parentPort } from 'node:worker_threads';
import type { WorkerAnswer, WorkerCall } from './model-thread.ts';
import { openTextHeads, type TextHeads } from './text-heads.ts';

/** What the code is run on before the first real comment, so that it is compiled by then: tongues, numbers, lengths. */
const WARMING = [
  '3号链接多少钱',
  '这件衬衫有没有XL的',
  'is this one still in stock?',
  '666',
  '主播讲一下1和3哪个更适合夏天穿',
  'how much is number 4 + shipping to the US',
];
const WARMING_ROUNDS = 20;

let heads: TextHeads | null = null;

async function answer(call: WorkerCall): Promise<WorkerAnswer> {
  const { id } = call;
  if (call.kind === 'score') {
    if (heads === null) return { id, problem: 'no model is open' };
    const before = process.threadCpuUsage();
    const packed = await heads.scorePacked(call.texts);
    const { user, system } = process.threadCpuUsage(before);
    return { id, packed, micros: user + system };
  }
  heads = await openTextHeads(call.place);
  for (let round = 0; round < WARMING_ROUNDS; round++) await heads.scorePacked(WARMING);
  // What opening leaves behind is half of this thread's memory, and scoring makes too little garbage to ever collect it.
  void globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return { id, info: heads.info };
}

/** Calls are answered in their order. */
let queue = Promise.resolve();
parentPort?.on('message', (call: WorkerCall) => {
  queue = queue.then(async () => {
    const said = await answer(call).catch((error: unknown): WorkerAnswer => ({ id: call.id, problem: (error as Error).message }));
    parentPort?.postMessage(said, 'packed' in said ? [said.packed.buffer as ArrayBuffer] : []);
  });
}); // prettier-ignore
