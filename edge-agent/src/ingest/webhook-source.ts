import type { RequestListener, Server } from 'node:http';
import type { Source } from '../ports.ts';
import { closeListener, openListener, portOf, urlOf } from '../runtime/http-listener.ts';
import type { Logger } from '../runtime/logger.ts';
import { problemOf } from '../runtime/problem.ts';
import { createSourceMeter } from './source-health.ts';
import {
  createHookRouter, HOOK_LIMITS, HOOKS_PATH, MAX_HOOK_BYTES, readBody, readHead, sendAnswer, type MountedHook,
} from './webhook-router.ts'; // prettier-ignore

export interface WebhookSourcePorts {
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly hooks: readonly MountedHook[];
}

export interface WebhookSourceConfig {
  readonly host: string;
  /** 0 takes any free port, which `health().endpoint` names. */
  readonly port: number;
  /** Milliseconds a request may take to arrive whole. */
  readonly requestTimeoutMs: number;
  readonly stopDeadlineMs: number;
}

/**
 * The address that platforms post to. It only carries requests: what they mean, whether they are
 * genuine and what is answered says the connector at that path. Started after the connectors, so
 * that nothing is answered before somebody stores it.
 */
export function createWebhookSource(ports: WebhookSourcePorts, config: WebhookSourceConfig): Source {
  const endpoint = urlOf(config.host, config.port, HOOKS_PATH);
  const meter = createSourceMeter({ name: 'hooks', transport: 'http', endpoint, quietLimitMs: 0 });
  const route = createHookRouter(ports.hooks);
  let server: Server | null = null;
  let stopping = new AbortController();

  const onRequest: RequestListener = (request, response) => {
    const answer = async () => {
      const head = readHead(request);
      if (head === null) return { status: 400 };
      const bytes = await readBody(request, MAX_HOOK_BYTES);
      return bytes === null ? { status: 413 } : route({ ...head, bytes });
    };
    answer().then(
      (each) => sendAnswer(request, response, each),
      (error: unknown) => {
        // The sender went away, or was cut off for being slow.
        if (request.destroyed && !request.complete) return;
        ports.logger.error(`hooks: a request failed: ${error instanceof Error ? error.stack : String(error)}`);
        sendAnswer(request, response, { status: 500 });
      },
    );
  };
  const listen = () =>
    openListener(
      { request: onRequest },
      { ...config, ...HOOK_LIMITS, headersTimeoutMs: config.requestTimeoutMs, what: 'the address for webhooks', hostKey: 'ingest.host', portKey: 'ingest.hooksPort' },
    ); // prettier-ignore

  const source: Source = {
    name: 'hooks',
    async start(signal) {
      signal.throwIfAborted();
      stopping = new AbortController();
      meter.state('connecting');
      try {
        server = await listen();
      } catch (error) {
        meter.state('failed', problemOf(error));
        throw error;
      }
      meter.endpoint(urlOf(config.host, portOf(server), HOOKS_PATH));
      meter.state('open');
      signal.addEventListener('abort', () => void source.stop(), { once: true, signal: stopping.signal });
    },
    async stop() {
      stopping.abort(new Error('hooks stop'));
      const opened = server;
      server = null;
      if (opened !== null) await closeListener(opened, config.stopDeadlineMs);
      meter.state('idle');
    },
    health: (nowMs) => meter.read(nowMs),
  };
  return source;
}
