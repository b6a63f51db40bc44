import { setTimeout as delay } from 'node:timers/promises';
import { modelTopics } from '@livecue/shared/contract';
import type { FleetChannel } from '../ports.ts';
import type { PartFile } from './part-file.ts';

export interface FetchConfig {
  /** Chunks asked for at once: what a slow line may have under way, and the memory that takes. */
  readonly atOnce: number;
  /** A chunk that is not there by then is asked for again after all others. */
  readonly waitMs: number;
}

export const FETCH: FetchConfig = { atOnce: 8, waitMs: 10_000 };

export interface FetchPorts {
  readonly channel: FleetChannel;
  /** After each chunk, and with every fault: what is wrong at the moment, in words, or null. */
  readonly onProgress: (problem: string | null) => void;
}

/**
 * Brings what is missing of `part`, however long that takes: a few retained chunks at a time, in order. A wrong or
 * missing one is told and asked for again; nobody else waits for it. Rejects with the abort, or the disk's error.
 */
export async function fetchChunks(ports: FetchPorts, part: PartFile, config: FetchConfig, signal: AbortSignal): Promise<void> {
  const queue = part.missing();
  const failure = new AbortController();
  const ended = AbortSignal.any([signal, failure.signal]);
  const faults = new Map<number, string>();
  const told = () => [...faults.values()].at(-1) ?? null;
  const bring = async () => {
    for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
      const fault = await oneChunk(ports.channel, part, index, config.waitMs, ended);
      ended.throwIfAborted();
      faults.delete(index);
      if (fault !== null) {
        faults.set(index, fault);
        queue.push(index);
      }
      ports.onProgress(told());
      // What stands there stands there: asking at once would bring the same.
      if (fault !== null) await delay(config.waitMs, undefined, { signal: ended });
    }
  };
  const workers = Array.from({ length: config.atOnce }, () =>
    bring().catch((error: unknown) => {
      failure.abort(error);
      throw error;
    }),
  );
  const results = await Promise.allSettled(workers);
  signal.throwIfAborted();
  if (failure.signal.aborted) throw failure.signal.reason;
  if (results.some(({ status }) => status === 'rejected')) throw new Error('fetching chunks: a worker ended early');
} // prettier-ignore

/** Null once the chunk is on disk; else what was wrong. Time without a connection does not count. */
function oneChunk(channel: FleetChannel, part: PartFile, index: number, waitMs: number, signal: AbortSignal): Promise<string | null> {
  const topic = modelTopics.chunk(part.file.sha256, index);
  const name = `chunk ${index + 1} of ${part.file.chunks.length} of ${part.file.name}`;
  return new Promise((resolve, reject) => {
    let unsubscribe: (() => void) | null = null;
    let isEnded = false;
    const end = (settle: () => void) => {
      isEnded = true;
      clearInterval(timer);
      signal.removeEventListener('abort', onAbort);
      unsubscribe?.();
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason as Error));
    let isSecondLook = false;
    const timer = setInterval(() => {
      if (!channel.connected) isSecondLook = false;
      else if (isSecondLook) end(() => resolve(`${name} is not at the broker: publish the model again`));
      else isSecondLook = true;
    }, waitMs / 2);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) return onAbort();
    unsubscribe = channel.subscribe(topic, (payload) => {
      // A topic that was cleared says so with nothing.
      if (payload.length === 0 || isEnded) return;
      try {
        const put = part.put(index, payload);
        end(() => resolve(put === 'wrong' ? `${name} is not what was signed: publish the model again` : null));
      } catch (error) {
        end(() => reject(error as Error));
      }
    });
    if (isEnded) unsubscribe();
  });
} // prettier-ignore
