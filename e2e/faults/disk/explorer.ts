/**
 * Runs under the shim, in a process of its own. Rounds of: random calls to the store are recorded down to each write;
 * states that a power loss could leave are built from the record, opened with the store's own code and judged; one of
 * them is what the next round goes on with. Prints one line of JSON at the end. Arguments: root, log, seed, budgetMs, mode.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  openSync,
  closeSync,
  ftruncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { parseDiskLog, diceOf, type DiskOp } from './disk-log.ts';
import { EngineDriver, openEngine, type Notes } from './engine-driver.ts';
import { Progress, type KnownStore } from './progress.ts';
import { ModelDisk, type DiskRules } from './model-disk.ts';
import { EMPTY_STORE, readStore, type FoundStore, type StoreModel } from './store-model.ts';
import { cursorOf } from './workload.ts'; // prettier-ignore

const [root = '', logFile = '', seedText = '1', budgetText = '1000', mode = ''] = process.argv.slice(2);
const seed = Number(seedText);
const endsMs = performance.now() + Number(budgetText);
const folder = join(root, 'data');
const parked = join(root, 'parked.db');
const databaseFile = join(folder, 'livecue.db');
const ROUNDS_A_FOLDER = 8;
const FINDINGS_TOLD = 5;

type Files = Map<string, Buffer>;

interface Base extends KnownStore {
  readonly files: Files;
}

const freshBase = (): Base => ({ files: new Map([[`${root}/`, Buffer.alloc(0)]]), model: EMPTY_STORE, frames: new Map(), epoch: null, config: 0 }); // prettier-ignore

const told = {
  rounds: 0,
  faulty: 0,
  faults: 0,
  writes: 0,
  states: 0,
  distinct: 0,
  openMs: 0,
  findings: [] as string[],
};
let ownInode = 0;

function inodeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}

/** Puts these files into the folder and no others; the database keeps its inode, by which the store knows it. */
function place(files: Files): void {
  if (existsSync(databaseFile) && inodeOf(databaseFile) === ownInode) renameSync(databaseFile, parked);
  rmSync(folder, { recursive: true, force: true });
  if (!files.has(`${folder}/`)) return;
  mkdirSync(folder);
  if (files.has(databaseFile) && existsSync(parked)) renameSync(parked, databaseFile);
  for (const [path, bytes] of files) {
    if (path.endsWith('/') || dirname(path) !== folder) continue;
    const file = openSync(path, existsSync(path) ? 'r+' : 'w');
    ftruncateSync(file, bytes.length);
    if (bytes.length > 0) writeSync(file, bytes, 0, bytes.length, 0);
    closeSync(file);
  }
}

const checksums = new WeakMap<Buffer, number>();

/** Two states with the same key are the same but for one in 4 billion, which is then passed over. */
function keyOf(files: Files): string {
  let key = '';
  for (const [path, bytes] of files) {
    if (!checksums.has(bytes)) checksums.set(bytes, crc32(bytes));
    key += `${path} ${bytes.length} ${checksums.get(bytes)!} `;
  }
  return key;
}

interface Judged {
  readonly problem: string | null;
  readonly model: StoreModel;
  readonly found: FoundStore | null;
}

function judge(files: Files, progress: Progress): Judged {
  place(files);
  const notes: Notes = { lines: [] };
  let found: FoundStore | null = null;
  try {
    const engine = openEngine(folder, notes);
    try {
      found = readStore(engine);
    } finally {
      engine.close();
    }
    const { problem, model } = progress.history.judge(found);
    return { problem: problem ?? configProblem(progress), model, found };
  } catch (error) {
    return { problem: `${String(error)} (${notes.lines.join('; ')})`, model: EMPTY_STORE, found };
  }
}

function configOf(): number {
  const file = join(folder, 'config.json');
  if (!existsSync(file)) return 0;
  return Number((JSON.parse(readFileSync(file, 'utf8')) as { agentId: string }).agentId.slice('studio-'.length));
}

function configProblem({ configIssued, configSettled }: Progress): string | null {
  if (!existsSync(folder)) return null;
  const found = configOf();
  if (found < configSettled || found > configIssued) return `config.json is version ${found}; expected ${configSettled} to ${configIssued}`; // prettier-ignore
  for (const name of readdirSync(folder)) if (/^config\.\d+\.json$/.test(name)) JSON.parse(readFileSync(join(folder, name), 'utf8')); // prettier-ignore
  return null;
}

/** Judges states of one record; returns one of them to go on with. */
function explore(base: Base, ops: readonly DiskOp[], rules: DiskRules, roundSeed: number): Base | null {
  const random = diceOf(roundSeed ^ 0x5bd1e995);
  const disk = new ModelDisk(base.files, rules, random);
  const progress = new Progress(base);
  const seen = new Set<string>();
  const failed = new Set<number>();
  const goOnAt = Math.floor(ops.length * (0.3 + random(70) / 100));
  let next: Base | null = null;
  ops.forEach((op, at) => {
    if (op.kind === 'mark' && op.text.startsWith('s ') && failed.size > 0) finding(roundSeed, `confirmed on a handle whose fsync had failed (operation ${at})`); // prettier-ignore
    if (op.kind === 'sync-failed') failed.add(op.fd);
    if (op.kind === 'close' || op.kind === 'open') failed.delete(op.fd);
    if (op.kind === 'mark') return progress.mark(op.text);
    disk.apply(op);
    told.writes++;
    for (let n = op.kind === 'sync' ? 2 : 6; n > 0 && performance.now() < endsMs; n--) {
      const files = disk.afterLoss(random);
      told.states++;
      const key = keyOf(files);
      if (seen.has(key)) continue;
      seen.add(key);
      const startedMs = performance.now();
      const { problem, model, found } = judge(files, progress);
      told.openMs += performance.now() - startedMs;
      if (problem !== null) finding(roundSeed, `${rules}, after operation ${at} (${op.kind}): ${problem}`);
      else if (next === null && at >= goOnAt && files.has(databaseFile)) next = { files, model, frames: new Map(found!.frames), epoch: progress.history.epoch, config: configOf() }; // prettier-ignore
    }
  });
  told.distinct += seen.size;
  return next;
}

function finding(roundSeed: number, text: string): void {
  if (told.findings.length < FINDINGS_TOLD) told.findings.push(`seed ${seed}, round seed ${roundSeed}: ${text}`);
  else if (told.findings.length === FINDINGS_TOLD) told.findings.push('… and more');
}

let base = freshBase();
for (let round = 0; performance.now() < endsMs; round++) {
  if (round % ROUNDS_A_FOLDER === 0) {
    base = freshBase();
    rmSync(folder, { recursive: true, force: true });
    rmSync(parked, { force: true });
  }
  const roundSeed = (seed * 1_000_003 + round) >>> 0;
  const random = diceOf(roundSeed);
  const faulty = mode === 'faults' || (mode !== 'plain' && random(3) === 0);
  place(base.files);
  truncateSync(logFile);
  const cursor = cursorOf(base.model, Math.max(0, ...base.frames.keys()));
  const driver = new EngineDriver({ root, folder, random, cursor, config: base.config, faulty });
  await driver.run(10 + random(50));
  told.rounds++;
  if (faulty) told.faulty++;
  told.faults += driver.faults;
  for (const text of driver.findings) finding(roundSeed, text);
  ownInode = inodeOf(databaseFile);
  const next = explore(base, parseDiskLog(readFileSync(logFile)), random(2) === 0 ? 'ordered' : 'harsh', roundSeed);
  if (next === null) round += ROUNDS_A_FOLDER - 1 - (round % ROUNDS_A_FOLDER);
  else base = next;
}
writeFileSync(1, `${JSON.stringify({ ...told, openMs: Math.round(told.openMs) })}\n`);
