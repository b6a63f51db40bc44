import os from 'node:os';
import { parseArgs } from 'node:util';
import { createAnswerIndex } from '../edge-agent/src/advise/answers/answer-index.ts';
import { createAnswerer } from '../edge-agent/src/advise/answers/answerer.ts';
import type { Fact } from '../edge-agent/src/advise/answers/fact.ts';
import { createRepeatMemory } from '../edge-agent/src/advise/answers/repeat-memory.ts';
import { writtenSets } from '../models/answers/sets.ts';

export const ANSWERS_HELP = `livecue bench answers [--facts N] [--questions N] [--json]

Measures how long an answer takes: the facts of three written shops, told of as many products as it takes to
make --facts of them (so that each word is in many facts, which is the slow case), asked their written questions.

  build      making the index
  latency    one question after the other: search, confidence, decision
  long       the same with questions of 10,000 characters

  --facts N      (default 5000)
  --questions N  (default 5000)
  --json         one JSON object on stdout

Example: livecue bench answers --facts 5000 --json
`;

/** Exit code 0 done, 2 the call was wrong. */
export function answersBench(args: string[]): number {
  const call = parseCall(args);
  if (typeof call === 'string') {
    process.stderr.write(`livecue bench answers: ${call}\n\n${ANSWERS_HELP}`);
    return 2;
  }
  if (call.help) {
    process.stdout.write(ANSWERS_HELP);
    return 0;
  }
  const sets = writtenSets();
  const facts = manyFacts(sets.flatMap((set) => set.facts), call.facts);
  const before = process.memoryUsage().rss;
  const begin = performance.now();
  const index = createAnswerIndex(facts);
  const buildMs = performance.now() - begin;
  const answerer = createAnswerer({ index, repeats: createRepeatMemory(0), live: () => ({ price: '¥99', stock: 12 }) });
  const texts = sets.flatMap((set) => set.asked.map(({ text }) => text));
  const timed = (text: (i: number) => string, count: number) => {
    const times: number[] = [];
    for (let i = -200; i < count; i++) {
      const asked = { text: text(i + 200), productId: `p${(i + 200) % 40}`, intents: { size_spec: 0.8 }, viewer: null, offensive: null, atMs: 0 };
      const start = performance.now();
      answerer(asked);
      // The first are not counted: the compiler is still at work.
      if (i >= 0) times.push(performance.now() - start);
    }
    return quantiles(times);
  };
  const result = {
    machine: `${os.cpus()[0]?.model ?? 'unknown'}, ${os.cpus().length} cores, Node ${process.version}`,
    facts: facts.length,
    questions: call.questions,
    buildMs: Math.round(buildMs),
    rssMb: Math.round((process.memoryUsage().rss - before) / 2 ** 20),
    latencyMs: timed((i) => texts[i % texts.length] ?? '', call.questions),
    longMs: timed((i) => `${texts[i % texts.length] ?? ''} `.repeat(1_000).slice(0, 10_000), Math.ceil(call.questions / 10)),
  };
  process.stdout.write(call.json ? `${JSON.stringify(result)}\n` : tableOf(result));
  return 0;
} // prettier-ignore

function parseCall(args: string[]): { facts: number; questions: number; json: boolean; help: boolean } | string {
  try {
    const { values } = parseArgs({ args, options: { facts: { type: 'string', default: '5000' }, questions: { type: 'string', default: '5000' }, json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } }); // prettier-ignore
    const [facts, questions] = [Number(values.facts), Number(values.questions)];
    if (![facts, questions].every((count) => Number.isInteger(count) && count > 0)) return '--facts and --questions are whole numbers from 1'; // prettier-ignore
    return { facts, questions, json: values.json, help: values.help };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Each round of the facts is of other products, with a word of its own in the answer. */
function manyFacts(written: readonly Fact[], count: number): Fact[] {
  return Array.from({ length: count }, (_, i): Fact => {
    const fact = written[i % written.length]!;
    const round = Math.floor(i / written.length);
    const answer = { zh: `${fact.answer.zh} 款式${round}`, en: `${fact.answer.en} style ${round}` };
    return { ...fact, factId: `${fact.factId}-${round}`, productId: `p${round}`, answer };
  });
}

interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

function quantiles(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 1000) / 1000; // prettier-ignore
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function tableOf(result: Readonly<Record<string, unknown>> & { latencyMs: Quantiles; longMs: Quantiles }): string {
  const { machine, facts, questions, buildMs, rssMb, latencyMs, longMs } = result;
  const line = ({ p50, p95, p99 }: Quantiles) => `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`;
  return [
    String(machine),
    `${String(facts)} facts: index in ${String(buildMs)} ms, ${String(rssMb)} MB`,
    `${String(questions)} questions: ${line(latencyMs)}`,
    `questions of 10,000 characters: ${line(longMs)}`,
    '',
  ].join('\n');
}
