import { Catalogue } from '@livecue/shared/contract';
import { Intent } from '@livecue/shared/insight';
import { factsOf, type Fact } from '../advise/answers/fact.ts';
import { InputError } from '../runtime/agent-error.ts';
import { readLines } from './line-files.ts';

/** Facts of a file, and what was wrong with its lines. */
export interface FactsRead {
  readonly facts: readonly Fact[];
  /** The file itself when it is a catalogue. */
  readonly catalogue: Catalogue | null;
  /** Ids as the file has them, where they are numbers. */
  readonly ids: ReadonlyMap<string, string | number>;
  readonly bad: readonly { readonly line: number; readonly reason: string }[];
}

export interface QuestionLine {
  readonly text: string;
  readonly productId: string | null;
  readonly viewer: string | null;
}

const ID_KEYS = ['factId', 'fact_id', 'id', '_id', 'key'];
const QUESTION_KEYS = [
  'question',
  'q',
  'questions',
  'title',
  'query',
  'ask',
  'variants',
  'similar',
  'similarQuestions',
];
const ANSWER_KEYS = ['answer', 'a', 'text', 'content', 'fact', 'value', 'response', 'reply', 'body'];
const PRODUCT_KEYS = ['productId', 'product', 'product_id', 'sku'];
const NAME_KEYS = ['productName', 'product_name', 'topic', 'category', 'intent', 'tags', 'keywords'];
const TEXT_KEYS = ['text', 'question', 'q', 'query', 'content', 'comment'];
const VIEWER_KEYS = ['viewer', 'viewerId', 'viewer_id', 'user', 'userId', 'user_id'];

type Record_ = Readonly<Record<string, unknown>>;

/** Reads JSON Lines, a JSON list, `{"facts": […]}` or a catalogue. Throws `InputError` when there is no fact in it. */
export async function readFacts(file: string): Promise<FactsRead> {
  const lines: string[] = [];
  for await (const { text } of readLines(file)) lines.push(text);
  const whole = wholeOf(lines);
  if (whole instanceof Object && 'products' in whole) return catalogueFacts(file, whole);
  const rows = Array.isArray(whole)
    ? whole.map((value: unknown, i) => ({ line: i + 1, value }))
    : lines.flatMap((text, i) => (text.trim() === '' ? [] : [{ line: i + 1, value: parsed(text) }]));
  const read = factRows(rows);
  if (read.facts.length === 0) {
    throw new InputError(`Reading ${file}: there is no fact in it, ${read.bad.length} lines are not read. Give lines such as {"factId": "f1", "question": "…", "answer": "…"}.`); // prettier-ignore
  }
  return read;
} // prettier-ignore

/** `{text, product?, viewer?}` of a line, or what is wrong with it. */
export function questionOf(line: string): QuestionLine | string {
  const value = parsed(line);
  if (typeof value === 'string' && value.trim() !== '') return { text: value, productId: null, viewer: null };
  if (!isRecord(value)) return 'expected {"text": "…"} as JSON';
  // Nothing said is a question that no fact answers.
  const text = firstOf(value, TEXT_KEYS) ?? (TEXT_KEYS.some((key) => typeof value[key] === 'string') ? '' : null);
  if (text === null) return 'expected {"text": "…"} as JSON';
  return { text, productId: firstOf(value, PRODUCT_KEYS), viewer: firstOf(value, VIEWER_KEYS) };
}

/** The same product under another spelling of its id: case and white space aside. */
export function sameProduct(productId: string): string {
  return productId.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/** The file as one JSON value, when it is a list or a catalogue and no lines. */
function wholeOf(lines: readonly string[]): unknown {
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const alone = parsed(first);
  const isLine = isRecord(alone) && !('products' in alone) && !('facts' in alone);
  if (isLine) return null;
  const whole = parsed(lines.join('\n'));
  if (isRecord(whole)) {
    const list = whole['facts'] ?? whole['faq'] ?? whole['data'];
    return 'products' in whole ? whole : Array.isArray(list) ? list : null;
  }
  return whole;
}

function catalogueFacts(file: string, value: object): FactsRead {
  const catalogue = Catalogue.safeParse(value);
  if (!catalogue.success) {
    const issue = catalogue.error.issues[0];
    throw new InputError(`Catalogue ${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
  }
  const facts = factsOf(catalogue.data);
  if (facts.length === 0) throw new InputError(`Catalogue ${file}: no product has "faq" or "facts". Add some.`);
  const named = facts.map((fact) => ({
    ...fact,
    productId: fact.productId === null ? null : sameProduct(fact.productId),
  }));
  return { facts: named, catalogue: catalogue.data, ids: new Map(), bad: [] };
}

function factRows(rows: readonly { line: number; value: unknown }[]): FactsRead {
  const facts = new Map<string, Fact>();
  const ids = new Map<string, string | number>();
  const bad: { line: number; reason: string }[] = [];
  for (const { line, value } of rows) {
    const fact = isRecord(value) ? factOf(value, line) : null;
    if (fact === null) {
      bad.push({ line, reason: 'expected {"factId": "…", "question": "…", "answer": "…"} or {"factId", "text"} as JSON' });
      continue;
    }
    const raw = ID_KEYS.map((key) => (value as Record_)[key]).find((id) => id !== undefined);
    if (typeof raw === 'number') ids.set(fact.factId, raw);
    // The same id and words again are one more way to ask.
    const key = JSON.stringify([fact.factId, fact.productId, fact.answer.zh]);
    const known = facts.get(key);
    facts.set(key, known === undefined ? fact : { ...known, questions: [...new Set([...known.questions, ...fact.questions])] });
  }
  return { facts: [...facts.values()], catalogue: null, ids, bad };
} // prettier-ignore

function factOf(value: Record_, line: number): Fact | null {
  const questions = QUESTION_KEYS.flatMap((key) => textsOf(value[key]));
  const answer = ANSWER_KEYS.flatMap((key) => textsOf(value[key]))[0] ?? questions[0];
  if (answer === undefined) return null;
  const productId = firstOf(value, PRODUCT_KEYS);
  const topic = Intent.safeParse(value['topic'] ?? value['intent']);
  return {
    factId: firstOf(value, ID_KEYS) ?? String(line),
    productId: productId === null ? null : sameProduct(productId),
    productName: [productId ?? '', ...NAME_KEYS.flatMap((key) => textsOf(value[key]))].join(' ').trim(),
    topic: topic.success ? topic.data : null,
    questions: questions.slice(0, 100),
    answer: { zh: answer, en: answer },
  };
}

/** The text or number under the first of `keys` that has one. */
function firstOf(value: Record_, keys: readonly string[]): string | null {
  for (const key of keys) {
    const [text] = textsOf(value[key]);
    if (text !== undefined) return text;
  }
  return null;
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isRecord(value) ? [value['zh'], value['en']].flatMap(textsOf) : [];
}

function isRecord(value: unknown): value is Record_ {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined: not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller names the line.
    return undefined;
  }
}
