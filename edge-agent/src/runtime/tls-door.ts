import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';

/** What a door shows, with its key, both PEM. */
export interface DoorCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certificate: X509Certificate;
}

/** The certificate of a door, kept by somebody else. */
export interface DoorTls {
  readonly current: DoorCertificate;
  /** Made by ourselves, so that no browser knows it. */
  readonly isSelfSigned: boolean;
  /** Looks whether it is to be replaced; true when `current` is another one now. */
  look(): boolean;
}

const HANDSHAKE = 0x16;
/** A file that was replaced, or an address that is new, is known after so long. */
const LOOK_MS = 120_000;

/** True for an address that only this machine reaches. */
export const isOwnMachine = (host: string): boolean => /^(127\.|::1$|localhost$)/.test(host);

export const isEncrypted = (request: IncomingMessage): boolean => (request.socket as TLSSocket).encrypted === true;

/** Scheme, host and port under which the sender reached us. */
export const originOf = (request: IncomingMessage): string => `${isEncrypted(request) ? 'https' : 'http'}://${request.headers.host}`; // prettier-ignore

/** Whoever comes from this machine: nobody listens on that way. */
function isHere({ remoteAddress, localAddress }: Socket): boolean {
  const from = (remoteAddress ?? '').replace(/^::ffff:/, '');
  return isOwnMachine(from) || (from !== '' && remoteAddress === localAddress);
}

/** What may not be answered: sent in the clear from another machine to a door that has a certificate. */
export const isExposed = (request: IncomingMessage): boolean => !isEncrypted(request) && !isHere(request.socket);

/** Sends who reads to the same place over TLS; whoever sent more learns that it was in the clear. */
export function sendToTls(request: IncomingMessage, response: ServerResponse): void {
  const to = `https://${request.headers.host}${request.url}`;
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', Connection: 'close' };
  if (isReading && request.url?.startsWith('/') === true && URL.canParse(to))
    response.writeHead(307, { ...headers, Location: to }).end(); // prettier-ignore
  else response.writeHead(403, headers).end(EXPOSED);
}
export const EXPOSED =
  'This door takes nothing in the clear from other machines. Use https:// (wss:// for a WebSocket).\n';

/**
 * Gives `server` a second language: a connection whose first byte begins a handshake goes through TLS 1.2 or above, any
 * other is HTTP as before. Returns what ends connections that have come to neither yet.
 */
export function addTls(server: Server, tls: DoorTls, handshakeMs: number): () => void {
  // Node's own, which reads HTTP from whatever socket it is given, as its https does.
  const [serve] = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeListener('connection', serve!);
  const waiting = new Map<string, Socket>();
  const secured = createServer({ ...pemOf(tls), minVersion: 'TLSv1.2', handshakeTimeout: handshakeMs, ALPNProtocols: ['http/1.1'] }, (socket) => {
    waiting.delete(peerOf(socket));
    serve!.call(server, socket);
  }); // prettier-ignore
  // A browser that does not know the certificate ends the handshake: nothing to be told.
  secured.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('connection', (socket) => {
    const peer = peerOf(socket);
    waiting.set(peer, socket);
    const drop = () => socket.destroy();
    const cut = setTimeout(drop, handshakeMs);
    socket.on('error', drop);
    socket.once('close', () => {
      clearTimeout(cut);
      if (waiting.get(peer) === socket) waiting.delete(peer);
    });
    socket.once('data', (first) => {
      clearTimeout(cut);
      socket.pause();
      socket.unshift(first);
      if (first[0] === HANDSHAKE) return void secured.emit('connection', socket);
      waiting.delete(peer);
      socket.removeListener('error', drop);
      serve!.call(server, socket);
      socket.resume();
    });
  });
  const looks = setInterval(() => {
    if (tls.look()) secured.setSecureContext(pemOf(tls));
  }, LOOK_MS).unref();
  server.once('close', () => clearInterval(looks));
  return () => waiting.forEach((socket) => socket.destroy());
}

/** The same for a connection and for the encrypted one in it. */
const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

const pemOf = ({ current: { cert, key } }: DoorTls) => ({ cert, key });
