import { ANSWERS_KEPT, type AnswerRow } from '@livecue/shared/contract';
import type { LiveEventOf } from '@livecue/shared/event';
import type { Intent } from '@livecue/shared/insight';
import type { Words } from '@livecue/shared/prompt';
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
  readonly viewers: Set<string>;
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
  close(answerId: string): boolean;
}

/** Questions that wait, those with one answer together, bounded by number and time. */
export function createAnswerQueue(): AnswerQueue {
  const waiting = new Map<string, Waiting>();

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
      if (row.viewers.size < MAX_VIEWERS) row.viewers.add(questionOf(event).author || event.id);
      waiting.delete(answerId);
      waiting.set(answerId, row);
      if (waiting.size > ANSWERS_KEPT) for (const oldest of waiting.keys()) return void waiting.delete(oldest);
    },
    removed({ source, data }) {
      const ids = new Set(data.identifier);
      for (const row of waiting.values()) {
        const isMeant = ids.has(row.comment.id) || (data.author !== undefined && row.comment.authorId === data.author.identifier);
        if (isMeant && row.comment.source === source) row.question = '';
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
      for (const [answerId, row] of waiting) if (nowMs - row.lastMs > ROW_MS) waiting.delete(answerId);
      return [...waiting.values()].sort((a, b) => b.lastMs - a.lastMs).map((row) => shown(row, quote));
    },
    close: (answerId) => waiting.delete(answerId),
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
