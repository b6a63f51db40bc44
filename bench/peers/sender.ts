/**
 * Sends live events to one of the programs compared, from a process of its own. Told by one JSON argument what to
 * send, answers with one JSON line. ZeroMQ does not say what arrived; MQTT (QoS 1) and HTTP do, and what was not
 * confirmed is sent again.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { Push } from 'zeromq';
import { createEvents, sendPaced, type Pace } from '../live-events.ts';

export interface Entrance {
  readonly transport: 'zmq' | 'mqtt' | 'http';
  /** tcp:// of a PULL socket, mqtt:// of a broker, http:// of an ingress. */
  readonly url: string;
  /** Topic of MQTT, bearer token of HTTP. */
  readonly address?: string;
}

export interface SenderCall extends Pace {
  readonly entrance: Entrance;
  readonly products: number;
  readonly run: string;
  /** JSON array of comment texts. */
  readonly textsFile: string;
}

export interface SenderAnswer {
  readonly sent: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Events so far, and when the last of them was due: one pair a frame. */
  readonly due: readonly (readonly [events: number, dueMs: number])[];
}

type Carry = (frame: string) => Promise<void>;
interface Carrier {
  /** Waits while too much is under way. */
  readonly carry: Carry;
  /** When all is confirmed, or handed to the socket where nothing confirms. */
  readonly close: () => Promise<void>;
}

const UNDER_WAY = 100;
const HTTP_UNDER_WAY = 16;
const AGAIN_MS = 100;

async function overZmq({ url }: Entrance): Promise<Carrier> {
  // A full socket makes `send` wait: nothing is thrown away on this side.
  const socket = new Push({ sendHighWaterMark: 1000, linger: 30_000, sendTimeout: 180_000 });
  socket.connect(url);
  await delay(200);
  return {
    carry: (frame) => socket.send(frame),
    async close() {
      await delay(300);
      socket.close();
    },
  };
}

/** Runs at most `most` at a time; `carry` waits for room, `close` for the end of all. */
function bounded(most: number, one: Carry, end: () => Promise<unknown>): Carrier {
  const running = new Set<Promise<void>>();
  return {
    async carry(frame) {
      while (running.size >= most) await Promise.race(running);
      const own = one(frame).finally(() => running.delete(own));
      running.add(own);
    },
    async close() {
      await Promise.all(running);
      await end();
    },
  };
}

async function overMqtt({ url, address }: Entrance): Promise<Carrier> {
  const client = await connectAsync(url, { clientId: 'live-events', clean: false, reconnectPeriod: 250 });
  // It connects again by itself, and sends again what is not acknowledged; the run waits for that, or fails in time.
  client.on('error', () => undefined);
  const publish = async (frame: string) => void (await client.publishAsync(address!, frame, { qos: 1 }));
  return bounded(UNDER_WAY, publish, () => client.endAsync());
}

function overHttp({ url, address }: Entrance): Carrier {
  const post = async (frame: string): Promise<boolean> => {
    let answer;
    try {
      answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${address}`, 'content-type': 'application/json' },
        body: frame,
        signal: AbortSignal.timeout(10_000),
      });
    } catch (error) {
      if (error instanceof Error) return false; // Nobody there, or gone before the answer: sent again.
      throw error;
    }
    const told = await answer.text();
    if (answer.status === 202) return true;
    if (answer.status === 503 || answer.status === 429) return false;
    throw new Error(`sending to ${url}: status ${answer.status}, ${told.slice(0, 200)}`);
  };
  const carry = async (frame: string) => {
    while (!(await post(frame))) await delay(AGAIN_MS);
  };
  return bounded(HTTP_UNDER_WAY, carry, () => Promise.resolve());
}

async function main(call: SenderCall): Promise<SenderAnswer> {
  const { entrance } = call;
  const open = { zmq: overZmq, mqtt: overMqtt, http: overHttp }[entrance.transport];
  const { carry, close } = await open(entrance);
  const texts = JSON.parse(readFileSync(call.textsFile, 'utf8')) as string[];
  const events = createEvents({ texts, products: call.products, sources: 1, run: call.run });
  const due: [number, number][] = [];
  let bytes = 0;
  const seconds = await sendPaced(call, async (count, dueMs) => {
    const frame = events.frame(count, dueMs);
    bytes += Buffer.byteLength(frame);
    due.push([events.sent(), dueMs]);
    await carry(frame);
  });
  await close();
  return { sent: events.sent(), seconds, bytes, due };
}

process.stdout.write(`${JSON.stringify(await main(JSON.parse(process.argv[2]!) as SenderCall))}\n`);
