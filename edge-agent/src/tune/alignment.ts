import type { HostPrompt, PromptEvent, PromptOutcome, RuleName, SuppressReason } from '@livecue/shared/prompt';

/** A card as it stood on the host's screen, from `raised` to `closed`. */
export interface ShownCard {
  readonly prompt: HostPrompt;
  readonly atMs: number;
  /** Null: it stood when the recording ended. */
  readonly closedMs: number | null;
  readonly outcome: PromptOutcome | null;
}

/** Why a card of one replay is not in the other: what that one said instead, within the same few minutes. */
export type Instead = SuppressReason | 'held';

export type PairedCard =
  | { readonly status: 'kept' | 'moved'; readonly before: ShownCard; readonly after: ShownCard; readonly instead: null }
  /** `instead` null: its rule did not ask for it. */
  | { readonly status: 'gone'; readonly before: ShownCard; readonly after: null; readonly instead: Instead | null }
  | { readonly status: 'new'; readonly before: null; readonly after: ShownCard; readonly instead: Instead | null };

export interface RuleCounts {
  before: number;
  after: number;
  kept: number;
  moved: number;
  gone: number;
  new: number;
  /** Episodes that came to no card, by reason. */
  readonly refusedBefore: Partial<Record<Instead, number>>;
  readonly refusedAfter: Partial<Record<Instead, number>>;
}

export interface Comparison {
  readonly cards: readonly PairedCard[];
  readonly counts: Record<PairedCard['status'], number>;
  readonly byRule: Partial<Record<RuleName, RuleCounts>>;
}

/** Closer than this a card came at the same time. */
const SAME_MS = 1_000;
/** Cards of one key that are further apart speak of two things: HP8 lets a key come again after as long. */
const MOVED_MS = 300_000;

/**
 * The cards of two replays of one show side by side. Cards of one key are paired, the closest in time first, at most
 * 5 min apart: within a second they are kept, else moved; the rest is gone or new. In order of time.
 */
export function compareCards(before: readonly PromptEvent[], after: readonly PromptEvent[]): Comparison {
  const [was, is] = [shownIn(before), shownIn(after)];
  const [refusedWas, refusedIs] = [refusedIn(before), refusedIn(after)];
  const pairs = pairUp(was, is);
  const partner = new Map(pairs.flatMap(({ a, b }) => [[a, b] as const, [b, a] as const]));
  const cards: PairedCard[] = [
    ...pairs.map(({ a, b, apartMs }): PairedCard => ({ status: apartMs <= SAME_MS ? 'kept' : 'moved', before: a, after: b, instead: null })), // prettier-ignore
    ...was.filter((card) => !partner.has(card)).map((card): PairedCard => ({ status: 'gone', before: card, after: null, instead: insteadOf(card, refusedIs) })), // prettier-ignore
    ...is.filter((card) => !partner.has(card)).map((card): PairedCard => ({ status: 'new', before: null, after: card, instead: insteadOf(card, refusedWas) })), // prettier-ignore
  ].sort((a, b) => timeOf(a) - timeOf(b) || (keyOf(a) < keyOf(b) ? -1 : 1));
  const counts = { kept: 0, moved: 0, gone: 0, new: 0 };
  const byRule: Partial<Record<RuleName, RuleCounts>> = {};
  const countsOf = (rule: RuleName) => (byRule[rule] ??= { before: 0, after: 0, kept: 0, moved: 0, gone: 0, new: 0, refusedBefore: {}, refusedAfter: {} }); // prettier-ignore
  for (const { status, before: a, after: b } of cards) {
    const rule = countsOf((a ?? b)!.prompt.rule);
    counts[status]++;
    rule[status]++;
    if (a !== null) rule.before++;
    if (b !== null) rule.after++;
  }
  for (const { rule, reason } of refusedWas) count(countsOf(rule).refusedBefore, reason);
  for (const { rule, reason } of refusedIs) count(countsOf(rule).refusedAfter, reason);
  return { cards, counts, byRule };
}

const timeOf = ({ before, after }: PairedCard): number => (before ?? after)!.atMs;
const keyOf = ({ before, after }: PairedCard): string => (before ?? after)!.prompt.key;

function shownIn(events: readonly PromptEvent[]): ShownCard[] {
  const cards: ShownCard[] = [];
  const open = new Map<string, number>();
  for (const event of events) {
    if (event.kind === 'raised' || event.kind === 'updated') {
      const { promptId } = event.prompt;
      // An update after it was closed is the old card that came back (HP8): on the screen once more.
      if (event.kind === 'updated' && open.has(promptId)) continue;
      open.set(promptId, cards.length);
      cards.push({ prompt: event.prompt, atMs: event.atMs, closedMs: null, outcome: null });
    } else if (event.kind === 'closed') {
      const place = open.get(event.promptId);
      open.delete(event.promptId);
      if (place !== undefined) cards[place] = { ...cards[place]!, closedMs: event.atMs, outcome: event.outcome };
    }
  }
  return cards;
}

interface Refused {
  readonly key: string;
  readonly rule: RuleName;
  readonly atMs: number;
  readonly reason: Instead;
}

function refusedIn(events: readonly PromptEvent[]): Refused[] {
  return events.flatMap((event) => {
    if (event.kind !== 'suppressed' && event.kind !== 'held') return [];
    const { key, rule } = event.prompt;
    return [{ key, rule, atMs: event.atMs, reason: event.kind === 'held' ? 'held' : event.reason }];
  });
}

function insteadOf({ prompt, atMs }: ShownCard, refused: readonly Refused[]): Instead | null {
  const near = refused.filter((one) => one.key === prompt.key && Math.abs(one.atMs - atMs) <= MOVED_MS);
  near.sort((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs));
  return near[0]?.reason ?? null;
}

function pairUp(was: readonly ShownCard[], is: readonly ShownCard[]) {
  const candidates = was.flatMap((a) =>
    is
      .filter((b) => b.prompt.key === a.prompt.key && Math.abs(b.atMs - a.atMs) <= MOVED_MS)
      .map((b) => ({ a, b, apartMs: Math.abs(b.atMs - a.atMs) })),
  );
  candidates.sort((x, y) => x.apartMs - y.apartMs || x.a.atMs - y.a.atMs);
  const taken = new Set<ShownCard>();
  return candidates.filter(({ a, b }) => {
    if (taken.has(a) || taken.has(b)) return false;
    taken.add(a).add(b);
    return true;
  });
}

function count(counts: Partial<Record<Instead, number>>, reason: Instead): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
