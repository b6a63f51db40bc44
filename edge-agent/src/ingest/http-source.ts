import { createServer, type Server } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import type { FrameSink, Source } from '../ports.ts';
import { ConfigurationError, PortInUseError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { createTokenCheck } from './bearer-token.ts';
import { createHttpEvents, EVENTS_PATH } from './http-events.ts';
import { createSourceMeter } from './source-health.ts';
import { createSocketEvents } from './socket-events.ts';

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

/**
 * Events over HTTP (`POST /events`, one request a frame) and WebSocket (one message a frame) on one port.
 * A frame is answered when the journal has it on disk, not before: a sender that repeats what was not
 * answered loses nothing, and repeated ids are counted once.
 */
export function createHttpSource(ports: HttpSourcePorts, config: HttpSourceConfig): Source {
  const meter = createSourceMeter({ ...config, transport: 'http', endpoint: url(config.host, config.port) });
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
      const opened = createServer({
        requestTimeout: config.requestTimeoutMs,
        headersTimeout: config.requestTimeoutMs,
        connectionsCheckingInterval: Math.min(1000, config.requestTimeoutMs),
      });
      opened.on('request', createHttpEvents(parts, config));
      const upgraded = createSocketEvents(parts, config, stopping.signal);
      opened.on('upgrade', upgraded.upgrade);
      meter.state('connecting');
      try {
        await listen(opened, config);
      } catch (error) {
        stopping.abort(error);
        meter.state('failed', (error as Error).message);
        throw error;
      }
      server = opened;
      sockets = upgraded;
      meter.endpoint(url(config.host, (opened.address() as AddressInfo).port));
      meter.state('open');
      signal.addEventListener('abort', () => void source.stop(), { once: true, signal: stopping.signal });
    },
    async stop() {
      stopping.abort(new Error(`source ${config.name} stops`));
      const [opened, upgraded] = [server, sockets];
      server = sockets = null;
      if (opened !== null) await Promise.all([upgraded?.close(config.stopDeadlineMs), close(opened, config.stopDeadlineMs)]);
      meter.state('idle');
    },
    health: (nowMs) => meter.read(nowMs),
  }; // prettier-ignore
  return source;
}

function url(host: string, port: number): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}${EVENTS_PATH}`;
}

function listen(server: Server, { host, port }: HttpSourceConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const doing = `Opening the HTTP source on ${host}:${port}`;
      if (error.code !== 'EADDRINUSE') {
        const remedy =
          'Set ingest.host to an address of this machine and ingest.httpPort to a port this user may open.';
        reject(new ConfigurationError(`${doing}: ${error.message}. ${remedy}`, { cause: error }));
      } else {
        const remedy = 'Stop it, or set ingest.httpPort to another one (0 takes any free port).';
        reject(new PortInUseError(`${doing}: another program has this port. ${remedy}`, { cause: error }));
      }
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
