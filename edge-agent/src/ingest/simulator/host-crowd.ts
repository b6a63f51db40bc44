import type { Audience } from './audience.ts';
import type { World } from './world.ts';

/** The audience of a hosted room: who was lost neither looks nor writes, until others have come in their place. */
export interface Crowd {
  readonly audience: Audience;
  /** Part of the viewers who would be there had nobody been lost, 0..1. */
  readonly keptRatio: number;
  /** That share of those who are there leaves. */
  lose(share: number): void;
  loseOne(): void;
}

const STEP_MS = 5_000;
/** Mean time in which a lost place is filled again: about the mean remaining stay of who is in the room. */
const REFILL_MS = 240_000;

export function createCrowd(world: World, plain: Audience): Crowd {
  let kept = 1;
  const lose = (share: number): void => {
    if (share <= 0) return;
    plain.lose(share);
    kept *= 1 - share;
  };
  const refill = (): void => {
    kept += (1 - kept) * (STEP_MS / REFILL_MS);
    world.agenda.at(world.agenda.nowMs + STEP_MS, refill);
  };
  world.agenda.at(world.startMs + STEP_MS, refill);
  return {
    audience: { ...plain, activity: (timeMs) => plain.activity(timeMs) * kept },
    get keptRatio() {
      return kept;
    },
    lose,
    loseOne: () => lose(1 / Math.max(1, plain.concurrent())),
  };
}
