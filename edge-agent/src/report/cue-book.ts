import type { Priority, PromptEvent, PromptOutcome, RuleName, SuppressReason, Words } from '@livecue/shared/prompt';

const TEN_MINUTES_MS = 600_000;
/** Cards that no limit of number holds back. */
const UNLIMITED: ReadonlySet<RuleName> = new Set(['feed-stale', 'operator-message']);
/** Cards that are listed one by one; all are counted. */
export const MAX_CARDS = 20_000;

/** One card: raised, held back for measuring, or kept from the host for a reason. */
export interface CardRow {
  readonly promptId: string;
  readonly rule: RuleName;
  priority: Priority;
  readonly productId: string | null;
  readonly headline: Words;
  readonly reason: Words;
  readonly raisedMs: number;
  closedMs: number | null;
  readonly fate: 'raised' | 'held' | 'suppressed';
  outcome: PromptOutcome | null;
  readonly suppressed: SuppressReason | null;
  updates: number;
  /** On the host's screen, active or next, ms. */
  shownMs: number;
}

export interface RuleBook {
  readonly rule: RuleName;
  raised: number;
  held: number;
  shownMs: number;
  readonly outcomes: Record<PromptOutcome, number>;
  readonly suppressed: Partial<Record<SuppressReason, number>>;
  /** From raised to done, ms. */
  readonly toDoneMs: number[];
}

interface OpenCard {
  row: CardRow | null;
  readonly rule: RuleName;
  readonly firstMs: number;
  sinceMs: number;
  urgent: boolean;
}

/** Follows every card from its first moment to its end. */
export class CueBook {
  readonly cards: CardRow[] = [];
  unlisted = 0;
  readonly rules = new Map<RuleName, RuleBook>();
  readonly raised: Record<Priority, number> = { 'act-now': 0, advice: 0, info: 0 };
  readonly #open = new Map<string, OpenCard>();
  readonly #most = new MostInTenMinutes();
  readonly #mostUrgent = new MostInTenMinutes();

  get mostCards(): number {
    return this.#most.most;
  }

  get mostActNow(): number {
    return this.#mostUrgent.most;
  }

  add(event: PromptEvent): void {
    if (event.kind === 'raised' || event.kind === 'updated') this.#show(event);
    else if (event.kind === 'closed') this.#close(event);
    else if (event.kind === 'held') {
      this.#rule(event.prompt.rule).held++;
      this.#list(event.prompt, event.atMs, 'held', null);
    } else {
      const { suppressed } = this.#rule(event.prompt.rule);
      suppressed[event.reason] = (suppressed[event.reason] ?? 0) + 1;
      this.#list(event.prompt, event.atMs, 'suppressed', event.reason);
    }
  }

  /** Cards that were open to the end. */
  finish(endMs: number): void {
    for (const { row, rule, sinceMs } of this.#open.values()) {
      this.#rule(rule).shownMs += Math.max(0, endMs - sinceMs);
      if (row !== null) row.shownMs += Math.max(0, endMs - sinceMs);
    }
    this.#open.clear();
  }

  #show(event: Extract<PromptEvent, { kind: 'raised' | 'updated' }>): void {
    const { prompt, atMs } = event;
    let open = this.#open.get(prompt.promptId);
    const isNew = open === undefined;
    if (open === undefined) {
      const row = event.kind === 'raised' ? this.#list(prompt, atMs, 'raised', null) : this.#again(prompt.promptId);
      open = { row, rule: prompt.rule, firstMs: atMs, sinceMs: atMs, urgent: false };
      this.#open.set(prompt.promptId, open);
    } else if (open.row !== null) open.row.updates++;
    if (event.kind === 'raised') {
      this.#rule(prompt.rule).raised++;
      this.raised[prompt.priority]++;
    }
    if (open.row !== null) open.row.priority = prompt.priority;
    const limited = !UNLIMITED.has(prompt.rule);
    if (isNew && limited) this.#most.note(atMs);
    if (prompt.priority === 'act-now' && !open.urgent && limited) this.#mostUrgent.note(atMs);
    open.urgent ||= prompt.priority === 'act-now';
  }

  /** A card that comes back under its old id: its row goes on. */
  #again(promptId: string): CardRow | null {
    const row = this.cards.findLast((card) => card.promptId === promptId && card.fate === 'raised') ?? null;
    if (row !== null) Object.assign(row, { closedMs: null, outcome: null, updates: row.updates + 1 });
    return row;
  }

  #close({ promptId, rule, outcome, atMs }: Extract<PromptEvent, { kind: 'closed' }>): void {
    const book = this.#rule(rule);
    book.outcomes[outcome]++;
    const open = this.#open.get(promptId);
    if (open === undefined) return;
    this.#open.delete(promptId);
    const shownMs = Math.max(0, atMs - open.sinceMs);
    book.shownMs += shownMs;
    if (outcome === 'done') book.toDoneMs.push(Math.max(0, atMs - open.firstMs));
    if (open.row !== null) Object.assign(open.row, { closedMs: atMs, outcome, shownMs: open.row.shownMs + shownMs });
  }

  #list(
    prompt: Extract<PromptEvent, { kind: 'raised' }>['prompt'],
    raisedMs: number,
    fate: CardRow['fate'],
    suppressed: SuppressReason | null,
  ): CardRow | null {
    if (this.cards.length >= MAX_CARDS) {
      this.unlisted++;
      return null;
    }
    const { promptId, rule, priority, productId, headline, reason } = prompt;
    const row: CardRow = { promptId, rule, priority, productId, headline, reason, raisedMs, closedMs: null, fate, outcome: null, suppressed, updates: 0, shownMs: 0 }; // prettier-ignore
    this.cards.push(row);
    return row;
  }

  #rule(rule: RuleName): RuleBook {
    let book = this.rules.get(rule);
    if (book === undefined) {
      const outcomes = { done: 0, snoozed: 0, muted: 0, withdrawn: 0, expired: 0, vetoed: 0 };
      book = { rule, raised: 0, held: 0, shownMs: 0, outcomes, suppressed: {}, toDoneMs: [] };
      this.rules.set(rule, book);
    }
    return book;
  }
}

/** Most of what came in any half-open span of 10 min; times in order. */
class MostInTenMinutes {
  most = 0;
  #times: number[] = [];

  note(atMs: number): void {
    this.#times = this.#times.filter((ms) => ms > atMs - TEN_MINUTES_MS);
    this.#times.push(atMs);
    this.most = Math.max(this.most, this.#times.length);
  }
}
