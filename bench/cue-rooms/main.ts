/** `npm run bench:cues`: whether the governor keeps its limits, over many rooms and at many step sizes. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createPool } from '../process-pool.ts';
import type { CueAnswer, CueJob } from './worker.ts';

const ROOMS = fileURLToPath(new URL('../../../shared/data/rooms', import.meta.url));
const RECORDED = ['twitch-zh-104703028.jsonl.gz', 'twitch-zh-111540271.jsonl.gz'];
/** Looks at the room this far apart: the live agent's 10 to 50 ms ticks at 2× to 50× the recorded speed. */
const STEPS_MS = [100, 500, 2_500];

const HELP = `npm run bench:cues [-- --rooms N] [-- --minutes N] [-- --json]

Plays simulated rooms, half of them ordinary and half full of injected troubles, through stream, rules and governor,
looked at every 500 ms; some of them again at steps of ${STEPS_MS.join(', ')} ms; and both recorded rooms at each of
these steps (../shared/data/rooms; skipped without them). Counts, without the governor's own books: most cards and most "act now"
in any 10 min, keys raised three times within 60 s, cards that outlive their condition, sold-out products named,
what overflowed to the operator's queue, and the mix of priorities.

  --rooms N     simulated rooms (default 200)
  --few N       rooms of each kind at each other step (default 6)
  --minutes N   length of a room (default 12)
  --json        one JSON object on stdout
`;

interface Row {
  readonly name: string;
  readonly rooms: number;
  readonly most: number;
  readonly mostActNow: number;
  /** Rooms in which a key came three times within 60 s, or anew twice within 5 min. */
  readonly chattering: number;
  readonly slowestMs: number | null;
  readonly soldOut: number | null;
  readonly soldOutNamed: number | null;
  readonly queued: number;
  readonly held: number;
  readonly raised: { readonly 'act-now': number; readonly advice: number; readonly info: number };
}

function rowOf(name: string, answers: readonly CueAnswer[], recorded = false): Row {
  const most = (pick: (answer: CueAnswer) => number) => Math.max(0, ...answers.map(pick));
  const sum = (pick: (answer: CueAnswer) => number) => answers.reduce((total, answer) => total + pick(answer), 0);
  return {
    name,
    rooms: answers.length,
    most: most(({ figures }) => figures.most),
    mostActNow: most(({ figures }) => figures.mostActNow),
    chattering: answers.filter(({ figures }) => figures.mostOfKey > 2 || figures.repeated.length > 0).length,
    slowestMs: most(({ slowestMs }) => slowestMs),
    soldOut: recorded ? null : sum(({ soldOut }) => soldOut),
    soldOutNamed: recorded ? null : sum(({ soldOutNamed }) => soldOutNamed),
    queued: sum(({ queued }) => queued),
    held: sum(({ held }) => held),
    raised: {
      'act-now': sum(({ figures }) => figures.raised['act-now']),
      advice: sum(({ figures }) => figures.raised.advice),
      info: sum(({ figures }) => figures.raised.info),
    },
  };
}

function line({ name, rooms, most, mostActNow, chattering, slowestMs, soldOut, soldOutNamed, queued, held, raised }: Row): string[] {
  const all = raised['act-now'] + raised.advice + raised.info;
  const mix = (['info', 'advice', 'act-now'] as const).map((priority) => ((100 * raised[priority]) / Math.max(1, all)).toFixed(1)); // prettier-ignore
  const told = (value: number | null) => (value === null ? '' : String(value));
  return [name, String(rooms), String(all), String(most), String(mostActNow), String(chattering), told(slowestMs), told(soldOut), told(soldOutNamed), String(queued), String(held), mix.join(' / ')]; // prettier-ignore
} // prettier-ignore

function table(rows: readonly Row[]): string {
  const cells = [['', 'rooms', 'cards', 'most in 10 min', 'act-now', 'chattering', 'slowest ms', 'sold out', 'named', 'queued', 'held', 'info / advice / act-now %'], ...rows.map(line)]; // prettier-ignore
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return `${cells.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')).join('\n')}\n`; // prettier-ignore
}

async function measure(rooms: number, few: number, minutes: number): Promise<Row[]> {
  const pool = createPool<CueJob, CueAnswer>(new URL('./worker.ts', import.meta.url));
  let done = 0;
  const tell = () => process.stderr.isTTY && process.stderr.write(`\r${++done} rooms played`);
  const simulated = (kind: 'crowded' | 'ordinary', count: number, stepMs: number) =>
    pool.run(
      Array.from({ length: count }, (_, n): CueJob => ({ kind, seed: 5001 + n, minutes, stepMs })),
      tell,
    );
  try {
    const half = Math.ceil(rooms / 2);
    const rows = [
      rowOf('ordinary rooms', await simulated('ordinary', half, 500)),
      rowOf('rooms full of troubles', await simulated('crowded', half, 500)),
    ];
    for (const stepMs of STEPS_MS.filter((step) => step !== 500)) {
      rows.push(rowOf(`steps of ${stepMs} ms`, [...(await simulated('ordinary', few, stepMs)), ...(await simulated('crowded', few, stepMs))])); // prettier-ignore
    }
    for (const name of RECORDED) {
      const file = path.join(ROOMS, name);
      if (existsSync(file)) {
        const jobs = STEPS_MS.map((stepMs): CueJob => ({ kind: 'recorded', file, stepMs }));
        rows.push(rowOf(`${name.replace('.jsonl.gz', '')} at each step`, await pool.run(jobs, tell), true));
      } else process.stderr.write(`skipped ${name}: ../shared/data/rooms is not beside the checkout\n`);
    }
    return rows;
  } finally {
    pool.close();
    if (process.stderr.isTTY) process.stderr.write('\n');
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { rooms: { type: 'string', default: '200' }, few: { type: 'string', default: '6' }, minutes: { type: 'string', default: '12' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }); // prettier-ignore
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [rooms, few, minutes] = [Number(values.rooms), Number(values.few), Number(values.minutes)];
  if (![rooms, few, minutes].every(Number.isInteger) || rooms < 2 || few < 1 || minutes < 2) {
    process.stderr.write('bench:cues: give whole numbers: --rooms and --minutes from 2, --few from 1\n');
    return 2;
  }
  const rows = await measure(rooms, few, minutes);
  process.stdout.write(values.json ? `${JSON.stringify({ rooms, few, minutes, rows })}\n` : table(rows));
  // What must hold: the limits of HP2, HP7 (a step late at most), HP8 and HP9, and no sold-out product named.
  const broken = rows.filter((row) => row.most > 4 || row.mostActNow > 2 || row.chattering > 0 || (row.soldOutNamed ?? 0) > 0); // prettier-ignore
  for (const { name } of broken) process.stderr.write(`a limit was broken: ${name}\n`);
  return broken.length === 0 ? 0 : 1;
}

process.exitCode = await main();
