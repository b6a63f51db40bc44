import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FrameSink, RawFrame } from '../ports.ts';
import { AgentError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { bearerOf } from './bearer-token.ts';
import { frameReply } from './frame-reply.ts';
import type { SourceMeter } from './source-health.ts';

/** Where events are taken, by POST and by WebSocket. */
export const EVENTS_PATH = '/events';

export interface EventPorts {
  readonly sink: FrameSink;
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly meter: SourceMeter;
  readonly isToken: (given: string | undefined) => boolean;
}

export interface EventLimits {
  readonly name: string;
  readonly maxFrameBytes: number;
}

const ENCODINGS: Readonly<Record<string, RawFrame['encoding']>> = {
  'application/json': 'json',
  'application/cloudevents+json': 'json',
  'application/cloudevents-batch+json': 'json',
  'application/x-ndjson': 'jsonl',
  'application/msgpack': 'msgpack',
  'application/vnd.msgpack': 'msgpack',
};

const QUEUE_RETRY_S = 1;
const DISK_RETRY_S = 5;
/** Of a body that was refused, this much is still read so that the sender gets to read the answer. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** An answer that is not 202, in RFC 9110 status codes. */
class Refusal {
  readonly status: number;
  readonly error: string;
  readonly headers: Record<string, string | number>;

  constructor(status: number, error: string, headers: Record<string, string | number> = {}) {
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}

/** `POST /events`: a frame in, `{accepted, rejected, rejectedTotal}` out once it is on disk. */
export function createHttpEvents(ports: EventPorts, limits: EventLimits): RequestListener {
  async function answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const encoding = checkHead(request, ports, limits);
    const bytes = await readBody(request, ports, limits);
    if (ports.sink.full) throw queueFull();
    const frame = { sourceName: limits.name, ingestTimeMs: ports.nowMs(), encoding, bytes };
    const { decoded, durable } = ports.sink.accept(frame);
    ports.meter.record(decoded);
    await durable.catch(refuseForDisk);
    const nothingGood = decoded.events.length === 0 && decoded.rejects.length > 0;
    return { status: nothingGood ? 400 : 202, body: frameReply(decoded) };
  }

  return (request, response) => {
    answer(request).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        if (request.destroyed && !request.complete) return;
        const refusal = error instanceof Refusal ? error : bug(error, ports, limits);
        discard(request);
        send(response, refusal.status, { error: refusal.error }, refusal.headers);
      },
    );
  };
}

function bug(error: unknown, ports: EventPorts, limits: EventLimits): Refusal {
  ports.logger.error(
    `source ${limits.name}: a request failed: ${error instanceof Error ? error.stack : String(error)}`,
  );
  return new Refusal(500, 'the agent could not handle this request; its log says why');
}

function queueFull(): Refusal {
  return new Refusal(503, 'the agent has more events waiting than it may hold: send the same again in a moment', {
    'retry-after': QUEUE_RETRY_S,
  });
}

function refuseForDisk(error: unknown): never {
  if (!(error instanceof AgentError)) throw error;
  // 507 is WebDAV's (RFC 4918, section 11.5) and says exactly this.
  const status = error.code === 'disk-full' ? 507 : 503;
  throw new Refusal(status, `${error.code}: ${error.message}`, { 'retry-after': DISK_RETRY_S });
}

/** Everything that is known before the body. */
function checkHead(request: IncomingMessage, ports: EventPorts, limits: EventLimits): RawFrame['encoding'] {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== EVENTS_PATH) throw new Refusal(404, `there is nothing at this path: POST events to ${EVENTS_PATH}`);
  if (request.method !== 'POST') {
    throw new Refusal(405, `expected POST, or a WebSocket upgrade, at ${EVENTS_PATH}`, { allow: 'POST' });
  }
  if (!ports.isToken(bearerOf(request.headers.authorization))) {
    const error = 'expected the header "Authorization: Bearer <token>" with the ingest token of this agent (secrets.json in its data folder)';
    ports.meter.refuseToken();
    throw new Refusal(401, error, { 'www-authenticate': 'Bearer' });
  }
  if (ports.sink.full) throw queueFull();
  if (Number(request.headers['content-length'] ?? 0) > limits.maxFrameBytes) throw tooLarge(ports, limits);
  return encodingOf(request);
} // prettier-ignore

function encodingOf({ headers }: IncomingMessage): RawFrame['encoding'] {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';').map((part) => part.trim()); // prettier-ignore
  const encoding = Object.hasOwn(ENCODINGS, type) ? ENCODINGS[type] : undefined;
  if (encoding === undefined) {
    throw new Refusal(415, `expected the content type to be one of ${Object.keys(ENCODINGS).join(', ')}`);
  }
  if (parameters.some((part) => part.startsWith('charset=') && !/^charset="?utf-?8"?$/.test(part))) {
    throw new Refusal(415, 'expected UTF-8');
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new Refusal(415, 'expected a body that is not compressed'); // prettier-ignore
  return encoding;
}

function tooLarge({ meter }: EventPorts, { maxFrameBytes }: EventLimits): Refusal {
  meter.drop('too-large');
  return new Refusal(413, `the body is larger than ${maxFrameBytes} bytes (ingest.maxFrameBytes): send fewer events at once`); // prettier-ignore
}

function readBody(request: IncomingMessage, ports: EventPorts, limits: EventLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    request.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size <= limits.maxFrameBytes) chunks.push(chunk);
      else {
        request.removeAllListeners('data');
        reject(tooLarge(ports, limits));
      }
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    // The sender went away or took longer than the server's request timeout, which answers 408 itself.
    request.on('error', reject);
    request.on('close', () => reject(new Error('the connection closed before the body had ended')));
  });
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

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string | number> = {}): void { // prettier-ignore
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
} // prettier-ignore
