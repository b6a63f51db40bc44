import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

export interface BrokerLinkPorts {
  readonly logger: { warn(message: string): void };
  readonly onMessage: (topic: string, payload: Buffer, userProperties: Record<string, string | string[]>) => void;
  /** Connected, and all filters are granted. */
  readonly onOpen: () => void;
  /** 0..1, for the jitter of pauses. */
  readonly random: () => number;
}

export interface BrokerLinkConfig {
  readonly brokerUrl: string;
  readonly filters: readonly string[];
  /** Asked for as well; without them the rest goes on. */
  readonly wanted: readonly string[];
  readonly access: Pick<IClientOptions, 'username' | 'password' | 'ca' | 'cert' | 'key'>;
  /** First and longest pause between attempts; doubled each time nothing was got across. */
  readonly pauseMs: { readonly first: number; readonly longest: number };
}

export interface BrokerLink {
  open(): void;
  /**
   * Retained, QoS 1. Of one topic the newest goes out, older ones that wait do not; all are lost with the connection.
   * `textOf` is told how many bytes the broker takes.
   */
  keep(topic: string, textOf: (bytes: number) => string): void;
  close(): Promise<void>;
  readonly connected: boolean;
  readonly problem: string | null;
}

const WINDOW_MAX = 100;
/** Header and properties of a message stay below this, beside its topic. */
const ENVELOPE_BYTES = 60;
const FAREWELL_MS = 2_000;

/**
 * The receiver's connection to its broker: a new client each time, so that neither a refused CONNECT nor what the
 * library queued ends or outlives it. Keeps the broker's Receive Maximum, which the library does not.
 */
export function createBrokerLink(ports: BrokerLinkPorts, config: BrokerLinkConfig): BrokerLink {
  return new MqttBrokerLink(ports, config);
}

class MqttBrokerLink implements BrokerLink {
  readonly #ports: BrokerLinkPorts;
  readonly #config: BrokerLinkConfig;
  readonly #waiting = new Map<string, (bytes: number) => string>();
  #client: MqttClient | null = null;
  #timer: NodeJS.Timeout | null = null;
  #open = false;
  #window = 1;
  #inFlight = 0;
  #maximumBytes = Number.POSITIVE_INFINITY;
  #failures = 0;
  #told: string | null = null;
  problem: string | null = null;

  constructor(ports: BrokerLinkPorts, config: BrokerLinkConfig) {
    [this.#ports, this.#config] = [ports, config];
  }

  get connected(): boolean {
    return this.#open;
  }

  open(): void {
    const { brokerUrl, access } = this.#config;
    // Clean sessions: what a broker kept for us is worth nothing that the agents' outboxes are not.
    const own = mqtt.connect(brokerUrl, { protocolVersion: 5, clean: true, reconnectPeriod: 0, connectTimeout: 10_000, keepalive: 15, queueQoSZero: false, resubscribe: false, ...access }); // prettier-ignore
    this.#client = own;
    own.on('message', (topic, payload, packet) => {
      if (this.#client === own) this.#ports.onMessage(topic, payload, { ...packet.properties?.userProperties });
    });
    own.on('connect', ({ properties }) => {
      if (this.#client !== own) return;
      this.#window = Math.max(1, Math.min(properties?.receiveMaximum ?? WINDOW_MAX, WINDOW_MAX));
      this.#maximumBytes = properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
      this.#subscribe(own);
    });
    own.on('disconnect', ({ reasonCode = 0 }) => this.#lost(own, `the broker ${brokerUrl} ended the connection (reason code ${reasonCode})`)); // prettier-ignore
    own.on('error', (error) => this.#lost(own, `no connection to the broker ${brokerUrl} (${error.message || String((error as NodeJS.ErrnoException).code)}): check its address, that it runs, user, password and certificates`)); // prettier-ignore
    own.on('close', () => this.#lost(own, `the broker ${brokerUrl} closed the connection`));
  }

  keep(topic: string, textOf: (bytes: number) => string): void {
    if (!this.#open) return; // Told again with the next connection, or the next record.
    this.#waiting.set(topic, textOf);
    this.#send();
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const last = this.#client;
    const wasOpen = this.#open;
    if (wasOpen) await this.#flushed();
    this.#client = null;
    this.#open = false;
    await last?.endAsync(!wasOpen).catch(() => last.end(true));
  }

  #subscribe(own: MqttClient): void {
    const { filters, brokerUrl } = this.#config;
    own.subscribe([...filters], { qos: 1 }, (error, granted) => {
      if (this.#client !== own) return;
      const refused = granted?.filter(({ qos }) => qos >= 128).map(({ topic, qos }) => `${topic}: reason code ${qos}`) ?? [];
      if (error !== null || refused.length > 0) {
        const why = refused.length > 0 ? refused.join(', ') : error!.message;
        return this.#lost(own, `the broker ${brokerUrl} refuses the subscription (${why}): allow this client to read ${filters.join(', ')}`);
      }
      this.#open = true;
      this.#inFlight = 0;
      this.problem = this.#told = null;
      this.#ports.onOpen();
    });
    this.#want(own);
  } // prettier-ignore

  #want(own: MqttClient): void {
    const { wanted, brokerUrl } = this.#config;
    own.subscribe([...wanted], { qos: 1 }, (error, granted) => {
      if (this.#client !== own || (error === null && granted?.every(({ qos }) => qos < 128) === true)) return;
      this.#ports.logger.warn(`the broker ${brokerUrl} refuses ${wanted.join(', ')} (${error?.message ?? 'not authorized'}); records go on: allow them as cloud/mosquitto/acl does`);
    });
  } // prettier-ignore

  #lost(own: MqttClient, problem: string): void {
    if (this.#client !== own) return;
    this.#client = null;
    this.#open = false;
    this.#waiting.clear();
    own.end(true);
    this.problem = problem;
    if (this.#told !== problem) this.#ports.logger.warn(problem);
    this.#told = problem;
    const { first, longest } = this.#config.pauseMs;
    const ceiling = Math.min(longest, first * 2 ** Math.min(this.#failures++, 16));
    this.#timer = setTimeout(() => this.open(), ceiling / 2 + (ceiling / 2) * this.#ports.random());
  }

  #send(): void {
    const own = this.#client;
    for (const [topic, textOf] of this.#waiting) {
      if (own === null || !this.#open || this.#inFlight >= this.#window) return;
      this.#waiting.delete(topic);
      this.#inFlight++;
      const text = textOf(this.#maximumBytes - ENVELOPE_BYTES - Buffer.byteLength(topic));
      own.publish(topic, text, { qos: 1, retain: true, properties: { contentType: 'application/json' } }, (error) => {
        if (this.#client !== own) return;
        this.#inFlight--;
        this.problem = error ? `writing to ${topic}: ${error.message}; it is told again later` : null;
        if (!error) this.#failures = 0;
        this.#send();
      });
    }
  }

  /** Until what waits has been taken by the broker, within two seconds: agents ask again for what was not told. */
  async #flushed(): Promise<void> {
    const untilMs = performance.now() + FAREWELL_MS;
    while (this.#open && (this.#waiting.size > 0 || this.#inFlight > 0) && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
