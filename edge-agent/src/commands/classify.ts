import { intentRulesFolder, MODELS } from '../assembly/comment-predictor.ts';
import { createCommentReader, type CommentReader } from '../inference/comment-reader.ts';
import { openIntentRules } from '../inference/model-manifest.ts';
import { createProductLinker } from '../inference/product-linker.ts';
import { openTextHeads, type TextHeads } from '../inference/text-heads.ts';
import { readCatalogue } from './catalogue-file.ts';
import type { Io } from './command.ts';
import { fileCommand, type Parsed, parseFileCall } from './file-command.ts';
import { filePairs, openOutput, readLines, type Line } from './line-files.ts';

const HELP = `livecue classify --in FILE --out FILE [--catalogue FILE]

Reads comments, {"text": "…"} a line, and writes what the agent makes of each, one JSON a line in the same
order: {intent, intentScores, offensive, offensiveScore, spam, spamScore, sentiment, sentimentScore, products}.
Any size is streamed; .gz is read and written as it is. --in and --out may both be folders (same file names).
A line that is not {"text": "…"} is named on stderr and stands in the output as {"error", "line"}, so that
lines stay beside each other; blank lines are left out.

  --in FILE         comments, JSON Lines ("-" is stdin)
  --out FILE        results, JSON Lines ("-" is stdout)
  --catalogue FILE  products of the show, to link comments to
  --strict          end at the first bad line with code 1
  -h, --help        this text

Example: livecue classify --in comments.jsonl.gz --out read.jsonl --catalogue show.json
`;

/** Lines that are read, scored and written together. */
const LINES_AT_ONCE = 2048;
const MAX_NAMED_LINES = 100;

interface Call {
  readonly in: string;
  readonly out: string;
  readonly catalogue: string | null;
  readonly strict: boolean;
}

interface Classifier {
  readonly heads: TextHeads;
  readonly read: CommentReader;
}

/** Exit code 0 done, 1 the input cannot be read (with `--strict`: or a line is bad), 2 the call was wrong. */
export const classify = fileCommand('classify', HELP, parseCall, async (call, io) => {
  const linker = createProductLinker(readCatalogue(call.catalogue));
  const files = filePairs(call.in, call.out, '.jsonl');
  const heads = await openTextHeads(MODELS);
  const rules = heads.info.intent === undefined ? openIntentRules(intentRulesFolder(MODELS)).rules : null;
  const classifier = { heads, read: createCommentReader(heads.info, rules, linker) };
  try {
    for (const [input, output] of files) {
      const code = await classifyFile(input, output, classifier, call, io);
      if (code !== 0) return code;
    }
    return 0;
  } finally {
    await heads.close();
  }
});

function parseCall(args: string[]): Parsed<Call> {
  const call = parseFileCall(args, [], ['catalogue']);
  return call === 'help' || 'wrong' in call ? call : { ...call, catalogue: call.own.catalogue ?? null };
}

async function classifyFile(input: string, output: string, classifier: Classifier, call: Call, io: Io): Promise<number> {
  const out = await openOutput(output, io);
  const totals = { lines: 0, bad: 0 };
  try {
    for await (const lines of linesOf(input)) {
      if (io.signal.aborted) return 1;
      const results = await classifyLines(lines, classifier);
      for (const result of results) {
        if (!('error' in result)) continue;
        if (totals.bad++ < MAX_NAMED_LINES) io.stderr.write(`${input}:${result.line}: ${result.error}\n`);
        if (call.strict) return 1;
      }
      totals.lines += lines.length;
      await out.write(results.map((result) => `${JSON.stringify(result)}\n`).join(''));
      if (io.stderr.isTTY) io.stderr.write(`\r${input}: ${totals.lines} lines`);
    }
  } finally {
    await out.end();
  }
  io.stderr.write(`${io.stderr.isTTY ? '\r' : ''}${input}: ${totals.lines} comments, ${totals.bad} bad lines\n`);
  return 0;
} // prettier-ignore

type Result = ReturnType<CommentReader> | { readonly error: string; readonly line: number };

async function classifyLines(lines: readonly Line[], { heads, read }: Classifier): Promise<Result[]> {
  const texts = lines.map(({ text }) => textOf(text));
  const distinct = [...new Set(texts.filter((text) => text !== null))];
  const scores = await heads.score(distinct);
  const readings = new Map(distinct.map((text, i) => [text, read(text, scores[i] ?? {})]));
  return lines.map(({ number }, i) => {
    const text = texts[i] ?? null;
    const reading = text === null ? undefined : readings.get(text);
    return reading ?? { error: 'expected {"text": "…"} as JSON', line: number };
  });
}

function textOf(line: string): string | null {
  try {
    const value = JSON.parse(line) as { text?: unknown } | null;
    return typeof value?.text === 'string' ? value.text : null;
  } catch {
    return null;
  }
}

async function* linesOf(input: string): AsyncGenerator<Line[]> {
  let lines: Line[] = [];
  for await (const line of readLines(input)) {
    if (line.text.trim() === '') continue;
    lines.push(line);
    if (lines.length < LINES_AT_ONCE) continue;
    yield lines;
    lines = [];
  }
  if (lines.length > 0) yield lines;
}
