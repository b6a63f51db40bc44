import path from 'node:path';
import { createAnswerIndex, type AnswerIndex, type IntentScores } from '../advise/answers/answer-index.ts';
import { createAnswerer, type Answerer } from '../advise/answers/answerer.ts';
import type { Fact } from '../advise/answers/fact.ts';
import { liveOf, NOTHING_LIVE } from '../advise/answers/live-text.ts';
import { createRepeatMemory } from '../advise/answers/repeat-memory.ts';
import { intentRulesFolder, MODELS } from '../assembly/comment-predictor.ts';
import { createCommentReader, type CommentReader } from '../inference/comment-reader.ts';
import { openIntentRules } from '../inference/model-manifest.ts';
import { createProductLinker, type ProductLinker } from '../inference/product-linker.ts';
import { openTextHeads, type TextHeads } from '../inference/text-heads.ts';
import { questionOf, readFacts, sameProduct, type QuestionLine } from './answer-lines.ts';
import { readCatalogue } from './catalogue-file.ts';
import type { Io } from './command.ts';
import { fileCommand, type Parsed, parseFileCall } from './file-command.ts';
import { filePairs, openOutput, readLines, type Line } from './line-files.ts';

const HELP = `livecue answer --facts FILE --in FILE --out FILE [--catalogue FILE]

Finds for each question the shop's own fact that answers it, and says who answers: the agent ("answer"), the
operator with one tap ("offer"), or a person ("human"). One JSON a line in the order of the questions:

  {"answers": [{"factId", "score"}], "decision", "confidence", "reason"?, "text"?}

"answers" are the best three, best first; "confidence" is the chance that the first is right; "reason" says why a
person is needed (unsure, complaint, refund, medical, legal, abuse, asked-again, other-product, no-live-value);
"text" is the fact as it would be said. Nothing is ever made up: a fact is quoted or not told.

  --facts FILE      facts, JSON Lines, a JSON list, or a catalogue with "faq" (.gz is read as it is). A line:
                      factId (or id)            its own name; the line's number when it has none
                      question (or q, title)    how it is asked for; a list for several ways; may be left out
                      answer (or a, text)       what is said; {price} and {stock} are filled from the catalogue
                      productId (or product)    the product that it is of; left out: the whole shop
                      topic                     an intent such as size_spec, price, shipping; may be left out
                    Lines with the same factId and answer are ways to ask for one fact.
  --in FILE         questions, {"text", "product"?, "viewer"?} a line (question, q; productId; viewerId are read
                    too); "-" is stdin; a folder stands for its .jsonl files
  --out FILE        results, JSON Lines ("-" is stdout); a folder when --in is one
  --catalogue FILE  products: prices and stock for {price} and {stock}, and names to find the product by;
                    left out: --facts itself when it is a catalogue
  --strict          end at the first bad line with code 1
  -h, --help        this text

A line of --in that cannot be read is named on stderr and stands in the output as {"error", "line"}, so that
lines stay beside each other; blank lines are left out. The same viewer asking the same twice gets a person.

Example: livecue answer --facts faq.jsonl --in questions.jsonl --out answers.jsonl
`;

const LINES_AT_ONCE = 1024;
const MAX_NAMED_LINES = 100;
/** Digits that leave the program. */
const SCALE = 10_000;

interface Call {
  readonly facts: string;
  readonly in: string;
  readonly out: string;
  readonly catalogue: string | null;
  readonly strict: boolean;
}

interface Desk {
  readonly heads: TextHeads;
  readonly read: CommentReader;
  readonly linker: ProductLinker;
  readonly index: AnswerIndex;
  readonly ids: ReadonlyMap<string, string | number>;
  readonly createAnswerer: () => Answerer;
}

/** Exit code 0 done, 1 the input cannot be read (with `--strict`: or a line is bad), 2 the call was wrong. */
export const answer = fileCommand('answer', HELP, parseCall, async (call, io) => {
  const heads = await openTextHeads(MODELS);
  try {
    const desk = await openDesk(call, heads, io);
    if (desk === null) return 1;
    for (const [input, output] of filePairs(call.in, call.out, '.jsonl')) {
      const code = await answerFile(input, output, desk, call, io);
      if (code !== 0) return code;
    }
    return 0;
  } finally {
    await heads.close();
  }
});

function parseCall(args: string[]): Parsed<Call> {
  const call = parseFileCall(args, ['facts'], ['catalogue']);
  if (call === 'help' || 'wrong' in call) return call;
  const { facts, catalogue = null } = call.own;
  if (facts !== '-' && path.resolve(facts) === path.resolve(call.out)) return { wrong: '--out is also an input' };
  return { ...call, facts, catalogue };
}

/** Null: a bad line of the facts ends the run. */
async function openDesk(call: Call, heads: TextHeads, io: Io): Promise<Desk | null> {
  const { facts, catalogue: own, ids, bad } = await readFacts(call.facts);
  for (const { line, reason } of bad.slice(0, MAX_NAMED_LINES)) io.stderr.write(`${call.facts}:${line}: ${reason}\n`);
  if (call.strict && bad.length > 0) return null;
  io.stderr.write(`${call.facts}: ${facts.length} facts, ${bad.length} bad lines\n`);
  const catalogue = call.catalogue === null && own !== null ? own : readCatalogue(call.catalogue);
  const linker = createProductLinker(catalogue);
  const rules = heads.info.intent === undefined ? openIntentRules(intentRulesFolder(MODELS)).rules : null;
  const read = createCommentReader(heads.info, rules, linker);
  const index = createAnswerIndex(facts, await factIntents(facts, heads, read));
  const products = new Map(catalogue.products.map((product) => [sameProduct(product.productId), product]));
  const live = (productId: string | null) => {
    const product = productId === null ? undefined : products.get(productId);
    return product === undefined ? NOTHING_LIVE : liveOf(product, null);
  };
  const create = () => createAnswerer({ index, live, repeats: createRepeatMemory(Infinity) });
  return { heads, read, linker, index, ids, createAnswerer: create };
}

/** What each fact is about: its own topic, else what the intent model makes of its question. */
async function factIntents(facts: readonly Fact[], heads: TextHeads, read: CommentReader): Promise<IntentScores[]> {
  const texts = facts.map((fact) => fact.questions[0] ?? fact.answer.zh);
  const intents: IntentScores[] = [];
  for (let from = 0; from < texts.length; from += LINES_AT_ONCE) {
    const some = texts.slice(from, from + LINES_AT_ONCE);
    const scores = await heads.score(some);
    for (const [i, text] of some.entries()) {
      const { topic, questions } = facts[from + i]!;
      const known = topic !== null ? { [topic]: 1 } : questions.length > 0 ? read(text, scores[i] ?? {}).intentScores : {};
      intents.push(known);
    }
  }
  return intents;
} // prettier-ignore

async function answerFile(input: string, output: string, desk: Desk, call: Call, io: Io): Promise<number> {
  const out = await openOutput(output, io);
  const answerer = desk.createAnswerer();
  const totals = { lines: 0, bad: 0 };
  let lines: Line[] = [];
  const flush = async (): Promise<boolean> => {
    const results = await answerLines(lines, answerer, desk);
    totals.lines += lines.length;
    lines = [];
    for (const result of results) {
      if ('error' in result) {
        if (totals.bad++ < MAX_NAMED_LINES) io.stderr.write(`${input}:${result.line}: ${result.error}\n`);
        if (call.strict) return false;
      }
      await out.write(`${JSON.stringify(result)}\n`);
    }
    if (io.stderr.isTTY) io.stderr.write(`\r${input}: ${totals.lines} questions`);
    return true;
  };
  try {
    for await (const line of readLines(input)) {
      if (io.signal.aborted) return 1;
      if (line.text.trim() === '') continue;
      lines.push(line);
      if (lines.length === LINES_AT_ONCE && !(await flush())) return 1;
    }
    if (!(await flush())) return 1;
  } finally {
    await out.end();
  }
  io.stderr.write(`${io.stderr.isTTY ? '\r' : ''}${input}: ${totals.lines} questions, ${totals.bad} bad lines\n`);
  return 0;
}

type Result = Readonly<Record<string, unknown>> | { readonly error: string; readonly line: number };

async function answerLines(lines: readonly Line[], answerer: Answerer, desk: Desk): Promise<Result[]> {
  const questions = lines.map(({ text }) => questionOf(text));
  const texts = questions.map((question) => (typeof question === 'string' ? '' : question.text));
  const scores = await desk.heads.score(texts);
  return lines.map(({ number }, i) => {
    const question = questions[i]!;
    if (typeof question === 'string') return { error: question, line: number };
    return resultOf(question, answerer, desk, desk.read(question.text, scores[i] ?? {}));
  });
}

function resultOf(question: QuestionLine, answerer: Answerer, desk: Desk, reading: ReturnType<CommentReader>): Result {
  const productId = question.productId ?? reading.products[0]?.productId ?? null;
  const { answers, decision, confidence, reason, quote } = answerer({
    text: question.text,
    productId: productId === null ? null : sameProduct(productId),
    intents: reading.intentScores,
    viewer: question.viewer,
    offensive: reading.offensive,
    atMs: 0,
  });
  return {
    answers: answers.map(({ fact, score }) => ({ factId: desk.ids.get(fact.factId) ?? fact.factId, score: rounded(score) })),
    decision,
    confidence: rounded(confidence),
    ...(reason === null ? {} : { reason }),
    ...(quote === null ? {} : { text: quote.zh === quote.en ? quote.zh : quote }),
  };
} // prettier-ignore

function rounded(score: number): number {
  return Math.round(score * SCALE) / SCALE;
}
