/**
 * Prints what `MODEL_CARD.md` states: `node models/intent-rules/evaluate.ts [--failures]`.
 * Reads the labelled sets and the recorded rooms in `../shared/data` beside the checkout; what is absent is
 * named and skipped. `--failures` lists wrong lines for reading by eye.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { INTENTS, type Intent } from '@livecue/shared/insight';
import { openIntentRules } from '../../edge-agent/src/inference/model-manifest.ts';
import { createProductLinker } from '../../edge-agent/src/inference/product-linker.ts';
import { createRulePredictor, RULE_SCORES } from '../../edge-agent/src/inference/rule-predictor.ts';
import { createRuleMatcher } from '../../edge-agent/src/inference/rule-matcher.ts';
import { normalise } from '@livecue/shared/text';

const root = fileURLToPath(new URL('../..', import.meta.url));
const data = `${root}/../shared/data`;
const failuresWanted = process.argv.includes('--failures');
const { manifest, rules } = openIntentRules(`${root}/models/intent-rules`);
const predictor = createRulePredictor(rules, createProductLinker({ version: 1, products: [] }), manifest.version);
const match = createRuleMatcher(rules);

interface Labelled {
  readonly text: string;
  readonly source: string;
  readonly intent: Intent;
}

function jsonLines<T>(path: string): T[] | null {
  const full = `${data}/${path}`;
  if (!existsSync(full)) {
    console.log(`${path}: absent, skipped`);
    return null;
  }
  const bytes = readFileSync(full);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

function f1(pairs: readonly (readonly [truth: Intent, said: Intent])[], intent: Intent) {
  const truePositive = pairs.filter(([truth, said]) => truth === intent && said === intent).length;
  const said = pairs.filter((pair) => pair[1] === intent).length;
  const truth = pairs.filter((pair) => pair[0] === intent).length;
  return { precision: truePositive / (said || 1), recall: truePositive / (truth || 1), f1: (2 * truePositive) / (said + truth || 1), truth, said };
} // prettier-ignore

function reportPairs(name: string, pairs: readonly (readonly [Intent, Intent])[]): void {
  const present = INTENTS.filter((intent) => pairs.some(([truth]) => truth === intent));
  const accuracy = pairs.filter(([truth, said]) => truth === said).length / pairs.length;
  const macro = present.reduce((sum, intent) => sum + f1(pairs, intent).f1, 0) / present.length;
  const baseline = pairs.filter(([truth]) => truth === 'chat_other').length / pairs.length;
  console.log(
    `\n${name}: ${pairs.length} lines, accuracy ${accuracy.toFixed(3)}, macro-F1 ${macro.toFixed(3)} over ${present.length} labels that occur; always chat_other: accuracy ${baseline.toFixed(3)}`,
  );
  for (const intent of INTENTS) {
    const row = f1(pairs, intent);
    console.log(
      `  ${intent.padEnd(17)} true ${String(row.truth).padStart(4)} said ${String(row.said).padStart(4)} precision ${row.precision.toFixed(2)} recall ${row.recall.toFixed(2)} F1 ${row.f1.toFixed(2)}`,
    );
  }
}

function reportLabelled(path: string): void {
  const rows = jsonLines<Labelled>(path);
  if (rows === null) return;
  const said = predictor.predict(rows.map((row) => row.text));
  const pairs = rows.map((row, i) => [row.intent, said[i]?.intent ?? 'chat_other'] as const);
  reportPairs(path, pairs);
  for (const kind of ['phrase', 'pattern', 'none'] as const) {
    const of = rows.filter((row) => (match(normalise(row.text))?.kind ?? 'none') === kind);
    const right = of.filter((row) => (match(normalise(row.text))?.intent ?? 'chat_other') === row.intent);
    console.log(`  decided by ${kind}: ${of.length}, right ${(right.length / of.length).toFixed(3)}, scored ${RULE_SCORES[kind]}`);
  }
  if (!failuresWanted) return;
  rows.forEach((row, i) => {
    if (row.intent !== said[i]?.intent) console.log(`  ${row.intent} said ${said[i]?.intent}: ${row.text}`);
  });
} // prettier-ignore

function reportRoom(name: string): void {
  const events = jsonLines<{ type: string; data: { text?: string } }>(`rooms/${name}.jsonl.gz`);
  if (events === null) return;
  const texts = events.flatMap((event) => (event.type === 'live.comment.created' ? [event.data.text ?? ''] : []));
  const cold = createRulePredictor(rules, createProductLinker({ version: 1, products: [] }), manifest.version);
  const startMs = performance.now();
  const said = cold.predict(texts);
  const perCommentMicros = ((performance.now() - startMs) * 1000) / texts.length;
  const counts = new Map<string, number>();
  for (const { intent } of said) counts.set(intent, (counts.get(intent) ?? 0) + 1);
  const alarms = texts.length - (counts.get('chat_other') ?? 0);
  console.log(
    `\nrooms/${name}: ${texts.length} comments, not chat_other ${((100 * alarms) / texts.length).toFixed(2)} %, ${perCommentMicros.toFixed(2)} µs a comment`,
  );
  console.log(`  ${[...counts].sort((a, b) => b[1] - a[1]).map(([intent, n]) => `${intent} ${n}`).join(', ')}`); // prettier-ignore
  if (!failuresWanted) return;
  const shown = new Set<string>();
  texts.forEach((text, i) => {
    if (said[i]?.intent !== 'chat_other' && !shown.has(text)) shown.add(text);
    if (shown.has(text) && shown.size % 10 === 0) console.log(`  ${said[i]?.intent}: ${text.slice(0, 60)}`);
  });
}

reportLabelled('comments/intent-zh/probe-labelled.jsonl');
reportLabelled('comments/intent-zh/jddc-labelled.jsonl.gz');
reportRoom('twitch-zh-104703028');
reportRoom('twitch-zh-111540271');
