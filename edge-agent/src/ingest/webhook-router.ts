import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connector, WireAnswer, WireInput } from './connector.ts';

/** Where senders post: `/hooks/<connector>/<name>`, and below it what a platform needs. */
export const HOOKS_PATH = '/hooks';
export const MAX_HOOK_BYTES = 1024 * 1024;
/** Platforms post from a few machines, over as many connections as they have messages. */
export const HOOK_LIMITS = { maxHeaderBytes: 16 * 1024, connections: { most: 2048, perAddress: 512 } } as const;
/** Of a body that was refused, this much is still read; who sends more is cut off. */
const MAX_DISCARDED_BYTES = 8 * 1024 * 1024;
const RETRY_S = 2;

export interface MountedHook {
  /** Connector and the name that the operator gave it: the path. */
  readonly connector: string;
  readonly name: string;
  readonly handle: NonNullable<Connector['handle']>;
}

/** A request as it arrived, however it arrived: the path's route is found by the router. */
export type HookRequest = Required<Pick<WireInput, 'method' | 'path' | 'query' | 'headers' | 'bytes'>>;

/** Finds who a request is for, and has it answered. */
export function createHookRouter(mounted: readonly MountedHook[]): (request: HookRequest) => Promise<WireAnswer> {
  const hooks = new Map(mounted.map((hook) => [`${hook.connector}/${hook.name}`, hook]));
  return async (request) => {
    const [root, connector, name, route] = request.path.slice(1).split('/');
    const hook = `/${root}` === HOOKS_PATH ? hooks.get(`${connector}/${name}`) : undefined;
    if (hook === undefined) return { status: 404 };
    if (request.method !== 'POST' && request.method !== 'GET') return { status: 405 };
    return hook.handle({ ...request, route });
  };
}

/** Method, path, query and headers of a request; null when its address cannot be read. */
export function readHead(request: IncomingMessage): Omit<HookRequest, 'bytes'> | null {
  const at = URL.parse(request.url ?? '/', 'http://hooks.invalid');
  if (at === null) return null;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { method: request.method ?? 'POST', path: at.pathname, query: Object.fromEntries(at.searchParams), headers };
}

/** The body's bytes, or null when there are too many. Rejects when the sender goes away. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    request.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
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

export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body = '', contentType }: WireAnswer,
): void {
  // prettier-ignore
  const headers: Record<string, string | number> = { 'content-length': Buffer.byteLength(body) };
  if (body !== '') headers['content-type'] = `${contentType ?? 'text/plain'}; charset=utf-8`;
  if (status === 503) headers['retry-after'] = RETRY_S;
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
