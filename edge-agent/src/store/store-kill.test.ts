import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from './testing/kit.ts';

const WRITER = fileURLToPath(new URL('./testing/writer.ts', import.meta.url));
/** A few, on every system; e2e/faults/disk has hundreds to thousands of them, where there is a C compiler. */
const KILLS = Number(process.env['LIVECUE_KILLS'] ?? 24);
const PARALLEL = 2;
const root = temporaryFolder();
afterAll(root.remove);

interface Acknowledged {
  frame: number;
  step: number;
}

interface Found {
  epoch: number;
  state: { steps?: string; covered?: string };
  journalPosition: number;
  frames: [number, string][];
  seqs: number[];
  logged: number[];
}

/** Runs the writer until it has said `afterLines` lines, kills it, and returns what it found and said. */
async function runAndKill(folder: string, seed: number, afterLines: number) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', WRITER, folder, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
  const exited = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_code, signal) => resolve(signal)),
  );
  const said: Acknowledged = { frame: 0, step: 0 };
  const warnings: string[] = [];
  let found: Found | null = null;
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('R ')) found = JSON.parse(line.slice(2)) as Found;
    if (line.startsWith('W ')) warnings.push(line);
    if (line.startsWith('F ')) said.frame = Math.max(said.frame, Number(line.slice(2)));
    if (line.startsWith('S ')) said.step = Math.max(said.step, Number(line.slice(2)));
    // Some moments later, so that the kill falls into the middle of the next write and not only behind a commit.
    if (++lines === afterLines) setTimeout(() => child.kill('SIGKILL'), (seed % 41) / 10);
  }
  expect(await exited).toBe('SIGKILL');
  return { found: found!, said, warnings };
}

function check(found: Found, acknowledged: Acknowledged): void {
  const steps = Number(found.state.steps ?? 0);
  expect(steps).toBeGreaterThanOrEqual(acknowledged.step);
  expect(found.seqs).toEqual(Array.from({ length: 2 * steps }, (_, n) => n + 1));
  expect(found.logged).toEqual(Array.from({ length: 3 * steps }, (_, n) => n + 1));
  // State and journal position belong to one step, or the step was torn.
  expect(found.journalPosition).toBe(Number(found.state.covered ?? 0));
  const last = found.frames.at(-1)?.[0] ?? found.journalPosition;
  expect(last).toBeGreaterThanOrEqual(acknowledged.frame);
  expect(found.frames.map(([position]) => position)).toEqual(
    Array.from({ length: last - found.journalPosition }, (_, n) => found.journalPosition + 1 + n),
  );
  for (const [position, text] of found.frames) expect(text).toBe(`frame ${position} `.padEnd(12, 'x').slice(0, 12));
}

it(`${KILLS} times SIGKILL: nothing acknowledged is missing, no hole in the seqs or in the record of the show, no torn step`, async () => {
  const seed = Number(process.env['LIVECUE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`store kill test: LIVECUE_SEED=${seed} LIVECUE_KILLS=${KILLS}`);
  let kills = 0;
  let acknowledgedSteps = 0;
  const lane = async (name: number) => {
    const folder = `${root.path}/lane-${name}`;
    const acknowledged: Acknowledged = { frame: 0, step: 0 };
    let epoch: number | null = null;
    for (; kills < KILLS;) {
      const run = kills++;
      const { found, said, warnings } = await runAndKill(folder, seed + run, 2 + ((seed + run * 7919) % 61));
      check(found, acknowledged);
      expect(warnings).toEqual([]);
      expect(found.epoch).toBe((epoch ??= found.epoch));
      acknowledged.frame = Math.max(acknowledged.frame, said.frame);
      acknowledged.step = Math.max(acknowledged.step, said.step);
    }
    acknowledgedSteps += acknowledged.step;
    const { found } = await runAndKill(folder, seed, 1);
    check(found, acknowledged);
  };
  await Promise.all(Array.from({ length: PARALLEL }, (_, name) => lane(name)));
  expect(acknowledgedSteps).toBeGreaterThan(KILLS);
}, 180_000);
