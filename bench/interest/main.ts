/** `npm run bench:interest`: surges of interest found in simulated rooms and not found in recorded ones. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SURGE } from '../../edge-agent/src/advise/rules/interest-surge.ts';
import { INTEREST_PARAMETERS } from '../../edge-agent/src/stream/interest/parameters.ts';
import { detect } from './detection.ts';
import { evaluate, fitParameters, fitWeights } from './fit.ts';
import { MAPPINGS, mapRoom, missingRooms, readRooms } from './rooms.ts';
import { score } from './scoring.ts';
import { makeShow, type Show } from './shows.ts';
import { sliceShow } from './slices.ts';
import { addControl, addScore, createSums, simulatedTable, poissonInterval } from './tables.ts';

const HELP = `npm run bench:interest [-- --from 101 --to 300] [-- --fit] [-- --rooms] [-- --keep DIR] [-- --json]

Plays seeded shows of 15 min (four profiles of the simulator and one of its own in turn) through the stream
layer of the agent and holds what interest says against the truth of the simulator; then plays the recorded
rooms, in which nothing is sold, with products put into them by three mappings, and counts false surges.

  --from, --to  seeds (default 101 to 300; the parameters were found on 1 to 100)
  --fit         fits weights and parameters on those seeds (default 1 to 100) and prints the likelihoods
  --rooms       the recorded rooms only
  --keep DIR    keeps the simulated shows there, or takes them from there
  --json        one JSON object on stdout
`;

function showOf(seed: number, keep: string | undefined): Show {
  if (keep === undefined) return makeShow(seed);
  const file = path.join(keep, `${seed}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Show;
  mkdirSync(keep, { recursive: true });
  const show = makeShow(seed);
  writeFileSync(file, JSON.stringify(show));
  return show;
}

function* seeds(from: number, to: number): Generator<number> {
  for (let seed = from; seed <= to; seed++) {
    if (seed % 10 === 0) process.stderr.write(`seed ${seed} of ${to}\r`);
    yield seed;
  }
  process.stderr.write('\n');
}

function simulated(from: number, to: number, keep: string | undefined) {
  const sums = createSums();
  const truths = new Map<string, Show['truth']>();
  for (const seed of seeds(from, to)) {
    const show = showOf(seed, keep);
    const found = detect(show.fed);
    addScore(sums, show.profile, score(found, show.truth));
    // The same surges held against the truth of another show: what time of day alone would earn.
    const other = truths.get(show.profile);
    if (other !== undefined) addControl(sums, score(found, other));
    truths.set(show.profile, show.truth);
  }
  return sums;
}

function recorded() {
  return readRooms().flatMap((recording) =>
    MAPPINGS.map((mapping) => {
      const surges = detect(mapRoom(recording, mapping)).surges.length;
      return { room: recording.name, hours: recording.hours, mapping, surges, perHour: surges / recording.hours };
    }),
  );
}

function recordedTable(rows: ReturnType<typeof recorded>): string {
  let out = '\nrecorded rooms, where every surge is false\n';
  for (const { room, hours, mapping, surges, perHour } of rows) {
    out += `  ${room.padEnd(22)} ${hours.toFixed(2)} h  ${mapping.padEnd(8)} ${String(surges).padStart(3)}  ${perHour.toFixed(2)} an hour\n`;
  }
  for (const mapping of MAPPINGS) {
    const some = rows.filter((row) => row.mapping === mapping);
    const [surges, hours] = [some.reduce((n, row) => n + row.surges, 0), some.reduce((n, row) => n + row.hours, 0)];
    const [low, high] = poissonInterval(surges);
    out += `  ${'both'.padEnd(22)} ${hours.toFixed(2)} h  ${mapping.padEnd(8)} ${String(surges).padStart(3)}  ${(surges / hours).toFixed(2)} an hour (95 %: ${(low / hours).toFixed(2)} to ${(high / hours).toFixed(2)})\n`;
  }
  return out;
} // prettier-ignore

function fit(from: number, to: number, keep: string | undefined): void {
  const shows = [...seeds(from, to)].map((seed) => sliceShow(showOf(seed, keep)));
  const { weights, perMinute } = fitWeights(shows);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  say(`weights by ln(rate in a surge ÷ usual rate), a view 1, seeds ${from} to ${to}:`);
  for (const [kind, weight] of Object.entries(weights)) {
    const { usual, surge } = perMinute[kind as keyof typeof perMinute];
    say(`  ${kind.padEnd(10)} ${weight.toFixed(2)}   (${usual.toFixed(2)} a minute, ${surge.toFixed(2)} in a surge)`);
  }
  const show = (name: string, parameters: typeof INTEREST_PARAMETERS) => {
    const { logLikelihood, windows, exceedance } = evaluate(shows, parameters);
    say(`${name}: log-likelihood ${logLikelihood.toFixed(5)} a window, ${windows} quiet windows`);
    say(
      `  quiet windows with p ≤ ${exceedance.map((share, i) => `1e-${i + 1}: ${share.toExponential(1)}`).join(', ')}`,
    );
  };
  show('as shipped', INTEREST_PARAMETERS);
  say('\nmean log-likelihood by value, coordinate by coordinate');
  const best = fitParameters(shows, INTEREST_PARAMETERS, say);
  show('best likelihood', best);
  say(JSON.stringify(best));
}

function main(): number {
  const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' }, fit: { type: 'boolean' }, rooms: { type: 'boolean' }, keep: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }); // prettier-ignore
  const [from, to] = [Number(values.from ?? (values.fit ? 1 : 101)), Number(values.to ?? (values.fit ? 100 : 300))];
  if (values.help || !(Number.isInteger(from) && Number.isInteger(to) && from >= 1 && to >= from)) {
    (values.help ? process.stdout : process.stderr).write(values.help ? HELP : `bench:interest: --from and --to are whole numbers from 1, in order\n\n${HELP}`); // prettier-ignore
    return values.help ? 0 : 2;
  }
  if (values.fit) {
    fit(from, to, values.keep);
    return 0;
  }
  const sums = values.rooms ? null : simulated(from, to, values.keep);
  const missing = missingRooms();
  const rooms = missing === null ? recorded() : null;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ seeds: [from, to], threshold: SURGE, simulated: sums, rooms })}\n`);
    return 0;
  }
  if (sums !== null) process.stdout.write(simulatedTable(sums, { from, to }));
  process.stdout.write(rooms === null ? `\nrecorded rooms skipped: ${missing}\n` : recordedTable(rooms));
  return 0;
}

process.exitCode = main();
