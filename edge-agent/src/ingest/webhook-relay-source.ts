import type { Source } from '../ports.ts';
import { createBackOff, parseRetryAfter } from '../runtime/back-off.ts';
import type { Logger } from '../runtime/logger.ts';
import { createSourceMeter } from './source-health.ts';
import { RELAY_ANSWERS, RELAY_REQUESTS, RelayedRequests, type RelayedRequest } from './webhook-relay.ts';
import { createHookRouter, type MountedHook } from './webhook-router.ts';

export interface RelaySourcePorts {
  readonly hooks: readonly MountedHook[];
  readonly fetch: typeof globalThis.fetch;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

export interface RelaySourceConfig {
  /** Address of the relay, without path. */
  readonly url: string;
  readonly token: string;
}

const WAIT_S = 25;
/** The relay answers within its wait; beyond that the connection is dead. */
const PATIENCE_MS = (WAIT_S + 10) * 1000;

class RefusedError extends Error {
  readonly waitMs: number | null;
  readonly final: boolean;
  readonly about: string;
  constructor(status: number, waitMs: number | null) {
    super(`the relay answered ${status}`);
    this.waitMs = waitMs;
    this.final = status === 401 || status === 403;
    this.about = String(status);
  }
}

/** Fetches the platforms' requests from a relay, from inside: for an agent without a public address. */
export function createRelaySource(ports: RelaySourcePorts, config: RelaySourceConfig): Source {
  const meter = createSourceMeter({ name: 'hooks-relay', transport: 'http', endpoint: config.url, quietLimitMs: 0 });
  const route = createHookRouter(ports.hooks);
  let stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function call(path: string, signal: AbortSignal, init: RequestInit = {}): Promise<Response> {
    const response = await ports.fetch(new URL(path, config.url), {
      ...init,
      headers: { authorization: `Bearer ${config.token}`, 'content-type': 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      redirect: 'error',
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw new RefusedError(response.status, parseRetryAfter(response.headers.get('retry-after'), ports.nowMs()));
  }

  async function answer(request: RelayedRequest): Promise<object> {
    const { id, body, ...head } = request;
    const given = await route({ ...head, bytes: Buffer.from(body, 'base64') });
    return { id, ...given };
  }

  async function round(signal: AbortSignal): Promise<void> {
    const response = await call(`${RELAY_REQUESTS}?wait=${WAIT_S}`, signal);
    const { requests } = RelayedRequests.parse(await response.json());
    meter.state('open');
    if (requests.length === 0) return;
    // Not waited for: the next ones must not queue behind a slow disk.
    void Promise.all(requests.map(answer))
      .then((answers) => call(RELAY_ANSWERS, signal, { method: 'POST', body: JSON.stringify({ answers }) }))
      .catch((error: unknown) => {
        if (!signal.aborted)
          ports.logger.warn(`hooks-relay: answering failed: ${wordsOf(error)}; the platforms repeat`);
      });
  }

  async function run(signal: AbortSignal): Promise<void> {
    const backOff = createBackOff(ports);
    while (!signal.aborted) {
      try {
        await round(signal);
        backOff.reset();
      } catch (error) {
        if (signal.aborted) return;
        const refused = error instanceof RefusedError ? error : null;
        if (refused?.final === true) {
          meter.state('failed', { code: 'relay-refused', about: refused.about, message: `${refused.message}: its token is another. Compare connector-secrets.json with the relay's.` }); // prettier-ignore
          return;
        }
        const waitMs = backOff.next(refused?.waitMs);
        const message = `${wordsOf(error)}; tried again in ${Math.round(waitMs / 1000)} s`;
        meter.state('waiting', { code: 'relay-trouble', about: refused?.about ?? causeOf(error), message });
        // Rejects when the source stops, which the loop sees by itself.
        await ports.sleep(waitMs, signal).catch(() => undefined);
      }
    }
  }

  const source: Source = {
    name: 'hooks-relay',
    async start(signal) {
      signal.throwIfAborted();
      stopping = new AbortController();
      meter.state('connecting');
      signal.addEventListener('abort', () => void source.stop(), { once: true, signal: stopping.signal });
      running = run(stopping.signal);
    },
    async stop() {
      stopping.abort(new Error('hooks-relay stops'));
      await running;
      meter.state('idle');
    },
    health: (nowMs) => meter.read(nowMs),
  };
  return source;
}

function wordsOf(error: unknown): string {
  if (error instanceof RefusedError) return error.message;
  return `asking the relay: ${causeOf(error)}`;
}

function causeOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string } }).cause?.code;
  return cause ?? (error instanceof Error ? error.name : 'unknown trouble');
}
