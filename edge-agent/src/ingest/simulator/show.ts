import type { Profile } from './profiles.ts';
import type { Shelf, ShelfItem } from './shelf.ts';
import type { TruthDetails } from './truth.ts';
import type { World } from './world.ts';

/** What the host is doing. */
export interface Show {
  readonly explaining: ShelfItem | null;
  /** What is explained now and what was before it. */
  readonly lately: readonly ShelfItem[];
  /** The host will not turn to that product before `untilMs`: a surge stays one that the host has missed. */
  leaveAside(item: ShelfItem, untilMs: number): void;
  /** Pull of the product being explained, 0..1: rises, peaks at 40 % of its time, falls; 0 between products. */
  interest(timeMs: number): number;
  /** Largest value of `interest`: 1, or more where the host may meet a surge. */
  readonly maxInterest: number;
  /** The show is over: unpins and says so. */
  end(): void;
}

interface Phase {
  readonly item: ShelfItem;
  readonly startMs: number;
  readonly endMs: number;
}

/** Share of a phase at which interest peaks. Inverted U with an early peak: European Journal of Marketing 2025. */
export const PEAK = 0.4;

/** Pull of a product at that part of its time: 0 at both ends and beyond, 1 at the peak. */
export function pullAt(part: number): number {
  const within = Math.min(1, Math.max(0, part));
  const distance = within < PEAK ? (PEAK - within) / PEAK : (within - PEAK) / (1 - PEAK);
  return 1 - distance * distance;
}

/**
 * The host explains one product after another for 2 to 6 minutes each, 5 to 20 s between them, and leaves
 * one that has sold out within 20 s.
 */
export function createShow(world: World, shelf: Shelf, opening: Profile['opening']): Show {
  const random = world.random.fork('show');
  let phase: Phase | null = null;
  let previous: ShelfItem | null = null;
  let aside: { readonly item: ShelfItem; readonly untilMs: number } | null = null;
  let turn = 0;

  const chooseNext = (): { item: ShelfItem; durationMs: number } | null => {
    const planned = opening[turn];
    turn += 1;
    const durationMs = planned?.durationMs ?? random.between(120_000, 360_000);
    const wanted = planned === undefined ? null : shelf.byLink(planned.link);
    const avoided = [previous, aside !== null && aside.untilMs > world.nowMs ? aside.item : null].filter(
      (item) => item !== null,
    );
    const item = wanted !== null && wanted.level > 0 ? wanted : shelf.drawInStock(random, 1, avoided);
    return item === null ? null : { item, durationMs };
  };
  const pinData = (item: ShelfItem) => ({
    product: item.reference,
    position: item.simulated.product.linkNumber ?? undefined,
  });

  const close = (current: Phase, interrupted: TruthDetails['explain']['interrupted']): void => {
    world.emit('live.product.unpinned', pinData(current.item));
    world.tell({
      kind: 'explain',
      productId: current.item.productId,
      startMs: current.startMs,
      endMs: world.nowMs,
      details: { interrupted },
    });
    previous = current.item;
    phase = null;
  };
  const begin = (): void => {
    const next = chooseNext();
    if (next === null) {
      world.agenda.at(world.agenda.nowMs + 10_000, () => world.whenHeard(begin));
      return;
    }
    const started: Phase = { item: next.item, startMs: world.nowMs, endMs: world.nowMs + Math.round(next.durationMs) };
    phase = started;
    world.emit('live.product.pinned', pinData(started.item));
    world.agenda.at(started.endMs, () => leave(started, null));
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
  world.agenda.at(world.startMs + 100, begin);
  return {
    get explaining() {
      return phase?.item ?? null;
    },
    get lately() {
      return [phase?.item ?? null, previous].filter((item) => item !== null);
    },
    leaveAside(item, untilMs) {
      aside = { item, untilMs };
    },
    maxInterest: 1,
    interest(timeMs) {
      if (phase === null) return 0;
      return pullAt((timeMs - phase.startMs) / (phase.endMs - phase.startMs));
    },
    end() {
      if (phase !== null) close(phase, 'show-end');
    },
  };
}
