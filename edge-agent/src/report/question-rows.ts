import { isQuestion } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';
import { MINUTE_MS, type MinuteBook } from './minute-book.ts';
import { covered, merged, type Span } from './spans.ts';

/** An answer within so long after the minute in which it was asked counts as one to it. */
export const ANSWERED_WITHIN_MS = 5 * MINUTE_MS;

/** A question that was answered at a moment, by the operator or with a card that the host acted on. */
export interface Answer {
  readonly atMs: number;
  readonly productId: string | null;
  readonly intent: Intent;
  readonly by: 'operator' | 'cue';
}

/** One topic of one product (null: no product was named). Comments by what became of them; they add up to `comments`. */
export interface QuestionRow {
  readonly productId: string | null;
  readonly intent: Intent;
  readonly comments: number;
  /** Distinct over the show; null where it was not counted. */
  readonly viewers: number | null;
  readonly byOperator: number;
  readonly byCue: number;
  /** Neither, but the product (where none was named, any) was explained then or within 5 min: the host may have said it. */
  readonly onAir: number;
  readonly unanswered: number;
}

/** Most unanswered first. `explained`: when which product was on air. */
export function questionRows(
  book: MinuteBook,
  answers: readonly Answer[],
  explained: ReadonlyMap<string, readonly Span[]>,
): QuestionRow[] {
  const rows: QuestionRow[] = [];
  const named = new Map<Intent, Map<number, number>>();
  for (const { productId, asked } of book.products.values()) {
    for (const [intent, { comments, viewers }] of asked) {
      rows.push(rowOf({ productId, intent, viewers }, comments, answers, explained.get(productId) ?? []));
      const sums = named.get(intent) ?? new Map<number, number>();
      for (const [openMs, count] of comments) sums.set(openMs, (sums.get(openMs) ?? 0) + count);
      named.set(intent, sums);
    }
  }
  const unnamed = new Map<Intent, Map<number, number>>();
  for (const { openMs, asked } of book.room.values()) {
    for (const [intent, count] of Object.entries(asked) as [Intent, number][]) {
      const rest = count - (named.get(intent)?.get(openMs) ?? 0);
      if (rest <= 0 || !isQuestion(intent)) continue;
      const own = unnamed.get(intent) ?? new Map<number, number>();
      unnamed.set(intent, own.set(openMs, rest));
    }
  }
  const anything = merged([...explained.values()].flat());
  for (const [intent, comments] of unnamed) {
    rows.push(rowOf({ productId: null, intent, viewers: null }, comments, answers, anything));
  }
  return rows.sort((a, b) => b.unanswered - a.unanswered || b.comments - a.comments || (keyOf(a) < keyOf(b) ? -1 : 1));
}

function rowOf(
  topic: Pick<QuestionRow, 'productId' | 'intent' | 'viewers'>,
  comments: ReadonlyMap<number, number>,
  answers: readonly Answer[],
  explained: readonly Span[],
): QuestionRow {
  const own = answers.filter(({ productId, intent }) => productId === topic.productId && intent === topic.intent);
  const sums = { comments: 0, byOperator: 0, byCue: 0, onAir: 0, unanswered: 0 };
  for (const [openMs, count] of comments) {
    const toMs = openMs + MINUTE_MS + ANSWERED_WITHIN_MS;
    const by = (who: Answer['by']) => own.some((one) => one.by === who && one.atMs >= openMs && one.atMs < toMs);
    sums.comments += count;
    if (by('operator')) sums.byOperator += count;
    else if (by('cue')) sums.byCue += count;
    else if (covered(explained, { fromMs: openMs, toMs }) > 0) sums.onAir += count;
    else sums.unanswered += count;
  }
  return { ...topic, ...sums };
}

const keyOf = ({ productId, intent }: QuestionRow) => `${productId ?? ''} ${intent}`;
