import type { Server } from 'node:http';
import type { FrameSink, Source } from '../ports.ts';
import { ConfigurationError } from '../runtime/agent-error.ts';
import { closeListener, openListener, portOf, urlOf } from '../runtime/http-listener.ts';
import type { Logger } from '../runtime/logger.ts';
import { problemOf } from '../runtime/problem.ts';
import type { DoorTls } from '../runtime/tls-door.ts';
import { createTokenCheck } from './bearer-token.ts';
import { createHttpEvents, EVENTS_PATH } from './http-events.ts';
import { createSourceMeter } from './source-health.ts';
import { createSocketEvents } from './socket-events.ts';

/** Senders are programs beside us or in the studio; a busy one has some hundred requests under way. */
const LIMITS = { maxHeaderBytes: 16 * 1024, connections: { most: 2048, perAddress: 512 } } as const;

export interface HttpSourcePorts {
  readonly sink: FrameSink;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

export interface HttpSourceConfig {
  readonly name: string;
  readonly host: string;
  /** 0 takes any free port, which `health().endpoint` names. */
  readonly port: number;
  /** For other machines; absent: they speak plain HTTP. */
  readonly tls?: DoorTls;
  /** What senders must show; never logged. */
  readonly token: string;
  readonly maxFrameBytes: number;
  /** Milliseconds a request may take to arrive whole. */
  readonly requestTimeoutMs: number;
  /** Milliseconds between pings of a WebSocket; one that answers none in between is ended. */
  readonly pingIntervalMs: number;
  /** Milliseconds that `stop` waits for requests under way. */
  readonly stopDeadlineMs: number;
  readonly quietLimitMs: number;
}

const addressOf = ({ host, tls }: HttpSourceConfig, port: number) => urlOf(host, port, EVENTS_PATH, tls === undefined ? 'http' : 'https'); // prettier-ignore

/**
 * Events over HTTP (`POST /events`, one request a frame) and WebSocket (one message a frame) on one port.
 * A frame is answered when the journal has it on disk, not before: a sender that repeats what was not
 * answered loses nothing, and repeated ids are counted once.
 */
export function createHttpSource(ports: HttpSourcePorts, config: HttpSourceConfig): Source {
  const meter = createSourceMeter({
    ...config,
    transport: 'http',
    endpoint: addressOf(config, config.port),
  });
  const isToken = createTokenCheck(config.token);
  const parts = { ...ports, meter, isToken };
  let server: Server | null = null;
  let sockets: ReturnType<typeof createSocketEvents> | null = null;
  let stopping = new AbortController();

  const source: Source = {
    name: config.name,
    async start(signal) {
      signal.throwIfAborted();
      if (config.token.length < 16) {
        throw new ConfigurationError(
          `Opening the HTTP source ${config.name}: its token has ${config.token.length} characters. Expected 16 or more.`,
        );
      }
      stopping = new AbortController();
      const upgraded = createSocketEvents(parts, config, stopping.signal);
      meter.state('connecting');
      try {
        server = await openListener(
          { request: createHttpEvents(parts, config), upgrade: upgraded.upgrade },
          { ...config, ...LIMITS, headersTimeoutMs: config.requestTimeoutMs, what: 'the HTTP source', hostKey: 'ingest.host', portKey: 'ingest.httpPort' },
        );
      } catch (error) {
        stopping.abort(error);
        meter.state('failed', problemOf(error));
        throw error;
      }
      sockets = upgraded;
      meter.endpoint(addressOf(config, portOf(server)));
      meter.state('open');
      signal.addEventListener('abort', () => void source.stop(), { once: true, signal: stopping.signal });
    },
    async stop() {
      stopping.abort(new Error(`source ${config.name} stops`));
      const [opened, upgraded] = [server, sockets];
      server = sockets = null;
      if (opened !== null) await Promise.all([upgraded?.close(config.stopDeadlineMs), closeListener(opened, config.stopDeadlineMs)]);
      meter.state('idle');
    },
    health: (nowMs) => meter.read(nowMs),
  }; // prettier-ignore
  return source;
}
