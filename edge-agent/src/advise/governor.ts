import type { AgentConfig, Product } from '@livecue/shared/contract';
import type { Chance, HostPrompt, PromptEvent, PromptOutcome, RuleName, SuppressReason } from '@livecue/shared/prompt';
import type { RoomView } from '../core-ports.ts';
import { type Card, MAX_QUEUED, ordered, PLACES } from './card.ts';
import { close, holdBack, open, promptOf, renew, show, suppress, type Wanted } from './card-life.ts';
import { drawOf, isHeldBack } from './hold-back.ts';
import { createHouseRules, type HouseRules } from './house-rules.ts';
import {
  advance,
  hasEnded,
  isForgettable,
  isReady,
  type KeyState,
  keyRefusal,
  newKeyState,
  quieten,
} from './key-state.ts';
import { createOutcomeRecord, type OutcomeRecord } from './outcome-record.ts';
import { isSoldOut, type Rule } from './rule.ts';
import { createScreenLimits, type LimitedCard, type ScreenLimits } from './screen-limits.ts';

export type { Wanted } from './card-life.ts';

export interface Governor {
  /** One evaluation: what the rules want, and the room for the guards. Returns what changed. */
  step(wanted: ReadonlyMap<string, Wanted>, view: RoomView, nowMs: number): PromptEvent[];
  act(
    promptId: string,
    outcome: Extract<PromptOutcome, 'done' | 'snoozed' | 'muted' | 'vetoed'>,
    nowMs: number,
  ): PromptEvent[];
  /**
   * The operator wants a card of his queue on the host's screen: it comes with the next step that house rules and
   * limits allow, whatever its rule's record, and is never held back. False: there is no such card in the queue.
   */
  send(promptId: string): boolean;
  /** Wanted cards by key. */
  readonly cards: Map<string, Card>;
  readonly keys: Map<string, KeyState>;
  readonly limits: ScreenLimits;
  readonly house: HouseRules;
  readonly outcomes: OutcomeRecord;
}

/** Cards for one product that could all come now: every guard and limit has passed them. */
export interface Choice {
  /** The first is what the rules' own order takes. */
  readonly eligible: readonly HostPrompt[];
  readonly view: RoomView;
  /** In [0, 1): the chance that decides, so that the policy has none of its own. */
  readonly draw: number;
}

export interface Chosen {
  /** Place in `eligible`; null: none comes, the first is held back. */
  readonly index: number | null;
  /** Probability of that. */
  readonly propensity: number;
  /** Probability that none comes. */
  readonly noneIs: number;
}

export interface GovernorPorts {
  readonly rules: Readonly<Record<RuleName, Rule>>;
  /** Null when the catalogue no longer has it: then no card names it. */
  readonly product: (productId: string) => Product | null;
  /** A learned policy; null (or absent): the rules' own order stands. It cannot add a card, only choose or keep back. */
  readonly choose?: (choice: Choice) => Chosen | null;
}

/**
 * Decides which wanted cards reach the host (HP1, HP2, HP7, HP8, HP9, HP15).
 *
 * - A card that finds no place or no room in HP2 gives one `suppressed` event an episode and waits with the
 *   operator; it is `raised` when room comes before its life is over. From the queue cards leave silently.
 * - An episode lasts from the first level at `enter` until the level was below `exit` for the off-delay.
 * - `HouseRules` stand before all rules: switched off nothing is made, quiet or too soon it waits.
 * - A rule that is hardly acted on goes to the operator alone (`OutcomeRecord`), and comes back when he acts on it.
 * - Of the cards that could come now, chance holds some back (`hold-back.ts`): those are no cards any more, use no
 *   room in HP2 and say nothing of their rule, and their key gives none until its episode has ended.
 * - Sold out, left the catalogue, feed stale and what the rule names in `endedBy` end a card at once.
 */
export function createGovernor(ports: GovernorPorts, config: AgentConfig['advise']): Governor {
  const cards = new Map<string, Card>();
  const keys = new Map<string, KeyState>();
  const limits = createScreenLimits(config);
  const house = createHouseRules(config);
  const isPrivileged = (name: RuleName) => ports.rules[name].safety || (ports.rules[name].reserved ?? false);
  const outcomes = createOutcomeRecord(isPrivileged);

  const limitedOf = ({ prompt }: Card): LimitedCard => ({
    priority: prompt.priority,
    reserved: ports.rules[prompt.rule].reserved ?? false,
  });

  const refusalToShow = (card: Card, nowMs: number): SuppressReason | null => {
    if (card.raised || card.safety) return null;
    if (card.sent !== true && outcomes.isOperatorOnly(card.prompt.rule)) return 'operator-only';
    return house.refusal(nowMs) ?? limits.refusal(limitedOf(card), nowMs);
  };

  const noteClosed = (events: readonly PromptEvent[]): void => {
    for (const event of events) if (event.kind === 'closed') outcomes.note(event);
  };

  const closeEnded = (events: PromptEvent[], view: RoomView, nowMs: number): void => {
    for (const card of ordered(cards.values())) {
      const silenced = house.isOff || (card.raised && !card.safety && house.isQuiet(nowMs));
      const outcome = silenced ? 'withdrawn' : endOf(ports, card, stateOf(keys, card.prompt.key), view, nowMs);
      if (outcome !== null) close(events, cards, card, outcome, nowMs);
    }
  };

  const want = (events: PromptEvent[], { rule, candidate }: Wanted, view: RoomView, nowMs: number): void => {
    const state = keys.get(candidate.key);
    if (state === undefined || state.held === true) return;
    const card = cards.get(candidate.key);
    if (card !== undefined) return renew(events, limits, card, state, { rule, candidate }, nowMs);
    if (!isReady(state, rule, nowMs)) return;
    const refusal = house.isOff ? 'switched-off' : refusalOf(state, house, { rule, candidate }, view, nowMs);
    if (refusal === null) open(cards, state, rule, candidate, view, nowMs);
    else if (!state.told) suppress(events, state, promptOf(rule, candidate, view.roomId, nowMs), refusal, nowMs);
  };

  /** Not what the operator wants shown, nor what comes again under the old card's name. */
  const isLeftToChance = ({ raised, sent, prompt: { rule, key } }: Card) =>
    !raised && sent !== true && rule !== 'operator-message' && !isPrivileged(rule) && !stateOf(keys, key).shown;

  /** What comes in the place that `first` could take; a null card: `first` is held back. */
  const choose = (first: Card, view: RoomView, nowMs: number): { card: Card | null; chance: Chance | null } => {
    if (!isLeftToChance(first)) return { card: first, chance: null };
    const { key, productId, roomId } = first.prompt;
    const eligible = ordered(cards.values()).filter(
      (card) => card.prompt.productId === productId && isLeftToChance(card) && refusalToShow(card, nowMs) === null,
    );
    const draw = drawOf(config.holdBackSeed, 'policy', roomId, key, nowMs);
    const choice = { eligible: eligible.map(({ prompt }) => prompt), view, draw };
    const learned = ports.choose?.(choice) ?? null;
    const { index, propensity, noneIs } = learned ?? { index: 0, propensity: 1, noneIs: 0 };
    const share = config.holdBackShare;
    const comes = index === null || isHeldBack(config, roomId, key, nowMs) ? null : (eligible[index] ?? first);
    const chance = {
      propensity: comes === null ? share + (1 - share) * noneIs : (1 - share) * propensity,
      eligible: choice.eligible.map(({ rule, proposes }) => (proposes === undefined ? { rule } : { rule, proposes })),
      policy: learned === null ? ('rules' as const) : ('learned' as const),
    };
    return { card: comes, chance };
  };

  /** Gives the places of the screen by priority, then age. */
  const place = (events: PromptEvent[], view: RoomView, nowMs: number): void => {
    const placed = new Set<Card>();
    let queued = 0;
    for (const card of ordered(cards.values())) {
      if (placed.has(card)) continue;
      const refusal = placed.size < PLACES ? refusalToShow(card, nowMs) : 'rate-limit';
      if (refusal === null && card.raised) {
        placed.add(card);
        continue;
      }
      const state = stateOf(keys, card.prompt.key);
      if (refusal === null) {
        const { card: comes, chance } = choose(card, view, nowMs);
        if (comes === null) {
          holdBack(events, cards, card, state, chance, nowMs);
          continue;
        }
        placed.add(comes);
        if (!comes.safety) house.noteCard(nowMs);
        show(events, limits, limitedOf(comes), comes, stateOf(keys, comes.prompt.key), chance, nowMs);
        if (comes === card) continue;
      } else if (!card.raised) suppress(events, state, card.prompt, refusal, nowMs);
      if (++queued > MAX_QUEUED) close(events, cards, card, 'withdrawn', nowMs);
    }
  };

  return {
    cards,
    keys,
    limits,
    house,
    outcomes,
    step: (wanted, view, nowMs) => {
      const events: PromptEvent[] = [];
      house.begin(nowMs, view.feed.state);
      for (const { candidate } of wanted.values()) if (candidate.level >= candidate.enter) stateOf(keys, candidate.key);
      for (const state of keys.values()) {
        advance(state, ports.rules[ruleNameOf(state.key)], wanted.get(state.key)?.candidate ?? null, nowMs);
      }
      closeEnded(events, view, nowMs);
      noteClosed(events);
      for (const one of wanted.values()) want(events, one, view, nowMs);
      place(events, view, nowMs);
      for (const state of keys.values()) {
        if (isForgettable(state, cards.has(state.key), nowMs)) keys.delete(state.key);
      }
      return events;
    },
    send: (promptId) => {
      const card = [...cards.values()].find(({ prompt, raised }) => prompt.promptId === promptId && !raised);
      if (card !== undefined) card.sent = true;
      return card !== undefined;
    },
    act: (promptId, outcome, nowMs) => {
      const card = [...cards.values()].find(({ prompt }) => prompt.promptId === promptId);
      if (card === undefined) return [];
      const events: PromptEvent[] = [];
      if (outcome === 'vetoed') house.veto(card.prompt, nowMs);
      quieten(stateOf(keys, card.prompt.key), outcome, nowMs);
      // What the operator answers from the queue is reported like a raised card.
      card.raised = true;
      close(events, cards, card, outcome, nowMs);
      noteClosed(events);
      return events;
    },
  };
}

function stateOf(keys: Map<string, KeyState>, key: string): KeyState {
  let state = keys.get(key);
  if (state === undefined) {
    state = newKeyState(key);
    keys.set(key, state);
  }
  return state;
}

/** Keys are made as `<rule>/<subject>/<productId>`. */
function ruleNameOf(key: string): RuleName {
  return key.slice(0, key.indexOf('/')) as RuleName;
}

function endOf(ports: GovernorPorts, card: Card, state: KeyState, view: RoomView, nowMs: number): PromptOutcome | null {
  const { productId, rule, expiresMs } = card.prompt;
  if (productId !== null) {
    const product = ports.product(productId);
    if (product === null || isSoldOut(product, view)) return 'withdrawn';
  }
  if (view.feed.state !== 'ok' && !card.safety) return 'withdrawn';
  const own = ports.rules[rule].endedBy(card.prompt, view);
  if (own !== null) return own;
  if (hasEnded(state, ports.rules[rule], nowMs)) return 'withdrawn';
  return nowMs >= expiresMs && !card.safety ? 'expired' : null;
}

function refusalOf(state: KeyState, house: HouseRules, { rule, candidate }: Wanted, view: RoomView, nowMs: number) {
  const productId = candidate.product?.productId ?? null;
  if (house.isVetoed({ rule: rule.name, productId }, nowMs)) return 'vetoed';
  if (isSoldOut(candidate.product, view)) return 'sold-out';
  if (view.feed.state !== 'ok' && !rule.safety) return 'stale-feed';
  return keyRefusal(state, candidate.count, rule.safety, nowMs);
}
