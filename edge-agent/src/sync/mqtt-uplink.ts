import { RECORD_CONTENT_TYPE, RECORD_TYPE, topics, UplinkAck, type UplinkRecord, type UplinkStatus } from '@livecue/shared/contract'; // prettier-ignore
import type { Outbox, Uplink } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import { troubleOf, type Problem } from '../runtime/problem.ts';
import type { Service } from '../runtime/service.ts';
import { connectMqtt, createMqttLink, type MqttLinkConfig, type MqttLinkPorts } from './mqtt-link.ts';
import { MqttFleetChannel } from './fleet-channel.ts';
import { createCheckpointSender, type CheckpointSender } from './checkpoint-sender.ts';
import type { NoteSigner } from './note-signer.ts';
import { SendLedger, UNACKNOWLEDGED_MAX } from './send-ledger.ts';
import { SentRing } from './sent-ring.ts';

export interface UplinkPorts {
  readonly outbox: Outbox;
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** How a client is made; MQTT.js when absent. */
  readonly connect?: MqttLinkPorts['connect'];
  /** Jitter of the reconnect pause, 0..1; `Math.random` when absent. */
  readonly random?: () => number;
}

export interface UplinkConfig {
  readonly agentId: string;
  readonly brokerUrl: string;
  readonly version: string;
  /** 1..100; the broker's Receive Maximum may lower it. */
  readonly maxInFlight: number;
  readonly resendAfterMs: number;
  readonly credentials?: MqttLinkConfig['credentials'];
  readonly tls?: MqttLinkConfig['tls'];
  /** Signs checkpoints of what was sent. Absent: none are sent. */
  readonly signer?: NoteSigner;
  /** 1 s to 60 s when absent. */
  readonly backOffMs?: MqttLinkConfig['backOffMs'];
}

const WINDOW_MAX = 100;

/**
 * Carries the outbox to the broker: what is written now before all else, then what has waited, newest first,
 * so that the cloud's live view is right while a backlog drains. A broker's PUBACK only opens the send window; a record leaves the outbox when the receiver's acknowledgement, written after its
 * COMMIT, names it. What is not named in time is sent again, and all of it after every new connection.
 */
export function createUplink(ports: UplinkPorts, config: UplinkConfig): Uplink & Service {
  const uplink = new MqttUplink(ports, config);
  return {
    name: 'uplink',
    start: (signal) => uplink.start(signal),
    stop: () => uplink.stop(),
    status: () => uplink.status(),
    sent: (limit) => uplink.ring.newest(limit),
    channel: uplink.channel,
  };
}

class MqttUplink {
  readonly ring = new SentRing();
  readonly channel: MqttFleetChannel;
  readonly #ports: UplinkPorts;
  readonly #config: UplinkConfig;
  readonly #link;
  readonly #ledger: SendLedger;
  readonly #checkpoints: CheckpointSender | null;
  readonly #counts = { sent: 0, resent: 0, acknowledged: 0, bytesSent: 0 };
  #backlog = 0;
  #inFlight = 0;
  #window = 1;
  #maximumPacketBytes: number | null = null;
  #lastAckMs: number | null = null;
  #problem: Problem | null = null;
  /** Another agent with our id has gone on where we were: sending more would only be refused. */
  #fenced = false;
  #acceptedEpoch: number | null = null;
  #pumping = false;
  #pumpAgain = false;
  #acks: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #unlisten: (() => void) | null = null;
  #stopping: Promise<void> | null = null;

  constructor(ports: UplinkPorts, config: UplinkConfig) {
    this.#ports = ports;
    this.#config = config;
    this.#ledger = new SendLedger(config.resendAfterMs);
    const { signer } = config;
    this.#checkpoints = signer === undefined ? null : createCheckpointSender({ ...ports, signer }, config);
    this.#link = createMqttLink(
      {
        logger: ports.logger,
        connect: ports.connect ?? connectMqtt,
        random: ports.random ?? Math.random,
        onOpen: (limits) => this.#opened(limits),
        onClosed: () => {
          this.#inFlight = 0;
          this.channel.closed();
        },
        onMessage: (topic, payload) => this.#received(topic, payload),
      },
      {
        brokerUrl: config.brokerUrl,
        clientId: `livecue-${config.agentId}`,
        credentials: config.credentials,
        tls: config.tls,
        backOffMs: config.backOffMs ?? { first: 1_000, longest: 60_000 },
        will: this.#presence('offline'),
      },
    );
    this.channel = new MqttFleetChannel({
      link: this.#link,
      onWaiting: () => this.#pump(),
      onSent: (topic, payload) => this.#showSent(topic, payload),
    });
  }

  /** Does not wait for the broker: without one the records stay in the outbox. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#backlog = await this.#ports.outbox.backlog();
    this.#unlisten = this.#ports.outbox.onAdded(() => {
      this.#refreshBacklog();
      this.#pump();
    });
    this.#timer = setInterval(() => this.#pump(), Math.min(1_000, this.#config.resendAfterMs / 2));
    this.#link.start(topics.ack(this.#config.agentId));
  }

  stop(): Promise<void> {
    return (this.#stopping ??= (async () => {
      if (this.#timer !== null) clearInterval(this.#timer);
      this.#unlisten?.();
      this.channel.closed();
      await this.#link.stop(this.#presence('offline'));
      await this.#acks;
    })());
  }

  status(): UplinkStatus {
    const { state } = this.#link;
    const broken = this.#checkpoints?.broken ?? null;
    const problem = this.#problem ?? this.#link.problem;
    const trouble = broken === null ? (problem === null ? undefined : troubleOf(problem)) : broken.trouble;
    return {
      state: this.#fenced ? 'failed' : state,
      brokerUrl: this.#config.brokerUrl,
      backlog: this.#backlog,
      ...this.#counts,
      lastAckMs: this.#lastAckMs,
      problem: broken?.words ?? problem?.message ?? null,
      ...(trouble === undefined ? {} : { trouble }),
      ...(this.#checkpoints === null ? {} : { verified: this.#checkpoints.verified }),
      ...(broken === null ? {} : { broken: true }),
    };
  }

  #opened(limits: { receiveMaximum: number; maximumPacketBytes: number | null }): void {
    this.#window = Math.max(1, Math.min(limits.receiveMaximum, this.#config.maxInFlight, WINDOW_MAX));
    this.#maximumPacketBytes = limits.maximumPacketBytes;
    this.#inFlight = 1;
    this.#ledger.restart();
    const birth = this.#presence('online');
    this.#link.publish(birth.topic, birth.payload, { qos: 1, retain: true }, () => this.#puback());
    this.channel.opened(limits.maximumPacketBytes);
    this.#pump();
  }

  #puback(): void {
    this.#inFlight--;
    this.#pump();
  }

  /** One at a time; a call during a run makes it look once more. */
  #pump(): void {
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    void this.#pumpLoop().finally(() => {
      this.#pumping = false;
      // Asked for between the last look and now.
      if (this.#pumpAgain) this.#pump();
    });
  }

  async #pumpLoop(): Promise<void> {
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false;
        while (
          this.#canSend() &&
          (this.#sendAsked() ||
            (await this.#sendOverdue()) ||
            (await this.#sendNew()) ||
            (await this.#sendCheckpoint()))
        );
      }
    } catch (error) {
      // The disk of the outbox: said here, tried again by the timer.
      this.#problem = outboxProblem('reading the outbox', error);
    }
  }

  #canSend(): boolean {
    return (
      this.#link.state === 'connected' && !this.#fenced && this.#stopping === null && this.#inFlight < this.#window
    );
  }

  /** What the fleet's part wants to say: seldom and small, so before the records. */
  #sendAsked(): boolean {
    if (!this.channel.sendNext(() => this.#puback())) return false;
    this.#inFlight++;
    return true;
  }

  #showSent(topic: string, payload: string | Buffer): (taken: boolean) => void {
    const bytes = Buffer.byteLength(payload);
    this.#counts.bytesSent += bytes;
    const told = { atMs: this.#ports.nowMs(), topic, properties: {}, payload: payload.toString('utf8'), bytes };
    return this.ring.note(told);
  }

  async #sendOverdue(): Promise<boolean> {
    const due = new Set(this.#ledger.due(this.#ports.nowMs(), this.#window - this.#inFlight));
    const [first] = due;
    if (first === undefined) return false;
    const records = await this.#ports.outbox.readNewest(first + 1, this.#window);
    const last = records.at(-1)?.seq ?? 0;
    const found = new Map(records.map((record) => [record.seq, record]));
    for (const seq of due) {
      const record = found.get(seq);
      if (record !== undefined && this.#canSend()) this.#send(record);
      else if (record === undefined && seq >= last) this.#ledger.forget(seq);
    }
    return true;
  }

  async #sendNew(): Promise<boolean> {
    const room = Math.min(this.#window - this.#inFlight, UNACKNOWLEDGED_MAX - this.#ledger.size);
    if (room <= 0) return false;
    const { outbox } = this.#ports;
    const { newest, oldest } = this.#ledger;
    let records = newest === null ? [] : await outbox.read(newest, room);
    if (records.length === 0) records = await outbox.readNewest(oldest ?? Number.MAX_SAFE_INTEGER, room);
    // Only a new connection or epoch moves the cursors meanwhile: what we read is not its first choice.
    if (this.#ledger.newest !== newest || this.#ledger.oldest !== oldest) return true;
    for (const record of records) if (this.#canSend()) this.#send(record);
    return records.length > 0;
  }

  async #sendCheckpoint(): Promise<boolean> {
    const checkpoint = await this.#checkpoints?.due(this.#maximumPacketBytes);
    if (checkpoint === null || checkpoint === undefined || !this.#canSend()) return false;
    this.#inFlight++;
    this.#counts.bytesSent += Buffer.byteLength(checkpoint.payload);
    const options = { qos: 1, properties: { contentType: RECORD_CONTENT_TYPE } } as const;
    // Refused or lost, it is sent again: the receiver does not speak of it.
    this.#link.publish(checkpoint.topic, checkpoint.payload, options, () => this.#puback());
    return true;
  }

  #send(record: UplinkRecord): void {
    const { epoch, seq } = record;
    const payload = JSON.stringify(record.body);
    const properties = recordProperties(this.#config.agentId, record);
    const topic = topics.records(this.#config.agentId);
    const bytes = Buffer.byteLength(payload);
    const nowMs = this.#ports.nowMs();
    const again = this.#ledger.markSent(seq, nowMs);
    const limit = this.#maximumPacketBytes;
    if (limit !== null && bytes + 512 > limit) {
      this.#problem = { code: 'record-too-large', about: String(seq), message: `record ${seq} has ${bytes} bytes and the broker takes packets of ${limit}: raise its maximum packet size; the record waits` }; // prettier-ignore
      return;
    }
    this.#inFlight++;
    this.#counts[again ? 'resent' : 'sent']++;
    this.#counts.bytesSent += bytes;
    this.ring.add(epoch, seq, { atMs: nowMs, topic, properties, payload, bytes, acknowledged: false });
    const options = { qos: 1, properties: { contentType: RECORD_CONTENT_TYPE, userProperties: properties } } as const;
    this.#link.publish(topic, payload, options, (error) => {
      this.#problem = error === null ? null : { code: 'broker-refuses', about: error.message, message: `the broker refused record ${seq} (${error.message}); it is sent again later` }; // prettier-ignore
      this.#puback();
    });
  }

  #received(topic: string, payload: Buffer): void {
    if (topic !== topics.ack(this.#config.agentId)) return this.channel.received(topic, payload);
    this.#acks = this.#acks.then(() => this.#acknowledge(payload)).catch((error: unknown) => {
      // The disk of the outbox; the retained acknowledgement comes again with the next connection or commit.
      this.#problem = outboxProblem('deleting acknowledged records', error);
    }); // prettier-ignore
  }

  async #acknowledge(payload: Buffer): Promise<void> {
    const ack = parseAck(payload);
    if (ack === null) {
      const topic = topics.ack(this.#config.agentId);
      this.#problem = { code: 'no-receiver', about: topic, message: `what stands on ${topic} is no acknowledgement: only the receiver may write there` }; // prettier-ignore
      return;
    }
    const { outbox } = this.#ports;
    const before = outbox.epoch;
    if (ack.epoch > before && this.#acceptedEpoch === before) {
      this.#fenced = true;
      this.channel.closed();
      this.#problem = { code: 'same-agent-id', about: this.#config.agentId, message: `another agent sends as "${this.#config.agentId}" (epoch ${ack.epoch}, ours ${before}): give one of them its own agentId; nothing more is sent from here until a restart` }; // prettier-ignore
      this.#ports.logger.error(this.#problem.message);
      return;
    }
    this.#backlog = await outbox.acknowledge(ack);
    if (outbox.epoch !== before) this.#ledger.renew();
    else if (ack.epoch === before) {
      this.#accepted(ack);
      await this.#checkpoints?.heard(ack);
    }
    this.#pump();
  }

  #accepted(ack: UplinkAck): void {
    this.#acceptedEpoch = ack.epoch;
    this.#counts.acknowledged += this.#ledger.acknowledge(ack);
    this.ring.acknowledge(ack);
    this.#lastAckMs = this.#ports.nowMs();
  }

  #refreshBacklog(): void {
    this.#ports.outbox.backlog().then(
      (backlog) => void (this.#backlog = backlog),
      (error: unknown) => void (this.#problem = outboxProblem('counting the outbox', error)),
    );
  }

  #presence(state: 'online' | 'offline'): { topic: string; payload: string } {
    const { agentId, version, signer } = this.#config;
    return {
      topic: topics.presence(agentId),
      payload: JSON.stringify({ state, version, epoch: this.#ports.outbox.epoch, key: signer?.verifier }),
    };
  }
}

/** CloudEvents 1.0 attributes in binary mode; `datacontenttype` travels as the MQTT content type. */
export function recordProperties(agentId: string, { epoch, seq, body }: UplinkRecord): Record<string, string> {
  return {
    specversion: '1.0',
    id: `${epoch}-${seq}`,
    source: `/livecue/agents/${agentId}`,
    type: RECORD_TYPE[body.kind],
    epoch: String(epoch),
    seq: String(seq),
  };
}

function outboxProblem(doing: string, error: unknown): Problem {
  const { message } = error as Error;
  return { code: 'outbox', about: message, message: `${doing}: ${message}` };
}

function parseAck(payload: Buffer): UplinkAck | null {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch {
    return null; // Told by the caller: whoever wrote that is not our receiver.
  }
  const parsed = UplinkAck.safeParse(value);
  return parsed.success ? parsed.data : null;
}
