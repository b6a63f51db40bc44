import * as z from 'zod';
import { AgentConfig } from './agent-config.ts';
import { SourceState } from './health.ts';
import { TOPIC_ROOT } from './uplink.ts';

/** Topics beside the records; all retained, QoS 1. */
export const fleetTopics = {
  /** Cloud side → agent: `SignedDocument` of origin `configOrigin(agentId)`, its text a `ConfigDocument`. */
  desiredConfig: (agentId: string) => `${TOPIC_ROOT}/${agentId}/desired/config`,
  /** Agent → cloud side: `ConfigReport`. */
  reportedConfig: (agentId: string) => `${TOPIC_ROOT}/${agentId}/reported/config`,
  /** Agent → receiver, every 15 s: `DeviceReport`. */
  device: (agentId: string) => `${TOPIC_ROOT}/${agentId}/device`,
  /** Receiver → agent: `FleetList`, the devices of its studio. */
  fleet: (agentId: string) => `${TOPIC_ROOT}/${agentId}/fleet`,
} as const;

export const configOrigin = (agentId: string): string => `livecue/${agentId}/config`;

const ConfigVersion = z.int().min(1).max(999_999_999_999);

/** Settings that lie over a studio's own configuration. Only `SETTABLE` keys; `overlay` checks them. */
export const ConfigDocument = z.strictObject({
  settings: z.record(z.string(), z.unknown()),
  when: z.enum(['now', 'between-shows']).default('between-shows'),
  /** Why, for the operator. */
  note: z.string().max(500).default(''),
});
export type ConfigDocument = z.infer<typeof ConfigDocument>;

/** Longest text of a `ConfigDocument`, characters. */
export const CONFIG_TEXT_MAX = 65_536;

/**
 * What the cloud side may set; a section ends with a dot. Not who the agent is, where it listens and sends, whom it
 * trusts, nor anything of connectors: with those a stolen key would reach further than the cards on a screen.
 */
export const SETTABLE = ['language', 'room.name', 'advise.', 'stream.', 'shows.', 'uplink.kAnonymity'] as const;
/** Less privacy cannot be set from outside, and a record that was removed does not come back with the version before. */
export const NOT_BELOW_LOCAL = ['uplink.kAnonymity', 'shows.keep', 'shows.keepDays'] as const;

const MAX_DEPTH = 6;
const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values by dotted key, sorted by key; lists are values. */
function leaves(value: unknown, path: readonly string[] = []): [key: string, value: unknown][] {
  if (!isSection(value) || path.length >= MAX_DEPTH || (path.length > 0 && Object.keys(value).length === 0))
    return [[path.join('.'), value]];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, key])).sort(([a], [b]) => (a < b ? -1 : 1)); // prettier-ignore
}

const maySet = (key: string) => SETTABLE.some((one) => (one.endsWith('.') ? key.startsWith(one) : key === one));

/** Objects of both, key by key; anything else of `over` replaces. `__proto__` stays an ordinary key. */
function merge(under: unknown, over: unknown): unknown {
  if (!isSection(under) || !isSection(over)) return over;
  const keys = [...new Set([...Object.keys(under), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, !Object.hasOwn(over, key) ? under[key] : Object.hasOwn(under, key) ? merge(under[key], over[key]) : over[key]])); // prettier-ignore
}

/** A studio's own configuration with `settings` over it, or every key that is wrong and why. */
export function overlay(
  local: AgentConfig,
  settings: unknown,
): { readonly ok: true; readonly config: AgentConfig } | { readonly ok: false; readonly problems: string[] } {
  const given = leaves(settings).filter(([key]) => key !== '');
  const forbidden = given.filter(([key]) => !maySet(key)).map(([key]) => `${key}: the cloud side may not set it`);
  if (!isSection(settings)) return { ok: false, problems: ['settings: expected an object'] };
  if (forbidden.length > 0) return { ok: false, problems: forbidden.slice(0, 20) };
  const parsed = AgentConfig.safeParse(merge(local, settings));
  if (!parsed.success)
    return { ok: false, problems: parsed.error.issues.slice(0, 20).map(({ path, message }) => `${path.join('.')}: ${message}`) }; // prettier-ignore
  const own = new Map(leaves(local));
  const lowered = given.filter(([key, value]) => NOT_BELOW_LOCAL.some((one) => one === key) && (value as number) < (own.get(key) as number)); // prettier-ignore
  if (lowered.length > 0)
    return { ok: false, problems: lowered.map(([key]) => `${key}: at least the studio's own ${String(own.get(key))}`) };
  return { ok: true, config: parsed.data };
}

/** What the cloud side may set of a configuration, by key and sorted: what a hash and drift speak of. */
export function settableValues(config: AgentConfig): [key: string, value: unknown][] {
  return leaves(config).filter(([key]) => maySet(key));
}

/** Where an agent's remote configuration stands. `off`: no key is trusted; `none`: nothing has come yet. */
export const ConfigState = z.enum(['off', 'none', 'refused', 'staged', 'applying', 'on-trial', 'applied', 'rolled-back']); // prettier-ignore
export type ConfigState = z.infer<typeof ConfigState>;

export const ConfigReport = z.strictObject({
  state: ConfigState,
  /** The version that `state` speaks of. */
  version: ConfigVersion.nullable(),
  /** The version in force; null: the studio's own configuration alone. */
  inForce: ConfigVersion.nullable(),
  /** The one that "back" leads to: null when there is nothing to go back to, 0 for the studio's own alone. */
  before: z.int().min(0).nullable(),
  /** Highest version that has come signed; none up to it is taken again. */
  seen: z.int().min(0),
  /** When a staged version is applied. */
  when: z.enum(['now', 'between-shows']).nullable(),
  note: z.string().max(500),
  /** Why it was refused or rolled back. */
  reason: z.string().max(2000).nullable(),
  /** What came last and was not taken, with why: older, not signed. */
  ignored: z.string().max(500).nullable(),
  /** Of the state, Unix ms of the agent's clock. */
  atMs: z.int(),
  trialUntilMs: z.int().nullable(),
  /** SHA-256 (hexadecimal) of the settable values in force. */
  hash: z.string().length(64),
  /** Keys whose value in the studio's own configuration has changed since the version was applied. */
  drift: z.array(z.string().max(200)).max(100),
});
export type ConfigReport = z.infer<typeof ConfigReport>;

const Ratio = z.number().min(0);

/** How an agent is, in figures: nothing of viewers. */
export const DeviceReport = z.strictObject({
  /** Clock of the agent; the receiver's answer carries it back. */
  sentMs: z.int(),
  version: z.string().max(64),
  startedMs: z.int(),
  mode: z.enum(['live', 'simulated', 'replay']),
  /** Age of the last event of the source that has been silent longest, of those that ever told one. */
  feedAgeMs: z.int().nullable(),
  eventsPerSecond: Ratio,
  commentsPerSecond: Ratio,
  /** Of one batch of comments through the models, in the last minute; null without comments. */
  modelP95Ms: Ratio.nullable(),
  /** Processor time by wall time since the last report: 1 is one core. */
  cpuShare: Ratio,
  rssBytes: z.int().min(0),
  freeDiskBytes: z.int().min(0).nullable(),
  /** Events between sources and pipeline. */
  queued: z.int().min(0),
  /** Records that wait for the receiver. */
  outbox: z.int().min(0),
  /** Our clock minus the receiver's, by the exchange with the least delay of the last eight (RFC 5905, section 8); null before the first. */
  clock: z.strictObject({ offsetMs: z.number(), delayMs: z.number() }).nullable(),
  lastSyncMs: z.int().nullable(),
  /** Of the connection to OBS. Absent: none is set up. */
  obs: SourceState.optional(),
  configVersion: ConfigVersion.nullable(),
  modelVersion: z.string().max(400),
});
export type DeviceReport = z.infer<typeof DeviceReport>;

export const DeviceRow = z.strictObject({
  agentId: z.string(),
  online: z.boolean(),
  /** When the receiver had the report, its clock. */
  receivedMs: z.int(),
  report: DeviceReport,
  config: ConfigReport.nullable(),
  /** Version that stands on the broker for it; null: none, or not known. */
  desired: ConfigVersion.nullable(),
});
export type DeviceRow = z.infer<typeof DeviceRow>;

/** Receiver → agent, the answer to its report: the devices of its studio, itself included. */
export const FleetList = z.strictObject({
  /** When this left, the receiver's clock. */
  atMs: z.int(),
  /** The agent's own `sentMs`, and when that report came, the receiver's clock. */
  echo: z.strictObject({ sentMs: z.int(), receivedMs: z.int() }),
  devices: z.array(DeviceRow).max(200),
});
export type FleetList = z.infer<typeof FleetList>;
