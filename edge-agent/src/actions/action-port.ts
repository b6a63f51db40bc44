import type { ActionKind, AnswerRow, Product, RunningOffer, StudioProblem } from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';

/** What is wanted, with all that a target may need of it. */
export type Want =
  | { readonly kind: 'pin' | 'explain'; readonly product: Product }
  | { readonly kind: 'offer'; readonly product: Product; readonly offer: RunningOffer }
  /** `question`: the words of a viewer that it answers, without names; null: a message of the operator's own. */
  | { readonly kind: 'message'; readonly words: Words; readonly question: string | null }
  | { readonly kind: 'clip' };

export type Deed =
  /** `undo` null: it cannot be taken back. */
  | { readonly outcome: 'done'; readonly undo: (() => Promise<Deed>) | null }
  /** Nothing of ours can do it there: what the operator clicks. */
  | { readonly outcome: 'not-able'; readonly click: Words }
  | { readonly outcome: 'failed'; readonly problem: StudioProblem; readonly message: string };

/** Where something can be done: a platform, a shop, the overlay, OBS. Bounded in time, never rejects. */
export interface ActionPort {
  readonly target: string;
  readonly connector: string;
  /** What it is asked to do at all. */
  readonly kinds: readonly ActionKind[];
  /** Those of `kinds` that it can do; of the others it says what to click. */
  readonly able: readonly ActionKind[];
  run(want: Want): Promise<Deed>;
}

/** What the desk reads of the room to know what is wanted. */
export interface RoomFacts {
  product(productId: string): Product | null;
  /** Offers that run now, by the shop's own events. */
  offers(): readonly RunningOffer[];
  answers(): readonly AnswerRow[];
}
