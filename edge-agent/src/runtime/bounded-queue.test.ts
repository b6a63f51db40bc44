import { EVENT_TYPES, type EventType, isNeverDropped, type LiveEvent } from '@livecue/shared/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameQueue, dropRank } from './bounded-queue.ts';

let nextId = 0;
const event = (type: EventType): LiveEvent => ({ id: `e${nextId++}`, type }) as unknown as LiveEvent;
const frame = (...types: EventType[]) => ({ events: types.map(event) });
const NEVER = new AbortController().signal;

const COMMENT = 'live.comment.created';
const JOIN = 'live.join.added';
const PAID = 'shop.order.paid';

/** The drop policy as its definition says: while over capacity, the oldest event of the lowest rank goes. */
function naiveDrops(queued: LiveEvent[], capacity: number): LiveEvent[] {
  let left = queued;
  while (left.length > capacity) {
    const ranks = left.map(({ type }) => dropRank(type) ?? Infinity);
    const lowest = Math.min(...ranks);
    if (lowest === Infinity) break;
    left = left.toSpliced(ranks.indexOf(lowest), 1);
  }
  return left;
}

describe('frame queue', () => {
  it('has a place in the drop order for every kind, and none for orders, refunds, stock and offers', () => {
    for (const type of EVENT_TYPES) expect(dropRank(type) === null, type).toBe(isNeverDropped(type));
    expect(EVENT_TYPES.filter((type) => dropRank(type) === null)).toEqual([
      'shop.order.created', 'shop.order.paid', 'shop.order.cancelled', 'shop.order.updated', 'shop.order.refunded', 'shop.stock.updated', 'shop.offer.started', 'shop.offer.ended', 'shop.offer.changed',
    ]);
    expect(dropRank(JOIN)).toBeLessThan(dropRank(COMMENT)!);
    expect(dropRank('live.like.added')).toBe(0);
  }); // prettier-ignore

  it('gives whole frames in order, with their positions, and stops before the frame that would be too much', () => {
    const queue = createFrameQueue({ capacityEvents: 100 });
    const frames = [frame(COMMENT, COMMENT), frame(PAID), frame(COMMENT, JOIN, JOIN)];
    frames.forEach((each, index) => queue.offer(each, index + 10));
    expect(queue.take(4).map(({ position }) => position)).toEqual([10, 11]);
    expect(queue.size).toBe(3);
    const [last] = queue.take(1);
    expect(last).toEqual({ frame: frames[2], position: 12 });
    expect(last!.frame).toBe(frames[2]);
    expect(queue.take(1)).toEqual([]);
  });

  it('drops joins of queued frames before the comments of the new one, and counts them by kind', () => {
    const queue = createFrameQueue({ capacityEvents: 4 });
    expect(queue.offer(frame(JOIN, PAID, JOIN), 1)).toBe(0);
    expect(queue.offer(frame(COMMENT, COMMENT, COMMENT), 2)).toBe(2);
    expect(queue.drops()).toEqual({ [JOIN]: 2 });
    const types = queue.take(100).map((taken) => taken.frame.events.map(({ type }) => type));
    expect(types).toEqual([[PAID], [COMMENT, COMMENT, COMMENT]]);
  });

  it('drops of the new frame when nothing queued is worth less, and hands a frame out that lost everything', () => {
    const queue = createFrameQueue({ capacityEvents: 2 });
    queue.offer(frame(PAID, PAID), 1);
    expect(queue.offer(frame(JOIN, COMMENT), 2)).toBe(2);
    expect(queue.take(100).map((taken) => [taken.position, taken.frame.events.length])).toEqual([[1, 2], [2, 0]]); // prettier-ignore
  });

  it('goes above its capacity rather than lose an order, a refund or stock', () => {
    const queue = createFrameQueue({ capacityEvents: 2 });
    for (let i = 0; i < 5; i++)
      expect(queue.offer(frame(PAID, 'shop.order.refunded', 'shop.stock.updated'), i)).toBe(0);
    expect(queue.size).toBe(15);
    expect(queue.full).toBe(true);
  });

  it('does not collect frames that lost everything while nobody takes them', () => {
    const queue = createFrameQueue({ capacityEvents: 10 });
    queue.offer(frame(PAID), 0);
    for (let i = 1; i <= 10_000; i++) queue.offer(frame(COMMENT), i);
    const taken = queue.take(Infinity);
    expect(taken.length).toBeLessThan(100);
    expect(taken[0]?.position).toBe(0);
    expect(taken.flatMap((one) => one.frame.events).length).toBe(10);
    expect(taken.at(-1)?.position).toBe(10_000);
    expect(taken.map(({ position }) => position)).toEqual(taken.map(({ position }) => position).toSorted((a, b) => a - b)); // prettier-ignore
  });

  it('leaves the frame that it was given as it was', () => {
    const queue = createFrameQueue({ capacityEvents: 1 });
    const given = frame(JOIN, COMMENT, JOIN);
    queue.offer(given, 1);
    expect(given.events).toHaveLength(3);
    expect(queue.take(10)[0]!.frame.events).toHaveLength(1);
  });

  it('agrees with the policy spelled out, for any offers and takes', () => {
    const action = fc.oneof(
      { weight: 3, arbitrary: fc.array(fc.constantFrom(...EVENT_TYPES), { minLength: 1, maxLength: 12 }) },
      { weight: 1, arbitrary: fc.nat({ max: 20 }) },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 25 }),
        fc.array(action, { maxLength: 150, size: 'max' }),
        (capacity, actions) => {
          const queue = createFrameQueue({ capacityEvents: capacity });
          const given = new Map<number, LiveEvent[]>();
          let model: LiveEvent[] = [];
          let dropped = 0;
          actions.forEach((each, position) => {
            if (typeof each === 'number') {
              const taken = queue.take(each).flatMap((one) => one.frame.events);
              expect(model.slice(0, taken.length)).toEqual(taken);
              model = model.slice(taken.length);
            } else {
              const offered = frame(...each);
              given.set(position, offered.events);
              const before = model.length + offered.events.length;
              model = naiveDrops([...model, ...offered.events], capacity);
              dropped += before - model.length;
              expect(queue.offer(offered, position)).toBe(before - model.length);
            }
            expect(queue.size).toBe(model.length);
          });
          expect(Object.values(queue.drops()).reduce((sum, count) => sum + count, 0)).toBe(dropped);
          expect(queue.take(Infinity).flatMap((one) => one.frame.events)).toEqual(model);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is full from half of its capacity, and has room again only at a quarter', async () => {
    const queue = createFrameQueue({ capacityEvents: 8 });
    const opened: string[] = [];
    await queue.ready(NEVER);
    for (let i = 0; i < 4; i++) queue.offer(frame(COMMENT), i);
    expect(queue.full).toBe(true);
    const waits = ['a', 'b'].map((name) => queue.ready(NEVER).then(() => opened.push(name)));
    queue.take(1);
    await Promise.resolve();
    expect([queue.full, opened]).toEqual([true, []]);
    queue.take(1);
    await Promise.all(waits);
    expect([queue.full, opened]).toEqual([false, ['a', 'b']]);
  });

  it('lets a waiting source go when it is told to stop', async () => {
    const queue = createFrameQueue({ capacityEvents: 2 });
    queue.offer(frame(COMMENT, COMMENT), 1);
    const stop = new AbortController();
    const wait = queue.ready(stop.signal);
    stop.abort(new Error('stopping'));
    await expect(wait).rejects.toThrow('stopping');
    await expect(queue.ready(stop.signal)).rejects.toThrow('stopping');
  });

  it('tells its listener of each offer until it leaves', () => {
    const queue = createFrameQueue({ capacityEvents: 2 });
    let calls = 0;
    const leave = queue.onOffered(() => calls++);
    queue.offer(frame(JOIN), 1);
    leave();
    queue.offer(frame(JOIN), 2);
    expect(calls).toBe(1);
  });

  it('stays fast when it is overrun: a long queue costs no more than a short one', { retry: 2 }, () => {
    const perOffer = (capacity: number) => {
      const queue = createFrameQueue({ capacityEvents: capacity });
      for (let i = 0; i < capacity; i++) queue.offer(frame(i % 2 === 0 ? COMMENT : PAID), i);
      // Processor time: what other programs take is not ours.
      const started = process.cpuUsage();
      for (let i = 0; i < 5_000; i++) queue.offer(frame(COMMENT), i);
      return process.cpuUsage(started).user / 1000;
    };
    perOffer(1_000);
    // Quadratic work would make each of them 64 times as long. The best of three: a collection of garbage is no work of ours.
    const best = Math.min(...[1, 2, 3].map(() => perOffer(64_000)));
    expect(best).toBeLessThan(20 * Math.max(2, perOffer(1_000)));
  });
});
