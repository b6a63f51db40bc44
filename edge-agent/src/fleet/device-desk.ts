import { FleetList, fleetTopics, type DeviceReport, type DeviceRow, type PanelResult } from '@livecue/shared/contract'; // prettier-ignore
import type { FleetChannel } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import { troubleOf, type Problem } from '../runtime/problem.ts';
import type { Service } from '../runtime/service.ts';
import { createClockFilter } from './clock-filter.ts';
import type { RemoteConfig } from './remote-config.ts';

/** Counts since the start, and figures as they are now. */
export interface DeviceFigures {
  readonly events: number;
  readonly comments: number;
  readonly cpuMs: number;
  readonly feedAgeMs: number | null;
  readonly modelP95Ms: number | null;
  readonly rssBytes: number;
  readonly freeDiskBytes: number | null;
  readonly queued: number;
  readonly outbox: number;
  readonly lastSyncMs: number | null;
  readonly obs?: DeviceReport['obs'];
  readonly modelVersion: string;
}

export interface DeviceDeskPorts {
  readonly channel: FleetChannel;
  readonly remote: RemoteConfig;
  readonly figures: () => DeviceFigures;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

export interface DeviceDesk extends Service {
  /** What the Devices page shows. */
  read(): PanelResult<'fleet.read'>;
}

export const REPORT_EVERY_MS = 15_000;
const LOOK_MS = 1_000;
/** Rates are over the looks of so long. */
const LOOKS_KEPT = 16;
/** Reports whose answers still count for the clock. */
const UNANSWERED_MAX = 8;

/** Tells the cloud side how this device is and where its configuration stands, and hears of the others. */
export function createDeviceDesk(
  ports: DeviceDeskPorts,
  facts: Pick<DeviceReport, 'version' | 'startedMs' | 'mode'> & { readonly agentId: string },
): DeviceDesk {
  const { channel, remote, nowMs, logger } = ports;
  const { agentId, ...own } = facts;
  const clock = createClockFilter();
  const looks: { atMs: number; figures: DeviceFigures }[] = [];
  const unanswered: number[] = [];
  const ends: (() => void)[] = [];
  let timer: NodeJS.Timeout | null = null;
  let lastReportMs = Number.NEGATIVE_INFINITY;
  let toTell = true;
  let told: { list: FleetList; toldMs: number } | null = null;
  let problem: Problem | null = null;

  const look = () => {
    looks.push({ atMs: nowMs(), figures: ports.figures() });
    if (looks.length > LOOKS_KEPT) looks.shift();
  };

  const report = (): DeviceReport => {
    if (looks.length === 0) look();
    const [first, last] = [looks[0]!, looks.at(-1)!];
    const spanMs = Math.max(1, last.atMs - first.atMs);
    const { events, comments, cpuMs, ...now } = last.figures;
    const perSecond = (count: number) => Math.max(0, Math.round((count * 10_000) / spanMs) / 10);
    return {
      sentMs: nowMs(), ...own, ...now,
      eventsPerSecond: perSecond(events - first.figures.events),
      commentsPerSecond: perSecond(comments - first.figures.comments),
      cpuShare: Math.max(0, Math.round(((cpuMs - first.figures.cpuMs) / spanMs) * 1000) / 1000),
      clock: clock.best,
      configVersion: remote.report().inForce,
    }; // prettier-ignore
  };

  const tellDevice = () => {
    const now = report();
    lastReportMs = now.sentMs;
    unanswered.push(now.sentMs);
    if (unanswered.length > UNANSWERED_MAX) unanswered.shift();
    // Not taken: the next one comes in 15 s.
    void channel.publish(fleetTopics.device(agentId), JSON.stringify(now), { retain: true });
  };

  const tellConfig = async () => {
    toTell = false;
    const taken = await channel.publish(fleetTopics.reportedConfig(agentId), JSON.stringify(remote.report()), { retain: true }); // prettier-ignore
    if (!taken) toTell = true;
  };

  const hear = (payload: Buffer) => {
    const list = parseList(payload);
    const topic = fleetTopics.fleet(agentId);
    problem = list === null ? { code: 'no-receiver', about: topic, message: `what stands on ${topic} is no list of devices: only the receiver may write there` } : null; // prettier-ignore
    if (list === null) return;
    const { sentMs, receivedMs } = list.echo;
    const at = unanswered.indexOf(sentMs);
    // What was kept from before our start, or comes twice, tells nothing of the way.
    if (at >= 0) {
      unanswered.splice(0, at + 1);
      clock.add({ sentMs, receivedMs, answeredMs: list.atMs, heardMs: nowMs() });
    }
    told = { list, toldMs: Math.min(nowMs(), Math.round(list.atMs + (clock.best?.offsetMs ?? 0))) };
  };

  const takeDesired = (payload: Buffer) => {
    remote.take(payload).catch((error: unknown) => {
      const { message } = error as Error;
      problem = { code: 'disk-failed', about: message, message: `keeping what came as desired configuration: ${message}; it comes again with the next connection` }; // prettier-ignore
      logger.error(problem.message);
    });
  };

  const second = () => {
    look();
    if (!channel.connected) return;
    if (toTell) void tellConfig();
    if (nowMs() - lastReportMs >= REPORT_EVERY_MS) tellDevice();
  };

  /** Of the channel it is always the broker, which does not let us. */
  const nowWrong = (): Problem | null =>
    channel.problem === null ? problem : { code: 'broker-refuses', message: channel.problem };

  return {
    name: 'device desk',
    async start() {
      look();
      ends.push(
        remote.onChange(() => void (toTell = true)),
        channel.onConnected(() => {
          toTell = true;
          lastReportMs = Number.NEGATIVE_INFINITY;
          second();
        }),
        channel.subscribe(fleetTopics.fleet(agentId), hear),
      );
      if (remote.on) ends.push(channel.subscribe(fleetTopics.desiredConfig(agentId), takeDesired));
      timer = setInterval(second, LOOK_MS);
    },
    async stop() {
      if (timer !== null) clearInterval(timer);
      for (const end of ends.splice(0)) end();
    },
    read() {
      const wrong = nowWrong();
      return {
        agentId,
        own: report(),
        config: remote.report(),
        connected: channel.connected,
        problem: wrong?.message ?? null,
        ...(wrong === null ? {} : { trouble: troubleOf(wrong) }),
        others: told?.list.devices.filter((row: DeviceRow) => row.agentId !== agentId) ?? [],
        toldMs: told?.toldMs ?? null,
      };
    },
  };
}

function parseList(payload: Buffer): FleetList | null {
  try {
    return FleetList.parse(JSON.parse(payload.toString('utf8')));
  } catch {
    return null; // Told by the caller.
  }
}
