import type { DeviceReport } from '@livecue/shared/contract';
import { createDeviceDesk, type DeviceDesk } from '../fleet/device-desk.ts';
import type { RemoteConfig } from '../fleet/remote-config.ts';
import type { AgentHealth } from '../fleet/trial.ts';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { PanelServer } from '../panel/panel-server.ts';
import type { Pipeline } from '../pipeline.ts';
import type { PanelBackend, Source, StoreStatus, Uplink } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';

/** What outlives an agent: its remote configuration, and whoever starts the next agent with it. */
export interface FleetControl {
  readonly remote: RemoteConfig;
  /** The staged version comes into force now: this agent ends and the next one starts. False: none waits. */
  apply(): Promise<boolean>;
  /** The same with the version before. */
  back(): Promise<boolean>;
  /**
   * What the studio has changed on disk, or changes now, comes into force: this agent ends and the next one starts.
   * `change` gets the share of refused events so far. False: it ends already, or the change was not made.
   */
  again(change?: (errorRatio: number | null) => Promise<boolean>): Promise<boolean>;
  /** A show is on. */
  showRuns(): boolean;
}

export interface FleetPartPorts {
  readonly control: FleetControl;
  readonly uplink: Uplink;
  readonly pipeline: Pipeline;
  readonly sources: readonly Source[];
  readonly storeStatus: () => StoreStatus;
  readonly queued: () => number;
  /** Events that decoders refused since the start. */
  readonly rejected: () => number;
  readonly modelP95Ms: () => number | null;
  readonly modelVersion: () => string;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

export interface FleetPart {
  readonly desk: DeviceDesk;
  /** The backend, with the verbs of the Devices page. */
  answering<B extends PanelBackend>(backend: B): B;
}

/** Of the source that has been silent longest, and of OBS. What the operator has switched off is not silent. */
export function ofSources(
  sources: readonly Pick<Source, 'studio' | 'health'>[],
  atMs: number,
): Pick<DeviceReport, 'feedAgeMs' | 'obs'> {
  const looked = sources.map((source) => ({ isStudio: source.studio !== undefined, ...source.health(atMs) }));
  const ages = looked.flatMap(({ off, lastEventMs }) => (off === true || lastEventMs === null ? [] : [lastEventMs]));
  const obs = looked.find(({ isStudio }) => isStudio)?.state;
  return {
    feedAgeMs: ages.length === 0 ? null : Math.max(0, atMs - Math.min(...ages)),
    ...(obs === undefined ? {} : { obs }),
  };
}

const PANEL_WAIT_MS = 3_000;

/** This device among others: what it tells of itself, and what the Devices page asks. */
export function createFleetPart(
  ports: FleetPartPorts,
  facts: Pick<DeviceReport, 'version' | 'startedMs' | 'mode'> & { readonly agentId: string },
): FleetPart {
  const { control, uplink, pipeline, nowMs, logger } = ports;
  const figures = () => {
    const atMs = nowMs();
    const { user, system } = process.cpuUsage();
    const { backlog, lastAckMs } = uplink.status();
    return {
      events: pipeline.counts.events,
      comments: pipeline.counts.comments,
      cpuMs: (user + system) / 1000,
      ...ofSources(ports.sources, atMs),
      modelP95Ms: ports.modelP95Ms(),
      rssBytes: process.memoryUsage.rss(),
      freeDiskBytes: ports.storeStatus().freeBytes,
      queued: ports.queued(),
      outbox: backlog,
      lastSyncMs: lastAckMs,
      modelVersion: ports.modelVersion(),
    };
  };
  const desk = createDeviceDesk({ channel: uplink.channel, remote: control.remote, figures, nowMs, logger }, facts);
  return {
    desk,
    answering: (backend) => ({
      ...backend,
      async call(verb, args, caller) {
        if (verb === 'fleet.read') return desk.read();
        if (verb === 'fleet.apply') return { begun: await control.apply().catch(notWritten) };
        if (verb === 'fleet.back') return { begun: await control.back().catch(notWritten) };
        return backend.call(verb, args, caller);
      },
    }),
  };
}

function notWritten(error: unknown): never {
  throw new PanelCallError('internal', `Writing the state of the remote configuration: ${(error as Error).message}. Free space on the disk and try again.`); // prettier-ignore
}

/** How the agent is under a version on trial. */
export async function agentHealth(parts: {
  readonly pipeline: Pipeline;
  readonly storeStatus: () => StoreStatus;
  readonly rejected: () => number;
  readonly beatMs: number | null;
  readonly panel: PanelServer | null;
}): Promise<AgentHealth> {
  const { events, drops } = parts.pipeline.counts;
  const { duplicate: _twice, ...bad } = drops;
  const rejected = parts.rejected();
  return {
    beatMs: parts.beatMs,
    store: parts.storeStatus().state,
    panelAnswers: parts.panel === null ? null : await answers(parts.panel),
    events: events + rejected,
    refused: rejected + Object.values(bad).reduce((all, count) => all + count, 0),
  };
}

async function answers(panel: PanelServer): Promise<boolean> {
  try {
    const { status } = await fetch(panel.address().url, { signal: AbortSignal.timeout(PANEL_WAIT_MS) });
    return status < 500;
  } catch {
    return false; // That is the answer.
  }
}
