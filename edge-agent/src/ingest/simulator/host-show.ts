import type { Crowd } from './host-crowd.ts';
import type { HostEffects } from './host-effects.ts';
import type { Shelf, ShelfItem } from './shelf.ts';
import { PEAK, pullAt, type Show } from './show.ts';
import type { World } from './world.ts';

/** A show whose host may be told something. Left alone he explains as in the plain room. */
export interface HostedShow extends Show {
  /** Turns to that product for some minutes, then back to his running order; false: on air already, or sold out. */
  turnTo(item: ShelfItem): boolean;
  /** Ends the present product and goes on in his running order: was its peak past? Null: it is not on air. */
  moveOn(item: ShelfItem): boolean | null;
  /** He speaks of something else for so long. */
  aside(lengthMs: number): void;
  /** The room wants that product just now. */
  isWanted(item: ShelfItem): boolean;
}

interface Phase {
  readonly item: ShelfItem;
  /** Less what it was on air before in the same slot: the appetite does not come back. */
  readonly startMs: number;
  readonly pinnedMs: number;
  /** Time after which the room has had enough of it; the host does not know it. */
  readonly appetiteMs: number;
}

/** One place in the running order. */
interface Slot {
  readonly item: ShelfItem;
  readonly endMs: number;
  readonly appetiteMs: number;
  /** Time that it has been on air. */
  usedMs: number;
}

/** Attention that stays with the product while the host speaks of something else. */
const ASIDE = 0.4;
const STEP_MS = 5_000;
const [LEAST_APPEAL, MOST_APPEAL] = [0.6, 1.4];
/** He does not go back to a product for less. */
const LEAST_MS = 60_000;
const MAX_SLOTS = 500;
/** After a surge its product is still wanted for a while. */
const AFTERGLOW_MS = 60_000;

/**
 * As `createShow`, with three differences. The host has a running order with times, to which he comes back, so
 * that two shows that are compared part for as long as a card makes them. How long he plans for a product (2 to 6
 * min) and how long the room's appetite lasts (2 to 6 min, less when the room is lively) are two things. And a
 * product pulls by how much it is wanted.
 */
export function createHostedShow(world: World, shelf: Shelf, crowd: Crowd, effects: HostEffects): HostedShow {
  const random = world.random.fork('hosted-show');
  let phase: Phase | null = null;
  /** Where he is in the running order, and the slot that the phase belongs to; null: a card brought it. */
  let place = 0;
  let inSlot: Slot | null = null;
  let asideUntilMs = 0;
  const surges = new Map<ShelfItem, number>();
  const mean = shelf.items.reduce((sum, { simulated }) => sum + simulated.popularity, 0) / shelf.items.length;

  const isWanted = (item: ShelfItem): boolean => (surges.get(item) ?? 0) + AFTERGLOW_MS > world.nowMs;
  const appeal = (item: ShelfItem): number => {
    const liking = Math.min(MOST_APPEAL, Math.max(LEAST_APPEAL, item.simulated.popularity / mean));
    return item.level === 0 ? 0 : liking * (isWanted(item) ? 1 + effects.surge : 1);
  };
  const pull = (timeMs: number): number => {
    if (phase === null) return 0;
    const part = (timeMs - phase.startMs) / phase.appetiteMs;
    return pullAt(part) * appeal(phase.item) * (timeMs < asideUntilMs ? ASIDE : 1);
  };
  const pinData = (item: ShelfItem) => ({ product: item.reference, position: item.simulated.product.linkNumber ?? undefined }); // prettier-ignore

  const slots: Slot[] = [];
  for (let fromMs = world.startMs; slots.length < MAX_SLOTS;) {
    const before = slots.at(-1)?.item;
    const endMs = fromMs + random.between(120_000, 360_000);
    const item = shelf.drawInStock(random, 0, before === undefined ? [] : [before]) ?? (shelf.items[0] as ShelfItem);
    slots.push({ item, endMs, appetiteMs: random.between(120_000, 360_000), usedMs: 0 });
    fromMs = endMs;
  }

  const close = (current: Phase, interrupted: 'sold-out' | 'show-end' | null): void => {
    world.emit('live.product.unpinned', pinData(current.item));
    const { productId } = current.item;
    world.tell({ kind: 'explain', productId, startMs: current.pinnedMs, endMs: world.nowMs, details: { interrupted } });
    if (inSlot !== null) inSlot.usedMs = world.nowMs - current.startMs;
    phase = null;
  };
  const explain = (item: ShelfItem, slot: Slot | null, terms: { endMs: number; appetiteMs: number }): void => {
    const lively = crowd.audience.activity(world.nowMs);
    const pinnedMs = world.nowMs;
    const startMs = pinnedMs - (slot?.usedMs ?? 0);
    const started: Phase = { item, startMs, pinnedMs, appetiteMs: terms.appetiteMs / lively };
    phase = started;
    inSlot = slot;
    world.emit('live.product.pinned', pinData(item));
    world.agenda.at(terms.endMs, () => leave(started, null));
  };
  const begin = (): void => {
    if (phase !== null) return;
    while (place < MAX_SLOTS - 1 && (slots[place] as Slot).endMs < world.nowMs + LEAST_MS) place += 1;
    const slot = slots[place] as Slot;
    const endMs = Math.max(slot.endMs, world.nowMs + LEAST_MS);
    if (slot.item.level > 0) return explain(slot.item, slot, { endMs, appetiteMs: slot.appetiteMs });
    const other = shelf.drawInStock(random, 1, []);
    if (other !== null) explain(other, null, { endMs, appetiteMs: slot.appetiteMs });
    else world.agenda.at(world.agenda.nowMs + 10_000, () => world.whenHeard(begin));
  };
  const leave = (which: Phase, interrupted: 'sold-out' | null): void => {
    world.whenHeard(() => {
      if (phase !== which) return;
      close(which, interrupted);
      world.agenda.at(world.agenda.nowMs + random.between(5000, 20_000), () => world.whenHeard(begin));
    });
  };
  shelf.onSoldOut((item) => {
    const current = phase;
    if (current?.item !== item) return;
    world.agenda.at(world.agenda.nowMs + random.between(8000, 20_000), () => leave(current, 'sold-out'));
  });
  const bore = (): void => {
    crowd.lose((effects.boredPerS * STEP_MS * (1 - Math.min(1, pull(world.nowMs)))) / 1000);
    world.agenda.at(world.agenda.nowMs + STEP_MS, bore);
  };
  world.agenda.at(world.startMs + 100, begin);
  world.agenda.at(world.startMs + STEP_MS, bore);
  return {
    get explaining() {
      return phase?.item ?? null;
    },
    // What is injected into rooms that are compared must not depend on what their hosts do.
    lately: [],
    leaveAside: (item, untilMs) => void surges.set(item, untilMs),
    maxInterest: effects.explain * MOST_APPEAL * (1 + effects.surge),
    interest: (timeMs) => effects.explain * pull(timeMs),
    isWanted,
    turnTo(item) {
      if (phase?.item === item || item.level === 0) return false;
      if (phase !== null) close(phase, null);
      const appetiteMs = random.between(120_000, 360_000);
      explain(item, null, { endMs: world.nowMs + random.between(120_000, 240_000), appetiteMs });
      return true;
    },
    moveOn(item) {
      if (phase?.item !== item) return null;
      const pastPeak = world.nowMs - phase.startMs > PEAK * phase.appetiteMs;
      if (inSlot === slots[place]) place += 1;
      leave(phase, null);
      return pastPeak;
    },
    aside: (lengthMs) => void (asideUntilMs = Math.max(asideUntilMs, world.nowMs + lengthMs)),
    end() {
      if (phase !== null) close(phase, 'show-end');
    },
  };
}
