import type { FleetChannel } from '../ports.ts';
import type { MqttLink } from './mqtt-link.ts';

type Listener = (payload: Buffer) => void;

interface Outgoing {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly retain: boolean;
  readonly settle: (taken: boolean) => void;
}

export interface MqttFleetPorts {
  readonly link: Pick<MqttLink, 'subscribe' | 'unsubscribe' | 'publish'>;
  /** Something waits to be sent: whoever holds the send window calls `sendNext` when there is room. */
  readonly onWaiting: () => void;
  readonly onSent: (topic: string, payload: string | Buffer) => (taken: boolean) => void;
}

/** What may wait for room in the send window; more is refused, nothing of it is kept for later. */
const WAITING_MAX = 64;
/**
 * Some brokers end the connection of a client that asks for a topic it may not have. After so many connections in
 * a row that ended with one of our questions unanswered, the next one goes without the fleet: records come first.
 */
const STRIKES_MAX = 2;
/** Fixed header, packet id, topic length and properties of a PUBLISH, generously. */
const PACKET_OVERHEAD = 64;

/** Topics of the fleet over the connection of the records; what goes wrong here is a problem of its own. */
export class MqttFleetChannel implements FleetChannel {
  readonly #ports: MqttFleetPorts;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #connectedListeners = new Set<() => void>();
  readonly #refused = new Set<string>();
  #waiting: Outgoing[] = [];
  readonly #underWay = new Set<Outgoing>();
  /** Topics asked for on this connection and not yet answered. */
  readonly #asked = new Set<string>();
  #open = false;
  #ready = false;
  #muted = false;
  #strikes = 0;
  #maximumPacketBytes: number | null = null;

  constructor(ports: MqttFleetPorts) {
    this.#ports = ports;
  }

  get connected(): boolean {
    return this.#ready;
  }

  get problem(): string | null {
    if (this.#muted)
      return 'the broker ends the connection when we ask for topics of the fleet: allow them (cloud/mosquitto/acl shows how); records go on without';
    const [refused] = this.#refused;
    return refused === undefined ? null : `the broker refuses the subscription to ${refused}: allow it (cloud/mosquitto/acl shows how); records go on without`; // prettier-ignore
  }

  subscribe(topic: string, listener: Listener): () => void {
    const known = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, known.add(listener));
    if (this.#open) this.#ask(topic);
    return () => {
      if (!known.delete(listener) || known.size > 0) return;
      this.#listeners.delete(topic);
      this.#refused.delete(topic);
      if (this.#open) this.#ports.link.unsubscribe(topic);
    };
  }

  publish(topic: string, payload: string | Buffer, { retain }: { readonly retain: boolean }): Promise<boolean> {
    const bytes = Buffer.byteLength(payload) + Buffer.byteLength(topic) + PACKET_OVERHEAD;
    const fits = this.#maximumPacketBytes === null || bytes <= this.#maximumPacketBytes;
    if (!this.#ready || !fits || this.#waiting.length >= WAITING_MAX) return Promise.resolve(false);
    return new Promise((settle) => {
      this.#waiting.push({ topic, payload, retain, settle });
      this.#ports.onWaiting();
    });
  }

  onConnected(listener: () => void): () => void {
    this.#connectedListeners.add(listener);
    return () => this.#connectedListeners.delete(listener);
  }

  opened(maximumPacketBytes: number | null): void {
    this.#maximumPacketBytes = maximumPacketBytes;
    this.#muted = this.#strikes >= STRIKES_MAX;
    if (this.#muted) {
      this.#strikes = 0;
      return;
    }
    this.#open = true;
    for (const topic of this.#listeners.keys()) this.#ask(topic);
    this.#answered();
  }

  /** The connection ended, or the uplink stops: what is under way has not arrived as far as we know. */
  closed(): void {
    if (this.#asked.size + this.#underWay.size > 0) this.#strikes++;
    this.#open = this.#ready = this.#muted = false;
    this.#asked.clear();
    const left = [...this.#underWay, ...this.#waiting];
    this.#underWay.clear();
    this.#waiting = [];
    for (const { settle } of left) settle(false);
  }

  received(topic: string, payload: Buffer): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener(payload);
  }

  /** Hands the oldest that waits to the link; false when none does. `freed` is called when its place is free again. */
  sendNext(freed: () => void): boolean {
    const next = this.#waiting.shift();
    if (next === undefined) return false;
    const { topic, payload, retain, settle } = next;
    this.#underWay.add(next);
    const told = this.#ports.onSent(topic, payload);
    const properties = typeof payload === 'string' ? { contentType: 'application/json' } : {};
    this.#ports.link.publish(topic, payload, { qos: 1, retain, properties }, (error) => {
      this.#underWay.delete(next);
      this.#strikes = 0;
      told(error === null);
      settle(error === null);
      freed();
    });
    return true;
  }

  #ask(topic: string): void {
    this.#asked.add(topic);
    this.#ports.link.subscribe(topic, (error) => {
      this.#asked.delete(topic);
      this.#strikes = 0;
      if (error === null || !this.#listeners.has(topic)) this.#refused.delete(topic);
      else this.#refused.add(topic);
      this.#answered();
    });
  }

  #answered(): void {
    if (this.#ready || !this.#open || this.#asked.size > 0) return;
    this.#ready = true;
    for (const listener of [...this.#connectedListeners]) listener();
  }
}

/** Subscriptions and listeners are kept until `attach` brings the channel they are for. */
export function createLateChannel(): FleetChannel & { attach(channel: FleetChannel): void } {
  let channel: FleetChannel | null = null;
  const later = new Set<(on: FleetChannel) => void>();
  const whenThere = (begin: (on: FleetChannel) => () => void): (() => void) => {
    let end: (() => void) | null = null;
    const start = (on: FleetChannel) => void (end = begin(on));
    if (channel === null) later.add(start);
    else start(channel);
    return () => {
      later.delete(start);
      end?.();
    };
  };
  return {
    attach(given) {
      channel = given;
      for (const start of later) start(given);
      later.clear();
    },
    get connected() {
      return channel?.connected ?? false;
    },
    get problem() {
      return channel?.problem ?? null;
    },
    subscribe: (topic, listener) => whenThere((on) => on.subscribe(topic, listener)),
    publish: (topic, payload, options) => channel?.publish(topic, payload, options) ?? Promise.resolve(false),
    onConnected: (listener) => whenThere((on) => on.onConnected(listener)),
  };
}
