import { randomFrom } from '../report.ts';
import type { Direction } from './tcp-proxy.ts';
import type { Place, Process } from './lane.ts';

/** One thing that goes wrong: so long after the one before, for so long. */
export type Fault = { readonly afterMs: number; readonly forMs: number } & (
  | { readonly kind: 'kill' | 'freeze'; readonly what: Process }
  | { readonly kind: 'cut' | 'partition' | 'slow' | 'trickle'; readonly where: Place }
  | { readonly kind: 'reset'; readonly where: Place; readonly bytes: number }
  | { readonly kind: 'half-open'; readonly where: Place; readonly lost: readonly Direction[] }
  | { readonly kind: 'shuffle'; readonly where: 'agent' | 'receiver' }
  | { readonly kind: 'clock'; readonly offsetMs: number }
  | { readonly kind: 'database-crash' | 'database-disconnect' | 'commit-lost' }
  | { readonly kind: 'disk-full' }
);

export type FaultKind = Fault['kind'];

export interface Plan {
  readonly seed: number;
  readonly schedule: number;
  /** The whole programs, or the light agent. */
  readonly whole: boolean;
  /** On a small disk of its own, which only a plan with a full disk needs. */
  readonly smallDisk: boolean;
  /** What is altered, and must be found: a record on its way, or the agent's file while the agent is down. */
  readonly flip: 'wire' | 'file' | null;
  readonly faults: readonly Fault[];
}

const HOUR_MS = 3_600_000;
/** One schedule in so many runs the whole programs; one in so many alters a bit. */
export const WHOLE_EVERY = 10;
const FLIP_EVERY = 12;

const KINDS: readonly (readonly [kind: FaultKind, weight: number])[] = [
  ['kill', 6],
  ['freeze', 3],
  ['cut', 2],
  ['reset', 4],
  ['partition', 3],
  ['half-open', 3],
  ['slow', 2],
  ['trickle', 2],
  ['shuffle', 4],
  ['clock', 3],
  ['database-crash', 1],
  ['database-disconnect', 2],
  ['commit-lost', 2],
  ['disk-full', 1],
];

/** 3 to 10 faults, the same for seed and number. */
export function planOf(seed: number, schedule: number, can: { readonly smallDisk: boolean }): Plan {
  const random = randomFrom(seed + Math.imul(schedule, 0x9e3779b1));
  const between = (least: number, most: number) => Math.floor(least + random() * (most - least + 1));
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const flips = schedule % FLIP_EVERY === FLIP_EVERY - 1;
  const faults: Fault[] = Array.from({ length: between(3, 10) }, () => {
    const at = { afterMs: between(20, 600), forMs: between(50, 1_000) };
    const kind = weighted(random());
    switch (kind) {
      case 'kill':
      case 'freeze':
        return { ...at, kind, what: one<Process>(['agent', 'agent', 'broker', 'receiver']) };
      case 'reset':
        return { ...at, kind, where: one(PLACES), bytes: between(1, 4_000) };
      case 'half-open':
        return { ...at, kind, where: one(PLACES), lost: one<readonly Direction[]>([['up'], ['down'], ['up', 'down']]) };
      case 'shuffle':
        return { ...at, forMs: between(400, 2_000), kind, where: one(['agent', 'receiver'] as const) };
      case 'clock':
        return { ...at, kind, offsetMs: one([HOUR_MS, -HOUR_MS]) };
      case 'database-crash':
      case 'database-disconnect':
      case 'commit-lost':
      case 'disk-full':
        return { ...at, kind };
      default:
        return { ...at, kind, where: one(PLACES) };
    }
  });
  const flip = flips ? one(['wire', 'file'] as const) : null;
  const kept = faults.filter(({ kind }) => kind !== 'disk-full' || can.smallDisk);
  const smallDisk = kept.some(({ kind }) => kind === 'disk-full');
  return { seed, schedule, whole: schedule % WHOLE_EVERY === WHOLE_EVERY - 1, smallDisk, flip, faults: kept };
}

const PLACES: readonly Place[] = ['agent', 'agent', 'receiver', 'database'];

function weighted(share: number): FaultKind {
  const total = KINDS.reduce((sum, [, weight]) => sum + weight, 0);
  let left = share * total;
  for (const [kind, weight] of KINDS) if ((left -= weight) < 0) return kind;
  return 'kill';
}

/** A plan in words, for whoever looks at a failed one. */
export function planText({ whole, flip, faults }: Plan): string {
  const parts = faults.map(({ kind, afterMs, forMs, ...more }) => `+${afterMs} ms ${kind} ${Object.values(more).flat().join(' ')} for ${forMs} ms`); // prettier-ignore
  return [whole ? 'whole' : 'light', ...(flip === null ? [] : [`a bit flipped (${flip})`]), ...parts].join('; ');
}
