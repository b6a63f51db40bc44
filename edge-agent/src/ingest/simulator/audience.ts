import type { Person } from '@livecue/shared/event';
import { nickname } from './nicknames.ts';
import type { Random } from './random.ts';
import type { Language } from './text-templates.ts';
import type { World } from './world.ts';

export interface Viewer {
  readonly person: Person;
  readonly language: Language;
  /** What the shop calls the same person; the two platforms share no id. */
  readonly customerRef: string;
}

export interface Audience {
  /** Somebody who is in the room now; regulars more often than others. */
  someone(random: Random): Viewer;
  /** Somebody nobody has seen yet, without a join. */
  stranger(): Viewer;
  /** `count` likes at once, added to the room's total. */
  like(agent: Person, count: number): void;
  /** How many are watching now. */
  concurrent(): number;
  /** That share of the viewers, 0..1, leaves at once; long stays and short ones alike. */
  lose(share: number): void;
  /** The room's slow rise and fall: a factor 0.8..1.2. */
  activity(timeMs: number): number;
}

/** Largest value of `activity`. */
export const MAX_ACTIVITY = 1.2;

/**
 * Events per room click. Likes and gifts are KuaiLive's ratios (3.7 % and 1.5 %); follows and shares are
 * our own guess.
 */
export const PER_JOIN = { likes: 0.037, gifts: 0.015, follows: 0.006, shares: 0.003 } as const;

const AUDIENCE_EVERY_MS = 5000;
const ACTIVITY_KNOT_MS = 240_000;
const RECENT = 2048;
const REGULARS = 300;

const GIFTS = [
  { giftId: 'g1', giftName: '小心心', coins: 1, share: 0.62 },
  { giftId: 'g2', giftName: '玫瑰', coins: 5, share: 0.27 },
  { giftId: 'g3', giftName: '啤酒', coins: 20, share: 0.09 },
  { giftId: 'g4', giftName: '跑车', coins: 1200, share: 0.02 },
] as const;

/** Straight lines between random levels every 4 min, lower in the first minutes while the room fills. */
function createActivity(world: World): (timeMs: number) => number {
  const levels = new Map<number, number>();
  const level = (knot: number): number => {
    const known = levels.get(knot);
    if (known !== undefined) return known;
    const made = knot === 0 ? 0.8 : world.random.fork(`activity/${knot}`).between(0.8, 1.2);
    levels.set(knot, made);
    levels.delete(knot - 3);
    return made;
  };
  return (timeMs) => {
    const position = Math.max(0, timeMs - world.startMs) / ACTIVITY_KNOT_MS;
    const knot = Math.floor(position);
    const from = level(knot);
    return from + (level(knot + 1) - from) * (position - knot);
  };
}

function createViewers(world: World, englishRatio: number): () => Viewer {
  const random = world.random.fork('viewers');
  let count = 0;
  return () => {
    count += 1;
    const language: Language = random.chance(englishRatio) ? 'en' : 'zh';
    // 19 digits, as large platforms have them: beyond what a JavaScript number can hold.
    const unique = String(count).padStart(9, '0');
    const identifier = `7${String(random.below(1_000_000_000)).padStart(9, '0')}${unique}`;
    return {
      language,
      customerRef: `c${String(random.below(100_000)).padStart(5, '0')}${unique}`,
      person: { identifier, name: nickname(random, language) },
    };
  };
}

/** How many are watching: stays are 40 s on average for most and 5 min for a fifth. */
function createPresence(world: World, joinsPerS: number): Pick<Audience, 'concurrent' | 'lose'> & { enter(): void } {
  const random = world.random.fork('stays');
  const leaving = new Map<number, number>();
  let present = 0;
  let second = Math.floor(world.startMs / 1000);
  const stay = (): void => {
    const end = world.nowMs + random.exponential(random.chance(0.2) ? 300_000 : 40_000);
    const bucket = Math.floor(end / 1000) + 1;
    leaving.set(bucket, (leaving.get(bucket) ?? 0) + 1);
    present += 1;
  };
  // Who waited for the show to begin: 40 s of the usual arrivals.
  for (let i = Math.round(joinsPerS * 40); i > 0; i -= 1) stay();
  return {
    enter: stay,
    concurrent() {
      for (const now = Math.floor(world.nowMs / 1000); second <= now; second += 1) {
        present -= leaving.get(second) ?? 0;
        leaving.delete(second);
      }
      return present;
    },
    lose(share) {
      // What is left over of one second's leavers is taken from the next: most are few.
      let due = 0;
      for (const [bucket, count] of leaving) {
        due += count * share;
        const lost = Math.min(count, Math.floor(due));
        due -= lost;
        leaving.set(bucket, count - lost);
        present -= lost;
      }
    },
  };
}

/** Ring of the last arrivals and a slowly changing set of regulars. */
function createPool(world: World, fresh: () => Viewer): { add(viewer: Viewer): void; someone(random: Random): Viewer } {
  const random = world.random.fork('pool');
  const recent: Viewer[] = Array.from({ length: 200 }, fresh);
  const regulars: Viewer[] = Array.from({ length: REGULARS }, fresh);
  let next = 0;
  return {
    add(viewer) {
      if (recent.length < RECENT) recent.push(viewer);
      else recent[next] = viewer;
      next = (next + 1) % RECENT;
      if (random.chance(0.005)) regulars[random.below(REGULARS)] = viewer;
    },
    someone(stream) {
      if (stream.chance(0.5)) return stream.pick(recent);
      const u = stream.unit();
      return regulars[Math.floor(u * u * REGULARS)] as Viewer;
    },
  };
}

/** People who come and go, and what they do without words: joins, likes, gifts, follows, shares, counts of viewers. */
export function createAudience(world: World, config: { joinsPerS: number; englishRatio: number }): Audience {
  const { joinsPerS } = config;
  const activity = createActivity(world);
  const fresh = createViewers(world, config.englishRatio);
  const presence = createPresence(world, joinsPerS);
  const pool = createPool(world, fresh);
  let cumulative = presence.concurrent();
  let likes = 0;
  const like = (agent: Person, taps: number): void => {
    likes += taps;
    world.emit('live.like.added', { count: taps, agent, userInteractionCount: likes });
  };

  const process = (name: string, perJoin: number, act: (random: Random) => void): void => {
    const random = world.random.fork(name);
    const mean = joinsPerS * perJoin;
    const rate = { maxPerS: mean * MAX_ACTIVITY, perS: (timeMs: number) => mean * activity(timeMs) };
    world.arrivals(random, rate, () => act(random));
  };
  process('joins', 1, () => {
    const viewer = fresh();
    pool.add(viewer);
    presence.enter();
    cumulative += 1;
    world.emit('live.join.added', { agent: viewer.person });
  });
  process('likes', PER_JOIN.likes, (random) => {
    like(pool.someone(random).person, 1 + Math.floor(random.exponential(8)));
  });
  process('gifts', PER_JOIN.gifts, (random) => {
    const gift = GIFTS[random.weighted(GIFTS.map(({ share }) => share))] as (typeof GIFTS)[number];
    const quantity = random.chance(0.15) ? 1 + random.below(9) : 1;
    world.emit('live.gift.sent', {
      agent: pool.someone(random).person, giftId: gift.giftId, giftName: gift.giftName, quantity, giftUnit: 'XSM-coin',
      unitValue: String(gift.coins), totalValue: String(gift.coins * quantity), final: true,
    }); // prettier-ignore
  });
  process(
    'follows',
    PER_JOIN.follows,
    (random) => void world.emit('live.follow.added', { agent: pool.someone(random).person }),
  );
  process(
    'shares',
    PER_JOIN.shares,
    (random) => void world.emit('live.share.added', { agent: pool.someone(random).person }),
  );

  const count = (): void => {
    world.emit('live.audience.updated', { concurrent: presence.concurrent(), cumulative });
    world.agenda.at(world.agenda.nowMs + AUDIENCE_EVERY_MS, count);
  };
  world.agenda.at(world.startMs + 200, count);
  return {
    someone: pool.someone,
    stranger: fresh,
    like,
    activity,
    concurrent: presence.concurrent,
    lose: presence.lose,
  };
}
