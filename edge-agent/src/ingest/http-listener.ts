import { createServer, type RequestListener, type Server } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import { ConfigurationError, PortInUseError } from '../runtime/agent-error.ts';

export interface ListenerConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Milliseconds a request may take to arrive whole. */
  readonly requestTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** Words for the error: what is opened, and which keys say where. */
  readonly what: string;
  readonly hostKey: string;
  readonly portKey: string;
}

/** Opens an HTTP server. Rejects with `PortInUseError` or `ConfigurationError`, which say what to change. */
export function openListener(listener: RequestListener, config: ListenerConfig): Promise<Server> {
  const server = createServer(
    {
      requestTimeout: config.requestTimeoutMs,
      headersTimeout: config.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, config.requestTimeoutMs),
      maxHeaderSize: config.maxHeaderBytes,
    },
    listener,
  );
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const doing = `Opening ${config.what} on ${config.host}:${config.port}`;
      const inUse = error.code === 'EADDRINUSE';
      const message = inUse
        ? `${doing}: another program has this port. Stop it, or set ${config.portKey} to another one (0 takes any free port).`
        : `${doing}: ${error.message}. Set ${config.hostKey} to an address of this machine and ${config.portKey} to a port this user may open.`;
      reject(inUse ? new PortInUseError(message, { cause: error }) : new ConfigurationError(message, { cause: error }));
    });
    server.listen(config.port, config.host, () => resolve(server));
  });
}

export function urlOf(host: string, port: number, path: string): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}${path}`;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Lets requests under way end, up to the deadline. */
export function closeListener(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
