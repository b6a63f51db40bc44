import { Worker } from 'node:worker_threads';
import type { Logger } from '../runtime/logger.ts';
import type { OpenedStore, StoreCall, StoreResults, WorkerReply, WorkerSetup, WorkerStatus } from './store-protocol.ts';
import { StoreClosedError, toAgentError } from './store-trouble.ts';

/** Calls into the worker thread, answered in order. */
export interface StoreChannel {
  readonly opened: OpenedStore;
  status(): WorkerStatus;
  call<K extends StoreCall['kind']>(call: StoreCall & { kind: K }, transfer?: ArrayBuffer[]): Promise<StoreResults[K]>;
  /** Waits for the calls so far, closes the file and ends the thread. Safe twice. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** Starts the thread; rejects when the folder cannot be opened. `reuse` gets pack buffers back. */
export function openStoreChannel(
  ports: { logger: Logger; reuse: (buffer: ArrayBuffer) => void },
  setup: WorkerSetup,
): Promise<StoreChannel> {
  const worker = new Worker(new URL('./store-worker.ts', import.meta.url), {
    workerData: setup,
    name: 'livecue-store',
    // What it makes dies with its batch.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const waiting = new Map<number, Waiting>();
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let status: WorkerStatus = { state: 'open', problem: null, journalBytes: 0, freeBytes: null };
  let nextId = 1;
  let closing: Promise<void> | null = null;
  let ended: Error | null = null;

  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };

  const call = <K extends StoreCall['kind']>(request: StoreCall & { kind: K }, transfer: ArrayBuffer[] = []) =>
    new Promise<StoreResults[K]>((resolve, reject) => {
      if (ended !== null) return reject(ended);
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, call: request }, transfer);
    });

  const close = () =>
    (closing ??= (async () => {
      try {
        if (ended === null) await call({ kind: 'close' });
      } finally {
        end(new StoreClosedError(`the store in ${setup.folder} has been stopped`));
        await gone;
      }
    })());

  const settle = (reply: WorkerReply & { kind: 'reply' }): void => {
    status = reply.status;
    for (const buffer of reply.buffers) ports.reuse(buffer);
    const found = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.trouble !== null) found?.reject(toAgentError(reply.trouble));
    else found?.resolve(reply.result as never);
  };

  return new Promise((resolve, reject) => {
    worker.on('error', (error) => {
      const problem = `the thread that writes to ${setup.folder} ended (${error.message}); start the agent again, nothing accepted is lost`;
      status = { ...status, state: 'failed', problem };
      ports.logger.error(problem);
      end(toAgentError({ kind: 'failed', message: problem }));
      reject(error);
    });
    worker.on('message', (reply: WorkerReply) => {
      if (reply.kind === 'reply') settle(reply);
      else if (reply.kind === 'status') status = reply.status;
      else if (reply.kind === 'note') ports.logger[reply.level](reply.text);
      else if (reply.kind === 'not-opened') reject(toAgentError(reply.trouble));
      else {
        status = reply.status;
        resolve({ opened: reply.opened, status: () => status, call, close });
      }
    });
  });
}
