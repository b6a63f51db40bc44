/** The thread that alone writes to the data folder: answers calls in order, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { unpackStep } from './packed-step.ts';
import { StoreEngine } from './store-engine.ts';
import type {
  StoreCall,
  StoreResults,
  StoreTrouble,
  WorkerReply,
  WorkerRequest,
  WorkerSetup,
} from './store-protocol.ts';
import { TroubleError } from './store-trouble.ts';

const MAINTAIN_EVERY_MS = 500;

const port = parentPort!;
const setup = workerData as WorkerSetup;
const say = (reply: WorkerReply, transfer: ArrayBuffer[] = []) => port.postMessage(reply, transfer);

const engine = new StoreEngine({
  ...setup,
  note: (level, text) => say({ kind: 'note', level, text }),
  monotonicMs: () => performance.now(),
});

function troubleOf(error: unknown): StoreTrouble {
  if (error instanceof TroubleError) return error.trouble;
  return { kind: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function answer(call: StoreCall): StoreResults[keyof StoreResults] {
  switch (call.kind) {
    case 'write':
      return engine.write({ packs: call.packs, step: call.step === null ? null : unpackStep(call.step) });
    case 'recover':
      return engine.recover();
    case 'journal':
      return engine.readJournal(call.after);
    case 'outbox-read':
      return engine.readOutbox(call.afterSeq, call.limit);
    case 'outbox-newest':
      return engine.readNewest(call.beforeSeq, call.limit);
    case 'outbox-acknowledge':
      return engine.acknowledge(call.ack, call.nowMs);
    case 'outbox-count':
      return engine.backlog();
    case 'outbox-claim':
      return engine.claim(call.agentId, call.nowMs);
    case 'outbox-unproven':
      return engine.unproven(call.limit);
    case 'outbox-prove':
      engine.prove(call.epoch, call.size);
      return null;
    case 'correction-save':
      return engine.corrections(call.table, (table) => table.save(call.row));
    case 'correction-remove':
      return engine.corrections(call.table, (table) => table.remove(call.keys));
    case 'corrections-remove-all':
      return engine.corrections(call.table, (table) => table.removeAll());
    case 'corrections-read':
      return engine.corrections(call.table, (table) => table.read(call.afterId, call.limit));
    case 'corrections-count':
      return engine.corrections(call.table, (table) => table.count());
    case 'shows':
      return engine.shows();
    case 'show-log-read':
      return engine.readShowLog(call.showId, call.afterId);
    case 'close':
      clearInterval(timer);
      engine.close();
      return null;
  }
}

let busy = false;
function serve({ id, call }: WorkerRequest): void {
  busy = true;
  let result: StoreResults[keyof StoreResults] | null = null;
  let trouble: StoreTrouble | null = null;
  try {
    result = answer(call);
  } catch (error) {
    trouble = troubleOf(error);
  }
  const buffers = call.kind === 'write' ? call.packs.map((pack) => pack.buffer) : [];
  say({ kind: 'reply', id, result, trouble, status: engine.status, buffers }, buffers);
  if (call.kind === 'close') port.close();
  else if (call.kind === 'write') engine.maintain(false);
}

const timer = setInterval(() => {
  engine.tick(!busy);
  busy = false;
  say({ kind: 'status', status: engine.status });
}, MAINTAIN_EVERY_MS);

try {
  say({ kind: 'opened', opened: engine.open(setup.nowMs), status: engine.status });
  port.on('message', serve);
} catch (error) {
  clearInterval(timer);
  engine.close();
  say({ kind: 'not-opened', trouble: troubleOf(error) });
  port.close();
}
