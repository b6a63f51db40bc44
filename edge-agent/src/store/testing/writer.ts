/**
 * A process that writes to a store until it is killed. Tells on stdout what it found at start and what was
 * acknowledged since: `R {json}`, then `F position` for a durable frame and `S n` for a committed step.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../open-store.ts';
import { entryOf, frameOf, promptBody, START_MS, stepOf, textOf } from './kit.ts';

const [folder = '', seed = '1'] = process.argv.slice(2);
const say = (line: string) => writeSync(1, `${line}\n`);
const silent = () => undefined;
const logger = {
  debug: silent,
  info: silent,
  warn: (text: string) => say(`W ${text}`),
  error: (text: string) => say(`W ${text}`),
};

let state = Number(seed);
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const { store, outbox, showLog } = await openStore({
  folder,
  agentId: 'studio-1',
  nowMs: () => START_MS,
  logger,
  groupCommitMs: 1,
  reserveBytes: 64 * 1024,
});
const recovered = await store.recover();
const frames: [number, string][] = [];
for await (const { position, frame } of store.journalFrames()) frames.push([position, textOf(frame).slice(0, 12)]);
const logged = await loggedNumbers();
const seqs = (await outbox.read(0, 1_000_000)).map(({ seq }) => seq);
say(`R ${JSON.stringify({ epoch: recovered.epoch, state: Object.fromEntries(recovered.state), journalPosition: recovered.journalPosition, frames, seqs, logged })}`); // prettier-ignore

async function loggedNumbers(): Promise<number[]> {
  const numbers: number[] = [];
  for (const { showId } of await showLog.shows()) {
    for (let afterId = 0; ;) {
      const rows = await showLog.read(showId, afterId);
      if (rows.length === 0) break;
      for (const { id, entry } of rows) {
        afterId = id;
        numbers.push(entry.atMs - START_MS);
      }
    }
  }
  return numbers;
}

let steps = Number(new Map(recovered.state).get('steps') ?? 0);
let covered = recovered.journalPosition;
let position = Math.max(recovered.journalPosition, frames.at(-1)?.[0] ?? 0);
for (;;) {
  const durables: Promise<unknown>[] = [];
  for (let n = random(4); n >= 0; n--) {
    const next = position + 1;
    const appended = store.appendFrame(frameOf(`frame ${next} `.padEnd(12 + random(20_000), 'x')));
    position = appended.position;
    durables.push(appended.durable.then(() => say(`F ${next}`)));
  }
  if (random(3) > 0) {
    const step = ++steps;
    covered = Math.max(covered, position - random(3));
    const put: [string, string][] = [['steps', String(step)], ['covered', String(covered)], ['bulk', 'y'.repeat(random(50_000))]]; // prettier-ignore
    const bodies = [promptBody(2 * step - 1), promptBody(2 * step)];
    durables.push(store.commitStep(stepOf({ journalPosition: covered, state: { put, del: [] }, outbox: bodies, showLog: [entryOf(3 * step - 2), entryOf(3 * step - 1), entryOf(3 * step)] })).then(() => say(`S ${step}`))); // prettier-ignore
  }
  await Promise.all(durables);
}
