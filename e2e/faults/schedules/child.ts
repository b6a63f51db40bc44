import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { undoneAtExit } from '../../../cloud/test/processes.ts';

const CLOCK = fileURLToPath(new URL('./set-clock.mjs', import.meta.url));
/** Sources are read and stripped of their types once, not at each of a thousand starts. */
const COMPILED = path.join(os.tmpdir(), 'livecue-faults-compiled');
const READY_MS = 60_000;

/** A program of ours under test: its first line on stdout as JSON, what it said, and the signals it gets. */
export interface Child {
  readonly told: Record<string, unknown>;
  readonly words: () => string;
  /** True from its end on. */
  readonly ended: () => boolean;
  signal(signal: NodeJS.Signals): void;
  /** Ends it, and waits until it is gone. Safe when it has ended. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** Starts it and waits for its first line. Rejects, with what it said, when it ends before. */
export async function startChild(args: readonly string[], env: Record<string, string> = {}): Promise<Child> {
  mkdirSync(COMPILED, { recursive: true });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', CLOCK, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LIVECUE_NO_WINDOW: '1', NODE_COMPILE_CACHE: COMPILED, ...env },
  });
  child.once('exit', undoneAtExit(() => void child.kill('SIGKILL'))); // prettier-ignore
  let words = '';
  child.stderr.on('data', (data: Buffer) => (words = `${words}${data.toString()}`.slice(-8_000)));
  const told = await firstLine(child, () => words);
  return {
    told,
    words: () => words,
    ended: () => hasEnded(child),
    signal: (signal) => void child.kill(signal),
    end: (signal) => endChild(child, signal),
  };
}

function firstLine(child: ChildProcess, words: () => string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`${path.basename(child.spawnargs[4] ?? '')} ${why}: ${words()}`));
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`was not ready within ${READY_MS} ms`);
    }, READY_MS);
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal} before it was ready`));
    createInterface({ input: child.stdout! }).once('line', (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line) as Record<string, unknown>);
    });
  });
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** A stopped process takes SIGKILL, but SIGTERM only when it goes on. */
export async function endChild(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  if (signal === 'SIGTERM') child.kill('SIGCONT');
  await gone;
}
