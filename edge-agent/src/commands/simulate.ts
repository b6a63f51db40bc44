import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { writeFile } from 'node:fs/promises';
import { MAX_SIMULATED_PRODUCTS, simulatedProducts } from '../ingest/simulator/catalogue.ts';
import { createDispersion, type Dispersion } from '../ingest/simulator/dispersion.ts';
import { PROFILE_NAMES, type ProfileName, PROFILES } from '../ingest/simulator/profiles.ts';
import { createSimulatedRoom, type SimulatedRoom } from '../ingest/simulator/room.ts';

const HELP = `livecue simulate --seed N --minutes M [--profile NAME] --out FILE

Writes a simulated live commerce room as canonical events (one JSON a line, in event-time order) to FILE and
what is true of it to FILE.truth.jsonl: the intent and product of every comment, what the host explained,
interest surges, question bursts, bot likes and comments, order rings, stock-outs, silences, viewer drops and
payment outages. The same call gives the same bytes on every machine. A name ending in .gz is compressed.

  --seed N              whole number, 0 or more
  --minutes M           length of the show, more than 0, up to 1440
  --profile NAME        ${PROFILE_NAMES.join(', ')} (default standard)
  --start TIME          begin of the show, RFC 3339 (default 2026-01-01T12:00:00Z)
  --room ID             name of the room in the events (default demo)
  --products N          1 to ${MAX_SIMULATED_PRODUCTS} products (default by profile: 8, load 500)
  --english RATIO       share of viewers who write English, 0 to 1 (default by profile)
  --catalogue-out FILE  also writes the products, for livecue replay --catalogue FILE
  -h, --help            this text

Example: livecue simulate --seed 7 --minutes 30 --profile standard --out show.jsonl.gz
`;

interface Io {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Aborted: stops early and says so. Absent: runs to the end. */
  readonly signal?: AbortSignal;
}

interface Call {
  readonly seed: number;
  readonly minutes: number;
  readonly profile: ProfileName;
  readonly startMs: number;
  readonly roomId: string;
  readonly products: number;
  readonly englishRatio: number;
  readonly out: string;
  readonly catalogueOut: string | null;
}

/** Room time that is made, written and forgotten at once: memory stays flat however long the show is. */
const SLICE_MS = 10_000;
const FANO_WINDOW_MS = 10_000;

/** Exit code 0 written, 1 the run failed or was interrupted, 2 the call was wrong. */
export async function simulate(args: string[], io: Io): Promise<number> {
  const call = parseCall(args);
  if (call === 'help') {
    io.stdout.write(HELP);
    return 0;
  }
  if ('wrong' in call) {
    io.stderr.write(`livecue simulate: ${call.wrong}\n\n${HELP}`);
    return 2;
  }
  try {
    return await write(call, io);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    io.stderr.write(
      `livecue simulate: writing ${call.out}: ${error.message}. Check that the folder exists and has room.\n`,
    );
    return 1;
  }
}

async function write(call: Call, io: Io): Promise<number> {
  const room = createSimulatedRoom({
    seed: call.seed,
    startMs: call.startMs,
    durationMs: Math.round(call.minutes * 60_000),
    profile: { ...PROFILES[call.profile], englishRatio: call.englishRatio },
    roomId: call.roomId,
    products: simulatedProducts(call.products),
  });
  if (call.catalogueOut !== null) await writeFile(call.catalogueOut, `${JSON.stringify(room.catalogue, null, 2)}\n`);
  const truthFile = `${call.out}.truth.jsonl`;
  const out = openLines(call.out);
  const truth = openLines(truthFile);
  try {
    const told = await writeRoom(room, { out, truth }, call, io);
    await Promise.all([out.close(), truth.close()]);
    if (io.stderr.isTTY) io.stderr.write('\r');
    if (io.signal?.aborted) {
      io.stderr.write(`livecue simulate: interrupted; ${call.out} holds ${told.events} events and is not complete\n`);
      return 1;
    }
    io.stderr.write(summary(told, call, truthFile));
    return 0;
  } finally {
    out.destroy();
    truth.destroy();
  }
}

interface Told {
  readonly events: number;
  readonly truths: number;
  readonly dispersion: Dispersion;
}

async function writeRoom(room: SimulatedRoom, to: { out: Lines; truth: Lines }, call: Call, io: Io): Promise<Told> {
  const endMs = call.startMs + Math.round(call.minutes * 60_000);
  const comments = createDispersion(call.startMs, FANO_WINDOW_MS);
  let events = 0;
  let truths = 0;
  for (let untilMs = call.startMs; !room.ended && !io.signal?.aborted; untilMs += SLICE_MS) {
    const made = room.next(untilMs);
    const known = room.truth();
    for (const { timeMs, event } of made) if (event.type === 'live.comment.created') comments.add(timeMs);
    events += made.length;
    truths += known.length;
    await to.out.write(made.map(({ event }) => event));
    await to.truth.write(known);
    if (io.stderr.isTTY)
      io.stderr.write(`\r${progress(Math.min(1, (untilMs - call.startMs) / (endMs - call.startMs)), events)}`);
  }
  return { events, truths, dispersion: comments.until(endMs) };
}

function progress(done: number, events: number): string {
  const bar = '#'.repeat(Math.round(done * 30)).padEnd(30, '.');
  return `[${bar}] ${String(Math.round(done * 100)).padStart(3)} %  ${events} events `;
}

function summary({ events, truths, dispersion }: Told, call: Call, truthFile: string): string {
  const comments =
    dispersion.windows < 2
      ? ''
      : `; comments: ${dispersion.mean.toFixed(1)} in 10 s, Fano ${dispersion.fano.toFixed(1)} (Poisson 1)`;
  return `${events} events of ${call.minutes} min (${call.profile}, seed ${call.seed}) → ${call.out}; ${truths} truths → ${truthFile}${comments}\n`;
}

interface Lines {
  write(values: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
  /** Lets go of the file whatever happened; safe after `close`. */
  destroy(): void;
}

/** A file of JSON lines, compressed when its name says so; waits while the disk is behind. */
function openLines(file: string): Lines {
  const disk: WriteStream = createWriteStream(file);
  const gzip = file.endsWith('.gz') ? createGzip() : null;
  // An error of the disk ends the compressor too, and with it whoever waits for it to drain.
  disk.on('error', (error) => gzip?.destroy(error));
  gzip?.on('error', () => disk.destroy());
  gzip?.pipe(disk);
  const front = gzip ?? disk;
  const written = finished(disk);
  written.catch(() => undefined);
  return {
    async write(values) {
      if (values.length === 0) return;
      const full = !front.write(`${values.map((value) => JSON.stringify(value)).join('\n')}\n`);
      if (full) await Promise.race([once(front, 'drain'), written]);
    },
    async close() {
      front.end();
      await written;
    },
    destroy() {
      gzip?.destroy();
      disk.destroy();
    },
  };
}

function parseCall(args: string[]): Call | { wrong: string } | 'help' {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        seed: { type: 'string' },
        minutes: { type: 'string' },
        profile: { type: 'string', default: 'standard' },
        start: { type: 'string', default: '2026-01-01T12:00:00Z' },
        room: { type: 'string', default: 'demo' },
        products: { type: 'string' },
        english: { type: 'string' },
        out: { type: 'string' },
        'catalogue-out': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  if (values.help) return 'help';
  const profile = PROFILE_NAMES.find((name) => name === values.profile);
  if (profile === undefined)
    return { wrong: `--profile ${values.profile}: the profiles are ${PROFILE_NAMES.join(', ')}` };
  const number = { seed: toNumber(values.seed), minutes: toNumber(values.minutes), startMs: Date.parse(values.start) };
  const products = values.products === undefined ? PROFILES[profile].products : toNumber(values.products);
  const englishRatio = values.english === undefined ? PROFILES[profile].englishRatio : toNumber(values.english);
  const wrong = [
    [Number.isSafeInteger(number.seed) && number.seed >= 0, `--seed ${values.seed ?? ''}: give a whole number, 0 or more`],
    [number.minutes > 0 && number.minutes <= 1440, `--minutes ${values.minutes ?? ''}: give a number above 0 and up to 1440`],
    [Number.isFinite(number.startMs), `--start ${values.start}: give a time such as 2026-01-01T12:00:00Z`],
    [/^[^\s/]{1,128}$/.test(values.room), `--room ${values.room}: give 1 to 128 characters without space or slash`],
    [Number.isInteger(products) && products >= 1 && products <= MAX_SIMULATED_PRODUCTS, `--products ${values.products}: give 1 to ${MAX_SIMULATED_PRODUCTS}`],
    [englishRatio >= 0 && englishRatio <= 1, `--english ${values.english}: give a number from 0 to 1`],
    [values.out !== undefined && values.out !== '', '--out: name the file to write'],
  ].find(([right]) => right === false); // prettier-ignore
  if (wrong !== undefined) return { wrong: String(wrong[1]) };
  const { out = '', 'catalogue-out': catalogueOut = null } = values;
  return { ...number, profile, products, englishRatio, roomId: values.room, out, catalogueOut };
}

/** NaN for what is absent or not a plain decimal number: `Number('')` would be 0. */
function toNumber(text: string | undefined): number {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}
