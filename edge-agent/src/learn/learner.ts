import type { Arm, Decision, ShowNote } from '@livecue/shared/contract';
import type { WindowCounts } from '@livecue/shared/insight';
import type { HostPrompt, PromptEvent } from '@livecue/shared/prompt';
import type { RoomView, StateDelta } from '../core-ports.ts';
import { armOf, armsOf, countsTheRoom, type Proposing, windowOf } from './arms.ts';
import { type ChoiceContext, createPosterior, type Posterior } from './posterior.ts';
import { pickBy } from './thompson.ts';

/** State keys; the number changes when the stored shape does. */
const OPEN_PREFIX = 'learn/1/open/';
const POSTERIOR_KEY = 'learn/1/posterior';
const BEFORE_MS = 600_000;
/** Half an order in ten minutes: where nothing sold a ratio would have no measure. */
const LEAST_BEFORE = 0.5;
/** Noticed later than this, the agent was off when the window ended: what it held is not known. */
const MAX_LATE_MS = 5_000;
/** More than ten minutes of cards and those held back: the oldest is given up. */
const MAX_OPEN = 500;

/** A decision whose window is not over. */
interface Open {
  readonly decision: Decision;
  readonly atMs: number;
  /** False: the feed was silent or stale in its window, and its counts are too low. */
  covered: boolean;
}

/**
 * Notes each decision that was left to chance and, when its window is over, what followed; learns of it. The learner
 * only chooses where it was told to, and then among cards that every guard has passed.
 */
export interface Learner {
  /** Which of the cards comes, as the governor asks it; null: the rules' own order stands. */
  choose(choice: {
    readonly eligible: readonly HostPrompt[];
    readonly view: RoomView;
    readonly draw: number;
  }): { readonly index: number | null; readonly propensity: number; readonly noneIs: number } | null;
  /** One evaluation: what the rules' governor did, and the room then. Returns what the show's record is to hold. */
  step(events: readonly PromptEvent[], view: RoomView): ShowNote[];
  takeDelta(): StateDelta;
  restore(state: readonly (readonly [key: string, value: string])[]): void;
  readonly posterior: Posterior;
}

export function createLearner(options: {
  /** Decided by `policy-gate.ts`, outside any learning. */
  readonly policy: 'rules' | 'learned';
  readonly holdBackShare: number;
}): Learner {
  const posterior = createPosterior();
  const open = new Map<string, Open>();
  const saved = new Map<string, string>();

  const begin = (event: Extract<PromptEvent, { kind: 'raised' | 'held' }>, view: RoomView): ShowNote[] => {
    const { propensity, eligible, policy } = event;
    if (propensity === undefined || eligible === undefined || policy === undefined) return [];
    const { promptId, productId, rule } = event.prompt;
    const held = event.kind === 'held';
    const own = armOf(event.prompt);
    const arms: Arm[] = own === null ? ['nothing'] : armsOf(eligible);
    const windowMs = windowOf(arms);
    const context = { ...contextOf(view, productId, arms), holdBackShare: options.holdBackShare };
    const decision: Decision = {
      decisionId: promptId, by: policy === 'learned' ? 'policy' : 'hold-out',
      policyVersion: policy === 'learned' ? `learned-${posterior.rewards}` : 'rules',
      rule, promptId, productId, arm: own === null ? null : held ? 'nothing' : own,
      eligible: arms, propensity, held, context, windowMs,
    }; // prettier-ignore
    open.set(promptId, { decision, atMs: event.atMs, covered: true });
    if (open.size > MAX_OPEN) for (const oldest of open.keys()) return (open.delete(oldest), [{ kind: 'decision', decision }]); // prettier-ignore
    return [{ kind: 'decision', decision }];
  };

  const end = ({ decision, atMs, covered }: Open, view: RoomView): ShowNote => {
    const isCovered = covered && view.nowMs - atMs - decision.windowMs <= MAX_LATE_MS;
    const orders = ordersOf(view, scopeOf(decision.productId, decision.eligible), decision.windowMs);
    const usual = decision.context['usual'] ?? 0;
    if (isCovered && decision.arm !== null) posterior.learn(decision.arm, { onAir: decision.context['onAir'] ?? 0, usual }, orders); // prettier-ignore
    const { intents, unitsPaid } = view.counts(decision.productId, decision.windowMs).counts;
    const values = { orders, units: unitsPaid, roomOrders: ordersOf(view, null, decision.windowMs), asked: askersOf(intents), covered: isCovered ? 1 : 0 }; // prettier-ignore
    return { kind: 'reward', decisionId: decision.decisionId, values };
  };

  return {
    posterior,
    choose: ({ eligible, view, draw }) => {
      const first = eligible[0];
      if (options.policy !== 'learned' || first === undefined || armOf(first) === null) return null;
      const arms = armsOf(eligible);
      const chances = posterior.chances(arms, contextOf(view, first.productId, arms));
      const picked = pickBy(draw, chances);
      const arm = arms[picked]!;
      const index = arm === 'nothing' ? null : eligible.findIndex((card: Proposing) => armOf(card) === arm);
      return { index, propensity: chances[picked]!, noneIs: chances[arms.indexOf('nothing')]! };
    },
    step: (events, view) => {
      const notes: ShowNote[] = [];
      for (const [id, one] of open) {
        if (view.feed.state !== 'ok') one.covered = false;
        if (view.nowMs < one.atMs + one.decision.windowMs) continue;
        open.delete(id);
        notes.push(end(one, view));
      }
      for (const event of events)
        if (event.kind === 'raised' || event.kind === 'held') notes.push(...begin(event, view));
      return notes;
    },
    takeDelta: () => {
      const state = new Map([...open].map(([id, one]) => [OPEN_PREFIX + id, JSON.stringify(one)] as const));
      if (posterior.rewards > 0) state.set(POSTERIOR_KEY, posterior.save());
      const put = [...state].filter(([key, value]) => saved.get(key) !== value);
      const del = [...saved.keys()].filter((key) => !state.has(key));
      for (const key of del) saved.delete(key);
      for (const [key, value] of put) saved.set(key, value);
      return { put, del };
    },
    restore: (state) => {
      for (const [key, value] of state) {
        if (key === POSTERIOR_KEY) posterior.restore(value);
        else if (key.startsWith(OPEN_PREFIX)) open.set(key.slice(OPEN_PREFIX.length), JSON.parse(value) as Open);
        else continue;
        saved.set(key, value);
      }
      const sorted = [...open].sort(([a, x], [b, y]) => x.atMs - y.atMs || (a < b ? -1 : 1));
      open.clear();
      for (const [id, one] of sorted) open.set(id, one);
    },
  };
}

function scopeOf(productId: string | null, eligible: readonly Arm[]): string | null {
  return countsTheRoom(eligible) ? null : productId;
}

function contextOf(view: RoomView, productId: string | null, eligible: readonly Arm[]): ChoiceContext & { ordersBefore: number } {
  const ordersBefore = ordersOf(view, scopeOf(productId, eligible), BEFORE_MS);
  const usual = ((ordersBefore + LEAST_BEFORE) * windowOf(eligible)) / BEFORE_MS;
  return { onAir: productId !== null && view.explaining?.productId === productId ? 1 : 0, ordersBefore, usual };
} // prettier-ignore

/** A shop tells an order when it is made, when it is paid, or both. */
function ordersOf(view: RoomView, productId: string | null, lengthMs: number): number {
  const { ordersCreated, ordersPaid } = view.counts(productId, lengthMs).counts;
  return Math.max(ordersCreated, ordersPaid);
}

/** Viewers by what they asked, added up: one who asked two things counts twice. */
function askersOf(intents: WindowCounts['intents']): number {
  const asks = ['price', 'size_spec', 'stock', 'shipping', 'product_question', 'discount_gift', 'return_warranty'] as const;
  return asks.reduce((sum, intent) => sum + (intents[intent]?.viewers ?? 0), 0);
} // prettier-ignore
