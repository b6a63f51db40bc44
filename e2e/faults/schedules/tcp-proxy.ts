import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { asDuplicate, MqttFrames, PUBACK, pubackId, publishParts, typeOf } from './mqtt-frames.ts';

/** From the client to the server, or back. */
export type Direction = 'up' | 'down';

/** What the wire does to the bytes; absent: nothing. */
export interface Weather {
  /** New connections are refused at once (`refuse`), or taken and never answered (`vanish`). */
  readonly newcomers?: 'refuse' | 'vanish';
  /** Bytes of these directions are lost without a word, on every connection that there is. */
  readonly vanish?: readonly Direction[];
  readonly delayMs?: number;
  /** So many bytes at a time, 5 ms apart. */
  readonly trickleBytes?: number;
  /** Shares 0..1 of the PUBLISH packets (QoS 1) that come twice, and that are overtaken by the next. */
  readonly duplicateShare?: number;
  readonly reorderShare?: number;
}

export interface ProxyFigures {
  connections: number;
  resets: number;
  duplicated: number;
  reordered: number;
  flipped: number;
  vanishedBytes: number;
}

export interface TcpProxy {
  readonly port: number;
  readonly figures: ProxyFigures;
  /** From now on; connections that lost bytes are dead whatever comes. */
  weather(now: Weather): void;
  /** Good weather; connections that lost bytes are reset, as by a router that has forgotten them. */
  heal(): void;
  /** Ends every connection with FIN. */
  cut(): void;
  /** Ends the next connection that carries so many more bytes up with RST, in the middle of what it carries. */
  resetAfter(bytes: number): void;
  /** Nothing passes up any more on the connection that says these bytes next, neither they nor what follows. */
  vanishAt(bytes: string): void;
  /** Flips one bit in the payload of the next PUBLISH up whose topic fits. */
  flipNext(topic: RegExp): void;
  stop(): Promise<void>;
}

export interface ProxyConfig {
  readonly targetPort: number;
  /** 0..1; the same for a seed. */
  readonly random: () => number;
  /** Whether MQTT packets are read. Without it packets are neither doubled nor flipped. */
  readonly mqtt: boolean;
  /** 0: any. */
  readonly port?: number;
}

const HELD_MS = 30;
const TRICKLE_MS = 5;

/** A TCP proxy on 127.0.0.1 that can do to a connection what networks do. */
export async function startTcpProxy(config: ProxyConfig): Promise<TcpProxy> {
  const proxy = new Wire(config);
  const server = createServer((socket) => proxy.accept(socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    figures: proxy.figures,
    weather: (now) => void (proxy.now = now),
    heal: () => proxy.heal(),
    cut: () => proxy.cut(),
    resetAfter: (bytes) => void (proxy.resetIn = bytes),
    vanishAt: (bytes) => void (proxy.vanishAt = bytes),
    flipNext: (topic) => void (proxy.flip = topic),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      proxy.cut();
      await closed;
    },
  };
}

class Wire {
  readonly config: ProxyConfig;
  readonly figures: ProxyFigures = { connections: 0, resets: 0, duplicated: 0, reordered: 0, flipped: 0, vanishedBytes: 0 }; // prettier-ignore
  readonly #links = new Set<Link>();
  now: Weather = {};
  resetIn: number | null = null;
  flip: RegExp | null = null;
  vanishAt: string | null = null;

  constructor(config: ProxyConfig) {
    this.config = config;
  }

  accept(client: Socket): void {
    this.figures.connections++;
    if (this.now.newcomers === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const link = new Link(this, client);
    this.#links.add(link);
    link.onEnd(() => this.#links.delete(link));
  }

  heal(): void {
    this.now = {};
    this.resetIn = null;
    this.vanishAt = null;
    for (const link of this.#links) if (link.tainted) link.reset();
  }

  cut(): void {
    for (const link of this.#links) link.end();
  }
}

/** One connection through the proxy: two sockets, two flows. */
class Link {
  readonly #proxy: Wire;
  readonly #client: Socket;
  readonly #server: Socket;
  /** Bytes of it were lost: it can never go on. */
  tainted: boolean;

  constructor(proxy: Wire, client: Socket) {
    this.#proxy = proxy;
    this.#client = client;
    this.#server = connect(proxy.config.targetPort, '127.0.0.1');
    this.tainted = proxy.now.newcomers === 'vanish';
    const swallow = { up: new Map<number, number>(), down: new Map<number, number>() };
    const up = new Flow(proxy, this, {
      to: this.#server,
      direction: 'up',
      doubled: swallow.up,
      answered: swallow.down,
    });
    const down = new Flow(proxy, this, { to: client, direction: 'down', doubled: swallow.down, answered: swallow.up });
    for (const [from, flow, other] of [
      [client, up, this.#server],
      [this.#server, down, client],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => flow.take(chunk));
      from.on('error', () => other.destroy()); // Whoever ended it: the other side hears of it.
      // Over a dead link the end of one side does not reach the other.
      from.on('close', () => { if (!this.tainted) void flow.drained().then(() => other.end()); }); // prettier-ignore
    }
  }

  onEnd(listener: () => void): void {
    const gone = () => {
      if (this.#client.destroyed && this.#server.destroyed) listener();
    };
    this.#client.on('close', gone);
    this.#server.on('close', gone);
  }

  end(): void {
    this.#client.end();
    this.#server.end();
    this.#client.destroySoon();
    this.#server.destroySoon();
  }

  reset(): void {
    this.#proxy.figures.resets++;
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }
}

interface FlowEnds {
  readonly to: Socket;
  readonly direction: Direction;
  /** Packet identifiers that we sent twice: one of the two answers is ours to keep. */
  readonly doubled: Map<number, number>;
  /** The same of the other direction, whose answers come this way. */
  readonly answered: Map<number, number>;
}

class Flow {
  readonly #proxy: Wire;
  readonly #link: Link;
  readonly #ends: FlowEnds;
  readonly #frames = new MqttFrames();
  #held: Buffer | null = null;
  /** A byte is missing: what comes later would be read wrongly, so nothing more comes. */
  #lost: boolean;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;

  constructor(proxy: Wire, link: Link, ends: FlowEnds) {
    [this.#proxy, this.#link, this.#ends] = [proxy, link, ends];
    this.#lost = link.tainted;
  }

  take(chunk: Buffer): void {
    const { now, config, figures } = this.#proxy;
    if (now.vanish?.includes(this.#ends.direction) === true || this.#says(chunk))
      this.#link.tainted = this.#lost = true;
    if (this.#lost) {
      figures.vanishedBytes += chunk.length;
      return;
    }
    if (!config.mqtt) return this.#send(chunk);
    for (const packet of this.#frames.take(chunk)) for (const out of this.#shape(packet)) this.#send(out);
  }

  #says(chunk: Buffer): boolean {
    const { vanishAt } = this.#proxy;
    if (vanishAt === null || this.#ends.direction === 'down' || !chunk.includes(vanishAt)) return false;
    this.#proxy.vanishAt = null;
    return true;
  }

  drained(): Promise<void> {
    return this.#queue;
  }

  #shape(packet: Buffer): Buffer[] {
    if (typeOf(packet) === PUBACK && this.#keepsAnswer(pubackId(packet))) return [];
    const parts = publishParts(packet);
    if (parts === null) return this.#release([packet]);
    const { now, config, figures } = this.#proxy;
    let own = packet;
    if (this.#ends.direction === 'up' && this.#proxy.flip?.test(parts.topic) === true) {
      own = Buffer.from(packet);
      const at = parts.payloadFrom + Math.floor(config.random() * (packet.length - parts.payloadFrom));
      own[at]! ^= 1 << Math.floor(config.random() * 7);
      this.#proxy.flip = null;
      figures.flipped++;
    }
    const out = [own];
    if (config.random() < (now.duplicateShare ?? 0)) {
      figures.duplicated++;
      this.#ends.doubled.set(parts.id, (this.#ends.doubled.get(parts.id) ?? 0) + 1);
      out.push(asDuplicate(own));
    }
    if (this.#held === null && config.random() < (now.reorderShare ?? 0)) {
      figures.reordered++;
      this.#hold(Buffer.concat(out));
      return [];
    }
    return this.#release(out);
  }

  #keepsAnswer(id: number): boolean {
    const left = this.#ends.answered.get(id) ?? 0;
    if (left === 0) return false;
    if (left === 1) this.#ends.answered.delete(id);
    else this.#ends.answered.set(id, left - 1);
    return true;
  }

  /** Until the next packet has passed, or nothing has come for a while. */
  #hold(packets: Buffer): void {
    this.#held = packets;
    setTimeout(() => {
      if (this.#held !== packets) return;
      this.#held = null;
      this.#send(packets);
    }, HELD_MS).unref();
  }

  #release(packets: Buffer[]): Buffer[] {
    if (this.#held === null) return packets;
    const held = this.#held;
    this.#held = null;
    return [...packets, held];
  }

  #send(bytes: Buffer): void {
    const { delayMs = 0, trickleBytes } = this.#proxy.now;
    if (this.#queued === 0 && delayMs === 0 && trickleBytes === undefined) return this.#write(bytes);
    this.#queued++;
    this.#queue = this.#queue.then(async () => {
      if (delayMs > 0) await pause(delayMs);
      const size = trickleBytes ?? bytes.length;
      for (let at = 0; at < bytes.length; at += size) {
        this.#write(bytes.subarray(at, at + size));
        // Only as long as the weather lasts: a healed wire is a fast one.
        if (this.#proxy.now.trickleBytes !== undefined) await pause(TRICKLE_MS);
      }
      this.#queued--;
    });
  }

  #write(bytes: Buffer): void {
    const { to, direction } = this.#ends;
    if (this.#lost || to.destroyed || !to.writable) return;
    const left = this.#proxy.resetIn;
    if (left === null || direction === 'down') return void to.write(bytes);
    this.#proxy.resetIn = left - bytes.length;
    if (left > bytes.length) return void to.write(bytes);
    this.#proxy.resetIn = null;
    this.#lost = this.#link.tainted = true;
    to.write(bytes.subarray(0, left), () => this.#link.reset());
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
