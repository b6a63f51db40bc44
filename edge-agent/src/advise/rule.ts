import type { AgentConfig, Catalogue, OfferRefusal, Product } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';
import type {
  Evidence,
  HostPrompt,
  Priority,
  PromptOutcome,
  Proposal,
  ProposedOffer,
  RuleName,
  Words,
} from '@livecue/shared/prompt';
import type { RoomView } from '../core-ports.ts';
import type { Answered, Sign } from './acted-on.ts';
import type { OwnCard } from './operator-desk.ts';

/** What a rule wants said now. `level` is compared with `enter` to begin and with `exit` to go on. */
export interface Candidate {
  /** Rule, subject, product: what is never repeated within 5 min. */
  readonly key: string;
  readonly priority: Priority;
  readonly product: Product | null;
  readonly level: number;
  readonly enter: number;
  readonly exit: number;
  /** What must double before the card may come again within 5 min (HP8). */
  readonly count: number;
  /** What the card asks for, where that can be compared with other cards. */
  readonly proposes?: Proposal;
  /** The price it names: without the guard's leave no card is made, and a standing one goes. */
  readonly offer?: ProposedOffer;
  /** The end that it speaks of, Unix ms: under the same guard. */
  readonly deadlineMs?: number;
  /** Called when the card is made or updated, so that quiet evaluations build no text. */
  readonly compose: () => Composed;
}

export interface Composed {
  readonly headline: Words;
  readonly reason: Words;
  readonly fact: Words | null;
  readonly evidence: Evidence;
}

export interface RuleContext {
  readonly config: AgentConfig['advise'];
  readonly modelVersion: string;
  readonly product: (productId: string) => Product | null;
  /** Products of the catalogue with anything counted in the last 10 min. */
  readonly active: readonly Product[];
  /** The fact that answers what is asked of a product (null: of the room) now. Absent: see `Advisor`. */
  /** Why that offer may not be proposed now; empty: it may. */
  readonly offerRefusals: (productId: string, offer: ProposedOffer, view: RoomView) => readonly OfferRefusal[];
  /** What the operator says himself, and what he answered in the last minutes. */
  readonly own: readonly OwnCard[];
  readonly answered: readonly Answered[];
  readonly answers?: { factFor(productId: string | null, intent: Intent, view: RoomView): Words | null };
}

/** One question asked of the room. Pure: what it returns depends on its arguments alone. */
export interface Rule {
  readonly name: RuleName;
  /** The level stays at or above `enter` this long before a card is made (HP9). */
  readonly onDelayMs: number;
  /** The level stays below `exit` this long before the condition counts as ended (HP9). */
  readonly offDelayMs: number;
  /** A safety card: no limit of number or repetition holds it back, and it lasts as long as its condition. */
  readonly safety: boolean;
  /** True: room in HP2 is kept for its cards, so that they never wait behind others. Absent: it has no such room. */
  readonly reserved?: boolean;
  /** Candidates with `level >= exit`; the others may be left out. */
  readonly evaluate: (view: RoomView, context: RuleContext) => Candidate[];
  /** What in the room shows that the card was acted on; empty: keys alone do. */
  readonly actedOn: readonly Sign[];
  /** Ends a card at once, without the off-delay: what it says is no longer so. `actedOn` was asked before. */
  readonly endedBy: (prompt: HostPrompt, view: RoomView) => PromptOutcome | null;
}

export const ON_DELAY_MS = 5_000;
export const OFF_DELAY_MS = 10_000;
/** A safety card comes at once and goes at once. */
export const SAFETY_DELAYS = { onDelayMs: 0, offDelayMs: 0, safety: true } as const;

/** Level of stock now: what was told last, else what the catalogue began with; null when neither is known. */
export function stockLevel(product: Product, view: RoomView): number | null {
  return view.stock(product.productId)?.level ?? product.stock;
}

/** The room as a whole is never sold out. */
export function isSoldOut(product: Product | null, view: RoomView): boolean {
  if (product === null) return false;
  const level = stockLevel(product, view);
  return level !== null && level <= 0;
}

/** `productId → Product` of a catalogue; of two with the same id the first counts. */
export function productsById(catalogue: Catalogue): ReadonlyMap<string, Product> {
  const byId = new Map<string, Product>();
  for (const product of catalogue.products) if (!byId.has(product.productId)) byId.set(product.productId, product);
  return byId;
}
