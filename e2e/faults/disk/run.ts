/** Power loss, torn writes, failing disks and kills under the agent's store, judged by what it had confirmed. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { undoneAtExit } from '../../../cloud/test/processes.ts';
import type { FaultReport } from '../report.ts';
import { compileShim, shimEnvironment } from './disk-log.ts';
import { runKills, type KillReport } from './kills.ts';

const EXPLORER = fileURLToPath(new URL('./explorer.ts', import.meta.url));
const NAME = 'disk: power loss and kills';
/** Told this often in a long run, and lost at most if it is ended. */
const SLICE_MS = 60_000;

export interface DiskFaultOptions {
  readonly seed: number;
  readonly budgetMs: number;
  readonly log: (line: string) => void;
}

interface Explored {
  readonly rounds: number;
  readonly faulty: number;
  readonly faults: number;
  readonly writes: number;
  readonly states: number;
  readonly distinct: number;
  readonly openMs: number;
  readonly findings: string[];
}

/**
 * Half of the processors' time goes to states that a power loss may leave, half to kills. Where there is no C compiler
 * the figures say why nothing was done.
 */
export async function runDiskFaults({ seed, budgetMs, log }: DiskFaultOptions): Promise<FaultReport> {
  return withShim(seed, async (shim, folder) => {
    const endsMs = performance.now() + budgetMs;
    const kills: KillReport = { kills: 0, torn: 0, confirmed: 0, findings: [] };
    const explored: Explored[] = [];
    const explore = async () => {
      for (let slice = 0; performance.now() < endsMs - 1_000; slice++) {
        const left = Math.min(SLICE_MS, endsMs - performance.now());
        explored.push(await runExplorer(shim, join(folder, 'loss'), seed + 7919 * slice, left));
        log(progressLine(explored, kills));
      }
    };
    await Promise.all([explore(), runKills({ shim, root: join(folder, 'kill'), seed, report: kills }, endsMs)]);
    return reportOf(seed, explored, kills);
  });
}

/** Kills alone, in lanes beside each other: lane n has the seed `seed` + n. */
export async function runKillsAlone(options: DiskFaultOptions & { readonly lanes: number }): Promise<FaultReport> {
  const { seed, budgetMs, lanes, log } = options;
  return withShim(seed, async (shim, folder) => {
    const endsMs = performance.now() + budgetMs;
    const report: KillReport = { kills: 0, torn: 0, confirmed: 0, findings: [] };
    const timer = setInterval(() => log(progressLine([], report)), SLICE_MS);
    await Promise.all(Array.from({ length: lanes }, (_, lane) => runKills({ shim, root: join(folder, `kill-${lane}`), seed: seed + lane, report }, endsMs))); // prettier-ignore
    clearInterval(timer);
    return { name: 'kills', seed, figures: killFigures(report), findings: report.findings };
  });
}

async function withShim(
  seed: number,
  work: (shim: string, folder: string) => Promise<FaultReport>,
): Promise<FaultReport> {
  // Memory: what a disk would do is in the model, and a real one would only be slow.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir(), 'livecue-disk-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const removed = undoneAtExit(remove);
  try {
    const shim = join(folder, 'shim.so');
    const missing = compileShim(shim);
    if (missing !== null) return { name: NAME, seed, figures: { skipped: missing }, findings: [] };
    return await work(shim, folder);
  } finally {
    removed();
    remove();
  }
}

async function runExplorer(shim: string, folder: string, seed: number, budgetMs: number): Promise<Explored> {
  rmSync(folder, { recursive: true, force: true });
  const root = join(folder, 'root');
  const log = join(folder, 'log');
  mkdirSync(root, { recursive: true });
  writeFileSync(log, '');
  const args = ['--disable-warning=ExperimentalWarning', EXPLORER, root, log, String(seed), String(Math.round(budgetMs))];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: shimEnvironment(shim, root, { log }) }); // prettier-ignore
  let [told, words] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (told += data.toString()));
  child.stderr.on('data', (data: Buffer) => (words += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code === 0) return JSON.parse(told) as Explored;
  const findings = [`seed ${seed}: the explorer ended with exit code ${code}: ${words.slice(0, 2_000)}`];
  return { rounds: 0, faulty: 0, faults: 0, writes: 0, states: 0, distinct: 0, openMs: 0, findings };
} // prettier-ignore

const sum = (explored: readonly Explored[], of: (one: Explored) => number) => explored.reduce((all, one) => all + of(one), 0); // prettier-ignore

function progressLine(explored: readonly Explored[], { kills, findings }: KillReport): string {
  const found = sum(explored, (one) => one.findings.length) + findings.length;
  return `disk: ${sum(explored, ({ distinct }) => distinct)} states after a power loss, ${kills} kills, ${found} findings`;
}

const killFigures = ({ kills, torn, confirmed }: KillReport) => ({
  'SIGKILLs': kills,
  '… of them in the middle of a write': torn,
  'confirmed operations before kills': confirmed,
}); // prettier-ignore

function reportOf(seed: number, explored: readonly Explored[], kills: KillReport): FaultReport {
  const distinct = sum(explored, (one) => one.distinct);
  const openMs = sum(explored, (one) => one.openMs);
  return {
    name: NAME,
    seed,
    figures: {
      'recorded runs of the store': sum(explored, ({ rounds }) => rounds),
      '… of them on a failing disk': sum(explored, ({ faulty }) => faulty),
      'faults injected (EIO, ENOSPC, short write)': sum(explored, ({ faults }) => faults),
      'recorded writes, fsyncs, renames': sum(explored, ({ writes }) => writes),
      'states after a power loss, distinct': distinct,
      '… built in all': sum(explored, ({ states }) => states),
      'opened and judged a second': openMs === 0 ? 0 : Math.round(distinct / (openMs / 1000)),
      ...killFigures(kills),
    },
    findings: [...explored.flatMap(({ findings }) => findings), ...kills.findings],
  };
}
