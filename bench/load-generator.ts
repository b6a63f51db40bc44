/**
 * Sends canonical events to the agent's ZeroMQ socket from a process of its own. Told what to send by one
 * JSON argument, answers with one JSON line. Event time is the moment at which the event was due to be
 * sent, so that an agent which holds the sender back cannot hide its delay (no coordinated omission).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Push } from 'zeromq';
import { createEvents, sendPaced } from './live-events.ts';

export interface LoadCall {
  readonly endpoint: string;
  readonly seconds: number;
  /** Mean events a second, or null: as fast as the socket takes them. */
  readonly rate: number | null;
  readonly perSecond: readonly number[];
  readonly texts: readonly string[];
  readonly eventsPerFrame: number;
  readonly products: number;
  /** Rooms and shops that the events come from, in turn: `live/bench/1`, `shop/bench/1` and so on. */
  readonly sources: number;
  /** Distinguishes the ids of two parts of one bench. */
  readonly run: string;
}

export interface LoadAnswer {
  readonly sent: number;
  readonly comments: number;
  readonly seconds: number;
  readonly bytes: number;
}

async function main(call: LoadCall): Promise<LoadAnswer> {
  // A full socket makes `send` wait: nothing is thrown away on this side.
  const socket = new Push({ sendHighWaterMark: 1000, linger: 30_000, sendTimeout: 60_000 });
  socket.connect(call.endpoint);
  await delay(200);
  const events = createEvents(call);
  let sequence = 0;
  let bytes = 0;
  const send = async (count: number, dueMs: number) => {
    const body = events.frame(count, dueMs);
    bytes += Buffer.byteLength(body);
    await socket.send([`{"source":"bench-${call.run}","sequence":${++sequence},"encoding":"json"}`, body]);
  };
  const seconds = await sendPaced(call, send);
  await delay(300);
  socket.close();
  return { sent: events.sent(), comments: events.comments(), seconds, bytes };
}

const call = JSON.parse(process.argv[2] ?? '{}') as LoadCall & { textsFile?: string };
if (call.endpoint !== undefined) {
  const { readFileSync } = await import('node:fs');
  const texts =
    call.textsFile === undefined ? call.texts : (JSON.parse(readFileSync(call.textsFile, 'utf8')) as string[]);
  process.stdout.write(`${JSON.stringify(await main({ ...call, texts }))}\n`);
}
