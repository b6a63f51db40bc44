/** `npm run bench:host`: what cues do to the sales of simulated shows, under stated assumptions of what acts do. */
import { parseArgs } from 'node:util';
import type { PromptEvent, RuleName } from '@livecue/shared/prompt';
import { DEFAULT_EFFECTS, DEFAULT_HOST, scaledEffects } from '../../edge-agent/src/ingest/simulator/host-effects.ts';
import { createPool } from '../process-pool.ts';
import { type Interval, pairedLift } from './lift.ts';
import type { RoomFigures } from './rooms.ts';
import type { RoomAnswer, RoomJob } from './worker.ts';

const HELP = `npm run bench:host [-- --rooms N] [-- --few N] [-- --minutes N] [-- --json]

Plays seeded shows with a simulated host who heeds a card with some probability after some seconds. The same
show, with the same random numbers, is played silent, with the agent's own cards (the whole core: stream, models,
rules, governor), with the agent's cards of another show, and with cards by chance, more and more of them. How much an act does is
assumed (edge-agent/src/ingest/simulator/host-effects.ts says from where), so the lift tells what the cards do
under these assumptions, and not what a shop will earn.

  --rooms N     shows (default 200)
  --few N       shows for each row of the sensitivity (default 60, at most --rooms)
  --minutes N   length of a show (default 15)
  --first N     seed of the first (default 1001)
  --json        one JSON object on stdout
`;

export interface Row {
  readonly name: string;
  readonly rooms: number;
  readonly units: Interval;
  readonly revenue: Interval;
  /** Questions answered while the asker still waited, as a share of all. */
  readonly answered: number;
  readonly kept: number;
  readonly cards: number;
  readonly right: number;
  readonly wrong: number;
}

/** Cards by chance: as many as HP2 lets through, three times as many, and six times. */
const CHANCE_EVERY_MS = [150_000, 50_000, 25_000] as const;
const BY_CHANCE = { chanceEveryMs: CHANCE_EVERY_MS[0] };
type Played = readonly RoomAnswer[];
const HOST = DEFAULT_HOST;

function rowOf(name: string, silent: Played, played: Played): Row {
  const of = (list: Played, pick: (figures: RoomFigures) => number) => list.map(({ figures }) => pick(figures));
  const sum = (pick: (figures: RoomFigures) => number) => of(played, pick).reduce((total, value) => total + value, 0);
  const without = silent.slice(0, played.length);
  const lift = (pick: (figures: RoomFigures) => number) => pairedLift(of(without, pick), of(played, pick));
  const acts = (right: boolean) => sum((figures) => figures.acts.filter((act) => act.right === right).length);
  return {
    name,
    rooms: played.length,
    units: lift(({ units }) => units),
    revenue: lift(({ revenueMinor }) => revenueMinor),
    answered: sum(({ answered }) => answered) / sum(({ asked }) => asked),
    kept: sum(({ keptRatio }) => keptRatio) / played.length,
    cards: sum(({ cards }) => Object.values(cards).reduce((total, count) => total + count, 0)),
    right: acts(true),
    wrong: acts(false),
  };
}

const ofRule = (events: readonly PromptEvent[], rule: RuleName): PromptEvent[] =>
  events.filter((event) => ('prompt' in event ? event.prompt.rule : event.rule) === rule);

async function measure(
  options: { rooms: number; few: number; minutes: number; first: number },
  show: (title: string, rows: readonly Row[]) => void,
) {
  const pool = createPool<RoomJob, RoomAnswer>(new URL('./worker.ts', import.meta.url));
  let done = 0;
  const tell = () => {
    done++;
    if (process.stderr.isTTY) process.stderr.write(`\r${done} shows played`);
  };
  const say = (part: string) => process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${done} shows played; now ${part}\n`); // prettier-ignore
  const jobOf = (index: number, host: RoomJob['host'], cues: RoomJob['cues']): RoomJob => ({ seed: options.first + index, minutes: options.minutes, host, cues }); // prettier-ignore
  const play = (count: number, host: RoomJob['host'], cues: (index: number) => RoomJob['cues']) => {
    const jobs = Array.from({ length: count }, (_, index) => jobOf(index, host, cues(index)));
    return pool.run(jobs, tell);
  };
  try {
    const { rooms, few } = options;
    say('silent, with cards, and the controls');
    const silent = await play(rooms, HOST, () => 'nobody');
    const agent = await play(rooms, HOST, () => 'models');
    const cardsOf = (index: number) => agent[index % rooms]?.prompts ?? [];
    const rows = [
      rowOf('silent', silent, silent),
      rowOf('cards of the agent', silent, agent),
      rowOf('cards of another show (control)', silent, await play(rooms, HOST, (index) => cardsOf(index + 1))),
    ];
    for (const chanceEveryMs of CHANCE_EVERY_MS) {
      const played = await play(rooms, HOST, () => ({ chanceEveryMs }));
      rows.push(rowOf(`by chance, each ${chanceEveryMs / 1000} s (control)`, silent, played));
    }
    show('lift over the silent show', rows);
    say('by rule');
    const rules = [...new Set(agent.flatMap(({ figures }) => Object.keys(figures.cards) as RuleName[]))].sort();
    const byRule: Row[] = [];
    /** Where the rule had no card the show is the silent one. */
    const alone = async (rule: RuleName) => {
      const having = silent.flatMap((_, index) => (ofRule(cardsOf(index), rule).length > 0 ? [index] : []));
      const played = await pool.run(having.map((index) => jobOf(index, HOST, ofRule(cardsOf(index), rule))), tell); // prettier-ignore
      return silent.map((plain, index) => played[having.indexOf(index)] ?? plain);
    };
    for (const rule of rules) byRule.push(rowOf(rule, silent, await alone(rule)));
    show('heeding one rule alone', byRule);
    say('sensitivity');
    const sensitivity = [
      rowOf('as above', silent, agent.slice(0, few)),
      rowOf('read by hand-written rules', silent, await play(few, HOST, () => 'rules')),
      rowOf('intents and products known', silent, await play(few, HOST, () => 'truth')),
    ];
    for (const obey of [0.3, 1]) {
      sensitivity.push(rowOf(`heeds ${obey * 100} %`, silent, await play(few, { ...HOST, obey }, () => 'models')));
    }
    for (const scale of [0, 0.5, 2]) {
      const host = { ...HOST, effects: scaledEffects(DEFAULT_EFFECTS, scale) };
      const base = await play(few, host, () => 'nobody');
      sensitivity.push(rowOf(`effects × ${scale}`, base, await play(few, host, () => 'models')));
      sensitivity.push(rowOf(`effects × ${scale}, by chance`, base, await play(few, host, () => BY_CHANCE)));
    }
    show('sensitivity', sensitivity);
    return { ...options, host: HOST, rows, byRule, sensitivity };
  } finally {
    pool.close();
    if (process.stderr.isTTY) process.stderr.write('\n');
  }
}

export function table(title: string, rows: readonly Row[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)}`;
  const range = ({ value, low, high }: Interval) => `${percent(value)} (${percent(low)} to ${percent(high)})`;
  const cells = [
    [title, 'shows', 'units, % (95 %)', 'revenue, % (95 %)', 'answered %', 'kept %', 'cards', 'right', 'wrong'],
    ...rows.map((row) => [row.name, String(row.rooms), range(row.units), range(row.revenue), percent(row.answered), percent(row.kept), String(row.cards), String(row.right), String(row.wrong)]), // prettier-ignore
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return `${cells.map((line) => line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')).join('\n')}\n`; // prettier-ignore
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { rooms: { type: 'string', default: '200' }, few: { type: 'string', default: '60' }, minutes: { type: 'string', default: '15' }, first: { type: 'string', default: '1001' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }); // prettier-ignore
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [rooms, few, minutes, first] = [values.rooms, values.few, values.minutes, values.first].map(Number) as [number, number, number, number]; // prettier-ignore
  if (![rooms, few, minutes, first].every(Number.isInteger) || rooms < 2 || few < 2 || minutes < 5 || first < 0) {
    process.stderr.write(
      'bench:host: give whole numbers: --rooms and --few from 2, --minutes from 5, --first from 0\n',
    );
    return 2;
  }
  // Tables come as they are ready: the whole takes minutes.
  const show = (title: string, rows: readonly Row[]) => void process.stdout.write(`${table(title, rows)}\n`);
  const figures = await measure({ rooms, few: Math.min(rooms, few), minutes, first }, values.json ? () => {} : show);
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  return 0;
}

process.exitCode = await main();
