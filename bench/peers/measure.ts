import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startMosquitto } from '../../cloud/test/mosquitto.ts';
import { freePort } from '../../cloud/test/processes.ts';
import { startTcpProxy } from '../../e2e/faults/schedules/tcp-proxy.ts';
import { countingDelays, judged, type Verdict } from './judge.ts';
import type { Compared, RunningProgram } from './programs.ts';
import type { SenderAnswer, SenderCall } from './sender.ts';
import { startSubscriber, type Counted } from './subscriber.ts';

const SENDER = fileURLToPath(new URL('sender.ts', import.meta.url));
const CLOUD_BROKER = ['max_inflight_messages 100', 'max_queued_messages 0'];
const MOMENT_MS = 1_500;
const STILL_MS = 60_000;
const AT_MOST_MS = 240_000;
const MEMORY_EVERY_MS = 250;
/** A run in which the machine stood still for so long says nothing of the moment of a kill. */
const STALL_TOLD_MS = 2_000;
/** LiveCue's window, what it waits for events out of order, and a second: later events are left out of the delays. */
const LAST_LEFT_OUT_MS = 13_000;

export interface Plan {
  readonly folder: string;
  readonly textsFile: string;
  readonly perSecond: readonly number[];
  readonly products: number;
  readonly say: (what: string) => void;
}

export interface Quick extends Verdict {
  readonly eventsPerSecond: number;
  readonly memoryMb: number;
  readonly firstMb: number;
}

export interface Delays extends Verdict {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Beyond the length of the window, which the events wait for. */
  readonly beyondMs: number;
  readonly memoryMb: number;
  readonly firstMb: number;
}

export interface Fault extends Verdict {
  /** Messages that came twice with the same id. */
  readonly again: number;
  /** From the end of the trouble to the last event counted. */
  readonly wholeAfterSeconds: number;
}

export type Trouble = 'away' | 'kill' | 'both';

type Load = Pick<SenderCall, 'seconds' | 'rate' | 'eventsPerFrame'>;

function drive(program: RunningProgram, plan: Plan, load: Load): Promise<SenderAnswer> {
  const call: SenderCall = { ...load, perSecond: plan.perSecond, products: plan.products, textsFile: plan.textsFile, run: program.name, entrance: program.entrance }; // prettier-ignore
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SENDER, JSON.stringify(call)], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
  return new Promise((resolve, reject) => {
    let answered = false;
    createInterface({ input: child.stdout }).once('line', (line) => {
      answered = true;
      resolve(JSON.parse(line) as SenderAnswer);
    });
    child.once('close', (code) => {
      if (!answered) reject(new Error(`the sender to ${program.name} ended with exit code ${code}`));
    });
  });
}

/** Until all is counted, or nothing has come for a while from a program that is not known to be away. */
async function settled(counted: Counted, sent: number, tells: boolean): Promise<void> {
  const startedMs = Date.now();
  for (;;) {
    const lastMs = counted.came.at(-1)?.[1] ?? startedMs;
    const quiet = Date.now() - Math.max(lastMs, startedMs) > STILL_MS && (!tells || counted.online);
    if (counted.total >= sent || quiet || Date.now() - startedMs > AT_MOST_MS) return;
    await delay(100);
  }
}

async function connected(counted: Counted, tells: boolean): Promise<void> {
  for (let waitedMs = 0; tells && !counted.online; waitedMs += 50) {
    if (waitedMs > 30_000) throw new Error('LiveCue has not told within 30 s that it is connected to the broker');
    await delay(50);
  }
  await delay(MOMENT_MS);
}

/** Highest memory from now on. */
function watchMemory(program: RunningProgram) {
  const most = { all: 0, first: 0 };
  const look = () => {
    const now = program.memory();
    most.all = Math.max(most.all, now.all);
    most.first = Math.max(most.first, now.first);
  };
  const timer = setInterval(look, MEMORY_EVERY_MS);
  return () => {
    clearInterval(timer);
    return most;
  };
}

function tellStalls(tell: (ms: number) => void): () => void {
  let beforeMs = Date.now();
  const timer = setInterval(() => {
    const lateMs = Date.now() - beforeMs - MEMORY_EVERY_MS;
    if (lateMs > STALL_TOLD_MS) tell(lateMs);
    beforeMs = Date.now();
  }, MEMORY_EVERY_MS);
  return () => clearInterval(timer);
}

async function alone<T>(compared: Compared, plan: Plan, name: string, measure: (program: RunningProgram, counted: Counted) => Promise<T>): Promise<T> {
  const broker = await startMosquitto(await freePort(), CLOUD_BROKER);
  if (broker === null) throw new Error('Mosquitto is the broker that all send to: apt-get install mosquitto');
  const ends: (() => unknown)[] = [() => broker.end()];
  try {
    const subscriber = await startSubscriber(broker.url);
    ends.push(() => subscriber.end());
    const folder = path.join(plan.folder, name, compared.title);
    mkdirSync(folder, { recursive: true });
    const program = await compared.start({ folder, brokerPort: Number(new URL(broker.url).port), products: plan.products }); // prettier-ignore
    ends.push(() => program.stop());
    const counted = subscriber.of(program.name);
    await connected(counted, program.counted() !== null || program.name.startsWith('peer-'));
    return await measure(program, counted);
  } finally {
    for (const end of ends.reverse()) await end();
  }
} // prettier-ignore

/** As fast as it takes them. The time ends when it has counted all: LiveCue tells, of others the last window does. */
export function throughput(compared: Compared, plan: Plan, seconds: number): Promise<Quick> {
  return alone(compared, plan, 'throughput', async (program, counted) => {
    const memory = watchMemory(program);
    const answer = await drive(program, plan, { seconds, rate: null, eventsPerFrame: 50 });
    let doneMs = 0;
    const untilMs = Date.now() + AT_MOST_MS;
    for (let own = program.counted(); own !== null && Date.now() < untilMs; own = program.counted()) {
      doneMs = own.atMs;
      if (own.events >= answer.sent) break;
      await delay(100);
    }
    await settled(counted, answer.sent, program.counted() !== null);
    const { all, first } = memory();
    const endMs = doneMs === 0 ? (counted.came.at(-1)?.[1] ?? Number.NaN) : doneMs;
    const eventsPerSecond = Math.round((counted.total * 1000) / (endMs - answer.due[0]![1]));
    return { ...judged(answer, counted, program.spanMs), eventsPerSecond, memoryMb: all, firstMb: first };
  });
}

/** At a rate, in recorded bursts: from the moment an event was due to its count at the subscriber. */
export function delays(compared: Compared, plan: Plan, load: { seconds: number; rate: number }): Promise<Delays> {
  return alone(compared, plan, 'delays', async (program, counted) => {
    const memory = watchMemory(program);
    const answer = await drive(program, plan, { ...load, eventsPerFrame: 20 });
    await settled(counted, answer.sent, program.counted() !== null);
    const { all, first } = memory();
    const lastMs = answer.due.at(-1)![1] - LAST_LEFT_OUT_MS;
    const early = { due: answer.due.filter(([, dueMs]) => dueMs < lastMs) };
    const [p50Ms, p99Ms] = countingDelays(early, counted.came, [0.5, 0.99]) as [number, number];
    const windowMs = program.entrance.transport === 'mqtt' ? 0 : program.spanMs;
    return { ...judged(answer, counted, program.spanMs), p50Ms, p99Ms, beyondMs: p99Ms - windowMs, memoryMb: all, firstMb: first }; // prettier-ignore
  });
}

/** All side by side, each behind a wire of its own: what is counted does not depend on how fast the machine is. */
export async function faults(all: readonly Compared[], plan: Plan, trouble: Trouble, call: { awaySeconds: number; rate: number }): Promise<Map<string, Fault>> {
  const broker = await startMosquitto(await freePort(), CLOUD_BROKER);
  if (broker === null) throw new Error('Mosquitto is the broker that all send to: apt-get install mosquitto');
  const ends: (() => unknown)[] = [() => broker.end(), tellStalls((ms) => plan.say(`${trouble}: this program stood still for ${ms} ms, something else has the machine`))]; // prettier-ignore
  try {
    const subscriber = await startSubscriber(broker.url);
    ends.push(() => subscriber.end());
    const one = async (compared: Compared): Promise<[string, Fault]> => {
      const wire = await startTcpProxy({ targetPort: Number(new URL(broker.url).port), random: Math.random, mqtt: false }); // prettier-ignore
      ends.push(() => wire.stop());
      const folder = path.join(plan.folder, trouble, compared.title);
      mkdirSync(folder, { recursive: true });
      const program = await compared.start({ folder, brokerPort: wire.port, products: plan.products });
      ends.push(() => program.stop());
      const counted = subscriber.of(program.name);
      const tells = program.name.startsWith('peer-');
      await connected(counted, tells);
      const calmMs = 5_000;
      const awayMs = trouble === 'kill' ? 10_000 : call.awaySeconds * 1000;
      const driven = drive(program, plan, { seconds: (2 * calmMs + awayMs) / 1000, rate: call.rate, eventsPerFrame: 20 }); // prettier-ignore
      await delay(calmMs);
      if (trouble !== 'kill') wire.weather({ newcomers: 'refuse' });
      if (trouble !== 'kill') wire.cut();
      await delay(awayMs / 2);
      if (trouble !== 'away') {
        await program.kill();
        await delay(2_000);
        await program.again();
      }
      await delay(awayMs / 2);
      wire.heal();
      const healedMs = Date.now();
      const answer = await driven;
      await settled(counted, answer.sent, tells);
      const wholeAfterSeconds = Math.round(((counted.came.at(-1)?.[1] ?? healedMs) - healedMs) / 100) / 10;
      const fault = { ...judged(answer, counted, program.spanMs), again: counted.again, wholeAfterSeconds };
      plan.say(`${trouble}: ${compared.title}: ${fault.sent} sent, ${fault.lost} lost, ${fault.doubled} doubled`);
      return [compared.title, fault];
    };
    return new Map(await Promise.all(all.map(one)));
  } finally {
    for (const end of ends.reverse()) await end();
  }
} // prettier-ignore
