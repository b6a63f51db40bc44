import { setImmediate as nextTurn } from 'node:timers/promises';
import { Context, type Message, Pull } from 'zeromq';
import type { FrameSink, Source } from '../ports.ts';
import { ConfigurationError, PortInUseError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { createZapGate, type ZapGate } from '../runtime/zap-gate.ts';
import { problemOf } from '../runtime/problem.ts';
import { createDiskGuard } from './disk-guard.ts';
import { sniffEncoding } from './frame-encoding.ts';
import { createSourceMeter } from './source-health.ts';
import { createSequenceLedger, decodeHeader } from './zmq-header.ts';

export interface ZmqSourcePorts {
  readonly sink: FrameSink;
  readonly nowMs: () => number;
  /** Waits, or rejects with the signal's reason. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly logger: Logger;
}

export interface ZmqSourceConfig {
  readonly name: string;
  /** `tcp://127.0.0.1:7422`; port 0 takes any free one, which `health().endpoint` names. */
  readonly endpoint: string;
  /** Our key pair, and the public key that every sender must hold the secret of, in Z85; null speaks in the clear, which only loopback endpoints may. */
  readonly curve: { readonly publicKey: string; readonly secretKey: string; readonly clientPublicKey: string } | null;
  /** Messages that the socket holds for each sender before that sender has to wait. */
  readonly highWaterMark: number;
  /** What the sink takes of one frame, bytes. */
  readonly maxFrameBytes: number;
  readonly quietLimitMs: number;
}

/** Frames up to so many times the limit are read, refused by name and counted; beyond, libzmq cuts the sender off. */
const READ_TIMES = 2;
/** Reading what is there takes no turn of the event loop; after so many events the pipeline gets one. */
const EVENTS_PER_TURN = 2_000;

/**
 * Events over ZeroMQ PULL. A message is a body, or a header part (JSON `{source, sequence, encoding}`) and
 * a body; a body is one event or an array of events. PULL has no way to answer, so nothing is refused
 * for lack of room: the reader stops reading, the socket fills, and senders wait. What still stands in
 * the socket when the source stops was never accepted; senders that must know use HTTP.
 */
export function createZmqSource(ports: ZmqSourcePorts, config: ZmqSourceConfig): Source {
  const meter = createSourceMeter({ ...config, transport: 'zmq' });
  const ledger = createSequenceLedger();
  let socket: Pull | null = null;
  let gate: ZapGate | null = null;
  // Kept until the port is free: a context that nobody holds is shut down, and the monitor then waits for ever.
  let context: Context | null = null;
  let reading: Promise<void> | null = null;
  let stopping = new AbortController();

  const disk = createDiskGuard(config.name, ports, (problem) =>
    meter.state(problem === null ? 'open' : 'degraded', problem),
  );

  /** Events of the message, 0 when it was refused. */
  function take(parts: readonly Message[]): number {
    const body = parts.at(-1)!;
    const header = parts.length === 2 ? decodeHeader(parts[0]!) : null;
    if (parts.length > 2 || (parts.length === 2 && header === null)) {
      meter.drop('malformed');
      return 0;
    }
    if (header?.sequence !== undefined) meter.lost(ledger.gap(header.source, header.sequence));
    const encoding = header?.encoding ?? sniffEncoding(body);
    const frame = { sourceName: config.name, ingestTimeMs: ports.nowMs(), encoding, bytes: body };
    const { decoded, durable } = ports.sink.accept(frame);
    meter.record(decoded);
    if (decoded.events.length > 0) disk.watch(durable, body.length);
    return decoded.events.length;
  }

  async function read(from: Pull, signal: AbortSignal): Promise<void> {
    let events = 0;
    for await (const parts of from) {
      events += 1 + take(parts);
      if (signal.aborted) return;
      if (events >= EVENTS_PER_TURN) {
        events = 0;
        await nextTurn();
      }
      if (ports.sink.full) await ports.sink.ready(signal);
      if (disk.behind) await disk.caughtUp(signal);
    }
  }

  function readUntilStopped(from: Pull, signal: AbortSignal): Promise<void> {
    return read(from, signal).catch((error: unknown) => {
      if (signal.aborted || from.closed) return;
      const problem = problemOf(error);
      meter.state('failed', { ...problem, message: `reading stopped: ${problem.message}` });
      ports.logger.error(`source ${config.name}: reading ${config.endpoint} stopped: ${String(error)}`);
      from.close();
    });
  }

  const source: Source = {
    name: config.name,
    async start(signal) {
      signal.throwIfAborted();
      checkPort(config);
      refuseOpenNetwork(config);
      stopping = new AbortController();
      // A context of its own where there are keys: the gate decides for all sockets of a context, and the panel has other keys.
      context = config.curve === null ? null : new Context();
      const opened = new Pull({
        ...(context === null ? {} : { context }),
        receiveHighWaterMark: config.highWaterMark,
        maxMessageSize: READ_TIMES * config.maxFrameBytes,
        linger: 0,
        ...curveOptions(config),
      });
      meter.state('connecting');
      try {
        if (config.curve !== null && context !== null) {
          gate = createZapGate(context, config.curve.clientPublicKey);
          await gate.open();
        }
        await bind(opened, config);
      } catch (error) {
        opened.close();
        gate?.close();
        gate = null;
        meter.state('failed', problemOf(error));
        throw error;
      }
      socket = opened;
      meter.endpoint(opened.lastEndpoint ?? config.endpoint);
      meter.state('open');
      signal.addEventListener('abort', () => void source.stop(), { once: true, signal: stopping.signal });
      reading = readUntilStopped(opened, AbortSignal.any([signal, stopping.signal]));
    },
    async stop() {
      stopping.abort(new Error(`source ${config.name} stops`));
      const [open, loop] = [socket, reading];
      socket = reading = null;
      if (open !== null && !open.closed) {
        const released = portReleased(open);
        open.close();
        await released;
      }
      await loop;
      gate?.close();
      gate = context = null;
      meter.state('idle');
    },
    health: (nowMs) => meter.read(nowMs),
  };
  return source;
}

function curveOptions({ curve }: ZmqSourceConfig) {
  return curve === null ? {} : { curveServer: true, curvePublicKey: curve.publicKey, curveSecretKey: curve.secretKey, zapDomain: 'livecue-ingest' }; // prettier-ignore
}

/**
 * Closing frees the port in a thread of libzmq some time later; its monitor says when. `unbind` would be
 * the direct way, but it runs beside the pending receive and libzmq 4.3.5 then aborts the whole process
 * now and then (assertion in pipe.cpp).
 */
async function portReleased(socket: Pull): Promise<void> {
  for await (const event of socket.events) if (event.type === 'close' || event.type === 'end') return;
}

/** libzmq takes port 99999 for 34463 without a word. */
function checkPort({ endpoint }: ZmqSourceConfig): void {
  const port = /^tcp:\/\/.*:(\d+)$/.exec(endpoint)?.[1];
  if (port === undefined || Number(port) <= 65_535) return;
  throw new ConfigurationError(
    `Opening the ZeroMQ source on ${endpoint}: there is no port ${port}. Set ingest.zmq.endpoint to a port from 0 to 65535.`,
  );
}

/** `ipc:` and `inproc:` do not leave the machine; of `tcp:` only loopback addresses do not. */
function refuseOpenNetwork({ endpoint, curve }: ZmqSourceConfig): void {
  const local =
    /^(ipc|inproc):\/\/./.test(endpoint) || /^tcp:\/\/(127(\.\d{1,3}){3}|localhost|\[::1\]):/.test(endpoint);
  if (local || curve !== null) return;
  throw new ConfigurationError(
    `Opening the ZeroMQ source on ${endpoint}: that address is reachable from the network and events would cross it in the clear. Set ingest.zmq.curve to true, or bind to tcp://127.0.0.1:PORT.`,
  );
}

async function bind(socket: Pull, { endpoint }: ZmqSourceConfig): Promise<void> {
  try {
    await socket.bind(endpoint);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new PortInUseError(
        `Opening the ZeroMQ source on ${endpoint}: another program has this port. Stop it, or set ingest.zmq.endpoint to another port.`,
        { cause: error },
      );
    }
    throw new ConfigurationError(
      `Opening the ZeroMQ source on ${endpoint}: ${message}. Expected an address of this machine such as tcp://127.0.0.1:7422 in ingest.zmq.endpoint.`,
      { cause: error },
    );
  }
}
