import { AgentPresence, TOPIC_ROOT, topics, type UplinkAck } from '@livecue/shared/contract';
import type { BrokerAccess } from '../access.ts';
import { createDeviceDesk, DEVICE_TOPICS, type DeviceDesk } from '../fleet/device-desk.ts';
import { createBrokerLink, type BrokerLink } from './broker-link.ts';
import type { Database } from './database.ts';
import { decodeRecordMessage, leafOf, storable, type ReceivedRecord } from './record-message.ts';
import { createMetrics, type ReceiverMetrics, type ReceiverStatus } from './metrics.ts';
import { maintain } from './partitions.ts';
import { checkCheckpoint, noteKey } from './proof-store.ts';
import { readAck, readAcks, writeRecords } from './record-store.ts';

export interface ReceiverConfig {
  readonly brokerUrl: string;
  readonly database: Database;
  readonly nowMs: () => number;
  readonly logger: { info(message: string): void; warn(message: string): void };
  /** Name of a shared subscription: brokers give each record to one of its members. Null: all records. */
  readonly shareName?: string | null;
  readonly access?: BrokerAccess;
  /** First pause between connection attempts, doubled up to 60 times as long. Default 1,000. */
  readonly reconnectMs?: number;
  /** Rows older than this are dropped. Default 400 days. */
  readonly keepDays?: number;
  /** Agents whose devices one sees, itself among them. Absent: itself alone. */
  readonly studioOf?: (agentId: string) => readonly string[];
}

export interface Receiver {
  /** Resolves when subscribed for the first time. */
  start(signal: AbortSignal): Promise<void>;
  /** Writes and acknowledges what has arrived, then leaves. Safe twice. */
  stop(): Promise<void>;
  status(): ReceiverStatus;
  readonly metrics: ReceiverMetrics;
}

const BATCH_MS = 50;
const BATCH_RECORDS = 500;
const WAITING_MAX = 20_000;
const MAINTAIN_MS = 3_600_000;
const KEEP_DAYS = 400;
const RETRY_MS = { first: 500, longest: 15_000 };

/** Subscribes to the records of all agents, stores them, and acknowledges after the COMMIT. */
export function createReceiver(config: ReceiverConfig): Receiver {
  return new MqttReceiver(config);
}

class MqttReceiver implements Receiver {
  readonly metrics = createMetrics(() => this.status());
  readonly #config: ReceiverConfig;
  readonly #devices: DeviceDesk;
  readonly #counts = { received: 0, committed: 0, fenced: 0, deadLetters: 0, refusedFull: 0 };
  #waiting: ReceivedRecord[] = [];
  readonly #link: BrokerLink;
  #subscribed: (() => void) | null = null;
  /** Keys that agents showed and that are not in the database yet. */
  readonly #keys = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #maintainTimer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #checks: Promise<void> = Promise.resolve();
  #failures = 0;
  #problem: string | null = null;
  #stopping: Promise<void> | null = null;

  constructor(config: ReceiverConfig) {
    this.#config = config;
    const { studioOf = (agentId: string) => [agentId] } = config;
    this.#devices = createDeviceDesk({ ...config, studioOf, publish: (topic, payload) => this.#link.keep(topic, () => payload) }); // prettier-ignore
    const { brokerUrl, logger, shareName = null, access = {}, reconnectMs = 1_000 } = config;
    const shared = (filter: string) => (shareName === null ? filter : `$share/${shareName}/${filter}`);
    this.#link = createBrokerLink(
      {
        logger,
        random: Math.random,
        onMessage: (topic, payload, properties) => this.#take(topic, payload, properties),
        onOpen: () => void this.#opened(),
      },
      {
        brokerUrl,
        // Presence is retained, and retained messages do not come through a shared subscription.
        filters: [topics.presence('+'), ...[topics.records('+'), topics.checkpoint('+')].map(shared)],
        wanted: DEVICE_TOPICS,
        access,
        pauseMs: { first: reconnectMs, longest: 60 * reconnectMs },
      },
    );
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#maintain();
    this.#maintainTimer = setInterval(() => void this.#maintain(), MAINTAIN_MS).unref();
    return this.#connect(signal);
  }

  /** What fails here fails again in an hour at worst: rows without a partition wait in the rest meanwhile. */
  async #maintain(): Promise<void> {
    const { database, nowMs, logger, keepDays = KEEP_DAYS } = this.#config;
    try {
      const { dropped, deleted } = await maintain(database, { nowMs: nowMs(), keepDays });
      if (dropped.length > 0 || deleted > 0)
        logger.info(`older than ${keepDays} days and dropped: ${[...dropped, `${deleted} single rows`].join(', ')}`);
    } catch (error) {
      logger.warn(`dividing ${database.place} by time: ${(error as Error).message}; tried again in an hour`);
    }
  }

  #connect(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      this.#subscribed = resolve;
      this.#link.open();
    });
  }

  /** A broker that forgot the retained acknowledgements, or agents that wait for one. */
  async #opened(): Promise<void> {
    this.#subscribed?.();
    try {
      for (const [agentId, ack] of await readAcks(this.#config.database)) this.#publish(agentId, ack);
    } catch (error) {
      if (this.#stopping === null) this.#config.logger.warn(`reading what to acknowledge: ${(error as Error).message}; agents hear of it with their next records`); // prettier-ignore
    }
  }

  stop(): Promise<void> {
    return (this.#stopping ??= (async () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      if (this.#maintainTimer !== null) clearInterval(this.#maintainTimer);
      await this.#writing;
      await this.#checks;
      await this.#devices.close();
      if (this.#waiting.length > 0 && this.#failures === 0) await this.#writeOnce();
      await this.#link.close();
    })());
  }

  status(): ReceiverStatus {
    return { connected: this.#link.connected, ...this.#counts, problem: this.#problem ?? this.#link.problem };
  }

  #take(topic: string, payload: Uint8Array, properties: Record<string, string | string[]>): void {
    if (this.#devices.take(topic, payload)) return;
    const beside = BESIDE_RECORDS.exec(topic);
    if (beside !== null) return this.#check(beside[2]!, beside[1]!, Buffer.from(payload).toString());
    const record = decodeRecordMessage({ topic, payload, userProperties: { ...properties } });
    if (record === null || this.#stopping !== null) return;
    this.#counts.received++;
    if (this.#waiting.length >= WAITING_MAX) {
      this.#counts.refusedFull++;
      return;
    }
    this.#waiting.push(record);
    if (this.#waiting.length >= BATCH_RECORDS && this.#failures === 0) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), BATCH_MS);
  }

  /** Keys and checkpoints, one after the other. A failure is told: a checkpoint comes again, a key only with a new connection. */
  #check(about: string, agentId: string, payload: string): void {
    const { database, nowMs, logger } = this.#config;
    if (about === 'presence') this.#keys.set(agentId, keyOf(payload));
    const work = async () => {
      const key = this.#keys.get(agentId);
      if (key !== undefined) await noteKey(database, agentId, key, nowMs());
      if (this.#keys.get(agentId) === key) this.#keys.delete(agentId);
      if (about === 'presence' || !(await checkCheckpoint(database, agentId, payload, nowMs()))) return;
      const ack = await readAck(database, agentId);
      if (ack !== null) this.#publish(agentId, ack);
      if (ack?.proof?.broken != null) logger.warn(`records of ${agentId}: ${ack.proof.broken}; see table findings`);
    };
    this.#checks = this.#checks.then(work).catch((error: unknown) => {
      if (this.#stopping === null) logger.warn(`checking ${about} of ${agentId}: ${(error as Error).message}`);
    });
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#writing !== null) return;
    this.#writing = this.#writeOnce().finally(() => {
      this.#writing = null;
      if (this.#waiting.length === 0 || this.#stopping !== null) return;
      const pauseMs = this.#failures === 0 ? 0 : Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** (this.#failures - 1));
      this.#timer ??= setTimeout(() => this.#write(), pauseMs);
    });
  }

  async #writeOnce(): Promise<void> {
    const batch = this.#waiting.slice(0, BATCH_RECORDS);
    if (batch.length === 0) return;
    const { database, logger } = this.#config;
    try {
      await this.#commit(batch).catch(async (error: unknown) => {
        if (!isDataError(error)) throw error;
        // The fault of one record: each goes alone, so that it stops nobody else.
        for (const record of batch) await this.#commitAlone(record);
      });
      this.#waiting.splice(0, batch.length);
      this.#failures = 0;
      this.#problem = null;
    } catch (error) {
      this.#failures++;
      this.#problem = `writing ${batch.length} records to ${database.place}: ${(error as Error).message}; tried again, nothing is acknowledged meanwhile`;
      if (this.#failures === 1) logger.warn(this.#problem);
    }
  }

  async #commit(batch: readonly ReceivedRecord[]): Promise<void> {
    const { database, nowMs, logger } = this.#config;
    const beganMs = performance.now();
    const { acks, fenced, deadLetters } = await writeRecords(database, batch, nowMs());
    this.metrics.committed(batch.length, (performance.now() - beganMs) / 1000, lagSeconds(batch, nowMs()));
    this.#counts.committed += batch.length - fenced;
    this.#counts.fenced += fenced;
    this.#counts.deadLetters += deadLetters;
    if (deadLetters > 0)
      logger.warn(`${deadLetters} records cannot be stored; they stand in table dead_letter with the reason`);
    for (const [agentId, ack] of acks) this.#publish(agentId, ack);
  }

  /** A record whose values the database refuses becomes a dead letter. */
  async #commitAlone(record: ReceivedRecord): Promise<void> {
    try {
      await this.#commit([record]);
    } catch (error) {
      if (!record.ok || !isDataError(error)) throw error;
      const { agentId, epoch, seq, payload } = record;
      const reason = storable(`refused by the database: ${(error as Error).message.slice(0, 300)}`);
      await this.#commit([{ ok: false, agentId, at: { epoch, seq }, reason, payload: storable(payload), leaf: leafOf(payload) }]); // prettier-ignore
    }
  }

  #publish(agentId: string, ack: UplinkAck): void {
    this.#link.keep(topics.ack(agentId), (bytes) => fitting(ack, bytes));
  }
}

/** Without the highest ranges, and at last without the proof, where the broker takes no more: both come again. */
function fitting(ack: UplinkAck, bytes: number): string {
  for (let { ranges } = ack; ; ranges = ranges.slice(0, Math.floor(ranges.length / 2))) {
    const text = JSON.stringify({ ...ack, ranges });
    if (Buffer.byteLength(text) <= bytes) return text;
    if (ranges.length === 0) return JSON.stringify({ epoch: ack.epoch, contiguous: ack.contiguous, ranges });
  }
}

const BESIDE_RECORDS = new RegExp(`^${TOPIC_ROOT}/([^/]+)/(presence|checkpoint)$`);

/** The verifier key of a birth; empty when it shows none. */
function keyOf(payload: string): string {
  try {
    return AgentPresence.parse(JSON.parse(payload)).key ?? '';
  } catch {
    return ''; // No agent of ours wrote that.
  }
}

/** How long ago the newest window of a batch ended; null for a batch without windows. */
function lagSeconds(batch: readonly ReceivedRecord[], nowMs: number): number | null {
  let newest: number | null = null;
  for (const record of batch) {
    if (!record.ok || record.body.kind !== 'window') continue;
    newest = Math.max(newest ?? -Infinity, record.body.windowStartMs + record.body.windowLengthMs);
  }
  return newest === null ? null : (nowMs - newest) / 1000;
}

/** SQLSTATE classes 22 (data exception) and 23 (constraint): the values are at fault, not the database. */
function isDataError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^2[23]...$/.test(code);
}
