import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { CreateDecoder, DecodeResult, PlatformDecoder, WireInput } from '../ingest/connector.ts';
import { asObject, readJson } from '../ingest/decoding/wire-value.ts';
import { checkReadable, readLineRuns } from '../ingest/event-file.ts';
import { PLATFORM_DECODERS } from '../ingest/platform-decoders.ts';
import { SHOP_DECODERS } from '../ingest/shops/shop-decoders.ts';
import { InputError } from '../runtime/agent-error.ts';
import type { Io } from './command.ts';
import { fileCommand } from './file-command.ts';

const DECODERS: Readonly<Record<string, CreateDecoder>> = { ...PLATFORM_DECODERS, ...SHOP_DECODERS };

const HELP = `livecue decode --connector NAME --in FILE --out FILE [--setup FILE]

Reads recorded messages of one platform and writes canonical events, one JSON a line; what is left out is
named on stderr: file, line, outcome, reason. One connector reads the whole file, so what repeats is left
out as it is live. Numbers are not parsed first: 64-bit ids keep their digits. .gz is read as it is; --in and
--out may both be folders.

A line is one message as received, as JSON. A JSON string stands for its content (IRC lines), {"base64": …}
for bytes, {method, path, query, headers, body} for an HTTP request whose signature is checked.

  --connector NAME  ${Object.keys(DECODERS).sort().join(', ')}
  --in FILE         messages, JSON Lines
  --out FILE        canonical events, JSON Lines ("-" is stdout)
  --setup FILE      ids, keys and options (default setup.json beside the input); "now" sets the clock, in s
  --route NAME      which of the platform's shapes the lines have, where they do not tell
  --salt TEXT       salt of hashed customer references (default a fixed one)
  --strict          end at the first line that is malformed, unknown or rejected, with code 1
  -h, --help        this text

Example: livecue decode --connector shopify --in requests.jsonl --out events.jsonl --setup setup.json
`;

const LINES_AT_ONCE = 1000;
/** Outcomes that say that something is wrong with the line; the others are the platform's daily life. */
const WRONG: ReadonlySet<string> = new Set(['malformed', 'unknown', 'rejected']);

interface Call {
  readonly connector: string;
  readonly in: string;
  readonly out: string;
  readonly setup: string | null;
  readonly route: string | undefined;
  readonly salt: string;
  readonly strict: boolean;
}

/** Exit code 0 done, 1 the input cannot be read (with `--strict`: or a line is wrong), 2 the call was wrong. */
export const decode = fileCommand('decode', HELP, parseCall, async (call: Call, io) => {
  let code = 0;
  for (const [input, output] of filesOf(call)) code = Math.max(code, await decodeFile(input, output, call, io));
  return code;
});

function parseCall(args: string[]): Call | { wrong: string } | 'help' {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      options: {
        connector: { type: 'string' },
        in: { type: 'string' },
        out: { type: 'string' },
        setup: { type: 'string' },
        route: { type: 'string' },
        salt: { type: 'string', default: 'livecue decode' },
        strict: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  const { connector, in: input, out, setup = null, route, salt, strict, help } = parsed.values;
  if (help) return 'help';
  if (connector === undefined || input === undefined || out === undefined) return { wrong: 'give --connector, --in and --out' }; // prettier-ignore
  if (!Object.hasOwn(DECODERS, connector)) {
    return { wrong: `--connector ${connector}: expected one of ${Object.keys(DECODERS).sort().join(', ')}` };
  }
  return { connector, in: input, out, setup, route, salt, strict };
}

/** Pairs of input and output; a folder stands for its .jsonl and .jsonl.gz files. */
function filesOf(call: Call): (readonly [string, string])[] {
  if (!existsSync(call.in) || !statSync(call.in).isDirectory()) return [[call.in, call.out]];
  mkdirSync(call.out, { recursive: true });
  const names = readdirSync(call.in).filter((name) => /\.jsonl(\.gz)?$/.test(name));
  if (names.length === 0) throw new InputError(`Decoding ${call.in}: the folder has no .jsonl files.`);
  return names.sort().map((name) => [path.join(call.in, name), path.join(call.out, name.replace(/\.gz$/, ''))]);
}

async function decodeFile(input: string, output: string, call: Call, io: Io): Promise<number> {
  await checkReadable(input);
  const decoder = openDecoder(input, call);
  const out = output === '-' ? null : await openOutput(output);
  const totals = { lines: 0, events: 0, left: new Map<string, number>() };
  const report = (line: number, result: DecodeResult) => {
    for (const text of leftOut(result)) io.stderr.write(`${input}:${line}: ${text}\n`);
    for (const outcome of outcomesOf(result)) totals.left.set(outcome, (totals.left.get(outcome) ?? 0) + 1);
  };
  try {
    for await (const { line, text } of linesOf(input)) {
      if (io.signal.aborted || text.trim() === '') continue;
      totals.lines++;
      const result = decoder.decode(inputOf(text, call.route));
      totals.events += result.events.length;
      await write(out ?? io.stdout, result);
      report(line, result);
      if (call.strict && outcomesOf(result).some((outcome) => WRONG.has(outcome))) return 1;
    }
  } finally {
    if (out !== null) await end(out);
  }
  const left = [...totals.left].map(([outcome, count]) => `, ${count} ${outcome}`).join('');
  io.stderr.write(`${input}: ${totals.lines} messages, ${totals.events} events${left}\n`);
  return io.signal.aborted ? 1 : 0;
}

function openDecoder(input: string, call: Call): PlatformDecoder {
  const file = call.setup ?? path.join(path.dirname(input), 'setup.json');
  if (!existsSync(file)) throw new InputError(`Decoding ${input}: there is no ${file}. Name the file of ids and keys with --setup.`); // prettier-ignore
  let setup: { now?: unknown; clock?: unknown };
  try {
    setup = JSON.parse(readFileSync(file, 'utf8')) as typeof setup;
  } catch (error) {
    // Not the parser's text: it quotes the file, which holds keys.
    throw new InputError(`Reading ${file}: it is not valid JSON.`, { cause: error });
  }
  const nowMs = clockOf(setup);
  const hash = (text: string) => createHash('sha256').update(`${call.salt}\n${text}`).digest('hex').slice(0, 32);
  return DECODERS[call.connector]!(setup, { nowMs, hash });
}

/** A recording is read with the clock of its time, where its setup tells one. */
function clockOf({ now, clock }: { now?: unknown; clock?: unknown }): () => number {
  const fixedMs = typeof now === 'number' ? now * 1000 : typeof clock === 'string' ? Date.parse(clock) : Number.NaN;
  return Number.isFinite(fixedMs) ? () => fixedMs : () => Date.now();
}

async function* linesOf(file: string): AsyncGenerator<{ line: number; text: string }> {
  for await (const { firstLine, bytes, starts } of readLineRuns([file], LINES_AT_ONCE)) {
    for (const [index, start] of starts.entries()) {
      const text = Buffer.from(bytes.subarray(start, starts[index + 1])).toString('utf8');
      yield { line: firstLine + index, text: text.replace(/\r?\n$/, '') };
    }
  }
}

/** One line → the message as it was received. */
function inputOf(text: string, route: string | undefined): WireInput {
  const value = readJson(text);
  if (typeof value === 'string') return { text: value, route };
  const line = asObject(value);
  if (line === null) return { text, route };
  if (typeof line.base64 === 'string') return { bytes: Buffer.from(line.base64, 'base64'), route };
  if (typeof line.body !== 'string' || asObject(line.headers) === null) return { text, route };
  const { method, path: at, query, headers, body } = line as Record<'method' | 'path' | 'body', string> & Pick<WireInput, 'query' | 'headers'>; // prettier-ignore
  return { method: String(method ?? 'POST'), path: String(at ?? '/'), query, headers, bytes: Buffer.from(body, 'utf8'), route };
} // prettier-ignore

function outcomesOf(result: DecodeResult): string[] {
  if (result.outcome !== undefined) return [result.outcome];
  return (['duplicates', 'malformed', 'unknown'] as const)
    .filter((count) => (result[count] ?? 0) > 0)
    .map((count) => (count === 'duplicates' ? 'duplicate' : count));
}

function leftOut(result: DecodeResult): string[] {
  const { outcome, reason, duplicates = 0, malformed = 0, unknown = 0 } = result;
  const answer =
    result.answer !== undefined && result.answer.status !== 200 ? ` (answered ${result.answer.status})` : '';
  const parts = Object.entries({ duplicate: duplicates, malformed, unknown }).filter(([, count]) => count > 0);
  return [
    ...(outcome === undefined ? [] : [`${outcome}: ${reason ?? 'no reason'}${answer}`]),
    ...parts.map(([what, count]) => `${count} of the message's parts ${what}`),
  ];
}

async function write(out: NodeJS.WritableStream | WriteStream, { events }: DecodeResult): Promise<void> {
  if (events.length === 0) return;
  const lines = events.map((event) => `${JSON.stringify({ specversion: '1.0', ...event })}\n`).join('');
  if (!out.write(lines)) await once(out, 'drain');
}

async function openOutput(file: string): Promise<WriteStream> {
  const out = createWriteStream(file);
  try {
    await once(out, 'open');
  } catch (error) {
    throw new InputError(`Writing ${file}: ${(error as Error).message}. Give --out a path that can be written.`, { cause: error }); // prettier-ignore
  }
  return out;
}

async function end(out: WriteStream): Promise<void> {
  out.end();
  await finished(out);
}
