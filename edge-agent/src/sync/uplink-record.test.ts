import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UplinkBody, type WindowRecord } from '@livecue/shared/contract';
import type { WindowCounts, WindowResult } from '@livecue/shared/insight';
import type { PromptEvent } from '@livecue/shared/prompt';
import { mergeCounts } from '@livecue/shared/merge';
import { toPromptBody, toUplinkBodies } from './uplink-record.ts';

const OPEN_MS = 1_777_593_600_000;

function row(
  productId: string | null,
  counts: Partial<WindowCounts>,
  revision = 0,
  spec: WindowResult['spec'] = { kind: 'tumbling', lengthMs: 60_000 },
): WindowResult {
  return {
    spec,
    roomId: 'main',
    productId,
    openMs: OPEN_MS,
    closeMs: OPEN_MS + 60_000,
    revision,
    counts: { ...mergeCounts([]), ...counts },
  };
}
const windows = (bodies: UplinkBody[]) => bodies as WindowRecord[];
const shape = (bodies: UplinkBody[]) =>
  windows(bodies).map(({ group, revision, counts }) => [
    group.kind === 'product' ? group.productId : group.kind,
    revision,
    counts.events,
  ]);

describe('windows that leave', () => {
  it('are tumbling ones only', () => {
    const sliding = row(null, { events: 9 }, 0, { kind: 'sliding', lengthMs: 60_000, hopMs: 10_000 });
    const session = row(null, { events: 9 }, 0, { kind: 'session', gapMs: 30_000 });
    expect(shape(toUplinkBodies([sliding, row(null, { events: 2 }), session], 5))).toEqual([['room', 0, 2]]);
  });

  it('name a product only when k distinct viewers stand behind it, by any of the three counts', () => {
    const rows = [
      row(null, { events: 60 }),
      row('a', { events: 10, commenters: 5 }),
      row('b', { events: 11, productViewers: 5 }),
      row('c', { events: 12, buyers: 5 }),
      row('d', {
        events: 13,
        commenters: 4,
        productViewers: 4,
        buyers: 4,
        intents: { price: { comments: 3, viewers: 2 } },
        revenueMinor: { CNY: 100 },
        stock: { level: 3, eventTimeMs: OPEN_MS },
      }),
      row('e', {
        events: 14,
        commenters: 2,
        intents: { price: { comments: 1, viewers: 1 } },
        revenueMinor: { CNY: 50, USD: 7 },
      }),
    ];
    const bodies = toUplinkBodies(rows, 5);
    expect(shape(bodies)).toEqual([['room', 0, 60], ['a', 0, 10], ['b', 0, 11], ['c', 0, 12], ['other', 0, 27]]); // prettier-ignore
    const other = windows(bodies).at(-1)!;
    expect(other.counts).toMatchObject({
      commenters: 4,
      productViewers: 4,
      buyers: 4,
      intents: { price: { comments: 4, viewers: 2 } },
      revenueMinor: { CNY: 150, USD: 7 },
      stock: null,
      audience: null,
    });
    expect(JSON.stringify(bodies)).not.toMatch(/"[de]"/);
    for (const body of bodies) UplinkBody.parse(body);
  });

  it('empty "other" when its last product got a row of its own, so that nothing counts twice', () => {
    const before = toUplinkBodies([row(null, { events: 4 }), row('a', { events: 4, commenters: 4 })], 5);
    expect(shape(before)).toEqual([['room', 0, 4], ['other', 0, 4]]); // prettier-ignore
    const after = toUplinkBodies([row(null, { events: 5 }, 1), row('a', { events: 5, commenters: 5 }, 1)], 5);
    expect(shape(after)).toEqual([['room', 1, 5], ['a', 1, 5], ['other', 1, 0]]); // prettier-ignore
  });

  it('add up to the same totals whatever k is and in whatever order the rows come', () => {
    const product = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      events: fc.nat(50),
      commenters: fc.nat(12),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(product, { selector: ({ id }) => id }),
        fc.integer({ min: 1, max: 15 }),
        fc.nat(3),
        (products, k, revision) => {
          const rows = [
            row(null, { events: 1 }, revision),
            ...products.map(({ id, ...counts }) => row(id, counts, revision)),
          ];
          const bodies = windows(toUplinkBodies(rows, k));
          const total = bodies
            .filter(({ group }) => group.kind !== 'room')
            .reduce((sum, { counts }) => sum + counts.events, 0);
          expect(total).toBe(products.reduce((sum, { events }) => sum + events, 0));
          const named = bodies.flatMap(({ group }) => (group.kind === 'product' ? [group.productId] : []));
          expect(named).toEqual(products.filter(({ commenters }) => commenters >= k).map(({ id }) => id).sort()); // prettier-ignore
          expect(toUplinkBodies(rows.toReversed(), k)).toEqual(bodies);
        },
      ),
    );
  });
});

describe('cards that leave', () => {
  const prompt = {
    promptId: 'card-1', key: 'k', rule: 'stock-out', priority: 'act-now', roomId: 'main', productId: 'a', linkNumber: 3,
    headline: { zh: '还剩 CANARY 件', en: 'CANARY left' }, reason: { zh: '', en: '' }, fact: null, raisedMs: OPEN_MS, updatedMs: OPEN_MS, expiresMs: OPEN_MS + 1,
    evidence: { window: { openMs: 0, closeMs: 1 }, counts: {}, threshold: {}, modelVersion: 'm', eventIds: ['CANARY'] },
  } as const; // prettier-ignore

  it('say what was raised and what became of it, without words and event ids', () => {
    const raised = toPromptBody({ kind: 'raised', atMs: OPEN_MS, prompt: prompt as never }, 'main');
    expect(raised).toEqual({ kind: 'prompt', roomId: 'main', promptId: 'card-1', rule: 'stock-out', priority: 'act-now', productId: 'a', raisedMs: OPEN_MS, revision: 0, outcome: null, closedMs: null }); // prettier-ignore
    const closed: PromptEvent = { kind: 'closed', atMs: OPEN_MS + 9, promptId: 'card-1', rule: 'stock-out', priority: 'act-now', productId: 'a', raisedMs: OPEN_MS, outcome: 'done' }; // prettier-ignore
    expect(toPromptBody(closed, 'main')).toEqual({ ...raised, revision: 1, outcome: 'done', closedMs: OPEN_MS + 9 });
    expect(JSON.stringify(raised)).not.toContain('CANARY');
    for (const body of [raised, toPromptBody(closed, 'main')]) UplinkBody.parse(body);
  });

  it('are not told of updates and of suppressed cards', () => {
    expect(toPromptBody({ kind: 'updated', atMs: 1, prompt: prompt as never }, 'main')).toBeNull();
    expect(toPromptBody({ kind: 'suppressed', atMs: 1, prompt: prompt as never, reason: 'muted' }, 'main')).toBeNull();
  });
});
