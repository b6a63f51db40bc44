import type { Crowd } from './host-crowd.ts';
import type { HostEffects } from './host-effects.ts';
import type { Shelf, ShelfItem } from './shelf.ts';
import { PEAK, pullAt, type Show } from './show.ts';
import type { World } from './world.ts';

/** A show whose host may be told something. Left alone he explains as in the plain room. */
export interface HostedShow extends Show {
  /** Turns to that product now; false: it is on air already, or sold out. */
  turnTo(item: ShelfItem): boolean;
  /** Ends the present product and goes on with another of his own choice: was its peak past? Null: it is not on air. */
  moveOn(item: ShelfItem): boolean | null;
  /** He speaks of something else for so long. */
  aside(lengthMs: number): void;
  /** The room wants that product just now. */
  isWanted(item: ShelfItem): boolean;
}

interface Phase {
  readonly item: ShelfItem;
  readonly startMs: number;
  /** Time after which the room has had enough of it; the host does not know it. */
  readonly appetiteMs: number;
}

/** Attention that stays with the product while the host speaks of something else. */
const ASIDE = 0.4;
const STEP_MS = 5_000;
const [LEAST_APPEAL, MOST_APPEAL] = [0.6, 1.4];
/** After a surge its product is still wanted for a while. */
const AFTERGLOW_MS = 60_000;

/**
 * As `createShow`, but how long the host stays (2 to 6 min) and how long the room's appetite lasts (2 to 6 min,
 * less when the room is lively) are two things, and a product pulls by how much it is wanted.
 */
export function createHostedShow(world: World, shelf: Shelf, crowd: Crowd, effects: HostEffects): HostedShow {
  const random = world.random.fork('hosted-show');
  let phase: Phase | null = null;
  let previous: ShelfItem | null = null;
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

  const close = (current: Phase, interrupted: 'sold-out' | 'show-end' | null): void => {
    world.emit('live.product.unpinned', pinData(current.item));
    const { productId } = current.item;
    world.tell({ kind: 'explain', productId, startMs: current.startMs, endMs: world.nowMs, details: { interrupted } });
    previous = current.item;
    phase = null;
  };
  const explain = (item: ShelfItem): void => {
    const lively = crowd.audience.activity(world.nowMs);
    const started: Phase = { item, startMs: world.nowMs, appetiteMs: random.between(120_000, 360_000) / lively };
    phase = started;
    world.emit('live.product.pinned', pinData(item));
    world.agenda.at(world.agenda.nowMs + random.between(120_000, 360_000), () => leave(started, null));
  };
  const begin = (): void => {
    if (phase !== null) return;
    // What the room turned to without him he has missed: he chooses as he had planned.
    const missed = shelf.items.filter((item) => (surges.get(item) ?? 0) > world.nowMs);
    const item = shelf.drawInStock(random, 1, previous === null ? missed : [previous, ...missed]);
    if (item === null) world.agenda.at(world.agenda.nowMs + 10_000, () => world.whenHeard(begin));
    else explain(item);
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
      explain(item);
      return true;
    },
    moveOn(item) {
      if (phase?.item !== item) return null;
      const pastPeak = world.nowMs - phase.startMs > PEAK * phase.appetiteMs;
      leave(phase, null);
      return pastPeak;
    },
    aside: (lengthMs) => void (asideUntilMs = Math.max(asideUntilMs, world.nowMs + lengthMs)),
    end() {
      if (phase !== null) close(phase, 'show-end');
    },
  };
}
