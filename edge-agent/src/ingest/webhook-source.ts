import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import type { Source } from '../ports.ts';
import { ConfigurationError, PortInUseError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Connector, WireAnswer, WireInput } from './connector.ts';
import { createSourceMeter } from './source-health.ts';

/** Where senders post: `/hooks/<connector>/<name>`, and below it what a platform needs. */
export const HOOKS_PATH = '/hooks';
export const MAX_HOOK_BYTES = 1024 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** Of a body that was refused, this much is still read; who sends more is cut off. */
const MAX_DISCARDED_BYTES = 8 * 1024 * 1024;
const QUEUE_RETRY_S = 2;

export interface MountedHook {
  /** Connector and the name that the operator gave it: the path. */
  readonly connector: string;
  readonly name: string;
  readonly handle: NonNullable<Connector['handle']>;
}

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
  const meter = createSourceMeter({ name: 'hooks', transport: 'http', endpoint: url(config.host, config.port), quietLimitMs: 0 }); // prettier-ignore
  const hooks = new Map(ports.hooks.map((hook) => [`${hook.connector}/${hook.name}`, hook]));
  let server: Server | null = null;
  let stopping = new AbortController();

  async function answer(request: IncomingMessage): Promise<WireAnswer> {
    const at = URL.parse(request.url ?? '/', 'http://hooks.invalid');
    if (at === null) return { status: 400 };
    const [root, connector, name, ...rest] = at.pathname.slice(1).split('/');
    const hook = `/${root}` === HOOKS_PATH ? hooks.get(`${connector}/${name}`) : undefined;
    if (hook === undefined) return { status: 404 };
    if (request.method !== 'POST' && request.method !== 'GET') return { status: 405 };
    if (Number(request.headers['content-length'] ?? 0) > MAX_HOOK_BYTES) return { status: 413 };
    const bytes = await readBody(request);
    if (bytes === null) return { status: 413 };
    return hook.handle(toInput(request, at, bytes, rest[0]));
  }

  const source: Source = {
    name: 'hooks',
    async start(signal) {
      signal.throwIfAborted();
      stopping = new AbortController();
      const opened = createServer({
        requestTimeout: config.requestTimeoutMs,
        headersTimeout: config.requestTimeoutMs,
        connectionsCheckingInterval: Math.min(1000, config.requestTimeoutMs),
        maxHeaderSize: MAX_HEADER_BYTES,
      });
      opened.on('request', (request, response) => {
        answer(request).then(
          (each) => send(request, response, each),
          (error: unknown) => {
            // The sender went away, or was cut off for being slow.
            if (request.destroyed && !request.complete) return;
            ports.logger.error(`hooks: a request failed: ${error instanceof Error ? error.stack : String(error)}`);
            send(request, response, { status: 500 });
          },
        );
      });
      meter.state('connecting');
      try {
        await listen(opened, config);
      } catch (error) {
        meter.state('failed', (error as Error).message);
        throw error;
      }
      server = opened;
      meter.endpoint(url(config.host, (opened.address() as AddressInfo).port));
      meter.state('open');
      signal.addEventListener('abort', () => void source.stop(), { once: true, signal: stopping.signal });
    },
    async stop() {
      stopping.abort(new Error('hooks stop'));
      const opened = server;
      server = null;
      if (opened !== null) await close(opened, config.stopDeadlineMs);
      meter.state('idle');
    },
    health: (nowMs) => meter.read(nowMs),
  };
  return source;
}

function url(host: string, port: number): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}${HOOKS_PATH}`;
}

function toInput(request: IncomingMessage, at: URL, bytes: Uint8Array, route: string | undefined): WireInput {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const query = Object.fromEntries(at.searchParams);
  return { method: request.method ?? 'POST', path: at.pathname, query, headers, bytes, route };
}

/** The body's bytes, or null when there are too many. */
function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    request.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size <= MAX_HOOK_BYTES) chunks.push(chunk);
      else {
        request.removeAllListeners('data');
        resolve(null);
      }
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the connection closed before the body had ended')));
  });
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body = '', contentType }: WireAnswer,
): void {
  const headers: Record<string, string | number> = { 'content-length': Buffer.byteLength(body) };
  if (body !== '') headers['content-type'] = `${contentType ?? 'text/plain'}; charset=utf-8`;
  if (status === 503) headers['retry-after'] = QUEUE_RETRY_S;
  discard(request);
  response.writeHead(status, headers);
  response.end(body);
}

/** An unread body would reset the connection before the sender has read why it was refused. */
function discard(request: IncomingMessage): void {
  if (request.complete) return;
  let size = 0;
  request.on('data', (chunk: Uint8Array) => {
    size += chunk.length;
    if (size > MAX_DISCARDED_BYTES) request.destroy();
  });
  request.resume();
}

function listen(server: Server, { host, port }: WebhookSourceConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const doing = `Opening the address for webhooks on ${host}:${port}`;
      const inUse = error.code === 'EADDRINUSE';
      const message = inUse
        ? `${doing}: another program has this port. Stop it, or set ingest.hooksPort to another one (0 takes any free port).`
        : `${doing}: ${error.message}. Set ingest.host to an address of this machine and ingest.hooksPort to a port this user may open.`;
      reject(inUse ? new PortInUseError(message, { cause: error }) : new ConfigurationError(message, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

/** Lets requests under way end, up to the deadline. */
function close(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
