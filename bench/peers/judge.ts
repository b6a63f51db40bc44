import type { SenderAnswer } from './sender.ts';
import type { Counted } from './subscriber.ts';

export interface Verdict {
  readonly sent: number;
  readonly lost: number;
  readonly doubled: number;
}

/** Sent against counted, by spans of event time of `spanMs`: a loss in one does not hide a doubling in another. */
export function judged(
  answer: Pick<SenderAnswer, 'sent' | 'due'>,
  counted: Pick<Counted, 'spans'>,
  spanMs: number,
): Verdict {
  const left = new Map<number, number>();
  const add = (atMs: number, events: number) => {
    const span = Math.floor(atMs / spanMs) * spanMs;
    left.set(span, (left.get(span) ?? 0) + events);
  };
  let before = 0;
  for (const [events, dueMs] of answer.due) {
    add(dueMs, events - before);
    before = events;
  }
  for (const [startMs, events] of counted.spans) add(startMs, -events);
  const missing = [...left.values()];
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  return {
    sent: answer.sent,
    lost: sum(missing.filter((events) => events > 0)),
    doubled: -sum(missing.filter((events) => events < 0)),
  };
}

/**
 * From the moment an event was due to the moment the subscriber had counted as many events as were due by then: ms at
 * these shares of all events. Needs a run without loss; events that overtake each other within a window do not matter.
 */
export function countingDelays(
  answer: Pick<SenderAnswer, 'due'>,
  came: readonly (readonly [events: number, atMs: number])[],
  shares: readonly number[],
): number[] {
  const delays: { ms: number; events: number }[] = [];
  let at = 0;
  let before = 0;
  for (const [events, dueMs] of answer.due) {
    while (at < came.length && came[at]![0] < events) at++;
    if (at === came.length) break;
    delays.push({ ms: came[at]![1] - dueMs, events: events - before });
    before = events;
  }
  delays.sort((a, b) => a.ms - b.ms);
  return shares.map((share) => {
    let seen = 0;
    for (const { ms, events } of delays) {
      seen += events;
      if (seen >= share * before) return ms;
    }
    return Number.NaN;
  });
}
