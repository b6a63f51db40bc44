/** `npm run bench:rooms-anomaly`: troubles injected into simulated rooms, and what the agent's stream tells of them. */
import { parseArgs } from 'node:util';
import { addMatches, matchRoom, TROUBLES, type Matches } from './match.ts';
import { playRoom, RATES } from './rooms.ts';

const HELP = `npm run bench:rooms-anomaly [-- --seeds N] [-- --first N] [-- --json]

Plays seeded simulated rooms (${RATES.join(', ')} joins a second in turn) of 45 minutes through the agent's stream. Each
has bot likes, bot comments, a viewer drop, a payment outage and a feed silence, all twice, among question
bursts and surges of interest that are no trouble; every fifth room has none. One setting and one threshold,
those of npm run bench:nab. Found: told while it lasts, or up to 15 s after. Wrong: told, and not there.

  --seeds N   rooms (default 60)
  --first N   seed of the first (default 101; the rules were made looking at seeds 1 to 15)
  --json      one JSON object on stdout
`;
const MINUTES = 45;

function main(): number {
  const { values } = parseArgs({ options: { seeds: { type: 'string', default: '60' }, first: { type: 'string', default: '101' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }); // prettier-ignore
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [seeds, first] = [Number(values.seeds), Number(values.first)];
  if (!Number.isInteger(seeds) || seeds < 1 || !Number.isInteger(first) || first < 0) {
    process.stderr.write(`bench:rooms-anomaly: give --seeds as a whole number from 1, --first from 0\n`);
    return 2;
  }
  const rooms: { readonly rate: number; readonly calm: boolean; readonly hours: number; readonly matches: Matches }[] =
    [];
  for (let seed = first; seed < first + seeds; seed++) {
    const rate = RATES[seed % RATES.length]!;
    const calm = seed % 5 === 0;
    const played = playRoom(seed, MINUTES, rate, calm);
    rooms.push({ rate, calm, hours: played.hours, matches: matchRoom(played) });
    if (process.stderr.isTTY) process.stderr.write(`\r${rooms.length} of ${seeds} rooms`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r');
  const groups = [...RATES.map((rate) => [`${rate} joins/s`, rooms.filter((room) => room.rate === rate && !room.calm)] as const), ['all', rooms.filter(({ calm }) => !calm)] as const]; // prettier-ignore
  const calm = rooms.filter((room) => room.calm);
  const calmWrong = addMatches(calm.map(({ matches }) => matches)).wrong.length;
  const calmHours = calm.reduce((sum, { hours }) => sum + hours, 0);
  const figures = groups.map(([name, group]) => ({ name, rooms: group.length, ...addMatches(group.map(({ matches }) => matches)) })); // prettier-ignore
  if (values.json) process.stdout.write(`${JSON.stringify({ figures, calm: { hours: calmHours, wrong: calmWrong } })}\n`);
  else process.stdout.write(`${figures.map(table).join('\n')}\nrooms without trouble: ${calmWrong} told in ${calmHours} h\n`); // prettier-ignore
  return 0;
}

function table({ name, rooms, byTrouble, told, wrong }: Matches & { name: string; rooms: number }): string {
  const quantile = (list: readonly number[], q: number) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))] ?? Number.NaN; // prettier-ignore
  const seconds = (ms: number) => (Number.isNaN(ms) ? '-' : (ms / 1000).toFixed(0));
  const lines = TROUBLES.map((trouble) => {
    const { there, found, delaysMs } = byTrouble[trouble];
    const cells = [String(there), String(found), (found / Math.max(1, there)).toFixed(2), seconds(quantile(delaysMs, 0.5)), seconds(quantile(delaysMs, 0.95))]; // prettier-ignore
    return `  ${trouble.padEnd(16)}${cells.map((cell) => cell.padStart(9)).join('')}`;
  });
  const kinds = Object.entries(Object.groupBy(wrong, ({ kind }) => kind)).map(
    ([kind, list]) => `${kind} ${list.length}`,
  );
  const head = `${name}, ${rooms} rooms`.padEnd(18) + ['there', 'found', 'recall', 'p50 s', 'p95 s'].map((cell) => cell.padStart(9)).join(''); // prettier-ignore
  return [head, ...lines, `  told ${told}, wrong ${wrong.length}${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}, precision ${(1 - wrong.length / Math.max(1, told)).toFixed(3)}`, ''].join('\n'); // prettier-ignore
}

process.exitCode = main();
