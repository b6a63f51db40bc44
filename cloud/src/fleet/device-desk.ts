import { AgentPresence, ConfigReport, DeviceReport, fleetTopics, TOPIC_ROOT, topics, type FleetList } from '@livecue/shared/contract'; // prettier-ignore
import type { Database } from '../receiver/database.ts';
import { readDevices, writeDevices, type DeviceNews } from './device-rows.ts';

export interface DeviceDeskPorts {
  readonly database: Database;
  readonly nowMs: () => number;
  readonly logger: { warn(message: string): void };
  /** Retained, QoS 1; lost when the broker is away: the next report is answered again. */
  readonly publish: (topic: string, payload: string) => void;
  /** Names of the agents that see this one, itself among them. */
  readonly studioOf: (agentId: string) => readonly string[];
}

export interface DeviceDesk {
  /** A message on one of `DEVICE_TOPICS`; false for any other. */
  take(topic: string, payload: Uint8Array): boolean;
  /** Writes what waits. */
  close(): Promise<void>;
}

/** What the receiver subscribes to for it, without a share: what is retained does not come through one. */
export const DEVICE_TOPICS = [fleetTopics.device('+'), fleetTopics.reportedConfig('+'), fleetTopics.desiredConfig('+')];

const WRITE_MS = 250;
const DEVICES_MAX = 200;
const AGENTS_WAITING_MAX = 20_000;
const TOPIC = new RegExp(`^${TOPIC_ROOT}/([a-z0-9][a-z0-9-]{0,62})/(device|reported/config|desired/config|presence)$`);

/** Stores how the devices are and where their configuration stands, and tells each what is known of its studio. */
export function createDeviceDesk(ports: DeviceDeskPorts): DeviceDesk {
  const { database, nowMs, logger, studioOf } = ports;
  let news = new Map<string, DeviceNews>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let failing = false;

  const write = async () => {
    const taken = news;
    news = new Map();
    if (taken.size === 0) return;
    try {
      const asking = [...taken].filter(([, { heartbeat }]) => heartbeat !== undefined);
      const wanted = [...new Set(asking.flatMap(([agentId]) => studioOf(agentId)))];
      const rows = await database.transaction(async (query) => {
        await writeDevices(query, taken, nowMs());
        return readDevices(query, wanted, nowMs());
      });
      const byAgent = new Map(rows.map((row) => [row.agentId, row]));
      for (const [agentId, { heartbeat, heartbeatMs }] of asking) {
        const devices = studioOf(agentId).map((one) => byAgent.get(one)).filter((row) => row !== undefined); // prettier-ignore
        const list: FleetList = { atMs: nowMs(), echo: { sentMs: heartbeat!.sentMs, receivedMs: heartbeatMs! }, devices: devices.slice(0, DEVICES_MAX) }; // prettier-ignore
        ports.publish(fleetTopics.fleet(agentId), JSON.stringify(list));
      }
      failing = false;
    } catch (error) {
      if (!failing) logger.warn(`writing how ${taken.size} devices are: ${(error as Error).message}; the next reports come within 15 s`); // prettier-ignore
      failing = true;
    }
  };

  const flush = () => {
    timer = null;
    writing = writing.then(write);
  };

  return {
    take(topic, payload) {
      const found = TOPIC.exec(topic);
      if (found === null) return false;
      const [, agentId = '', about = ''] = found;
      const one = readNews(about, Buffer.from(payload).toString('utf8'), nowMs());
      if (one !== null && (news.has(agentId) || news.size < AGENTS_WAITING_MAX)) {
        news.set(agentId, { ...news.get(agentId), ...one });
        timer ??= setTimeout(flush, WRITE_MS);
      }
      // Presence carries the agent's key as well, which is another's affair.
      return topic !== topics.presence(agentId);
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      flush();
      await writing;
    },
  };
}

/** Null for what no agent of ours wrote, or what the database could not hold (NUL, half a surrogate pair). */
function readNews(about: string, text: string, nowMs: number): DeviceNews | null {
  if (about === 'desired/config') return { desiredVersion: signedVersion(text) };
  try {
    const value: unknown = JSON.parse(text);
    if (/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value))) return null;
    if (about === 'presence') return { online: AgentPresence.parse(value).state === 'online' };
    if (about === 'reported/config') return { reported: ConfigReport.parse(value) };
    return { heartbeat: DeviceReport.parse(value), heartbeatMs: nowMs };
  } catch {
    return null; // Told to nobody: whoever may write there is the agent, and it shows on its own page.
  }
}

/** The version that a signed document says it has; 0 when nothing stands there. Only shown: agents check the signature. */
export function signedVersion(text: string): number {
  try {
    const { note } = JSON.parse(text) as { note?: unknown };
    return Number(/^[^\n]+\n([1-9]\d{0,11})\n/.exec(String(note))?.[1] ?? 0);
  } catch {
    return 0; // Cleared, or not ours.
  }
}
