import type { ObsResponse } from './wire-message.ts';
import { request } from './wire-message.ts';

/** A request that OBS answered, or why there is no answer. */
export type ObsAnswer =
  | { readonly outcome: 'answered'; readonly response: ObsResponse }
  /** The request is not among those that this OBS names. */
  | { readonly outcome: 'too-old' }
  | { readonly outcome: 'timeout' }
  | { readonly outcome: 'not-connected' };

export interface ObsRequests {
  /** A read is asked once more after a time-out; a write never is, for it may have been done. */
  ask(requestType: string, data: object, kind: 'read' | 'write'): Promise<ObsAnswer>;
  /** An answer came; one that nobody waits for any more is ignored. */
  answered(response: ObsResponse): void;
  /** The requests that this OBS has; before it is told, all are tried. */
  setAvailable(names: ReadonlySet<string>): void;
  has(requestType: string): boolean;
}

/** OBS answers within a millisecond, and creates sources within 100. */
export const ANSWER_MS = 2_000;

/** Requests of one connection; when its signal aborts, those under way end as `not-connected`. */
export function createObsRequests(ports: {
  readonly send: (text: string) => void;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}): ObsRequests {
  const waiting = new Map<string, (answer: ObsAnswer) => void>();
  let available: ReadonlySet<string> | null = null;
  let lastId = 0;
  ports.signal.addEventListener('abort', () => {
    for (const resolve of [...waiting.values()]) resolve({ outcome: 'not-connected' });
  });

  const has = (requestType: string) => available === null || available.has(requestType);

  function once(requestType: string, data: object): Promise<ObsAnswer> {
    if (ports.signal.aborted) return Promise.resolve({ outcome: 'not-connected' });
    const requestId = `r-${++lastId}`;
    const over = new AbortController();
    return new Promise((resolve) => {
      waiting.set(requestId, (answer) => {
        waiting.delete(requestId);
        over.abort();
        resolve(answer);
      });
      // Rejects when the answer came first.
      ports.sleep(ANSWER_MS, AbortSignal.any([ports.signal, over.signal])).then(
        () => waiting.get(requestId)?.({ outcome: 'timeout' }),
        () => undefined,
      );
      ports.send(request(requestId, requestType, data));
    });
  }

  return {
    has,
    async ask(requestType, data, kind) {
      if (!has(requestType)) return { outcome: 'too-old' };
      const answer = await once(requestType, data);
      return answer.outcome === 'timeout' && kind === 'read' ? once(requestType, data) : answer;
    },
    answered: (response) => waiting.get(response.requestId)?.({ outcome: 'answered', response }),
    setAvailable: (names) => void (available = names),
  };
}
