/** The questions that answers are measured on: written ones of three shops, and public ones where they are at hand. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Fact } from '../../edge-agent/src/advise/answers/fact.ts';
import type { Intent } from '@livecue/shared/insight';

const folder = fileURLToPath(new URL('.', import.meta.url));
const PUBLIC = join(folder, '../../../shared/data/comments/intent-en');

export const SHOPS = ['clothes', 'beauty', 'gadgets'] as const;

export interface Asked {
  readonly text: string;
  readonly productId: string | null;
  /** The fact that answers it; null: none does. */
  readonly want: string | null;
  /** Of a question that no fact answers: what makes it hard. */
  readonly kind: 'answerable' | 'near-miss' | 'unanswerable' | 'person';
  readonly half: 'development' | 'test';
}

/** Facts with questions to them. */
export interface QuestionSet {
  readonly name: string;
  readonly facts: readonly Fact[];
  readonly asked: readonly Asked[];
}

/** Fixed by the text, so that a line cannot change sides. */
export function halfOf(text: string): Asked['half'] {
  return ((createHash('sha256').update(text).digest()[0] ?? 0) & 1) === 1 ? 'test' : 'development';
}

export function writtenSets(shops: readonly string[] = SHOPS): QuestionSet[] {
  return shops.map((name) => ({ name, facts: linesOf(`facts-${name}.jsonl`).map(factOf), asked: linesOf(`questions-${name}.jsonl`).map(askedOf) }));
} // prettier-ignore

type Line = Readonly<Record<string, string | null | undefined>>;

function linesOf(file: string): Line[] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
}

function factOf({ factId, productId, topic, question, answer }: Line): Fact {
  const said = answer ?? '';
  return { factId: factId ?? '', productId: productId ?? null, productName: '', topic: (topic ?? null) as Intent | null, questions: [question ?? ''], answer: { zh: said, en: said } }; // prettier-ignore
}

function askedOf({ text, product, want, kind }: Line): Asked {
  const words = text ?? '';
  return { text: words, productId: product ?? null, want: want ?? null, kind: (kind ?? 'answerable') as Asked['kind'], half: halfOf(words) }; // prettier-ignore
}

/**
 * Public intents as facts: of each intent the first `ways` sentences (by a hash) are ways to ask for one fact,
 * the others are questions. Every fifth intent has no fact, so that its questions have no answer. Empty: the
 * files are not at hand.
 */
export function publicSets(ways: number): QuestionSet[] {
  if (!existsSync(PUBLIC)) return [];
  const shops = ['curekart', 'powerplay11', 'sofmattress'].map((shop) => {
    const text = readFileSync(join(PUBLIC, `hint3-v2-${shop}-train.csv`), 'utf8');
    return intentSet(`HINT3 ${shop}`, csvRows(text), ways);
  });
  const clinc = gunzipSync(readFileSync(join(PUBLIC, 'clinc150-train-val.jsonl.gz'))).toString('utf8');
  const rows = clinc.split('\n').filter((line) => line !== '');
  const sentences = rows.map((line) => JSON.parse(line) as { text: string; label: string; split: string });
  const some = sentences.filter(({ text, split }) => split === 'val' || byHash(text) < 12 * 2 ** 28);
  return [...shops, intentSet('CLINC150', some.map(({ text, label }) => [text, label]), ways)];
} // prettier-ignore

function csvRows(text: string): [string, string][] {
  const rows: [string, string][] = [];
  for (const line of text.split(/\r?\n/).slice(1)) {
    const fields = /^(?:"((?:[^"]|"")*)"|([^,]*)),([^,]*)/.exec(line);
    const sentence = (fields?.[1] ?? fields?.[2] ?? '').replaceAll('""', '"').trim();
    if (sentence !== '') rows.push([sentence, fields?.[3] ?? '']);
  }
  return rows;
}

const QUESTIONS_OF_AN_INTENT = 12;

function intentSet(name: string, rows: readonly [string, string][], ways: number): QuestionSet {
  const byLabel = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const [text, label] of rows) {
    const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim();
    if (seen.has(plain)) continue;
    seen.add(plain);
    byLabel.set(label, [...(byLabel.get(label) ?? []), text]);
  }
  const facts: Fact[] = [];
  const asked: Asked[] = [];
  for (const [label, texts] of byLabel) {
    texts.sort((a, b) => byHash(a) - byHash(b));
    const told = !/^(?:oos|no_nodes_detected)$/i.test(label) && byHash(label) % 5 !== 0;
    if (told) facts.push({ factId: label, productId: null, productName: '', topic: null, questions: texts.slice(0, ways), answer: { zh: '', en: '' } });
    for (const text of texts.slice(told ? ways : 0).slice(0, QUESTIONS_OF_AN_INTENT)) {
      asked.push({ text, productId: null, want: told ? label : null, kind: told ? 'answerable' : 'unanswerable', half: halfOf(label) });
    }
  }
  return { name: `${name}, ${ways} ways`, facts: facts.filter(({ questions }) => questions.length > 0), asked };
} // prettier-ignore

function byHash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(4);
}
