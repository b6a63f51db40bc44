import type { PromptEvent, RuleName } from '@livecue/shared/prompt';

/** HP13: a rule acted on in less than this share of its last cards goes to the operator alone. */
const LAST = 20;
const LEAST_SHARE = 0.2;
/** A card withdrawn sooner was not read: it says nothing of its rule. */
const READ_MS = 10_000;

type Closed = Extract<PromptEvent, { kind: 'closed' }>;

/**
 * What became of the last cards of each rule. Where acting always shows (`count`), all of them do. Acting on other
 * rules shows by keys, or where a shop tells offers and stock; no host has to press a key (HP10): their cards count
 * from the first that was acted on.
 */
export interface OutcomeRecord {
  note(closed: Closed): void;
  /** Cards of that rule count from the first on: acting on them shows in the room. */
  count(rule: RuleName): void;
  isOperatorOnly(rule: RuleName): boolean;
  /** Rules whose cards go to the operator alone, by name. */
  readonly operatorOnly: readonly RuleName[];
  save(): string;
  restore(saved: string): void;
}

/** `last`: 1 acted on, 0 not, newest last. */
interface RuleRecord {
  keyed: boolean;
  last: string;
}

export function createOutcomeRecord(isExempt: (rule: RuleName) => boolean): OutcomeRecord {
  let rules: Partial<Record<RuleName, RuleRecord>> = {};
  const always = new Set<RuleName>();
  const isOperatorOnly = (rule: RuleName) => {
    const last = rules[rule]?.last ?? '';
    return last.length === LAST && [...last].filter((one) => one === '1').length < LEAST_SHARE * LAST;
  };
  return {
    isOperatorOnly,
    get operatorOnly() {
      return (Object.keys(rules) as RuleName[]).filter(isOperatorOnly).sort();
    },
    count: (rule) => void always.add(rule),
    note: ({ rule, outcome, atMs, raisedMs }) => {
      if (isExempt(rule) || (outcome === 'withdrawn' && atMs - raisedMs < READ_MS)) return;
      const keys = outcome !== 'withdrawn' && outcome !== 'expired';
      const { keyed, last } = rules[rule] ?? { keyed: always.has(rule), last: '' };
      const counts = keyed || keys;
      if (counts) rules[rule] = { keyed: counts, last: `${last}${outcome === 'done' ? '1' : '0'}`.slice(-LAST) };
    },
    save: () => JSON.stringify(rules),
    restore: (saved) => {
      rules = JSON.parse(saved) as typeof rules;
    },
  };
}
