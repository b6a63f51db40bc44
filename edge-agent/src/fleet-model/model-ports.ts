import type { DeliveredTask } from '@livecue/shared/contract';
import type { FleetChannel } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';

/** What two models made of some comments; `inference/shadow-thread.ts` says more. */
export interface TrialCounts {
  readonly comments: number;
  readonly agreed: number;
  readonly drift: number;
  readonly wrong: number;
  readonly serving: readonly number[];
  readonly candidate: readonly number[];
  readonly servingMicros: number;
  readonly candidateMicros: number;
}

/** A candidate that has been proved, beside the model that serves. */
export interface Trial {
  readonly version: string;
  readonly labels: readonly string[];
  compare(texts: readonly string[]): Promise<TrialCounts>;
  close(): Promise<void>;
}

/** Folders of delivered models by task; a task left out is served as installed. */
export type Delivered = { readonly [task in DeliveredTask]?: string };

/** The models of the agent as a delivery sees them. */
export interface Models {
  /** Where the model lies that was installed with the agent. */
  shipped(task: DeliveredTask): string;
  /** Rejects with the reason when the candidate is wrong. */
  openTrial(task: DeliveredTask, folders: { readonly serving: string; readonly candidate: string }): Promise<Trial>;
  /** Serves them under load, losing no comment. Rejects, and serves on as before, when one is wrong. */
  serve(delivered: Delivered): Promise<void>;
  /** Comments that the models are asked about. Returns how to end it. */
  observe(listener: (texts: readonly string[]) => void): () => void;
  /** Why what serves has failed since it was last asked to serve, in words; null: it has not. */
  fault(): string | null;
  /** Processor time of a batch, 95th percentile, ms; null before the first. */
  p95Ms(): number | null;
  /** All that serve, `intent-5+…`. */
  version(): string;
}

export interface ModelDeliveryPorts {
  readonly channel: FleetChannel;
  readonly models: Models;
  /** True when no show runs. */
  readonly isBetweenShows: () => boolean;
  readonly nowMs: () => number;
  readonly logger: Logger;
}
