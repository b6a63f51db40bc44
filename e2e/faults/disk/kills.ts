/** A program with a real store is killed at a seeded moment, hundreds of times; what it left is opened and judged. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diceOf, shimEnvironment } from './disk-log.ts';
import { openEngine } from './engine-driver.ts';
import { Progress, type KnownStore } from './progress.ts';
import { EMPTY_STORE, readStore } from './store-model.ts';
import { cursorOf } from './workload.ts';

const WRITER = fileURLToPath(new URL('./kill-writer.ts', import.meta.url));
const KILLS_A_FOLDER = 25;
const EMPTY: KnownStore = { model: EMPTY_STORE, frames: new Map(), epoch: null, config: 0 };

export interface KillReport {
  kills: number;
  /** Of them in the middle of a write. */
  torn: number;
  confirmed: number;
  readonly findings: string[];
}

interface Lane {
  readonly shim: string;
  readonly root: string;
  readonly seed: number;
  readonly report: KillReport;
}

/** One kill after the other until the time is over or the first finding. */
export async function runKills(lane: Lane, endsMs: number): Promise<void> {
  const folder = join(lane.root, 'data');
  mkdirSync(lane.root, { recursive: true });
  let known = EMPTY;
  for (let n = 0; performance.now() < endsMs; n++) {
    if (n % KILLS_A_FOLDER === 0) {
      rmSync(folder, { recursive: true, force: true });
      known = EMPTY;
    }
    const seed = (lane.seed * 1_000_003 + n) >>> 0;
    try {
      known = await killOnce(lane, folder, seed, known);
    } catch (error) {
      const again = `it was kill ${n % KILLS_A_FOLDER} of a folder that began with ${n - (n % KILLS_A_FOLDER)}`;
      lane.report.findings.push(`kill seed ${lane.seed}, ${again}: ${(error as Error).message}`);
      return;
    }
  }
}

async function killOnce(lane: Lane, folder: string, seed: number, known: KnownStore): Promise<KnownStore> {
  const random = diceOf(seed);
  const marksFile = join(lane.root, 'marks');
  const marks = openSync(marksFile, 'w');
  const how = ['kill', 'torn', 'after', 'torn'][random(4)]!;
  const byCall = random(8) > 0;
  const rule = byCall ? `!wsotrud ${1 + random(random(3) === 0 ? 80 : 600)} ${how} 1` : '';
  const cursor = cursorOf(known.model, Math.max(0, ...known.frames.keys()));
  const args = ['--disable-warning=ExperimentalWarning', WRITER, folder, String(seed), JSON.stringify(cursor)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', marks, 'inherit'], env: shimEnvironment(lane.shim, lane.root, { rule }) }); // prettier-ignore
  closeSync(marks);
  const timer = setTimeout(() => child.kill('SIGKILL'), byCall ? 60_000 : 60 + random(200));
  const signal = await new Promise<string>((resolve) => child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`))); // prettier-ignore
  clearTimeout(timer);
  if (signal !== 'SIGKILL') throw new Error(`the program ended with ${signal} before it was killed (${rule})`);
  lane.report.kills++;
  if (byCall && how === 'torn') lane.report.torn++;
  return judged(lane, folder, known, readFileSync(marksFile, 'utf8').split('\n'));
}

function judged(lane: Lane, folder: string, known: KnownStore, marks: readonly string[]): KnownStore {
  const progress = new Progress(known);
  for (const mark of marks) progress.mark(mark);
  lane.report.confirmed += marks.filter((mark) => mark.startsWith('s ')).length;
  if (progress.faults.length > 0) throw new Error(`the store complained: ${progress.faults.join('; ')}`);
  const notes = { lines: [] as string[] };
  const engine = openEngine(folder, notes);
  try {
    const found = readStore(engine);
    const { problem, model } = progress.history.judge(found);
    if (problem !== null) throw new Error(`${problem} (${notes.lines.join('; ')})`);
    return { model, frames: new Map(found.frames), epoch: progress.history.epoch, config: 0 };
  } finally {
    engine.close();
  }
}
