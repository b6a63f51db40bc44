import { PANEL_STATE_TOPIC, UPLOAD_CHUNK_MAX } from '@livecue/shared/contract';
import { Context, Publisher, Router } from 'zeromq';
import { PortInUseError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { createZapGate, type ZapGate } from '../runtime/zap-gate.ts';
import type { CallAnswerer } from './call-answer.ts';
import type { PanelCurve } from './panel-ports.ts';
import type { StateFeed } from './state-feed.ts';

/** The desktop is on this machine; the studio network pairs by WebSocket. */
const HOST = '127.0.0.1';
/** Whoever holds the desktop's key sits at this machine. */
const DESKTOP = { device: 'desktop', role: 'admin', name: '' } as const;
/** States kept for a desktop that does not read: more would only be older. */
const STATES_KEPT = 2;
const MAX_CALLS_IN_FLIGHT = 16;
/** A piece of a product file and what is around it. */
const MAX_CALL_BYTES = UPLOAD_CHUNK_MAX + 16 * 1024;

export interface ZmqPanel {
  open(): Promise<{ readonly pubEndpoint: string; readonly callEndpoint: string }>;
  close(): void;
}

async function bind(socket: Publisher | Router, port: number, key: string): Promise<string> {
  try {
    await socket.bind(`tcp://${HOST}:${port}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const text = `Opening the desktop link on ${HOST}:${port}: another program has this port. Stop it, or set panel.${key} to another one (0 takes any free port).`;
    throw new PortInUseError(text, { cause: error });
  }
  if (socket.lastEndpoint === null) throw new Error(`ZeroMQ names no endpoint after binding ${HOST}:${port}`);
  return socket.lastEndpoint;
}

/** The desktop over ZeroMQ: states on PUB, calls on ROUTER, both under CURVE for one known client key. */
export function createZmqPanel(
  ports: { readonly answer: CallAnswerer; readonly feed: StateFeed; readonly logger: Logger },
  config: { readonly zmqPubPort: number; readonly zmqCallPort: number; readonly curve: PanelCurve },
): ZmqPanel {
  const { curve } = config;
  let gate: ZapGate | null = null;
  let publisher: Publisher | null = null;
  let router: Router | null = null;
  let leaveFeed: (() => void) | null = null;

  function publish(to: Publisher): void {
    let sent = 0;
    let sending = false;
    leaveFeed = ports.feed.onBeat((frame) => {
      if (sending || frame.revision === sent) return;
      sending = true;
      sent = frame.revision;
      to.send([PANEL_STATE_TOPIC, frame.json])
        .catch((error: unknown) => {
          if (!to.closed) ports.logger.warn(`panel: a state for the desktop was not sent: ${String(error)}`);
        })
        .finally(() => (sending = false));
    });
  }

  /** Calls beside each other, since a product file is read for seconds; a ROUTER takes one send at a time. */
  async function serve(from: Router): Promise<void> {
    let sending: Promise<void> = Promise.resolve();
    const open = new Set<Promise<void>>();
    for await (const [peer, call] of from) {
      if (peer === undefined || call === undefined) continue;
      if (open.size >= MAX_CALLS_IN_FLIGHT) await Promise.race(open);
      const answered = ports.answer(call.toString('utf8'), DESKTOP).then((message) => {
        sending = sending.then(() => (from.closed ? undefined : from.send([peer, JSON.stringify(message)])));
        return sending;
      });
      const done = answered
        .catch((error: unknown) => {
          if (!from.closed) ports.logger.warn(`panel: an answer for the desktop was not sent: ${String(error)}`);
          sending = Promise.resolve();
        })
        .finally(() => open.delete(done));
      open.add(done);
    }
  }

  function close(): void {
    leaveFeed?.();
    leaveFeed = null;
    publisher?.close();
    router?.close();
    gate?.close();
    publisher = router = gate = null;
  }

  return {
    async open() {
      // A context of its own: the gate decides for all sockets of a context, and ingest has other keys.
      const context = new Context();
      const secured = { context, linger: 0, curveServer: true, curveSecretKey: curve.serverSecretKey, curvePublicKey: curve.serverPublicKey, zapDomain: 'livecue-panel' }; // prettier-ignore
      try {
        gate = createZapGate(context, curve.clientPublicKey);
        await gate.open();
        publisher = new Publisher({ ...secured, sendHighWaterMark: STATES_KEPT, maxMessageSize: MAX_CALL_BYTES });
        router = new Router({ ...secured, maxMessageSize: MAX_CALL_BYTES });
        const pubEndpoint = await bind(publisher, config.zmqPubPort, 'zmqPubPort');
        const callEndpoint = await bind(router, config.zmqCallPort, 'zmqCallPort');
        publish(publisher);
        serve(router).catch((error: unknown) =>
          ports.logger.error(`panel: calls of the desktop ended: ${String(error)}`),
        );
        return { pubEndpoint, callEndpoint };
      } catch (error) {
        close();
        throw error;
      }
    },
    close,
  };
}
