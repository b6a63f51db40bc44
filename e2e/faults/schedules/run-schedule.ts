import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { undoneAtExit } from '../../../cloud/test/processes.ts';
import { randomFrom } from '../report.ts';
import { FaultPlayer } from './fault-player.ts';
import { judge } from './judge.ts';
import { isCrash, LaneAgent, type Lane } from './lane.ts';
import type { FaultKind, Plan } from './plan.ts';
import { planShow, Sender, WINDOW_MS, WINDOWS } from './sender.ts';

export interface Outcome {
  readonly wrong: readonly string[];
  readonly faults: Partial<Record<FaultKind, number>>;
  readonly events: number;
  readonly records: number;
  readonly retries: number;
  readonly wallMs: number;
  /** What was said of a flipped bit: by the proof, by the store; empty: it changed nothing. */
  readonly flipTold: readonly string[];
}

const DRAIN_MS = { light: 40_000, whole: 240_000 };
/** Altered state may never come to rest; what was told by then counts. A checkpoint comes every 10 s, and again after 30 s when it was lost. */
const FLIP_DRAIN_MS = { light: 20_000, whole: 90_000 };
const QUIET_MS = 700;

interface Figures {
  readonly queued: number;
  readonly counts: { readonly events: number };
  readonly uplink: { readonly backlog: number; readonly state: string; readonly problem: string | null; readonly verified?: number }; // prettier-ignore
}

/** Plays one plan on a lane and judges what is in the database after it. */
export async function runSchedule(lane: Lane, plan: Plan): Promise<Outcome> {
  const beganMs = performance.now();
  const name = `s${plan.schedule}-${lane.name.replaceAll('_', '-')}-${Math.floor(beganMs)}`;
  const place = path.join(lane.folder, name);
  mkdirSync(place);
  const unmount = plan.smallDisk ? mountSmallDisk(place) : () => undefined;
  const agent = await LaneAgent.create(lane, { agentId: name, folder: path.join(place, 'data'), whole: plan.whole });
  const random = randomFrom(plan.seed ^ Math.imul(plan.schedule + 1, 0x85ebca6b));
  const show = planShow(random, Date.now());
  const sender = new Sender(agent.to);
  const stop = new AbortController();
  const told: string[] = [];
  try {
    await agent.start();
    const player = new FaultPlayer(lane, agent, plan.smallDisk ? place : null);
    const overMs = plan.faults.reduce((sum, { afterMs }) => sum + afterMs, 400);
    if (plan.flip === 'wire') lane.proxies.agent.flipNext(new RegExp(`/${name}/records$`));
    const sent = sender.send(show.batches, { random, overMs, signal: stop.signal });
    // Awaited below; until then a failure must not go unheard.
    sent.catch(() => undefined);
    await player.play(plan.faults);
    const refused = await Promise.race([sent.then(() => []), refusing(agent, stop.signal)]);
    if (refused.length > 0) return { ...NOTHING, wrong: [...refused, ...crashes(lane, agent)], faults: player.done, wallMs: performance.now() - beganMs }; // prettier-ignore
    if (plan.flip === 'file') told.push(...(await flipInFile(agent, random)));
    const drained = await drain({ lane, agent, sender, stop: stop.signal, show, ms: (plan.flip === 'file' ? FLIP_DRAIN_MS : DRAIN_MS)[plan.whole ? 'whole' : 'light'] }); // prettier-ignore
    const verdict = await judge(lane, name, { fromMs: show.fromMs, accepted: sender.figures.accepted });
    told.push(...verdict.findings, ...toldByStore(agent));
    const excused = plan.flip !== null && told.length > 0;
    const wrong = excused ? [] : [...drained, ...verdict.wrong, ...crashes(lane, agent)];
    return { wrong, faults: player.done, events: sender.figures.accepted.length, records: verdict.records, retries: sender.figures.retries, wallMs: performance.now() - beganMs, flipTold: told }; // prettier-ignore
  } finally {
    stop.abort(new Error('the schedule is over'));
    lane.proxies.agent.heal();
    await agent.kill();
    unmount();
    rmSync(place, { recursive: true, force: true });
  }
}

/** After the last fault an agent takes events again, within this time. */
const TAKEN_MS = 90_000;
const NOTHING: Outcome = { wrong: [], faults: {}, events: 0, records: 0, retries: 0, wallMs: 0, flipTold: [] };

async function refusing(agent: LaneAgent, signal: AbortSignal): Promise<string[]> {
  // Ended with the schedule: then nobody listens any more.
  await delay(TAKEN_MS, undefined, { signal }).catch(() => undefined);
  return [`the agent takes no events ${TAKEN_MS} ms after the last fault: ${agent.words().slice(-400)}`];
}

/** Waits until all that was accepted is acknowledged and proven, and stays so. Returns what did not come. */
async function drain(at: {
  lane: Lane;
  agent: LaneAgent;
  sender: Sender;
  show: { fromMs: number };
  stop: AbortSignal;
  ms: number;
}): Promise<string[]> {
  const { lane, agent, sender, show } = at;
  const untilMs = performance.now() + at.ms;
  const lastMs = show.fromMs + (WINDOWS - 1) * WINDOW_MS;
  let quietSinceMs = Number.POSITIVE_INFINITY;
  let before = '';
  await sender.mark(Date.now(), at.stop);
  for (;;) {
    await delay(100);
    if (agent.ended()) return [`the agent ended: ${agent.words()}`];
    if (lane.receiverEnded()) return [`the receiver ended: ${lane.receiverWords()}`];
    const figures = readFigures(agent.figuresFile);
    const [here] = await lane.ask<{ contiguous: string; ranges: unknown[]; verified_size: string; last: boolean }>('SELECT contiguous, ranges, verified_size, EXISTS (SELECT FROM window_rows AS w WHERE w.agent_id = s.agent_id AND w.window_start = to_timestamp($2::double precision / 1000)) AS last FROM agent_streams AS s WHERE agent_id = $1', [agent.agentId, lastMs]); // prettier-ignore
    const idle = figures?.queued === 0 && figures.uplink.backlog === 0 && here?.last === true && here.ranges.length === 0 && here.verified_size === here.contiguous; // prettier-ignore
    const now = JSON.stringify([here, figures?.counts.events]);
    if (!idle || now !== before) quietSinceMs = performance.now();
    before = now;
    if (idle && performance.now() - quietSinceMs > QUIET_MS) return [];
    if (performance.now() > untilMs)
      return [`not everything came within ${at.ms} ms: ${JSON.stringify({ here, uplink: figures?.uplink, queued: figures?.queued })}; receiver: ${lane.receiverWords().slice(-300)}; agent: ${agent.words().slice(-300)}`]; // prettier-ignore
  }
}

function readFigures(file: string): Figures | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Figures;
  } catch {
    return null; // Not written yet.
  }
}

/**
 * One bit of the agent's data file, while it is down; started again. Returns what was told at once. A bit of the
 * write-ahead log cuts off what stands behind it, as a torn write does that was never confirmed: SQLite cannot tell them
 * apart, so nothing is told, and that is said here.
 */
async function flipInFile(agent: LaneAgent, random: () => number): Promise<string[]> {
  await agent.kill();
  const file = path.join(agent.folder, 'livecue.db');
  const log = `${file}-wal`;
  const inLog = existsSync(log) && statSync(log).size > 0 && random() < 0.3;
  const target = inLog ? log : file;
  const bytes = readFileSync(target);
  bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
  writeFileSync(target, bytes);
  const told = inLog ? ['in the log'] : [];
  return agent.start().then(() => told, (error: Error) => [`would not start: ${error.message.slice(0, 200)}`]); // prettier-ignore
}

/** A data file that was kept aside because it could not be read, or of whose past the store is not certain. */
function toldByStore(agent: LaneAgent): string[] {
  const aside = existsSync(agent.folder) ? readdirSync(agent.folder).filter((name) => name.includes('.damaged-')) : [];
  return agent.words().includes('is not the one that ran here last') ? [...aside, 'a new epoch'] : aside;
}

/** Exceptions that nobody caught, of programs that a service manager would have started again. */
function crashes(lane: Lane, agent: LaneAgent): string[] {
  const words = { 'the agent': agent.words(), 'the receiver': lane.receiverWords() };
  return Object.entries(words).flatMap(([who, said]) => (isCrash(said) ? [`${who} threw: ${said.slice(-600)}`] : []));
}

/** Throws where this user may not mount; `canMount` tells before. */
function mountSmallDisk(place: string): () => void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', place], { stdio: 'pipe' });
  const unmount = () => void execFileSync('umount', ['-l', place]);
  const done = undoneAtExit(unmount);
  return () => {
    done();
    unmount();
  };
}

export function canMount(folder: string): boolean {
  const place = path.join(folder, 'mount-trial');
  mkdirSync(place, { recursive: true });
  try {
    mountSmallDisk(place)();
    return true;
  } catch {
    return false; // Not root, or no mounts in this container: plans without a full disk are made.
  }
}
