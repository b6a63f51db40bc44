import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Aedes } from 'aedes';

export interface EmbeddedBroker {
  /** The real one when 0 was asked for. */
  readonly port: number;
  /** Closes all connections; safe twice. */
  stop(): Promise<void>;
}

/** The address cannot be listened on; the message names it and the remedy. */
export class BrokerAddressError extends Error {
  readonly code = 'broker-address';
}

const MAXIMUM_PACKET_BYTES = 1024 * 1024;
const RECEIVE_MAXIMUM = 200;
/** Agent and receiver of one machine, and some programs that look on. Who says nothing is ended after 30 s by aedes. */
const CONNECTIONS_MAX = 512;

/**
 * An MQTT 5 broker in this process, so that one command shows the whole path on one machine. It keeps
 * nothing on disk and is no evidence of how a real broker behaves; the agent does not rely on it, because
 * only the receiver's acknowledgement lets a record leave the outbox.
 */
export async function startBroker(config: { host: string; port: number }): Promise<EmbeddedBroker> {
  const aedes = await Aedes.createBroker({ maximumPacketSize: MAXIMUM_PACKET_BYTES, receiveMaximum: RECEIVE_MAXIMUM });
  // One client's protocol error or broken socket is its own affair; aedes closes it.
  aedes.on('clientError', () => undefined);
  aedes.on('connectionError', () => undefined);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    aedes.handle(socket);
  });
  server.maxConnections = CONNECTIONS_MAX;
  const closeBroker = () => new Promise<void>((resolve) => aedes.close(() => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(config.port, config.host, resolve);
    });
  } catch (error) {
    await closeBroker();
    throw listenError(config, error as NodeJS.ErrnoException);
  }
  let stopping: Promise<void> | null = null;
  const stop = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await closeBroker();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, stop: () => (stopping ??= stop()) };
}

function listenError({ host, port }: { host: string; port: number }, error: NodeJS.ErrnoException): Error {
  const what = `the broker cannot listen on ${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return new BrokerAddressError(`${what}: another program has that port. Stop it, or give another one with --port.`, {
      cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new BrokerAddressError(`${what}: ports below 1024 need more rights. Give a higher one with --port.`, {
      cause: error,
    });
  }
  return new BrokerAddressError(`${what} (${error.message}): give an address of this machine with --host.`, {
    cause: error,
  });
}
