import { fromMinorUnits } from '@livecue/shared/event';
import type { Intent } from '@livecue/shared/insight';
import type { HostPrompt, RuleName } from '@livecue/shared/prompt';
import type { Crowd } from './host-crowd.ts';
import type { HostConfig } from './host-effects.ts';
import { type Needs, OFFER_MS } from './host-needs.ts';
import type { HostedShow } from './host-show.ts';
import type { Shelf, ShelfItem } from './shelf.ts';
import type { World } from './world.ts';

/** One thing the host did because of a card. */
export interface HostAct {
  readonly atMs: number;
  readonly promptId: string;
  readonly rule: RuleName;
  /** The room did want it; false: it cost air time or viewers and brought nothing; null: it is neither. */
  readonly right: boolean | null;
}

/** A host who sees cards and heeds some of them. What he does changes the room by `HostEffects`. */
export interface SimulatedHost {
  /** A card came onto his screen. */
  see(prompt: HostPrompt): void;
  /** The card left his screen before he acted. */
  lose(promptId: string): void;
  /** What he did since it was last asked. */
  acts(): HostAct[];
  readonly asked: number;
  readonly answered: number;
  /** Viewers that nothing drove away, 0..1. */
  readonly keptRatio: number;
}

/** Air time that a word beside the pitch takes. */
const ASIDE_MS = { answer: 12_000, offer: 8_000, remark: 4_000 };
const STOCK_COMES_AFTER_MS = 45_000;

type Deed = (prompt: HostPrompt, item: ShelfItem | null) => boolean | null;

export function createHost(
  world: World,
  parts: { crowd: Crowd; shelf: Shelf; show: HostedShow; needs: Needs },
  config: HostConfig,
): SimulatedHost {
  const { crowd, shelf, show, needs } = parts;
  const { effects } = config;
  const random = world.random.fork('host');
  const items = new Map(shelf.items.map((item) => [item.productId, item]));
  const seen = new Set<string>();
  let acts: HostAct[] = [];
  let freeAtMs = world.startMs;

  const speakAside = (lengthMs: number, right: boolean): boolean => {
    show.aside(lengthMs);
    freeAtMs = world.nowMs + lengthMs;
    if (!right) crowd.lose(effects.annoyed);
    return right;
  };
  const answer = (item: ShelfItem | null, intent: Intent): boolean => {
    const right = needs.answer(item, intent);
    // What all wait to hear of the product in his hands is no aside.
    return right && item !== null && item === show.explaining ? true : speakAside(ASIDE_MS.answer, right);
  };
  const offer: Deed = (_, item) => {
    if (item === null || item.level === 0) return null;
    const usual = item.priceMinor;
    const until = world.nowMs + OFFER_MS;
    const reduced = Math.max(1, Math.round(usual * (1 - effects.discount)));
    const data = { product: item.reference, price: fromMinorUnits(reduced, 'CNY'), priceCurrency: 'CNY', kind: 'flash' as const, validThrough: new Date(until).toISOString() }; // prettier-ignore
    shelf.setPrice(item, reduced);
    world.emit('shop.offer.started', data);
    world.closeAt(until, () => {
      shelf.setPrice(item, usual);
      world.emit('shop.offer.ended', data);
    });
    return speakAside(ASIDE_MS.offer, needs.offer(item));
  };
  const openStock: Deed = (_, item) => {
    const units = item === null ? 0 : Math.round((item.simulated.product.stock ?? 0) * effects.openStock);
    if (item === null || units === 0) return null;
    world.agenda.at(world.agenda.nowMs + STOCK_COMES_AFTER_MS, () => shelf.putBack(item, units));
    return true;
  };
  const remark: Deed = () => {
    show.aside(ASIDE_MS.remark);
    freeAtMs = world.nowMs + ASIDE_MS.remark;
    return null;
  };
  const explain: Deed = (_, item) => {
    if (item === null) return null;
    const wanted = show.isWanted(item);
    return show.turnTo(item) ? wanted : null;
  };
  const moveOn: Deed = (_, item) => (item === null ? null : show.moveOn(item));
  const reply: Deed = ({ key }, item) => answer(item, key.split('/')[1] as Intent);

  const deedOf = ({ rule, proposes }: HostPrompt): Deed => {
    if (rule === 'interest-surge') return explain;
    if (rule === 'past-peak') return moveOn;
    if (rule === 'stock-out' || proposes === 'open-stock') return openStock;
    if (proposes === 'offer') return offer;
    if (rule === 'counted-questions' || rule === 'patron-question') return reply;
    // Asking for the order is an answer to those who say that they want to buy.
    if (rule === 'buy-signals') return (_, item) => answer(item, 'purchase_signal');
    if (rule === 'complaint-cluster') return (_, item) => answer(item, 'complaint');
    return remark;
  };
  const act = (prompt: HostPrompt): void => {
    if (!seen.has(prompt.promptId)) return;
    if (world.nowMs < freeAtMs) return world.agenda.at(freeAtMs, () => act(prompt));
    seen.delete(prompt.promptId);
    const item = prompt.productId === null ? null : (items.get(prompt.productId) ?? null);
    const right = deedOf(prompt)(prompt, item);
    acts.push({ atMs: world.nowMs, promptId: prompt.promptId, rule: prompt.rule, right });
  };
  return {
    see(prompt) {
      // A card that comes again is not weighed again.
      if (seen.has(prompt.promptId)) return;
      const [heeds, waitMs] = [random.chance(config.obey), random.exponential(config.meanDelayMs - config.leastDelayMs)];
      if (!heeds) return;
      seen.add(prompt.promptId);
      world.agenda.at(world.agenda.nowMs + config.leastDelayMs + waitMs, () => world.whenHeard(() => act(prompt)));
    },
    lose: (promptId) => void seen.delete(promptId),
    acts() {
      const taken = acts;
      acts = [];
      return taken;
    },
    get asked() {
      return needs.asked;
    },
    get answered() {
      return needs.answered;
    },
    get keptRatio() {
      return crowd.keptRatio;
    },
  }; // prettier-ignore
}
