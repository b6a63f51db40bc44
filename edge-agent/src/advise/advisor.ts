import type { AgentConfig, Catalogue, CueState, OfferRefusal, Product } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';
import type {
  Priority,
  PromptEvent,
  ProposedOffer,
  RuleName,
  Stage,
  SuppressReason,
  Words,
} from '@livecue/shared/prompt';
import type { RoomView, StateDelta } from '../core-ports.ts';
import { alwaysShows, isActedOn } from './acted-on.ts';
import { type Card, stageOf } from './card.ts';
import { cueStateOf } from './cue-state.ts';
import { createGovernor, type GovernorPorts, type Wanted } from './governor.ts';
import type { HouseControl } from './house-rules.ts';
import { hasEnded, type KeyState } from './key-state.ts';
import { createOfferGuard, guardedOf } from './offer-guard.ts';
import { createOperatorDesk } from './operator-desk.ts';
import { type Candidate, productsById, type Rule, type RuleContext } from './rule.ts';
import { botBurst } from './rules/bot-burst.ts';
import { buySignals } from './rules/buy-signals.ts';
import { complaintCluster } from './rules/complaint-cluster.ts';
import { countedQuestions } from './rules/counted-questions.ts';
import { feedStale } from './rules/feed-stale.ts';
import { interestSurge } from './rules/interest-surge.ts';
import { offerEnding } from './rules/offer-ending.ts';
import { operatorMessage } from './rules/operator-message.ts';
import { orderAnomaly } from './rules/order-anomaly.ts';
import { pastPeak } from './rules/past-peak.ts';
import { patronQuestion } from './rules/patron-question.ts';
import { paymentOutage } from './rules/payment-outage.ts';
import { praiseBurst } from './rules/praise-burst.ts';
import { stockOut } from './rules/stock-out.ts';
import { viewerDrop } from './rules/viewer-drop.ts';

const RULES: Readonly<Record<RuleName, Rule>> = {
  'feed-stale': feedStale,
  'operator-message': operatorMessage,
  'order-anomaly': orderAnomaly,
  'payment-outage': paymentOutage,
  'stock-out': stockOut,
  'viewer-drop': viewerDrop,
  'complaint-cluster': complaintCluster,
  'offer-ending': offerEnding,
  'patron-question': patronQuestion,
  'buy-signals': buySignals,
  'counted-questions': countedQuestions,
  'interest-surge': interestSurge,
  'past-peak': pastPeak,
  'bot-burst': botBurst,
  'praise-burst': praiseBurst,
};

/** State keys; the number changes when the stored shape does, and state of another number is not read. */
const KEY_PREFIX = 'advise/1/key/';
const CARD_PREFIX = 'advise/1/card/';
const LIMITS_KEY = 'advise/2/limits';
const HOUSE_KEY = 'advise/1/house';
const OUTCOMES_KEY = 'advise/1/outcomes';
const DESK_KEY = 'advise/1/operator';

const OUTCOMES = { done: 'done', snooze: 'snoozed', mute: 'muted', veto: 'vetoed' } as const;

export interface Advisor {
  /**
   * Asks all rules of the room as it is at `view.nowMs` and returns what changed, in order. Time that runs
   * backwards is held. With `named` only of the room as a whole, of those products, and of products that some
   * rule held at the time before: cheap enough for every batch, however many products there are. Without, of all.
   */
  evaluate(view: RoomView, named?: ReadonlySet<string>): PromptEvent[];
  /**
   * Done, snooze (5 min), mute (its key, the show) or veto (its rule for its product, the show) of an open card,
   * also from the queue. Unknown id: nothing.
   */
  act(promptId: string, verb: 'done' | 'snooze' | 'mute' | 'veto', nowMs: number): PromptEvent[];
  /** Hold (do not disturb) or kill switch; in force from the next evaluation on. */
  control(control: HouseControl): void;
  /** Words of the operator to the host; the key of their card, which comes with the next evaluation. */
  say(words: Words, priority: Priority, nowMs: number): string;
  /** The key of a card that asks for that offer, or why none may. */
  propose(
    productId: string,
    offer: Pick<ProposedOffer, 'price' | 'quantity'>,
    view: RoomView,
  ): { key: string } | { refusals: OfferRefusal[] };
  /** Takes the operator's own cards away; how many there were. */
  clearOwn(): number;
  /** The operator sends a queued card: it comes with the next evaluation that all limits allow. False: no such card. */
  send(promptId: string): boolean;
  /** Why a card of the queue is not on the host's screen; null: no such card waits. */
  whyQueued(promptId: string): SuppressReason | null;
  /** The operator answered that question of that product (null: of the room). */
  answered(productId: string | null, intent: Intent, nowMs: number): void;
  stage(): Stage;
  /** Offers and patrons for the panel. */
  cues(view: RoomView): CueState;
  /** What changed in the state since the last call. */
  takeDelta(): StateDelta;
  /** Before the first `evaluate`: the puts of all deltas so far. Keys of others are ignored. */
  restore(state: readonly (readonly [key: string, value: string])[]): void;
}

export function createAdvisor(
  ports: {
    readonly catalogue: Catalogue;
    readonly modelVersion: string;
    /** Absent: cards show what the catalogue files under the intent, and no more. */
    readonly answers?: RuleContext['answers'];
    /** Absent: the rules' own order. */
    readonly choose?: GovernorPorts['choose'];
  },
  config: AgentConfig['advise'],
): Advisor {
  const byId = productsById(ports.catalogue);
  const product = (productId: string) => byId.get(productId) ?? null;
  const desk = createOperatorDesk();
  const guard = createOfferGuard(product, config);
  const watched = (rule: Rule): Rule => ({
    ...rule,
    endedBy: (prompt, view) => {
      const state = governor.keys.get(prompt.key);
      const isOver = state !== undefined && hasEnded(state, rule, lastMs);
      if (isActedOn(prompt, rule.actedOn, { view, nowMs: lastMs, answered: desk.answered, isOver })) return 'done';
      if (!guard.allows(guardedOf(prompt), prompt.productId, view)) return 'withdrawn';
      const own = desk.cards.find(({ key }) => key === prompt.key);
      return own !== undefined && own.untilMs <= lastMs ? 'expired' : rule.endedBy(prompt, view);
    },
  });
  const rules = Object.fromEntries(Object.entries(RULES).map(([name, rule]) => [name, watched(rule)])) as typeof RULES;
  const governor = createGovernor({ rules, product, choose: ports.choose }, config);
  for (const rule of Object.values(RULES)) if (alwaysShows(rule.actedOn)) governor.outcomes.count(rule.name);
  const saved = new Map<string, string>();
  let lastMs = Number.NEGATIVE_INFINITY;

  /** Products that each rule held at the last evaluation: it is asked of those again, whoever else is named. */
  const heldBy = new Map<RuleName, ReadonlySet<string>>();

  const wantedNow = (view: RoomView, named: ReadonlySet<string> | null): ReadonlyMap<string, Wanted> => {
    const some = activeOf(named === null ? view.productIds : [...named].sort(), byId);
    const context: RuleContext = {
      config,
      modelVersion: ports.modelVersion,
      product,
      active: some,
      answers: ports.answers,
      offerRefusals: guard.refusals,
      own: desk.cards,
      answered: desk.answered,
    };
    const wanted = new Map<string, Wanted>();
    for (const rule of Object.values(rules)) {
      const known = heldBy.get(rule.name);
      const active = named === null || known === undefined ? some : activeOf([...known.union(named)].sort(), byId);
      const held = new Set<string>();
      for (const candidate of rule.evaluate(view, active === some ? context : { ...context, active })) {
        if (!guard.allows(candidate, candidate.product?.productId ?? null, view)) continue;
        wanted.set(candidate.key, { rule, candidate: told(candidate) });
        if (candidate.product !== null) held.add(candidate.product.productId);
      }
      if (held.size > 0) heldBy.set(rule.name, held);
      else heldBy.delete(rule.name);
    }
    return wanted;
  };

  return {
    evaluate: (view, named) => {
      lastMs = Math.max(lastMs, view.nowMs);
      const events = governor.step(wantedNow(view, named ?? null), view, lastMs);
      desk.pass(lastMs);
      return events;
    },
    // Not kept as `lastMs`: a panel's clock must not run ahead of a replay's.
    act: (promptId, verb, nowMs) => {
      const own = [...governor.cards.values()].find(({ prompt }) => prompt.promptId === promptId)?.prompt;
      if (own?.rule === 'operator-message') desk.drop(own.key);
      return governor.act(promptId, OUTCOMES[verb], Math.max(lastMs, nowMs));
    },
    control: (control) => governor.house.control(control),
    say: (words, priority, nowMs) => desk.say(words, priority, Math.max(lastMs, nowMs)),
    propose: (productId, { price, quantity }, view) => {
      const priceCurrency = product(productId)?.priceCurrency ?? config.currency;
      const refusals = guard.refusals(productId, { price, priceCurrency, quantity }, view);
      if (refusals.length > 0) return { refusals };
      return { key: desk.propose({ productId, price, priceCurrency, quantity }, Math.max(lastMs, view.nowMs)) };
    },
    clearOwn: () => desk.clear(),
    send: (promptId) => governor.send(promptId),
    whyQueued: (promptId) => {
      const card = [...governor.cards.values()].find(({ prompt, raised }) => prompt.promptId === promptId && !raised);
      if (card === undefined) return null;
      const { priority, rule } = card.prompt;
      const limited = { priority, reserved: RULES[rule].reserved ?? false };
      return governor.house.refusal(lastMs) ?? governor.limits.refusal(limited, lastMs) ?? 'rate-limit';
    },
    answered: (productId, intent, nowMs) => desk.answer(productId, intent, Math.max(lastMs, nowMs)),
    cues: (view) => cueStateOf(view, { guard, answered: desk.answered, config }),
    stage: () => {
      const { outcomes, house } = governor;
      const stage: Stage = stageOf(governor.cards.values());
      if (outcomes.operatorOnly.length > 0) stage.operatorOnly = [...outcomes.operatorOnly];
      if (house.isOff) stage.quiet = 'switched-off';
      else if (house.isQuiet(lastMs)) stage.quiet = 'do-not-disturb';
      if (house.isHeld) stage.hold = true;
      return stage;
    },
    takeDelta: () => deltaOf(saved, stateOf(governor).set(DESK_KEY, desk.save())),
    restore: (state) => {
      for (const [key, value] of state) {
        if (key.startsWith(KEY_PREFIX)) governor.keys.set(key.slice(KEY_PREFIX.length), JSON.parse(value) as KeyState);
        else if (key.startsWith(CARD_PREFIX)) governor.cards.set(key.slice(CARD_PREFIX.length), JSON.parse(value) as Card);
        else if (key === LIMITS_KEY) governor.limits.restore(value);
        else if (key === HOUSE_KEY) governor.house.restore(value);
        else if (key === OUTCOMES_KEY) governor.outcomes.restore(value);
        else if (key === DESK_KEY) desk.restore(value);
        else continue;
        saved.set(key, value);
      }
    },
  }; // prettier-ignore
}

function activeOf(productIds: readonly string[], byId: ReadonlyMap<string, Product>): Product[] {
  const active: Product[] = [];
  for (const productId of productIds) {
    const product = byId.get(productId);
    if (product !== undefined) active.push(product);
  }
  return active;
}

function stateOf({ keys, cards, limits, house, outcomes }: ReturnType<typeof createGovernor>): Map<string, string> {
  const state = new Map<string, string>();
  for (const [key, value] of keys) state.set(KEY_PREFIX + key, JSON.stringify(value));
  for (const [key, value] of cards) state.set(CARD_PREFIX + key, JSON.stringify(value));
  state.set(LIMITS_KEY, limits.save());
  state.set(HOUSE_KEY, house.save());
  state.set(OUTCOMES_KEY, outcomes.save());
  return state;
}

/** The candidate, and what it proposes in what its card will say. */
function told(candidate: Candidate): Candidate {
  const { proposes, offer, deadlineMs } = candidate;
  if (proposes === undefined) return candidate;
  // Named even when absent, so that an updated card keeps nothing of the one before.
  return { ...candidate, compose: () => ({ ...candidate.compose(), proposes, offer, deadlineMs }) };
}

/** Compares with what was handed out before, and takes `state` for the next time. */
function deltaOf(saved: Map<string, string>, state: ReadonlyMap<string, string>): StateDelta {
  const put = [...state].filter(([key, value]) => saved.get(key) !== value);
  const del = [...saved.keys()].filter((key) => !state.has(key));
  for (const key of del) saved.delete(key);
  for (const [key, value] of put) saved.set(key, value);
  return { put, del };
}
