import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AgentConfig } from '@livecue/shared/contract';
import type { AuditSink, PanelBackend, TokenStore } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { DoorTls } from '../runtime/tls-door.ts';
import type { OverlaySource } from './overlay-feed.ts';
import type { ReportFiles } from './report-pages.ts';

/** Another part that answers on the panel's port. Each says whether the request was one of its own. */
export interface HttpGuest {
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

export interface PanelPorts {
  readonly backend: PanelBackend;
  readonly nowMs: () => number;
  /** Cryptographically secure. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly tokens: TokenStore;
  readonly logger: Logger;
  /** Folder of the built page: `desktop/dist/renderer`. */
  readonly pageFolder: string;
  /** Absent: calls are not written down. */
  readonly audit?: AuditSink;
  /** Absent: no overlay page is fed. */
  readonly overlay?: OverlaySource;
  /** Absent: no reports are served. */
  readonly reports?: ReportFiles;
  /** Absent: no control surface is served. */
  readonly control?: HttpGuest;
}

/** Z85 keys of the desktop link. The one client key below is let in, no other. */
export interface PanelCurve {
  readonly serverPublicKey: string;
  readonly serverSecretKey: string;
  readonly clientPublicKey: string;
}

/**
 * Without `curve` there is no ZeroMQ side: any program of the machine could read it. Without `tls` other machines, where
 * `host` lets them in, speak plain HTTP.
 */
export type PanelConfig = Omit<AgentConfig['panel'], 'tls'> & { readonly curve?: PanelCurve; readonly tls?: DoorTls };

/** Where a started panel server listens; ports are the real ones when 0 was configured. */
export interface PanelAddress {
  /** For a browser on this machine: `http://127.0.0.1:7420/`. */
  readonly url: string;
  readonly httpPort: number;
  /** Null without `curve`. */
  readonly zmq: { readonly pubEndpoint: string; readonly callEndpoint: string } | null;
}
