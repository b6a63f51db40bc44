import { ANSWERS_KEPT, type AnswerRow } from '@livecue/shared/contract';
import type { LiveEventOf } from '@livecue/shared/event';
import type { Intent } from '@livecue/shared/insight';
import type { Words } from '@livecue/shared/prompt';
import type { StateDelta } from '../../core-ports.ts';
import type { Answered } from './decision.ts';
import type { Fact } from './fact.ts';

/** Nobody asked for so long: the moment to answer is over. */
const ROW_MS = 300_000;
/** What the room asks now, for the card. */
const CARD_MS = 60_000;
const MAX_VIEWERS = 1_000;
const QUESTION_CHARACTERS = 600;

interface Waiting {
  readonly answerId: string;
  readonly productId: string | null;
  readonly intent: Intent;
  /** Hashes of who asked, 32 bits: enough to tell a thousand apart. */
  readonly viewers: Set<number>;
  readonly firstMs: number;
  answered: Answered;
  lastMs: number;
  question: string;
  /** Where the question came from, so that it goes when the platform removes it. */
  comment: { readonly source: string; readonly id: string; readonly authorId: string };
}

interface Put {
  readonly productId: string | null;
  readonly intent: Intent;
  readonly answered: Answered;
}

export interface AnswerQueue {
  add(event: LiveEventOf<'live.comment.created'>, put: Put): void;
  removed(event: LiveEventOf<'live.comment.deleted'>): void;
  /** Of the facts that answer by themselves, the one that most viewers asked for in the last minute. */
  mostAsked(productId: string | null, intent: Intent, nowMs: number): Fact | null;
  rows(nowMs: number, quote: (fact: Fact) => Words | null): AnswerRow[];
  /** What the row was about, which is gone; null: there is no such row. */
  close(answerId: string): { readonly productId: string | null; readonly intent: Intent } | null;
  /** What changed since the last call; whole rows, with the newest question and without the ids of who asked. */
  takeDelta(): StateDelta;
  /** `factOf` finds a fact of today's catalogue; a row whose facts are gone is gone, unless it is for a person. */
  restore(state: readonly (readonly [key: string, value: string])[], factOf: FindFact): void;
}

export type FindFact = (productId: string | null, factId: string) => Fact | null;

const PREFIX = 'answers/1/';

/** Questions that wait, those with one answer together, bounded by number and time. */
export function createAnswerQueue(): AnswerQueue {
  const waiting = new Map<string, Waiting>();
  /** Rows to be written, and rows that are. */
  const changed = new Set<string>();
  const stored = new Set<string>();
  const forget = (answerId: string): void => {
    waiting.delete(answerId);
    changed.add(answerId);
  };

  return {
    add(event, { productId, intent, answered }) {
      const answerId = answerIdOf(productId, intent, answered);
      const known = waiting.get(answerId);
      const isFresh = known === undefined || event.eventTimeMs - known.lastMs > ROW_MS;
      const row = isFresh ? rowOf(event, answerId, { productId, intent, answered }) : known;
      if (event.eventTimeMs >= row.lastMs) {
        const { id, author, text } = questionOf(event);
        Object.assign(row, { answered, lastMs: event.eventTimeMs, question: text, comment: { source: event.source, id, authorId: author } });
      }
      if (row.viewers.size < MAX_VIEWERS) row.viewers.add(hashOf(questionOf(event).author || event.id));
      waiting.delete(answerId);
      waiting.set(answerId, row);
      changed.add(answerId);
      if (waiting.size > ANSWERS_KEPT) for (const oldest of waiting.keys()) return forget(oldest);
    },
    removed({ source, data }) {
      const ids = new Set(data.identifier);
      for (const row of waiting.values()) {
        const isMeant = ids.has(row.comment.id) || (data.author !== undefined && row.comment.authorId === data.author.identifier);
        if (!isMeant || row.comment.source !== source) continue;
        row.question = '';
        changed.add(row.answerId);
      }
    },
    mostAsked(productId, intent, nowMs) {
      let best: Waiting | null = null;
      for (const row of waiting.values()) {
        const isAsked = row.productId === productId && row.intent === intent && nowMs - row.lastMs <= CARD_MS;
        if (!isAsked || row.answered.decision !== 'answer') continue;
        if (best === null || row.viewers.size > best.viewers.size) best = row;
      }
      return best?.answered.answers[0]?.fact ?? null;
    },
    rows(nowMs, quote) {
      for (const [answerId, row] of waiting) if (nowMs - row.lastMs > ROW_MS) forget(answerId);
      return [...waiting.values()].sort((a, b) => b.lastMs - a.lastMs).map((row) => shown(row, quote));
    },
    close: (answerId) => {
      const row = waiting.get(answerId);
      if (row !== undefined) forget(answerId);
      return row === undefined ? null : { productId: row.productId, intent: row.intent };
    },
    takeDelta: () => {
      const put: [string, string][] = [];
      const del: string[] = [];
      for (const answerId of changed) {
        const row = waiting.get(answerId);
        if (row !== undefined) {
          put.push([PREFIX + answerId, kept(row)]);
          stored.add(answerId);
        } else if (stored.delete(answerId)) del.push(PREFIX + answerId);
      }
      changed.clear();
      return { put, del };
    },
    restore: (state, factOf) => {
      const own = state.filter(([key]) => key.startsWith(PREFIX));
      const rows = own.flatMap(([, text]) => restored(JSON.parse(text) as Kept, factOf) ?? []);
      for (const row of rows.sort((a, b) => a.lastMs - b.lastMs)) waiting.set(row.answerId, row);
      for (const [key] of own) {
        const answerId = key.slice(PREFIX.length);
        stored.add(answerId);
        if (!waiting.has(answerId)) changed.add(answerId);
      }
    },
  };
} // prettier-ignore

/** Questions with one fact as their answer are one row; those for a person are one by product, intent and reason. */
function answerIdOf(productId: string | null, intent: Intent, { decision, reason, answers }: Answered): string {
  const what = decision === 'human' ? `${reason ?? ''}/${intent}` : (answers[0]?.fact.factId ?? '');
  return `${decision}/${productId ?? ''}/${what}`.slice(0, 1_200);
}

function rowOf(event: LiveEventOf<'live.comment.created'>, answerId: string, put: Put): Waiting {
  const { id, author, text } = questionOf(event);
  const atMs = event.eventTimeMs;
  return { answerId, ...put, viewers: new Set(), firstMs: atMs, lastMs: atMs, question: text, comment: { source: event.source, id, authorId: author } }; // prettier-ignore
}

function questionOf({ id, data }: LiveEventOf<'live.comment.created'>): { id: string; author: string; text: string } {
  const { identifier = id, author, text } = data;
  return { id: identifier, author: author?.identifier ?? '', text: text.slice(0, QUESTION_CHARACTERS).toWellFormed() };
}

function shown(row: Waiting, quote: (fact: Fact) => Words | null): AnswerRow {
  const { answerId, productId, intent, viewers, firstMs, lastMs, question, answered } = row;
  const facts = answered.answers.flatMap(({ fact, score }) => {
    const words = quote(fact);
    return words === null ? [] : [{ factId: fact.factId, words, score }];
  });
  const { decision, reason, confidence } = answered;
  return { answerId, decision, reason, productId, intent, question, viewers: viewers.size, confidence, facts, firstMs, lastMs }; // prettier-ignore
}

/** A row as it is stored on this box: facts by their ids, so that today's words are told after a restart. */
type Kept = Omit<Waiting, 'viewers' | 'answered'> & {
  readonly viewers: number[];
  readonly answered: Omit<Answered, 'answers' | 'quote'>;
  readonly facts: { readonly productId: string | null; readonly factId: string; readonly score: number }[];
};

function kept({ viewers, answered, ...row }: Waiting): string {
  const { decision, reason, confidence } = answered;
  const facts = answered.answers.map(({ fact, score }) => ({ productId: fact.productId, factId: fact.factId, score }));
  const whole: Kept = { ...row, viewers: [...viewers], answered: { decision, reason, confidence }, facts };
  return JSON.stringify(whole);
}

function restored({ viewers, answered, facts, ...row }: Kept, factOf: FindFact): Waiting | null {
  const answers = facts.flatMap(({ productId, factId, score }) => {
    const fact = factOf(productId, factId);
    return fact === null ? [] : [{ fact, score }];
  });
  if (answered.decision !== 'human' && answers.length === 0) return null;
  return { ...row, viewers: new Set(viewers), answered: { ...answered, answers, quote: null } };
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
