import type { RuleName } from '@livecue/shared/prompt';

/** What a card adds, shown against held back, as `learn/uplift.ts` finds it. */
export interface UpliftRow {
  readonly rule: RuleName;
  /** Null: all products of the rule. */
  readonly productId: string | null;
  readonly outcome: 'orders' | 'answered';
  readonly shown: { readonly decisions: number; readonly mean: number };
  readonly held: { readonly decisions: number; readonly mean: number };
  /** Null while there are too few. */
  readonly uplift: { readonly value: number; readonly lo: number; readonly hi: number } | null;
  readonly detectable: number | null;
  readonly stillNeeded: number | null;
}
