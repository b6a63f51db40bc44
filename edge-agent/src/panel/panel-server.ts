import { networkInterfaces } from 'node:os';
import type { PanelLink, PanelRole } from '@livecue/shared/contract';
import type { Service } from '../runtime/service.ts';
import { createCallAnswerer } from './call-answer.ts';
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
  /** A one-time pairing code; the first one, which the agent prints at start, is an operator's. */
  createCode(role?: PanelRole): { readonly code: string; readonly expiresMs: number; readonly urls: string[] };
  /** Browsers connected now. */
  connected(): number;
}

/** Addresses under which another device reaches a server on `host`. */
function reachable(host: string, port: number): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [`http://${host.includes(':') ? `[${host}]` : host}:${port}/`];
  const outside = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return outside.filter((a) => !a.internal && a.family === 'IPv4').map((a) => `http://${a.address}:${port}/`);
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
  const createCode = (role: PanelRole = 'operator') => ({
    ...pairing.create(role),
    urls: reachable(config.host, started().httpPort),
  });
  const answer = createCallAnswerer({ backend, createCode, logger, nowMs, audit: ports.audit });
  const ws = createWsPanel({ roleOf: pairing.roleOf, tokenOf, answer, feed, nowMs });
  const http = createHttpPanel(
    { pairing, logger, pageFolder: ports.pageFolder, overlay: ports.overlay, onUpgrade: ws.upgrade },
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
        address = { url: reachable(name, httpPort)[0] ?? '', httpPort, zmq: endpoints };
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
    connected: () => ws.connected,
  };
}
