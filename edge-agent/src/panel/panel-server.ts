import { networkInterfaces } from 'node:os';
import type { PanelLink, PanelRole } from '@livecue/shared/contract';
import { urlOf } from '../runtime/http-listener.ts';
import type { Service } from '../runtime/service.ts';
import type { DoorTls } from '../runtime/tls-door.ts';
import type { PanelCaller } from '../ports.ts';
import { createCallAnswerer, type CallAnswerer } from './call-answer.ts';
import { createDeviceAnswers } from './device-calls.ts';
import { createHttpPanel } from './http-panel.ts';
import { createPairing } from './pairing.ts';
import type { PanelAddress, PanelConfig, PanelCurve, PanelPorts } from './panel-ports.ts';
import { tokenOf } from './peer-check.ts';
import { createStateFeed } from './state-feed.ts';
import { createWsPanel } from './ws-panel.ts';
import { createZmqPanel } from './zmq-panel.ts';

export interface PanelServer extends Service {
  /** Where it listens. Throws before `start`. */
  address(): PanelAddress;
  /** A one-time pairing code. Whoever reads what the agent prints at start sits at its machine: an admin. */
  createCode(
    role?: PanelRole,
    name?: string,
  ): {
    readonly code: string;
    readonly expiresMs: number;
    readonly urls: string[];
    readonly fingerprint: string | null;
  };
  /** A call of somebody who is no panel and was let in elsewhere; as one of a panel it is checked and written down. */
  readonly answer: CallAnswerer;
  /** For other machines; null: they come in the clear, or not at all. */
  readonly tls: DoorTls | null;
  /** Browsers connected now. */
  connected(): number;
}

/** Addresses under which another device reaches a server on `host`: by the names of a certificate that was given to us. */
function reachable({ host, tls }: PanelConfig, port: number): string[] {
  const [scheme, names] = tls === undefined ? ['http', []] : ['https', tls.isSelfSigned ? [] : namesOf(tls)];
  const isAny = host === '0.0.0.0' || host === '::';
  const outside = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const own = isAny ? outside.filter((a) => !a.internal && a.family === 'IPv4').map((a) => a.address) : [host];
  return (names.length > 0 ? names : own).map((name) => urlOf(name, port, '/', scheme as 'http' | 'https'));
}

function namesOf({ current: { certificate } }: DoorTls): string[] {
  const names = (certificate.subjectAltName ?? '').split(', ').map((name) => /^(?:DNS|IP Address):([^*"]+)$/.exec(name)?.[1]); // prettier-ignore
  return names.filter((name) => name !== undefined);
}

/** The link file of the desktop; the client's secret key is the agent's to hand over. */
export function panelLink(address: PanelAddress, curve: PanelCurve, clientSecretKey: string): PanelLink {
  if (address.zmq === null) throw new Error('There is no desktop link without CURVE keys.');
  const { serverPublicKey, clientPublicKey } = curve;
  return { version: 1, ...address.zmq, serverPublicKey, clientPublicKey, clientSecretKey };
}

/** The server panels connect to: page, pairing and WebSocket over HTTP; the desktop over ZeroMQ. */
export function createPanelServer(ports: PanelPorts, config: PanelConfig): PanelServer {
  const { backend, nowMs, logger } = ports;
  const pairing = createPairing(ports);
  const feed = createStateFeed({ backend, nowMs, logger });
  let address: PanelAddress | null = null;

  function started(): PanelAddress {
    if (address === null) throw new Error('The panel server has no address before it is started.');
    return address;
  }
  const createCode = (role: PanelRole = 'admin', name = '') => ({
    ...pairing.create(role, name),
    urls: reachable(config, started().httpPort),
    fingerprint: config.tls?.isSelfSigned === true ? config.tls.current.certificate.fingerprint256 : null,
  });
  const devices = createDeviceAnswers({
    tokens: ports.tokens,
    createCode,
    isHere: (device) => ws.isHere(device),
    onRemoved: () => ws.check(),
  });
  const answer = createCallAnswerer({ backend, devices, logger, nowMs, audit: ports.audit });
  const onSeen = (token: string) =>
    void pairing.seen(token).catch((error: unknown) => logger.warn(`panel: when a device was seen could not be kept: ${(error as Error).message}`)); // prettier-ignore
  const ws = createWsPanel({ callerOf: pairing.callerOf, onSeen, tokenOf, answer, feed, nowMs });
  const onPaired = async ({ name, ...by }: PanelCaller) => {
    const entry = { ...by, ...(name === '' ? {} : { name }), atMs: nowMs(), verb: 'device.pair', allowed: true, args: {} }; // prettier-ignore
    await ports.audit?.record(entry).catch((error: unknown) =>
      logger.error(`panel: a pairing could not be written to the audit log: ${(error as Error).message}. Free space on the disk.`),
    );
  }; // prettier-ignore
  const http = createHttpPanel(
    {
      pairing,
      onPaired,
      logger,
      pageFolder: ports.pageFolder,
      overlay: ports.overlay,
      control: ports.control,
      reports: ports.reports,
      onUpgrade: ws.upgrade,
    },
    config,
  );
  const zmq =
    config.curve === undefined ? null : createZmqPanel({ answer, feed, logger }, { ...config, curve: config.curve });

  async function stop(): Promise<void> {
    feed.stop();
    ws.stop();
    zmq?.close();
    await http.close();
    address = null;
  }

  return {
    name: 'panel',
    async start(signal) {
      signal.throwIfAborted();
      try {
        const httpPort = await http.open();
        const endpoints = zmq === null ? null : await zmq.open();
        const name = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
        address = { url: urlOf(name, httpPort, '/'), httpPort, zmq: endpoints };
        ws.start();
        feed.start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    address: started,
    createCode,
    answer,
    tls: config.tls ?? null,
    connected: () => ws.connected,
  };
}
