import type { AgentConfig, Catalogue, PanelState } from '@livecue/shared/contract';
import type { AgentHealth } from '../fleet/trial.ts';
import type { PanelServer } from '../panel/panel-server.ts';
import type { FrameSink, Source } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Service } from '../runtime/service.ts';
import type { Secrets } from '../store/secrets.ts';
import type { CatalogueDesk } from './catalogue-desk.ts';
import type { EmbeddedCloud } from './embedded-cloud.ts';
import type { FleetControl } from './fleet-part.ts';

export interface AgentInput {
  readonly config: AgentConfig;
  readonly catalogue: Catalogue;
  readonly folder: string;
  readonly mode: PanelState['mode'];
  readonly panel: boolean;
}

export interface AgentPorts {
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** Builds the sources that the call asked for; they all write to one sink. */
  readonly createSources: (parts: { sink: FrameSink; secrets: Secrets }) => readonly Source[];
  /** The pipeline or the disk thread has failed for good: the process must end. */
  readonly onFatal: (error: unknown) => void;
  /** Null: configured by its file alone, and no device among others. */
  readonly fleet: FleetControl | null;
  /** Broker and receiver of our own: started and stopped by whoever starts agents, since they outlive one. */
  readonly embedded: EmbeddedCloud | null;
  /** In place of the one that somebody wrote into `secrets.json`. */
  readonly brokerUser?: Secrets['broker'];
  /** Absent: the catalogue is set by its file alone. */
  readonly catalogue?: CatalogueDesk;
}

export interface Agent extends Service {
  readonly panel: PanelServer | null;
  readonly sources: readonly Source[];
  readonly secrets: { readonly ingestToken: string };
  readonly panelLinkFile: string;
  readonly cloudPid: number | null;
  state(): PanelState;
  figures(): Record<string, unknown>;
  /** Whether a new configuration leaves it well. */
  health(): Promise<AgentHealth>;
  /** A show is on: nobody starts the agent again now without being asked to. */
  showRuns(): boolean;
}
