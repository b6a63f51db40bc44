import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseLiveEvent } from '@livecue/shared/event';
import { createCommonEventReader } from './common-event.ts';
import { createUtcReader } from './utc-time.ts';

const FIXTURES = fileURLToPath(new URL('../../../../shared/fixtures/', import.meta.url));
const NOW = Date.parse('2026-11-22T05:26:26.000Z');

const read = createCommonEventReader();

/** What is taken is what the schema makes of it, to the order of fields; false when it is left to the schema. */
function isTakenAlike(value: unknown): boolean {
  const event = read(value, NOW);
  if (event === null) return false;
  const parsed = parseLiveEvent(value, NOW);
  expect(parsed).toStrictEqual({ ok: true, event });
  if (parsed.ok) expect(JSON.stringify(parsed.event)).toBe(JSON.stringify(event));
  return true;
}

const person = { identifier: 'v1' };
const product = { productID: 'p1' };
const PLAIN = [
  { type: 'live.comment.created', data: { text: '多少钱', author: person, isPaid: false } },
  { type: 'live.comment.created', data: { identifier: 'c1', text: '', author: { identifier: 'v1', name: '小鱼' } } },
  { type: 'live.like.added', data: { count: 3, agent: person } },
  { type: 'live.like.added', data: { count: 0 } },
  { type: 'live.join.added', data: { agent: person } },
  { type: 'live.follow.added', data: { agent: person } },
  { type: 'shop.product.viewed', data: { product, agent: person } },
  { type: 'shop.product.viewed', data: { product: { productID: 'p1', sku: 's1' } } },
  { type: 'shop.cart.added', data: { product, orderQuantity: 2, agent: person } },
  { type: 'shop.cart.added', data: { product, orderQuantity: 2 } },
  { type: 'shop.stock.updated', data: { productID: 'p1', inventoryLevel: -3 } },
  { type: 'shop.stock.updated', data: { productID: 'p1', sku: 's1', inventoryLevel: 12 } },
].map((event, index) => ({
  id: `a:${index}`,
  source: 'live/x/1',
  time: '2026-11-22T05:26:26.123Z',
  ...event,
}));

it('takes the kinds that come in masses, as the schema does', () => {
  for (const event of PLAIN) {
    expect(isTakenAlike(event), event.type).toBe(true);
    expect(isTakenAlike({ ...event, time: undefined, specversion: '1.0', historical: true, idquality: 'derived' })).toBe(true); // prettier-ignore
  }
});

it('agrees with the schema on every line of the fixtures', () => {
  let taken = 0;
  for (const file of readdirSync(FIXTURES).filter((name) => name.endsWith('.jsonl'))) {
    for (const line of readFileSync(FIXTURES + file, 'utf8').split('\n')) {
      if (line !== '' && isTakenAlike(JSON.parse(line))) taken++;
    }
  }
  expect(taken).toBeGreaterThan(1);
});

/** Paths of all fields of a plain event, and values to put there: near misses of every check. */
const FIELDS = ['id', 'source', 'type', 'time', 'specversion', 'historical', 'idquality', 'datacontenttype', 'dataschema',
  'subject', 'sequence', 'receivedtime', 'origin', 'data', 'data.identifier', 'data.text', 'data.author', 'data.author.identifier',
  'data.author.name', 'data.author.roles', 'data.author.image', 'data.author.membershipLevel', 'data.isPaid', 'data.parentItem',
  'data.inLanguage', 'data.amount', 'data.count', 'data.agent', 'data.agent.identifier', 'data.agent.name', 'data.userInteractionCount',
  'data.via', 'data.followee', 'data.product', 'data.product.productID', 'data.product.sku', 'data.product.name', 'data.placement',
  'data.orderQuantity', 'data.price', 'data.priceCurrency', 'data.productID', 'data.sku', 'data.inventoryLevel', 'data.location',
  'data.availability', 'data.delta', 'data.unknown', '__proto__', 'unknown'] as const; // prettier-ignore

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(128, 129, 256, 257, 512, 513, 10_000, 10_001).map((length) => '价'.repeat(length)),
);
const value = fc.oneof(
  text,
  fc.constantFrom('', '1.0', 'native', 'derived', 'live/x/1', 'shop/y/2', 'live/x', 'live/ /1', 'LIVE/x/1', '59.00', 'CNY', 'moderator'),
  fc.constantFrom(...PLAIN.map(({ type }) => type), 'shop.order.paid', 'live.nonsense'),
  fc.constantFrom('2026-11-22T05:26:26Z', '2026-02-29T05:26:26Z', '2026-11-22T05:26:60Z', '2026-11-22T05:26:26+08:00', '0999-01-01T00:00:00Z'),
  fc.constantFrom(0, -0, -1, 1.5, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), Number.NaN, 1e300, true, false, null),
  fc.constantFrom({}, [], [{}], { identifier: 'v2' }, { productID: 'p2', extra: 1 }, { identifier: 7 }, ['v']),
); // prettier-ignore

function put(event: Record<string, unknown>, path: string, field: unknown): void {
  const names = path.split('.');
  let at: Record<string, unknown> = event;
  for (const name of names.slice(0, -1)) {
    if (typeof at[name] !== 'object' || at[name] === null) at[name] = {};
    at = at[name] as Record<string, unknown>;
  }
  Object.defineProperty(at, names.at(-1) ?? '', { value: field, enumerable: true, writable: true, configurable: true });
}

it('takes nothing that the schema refuses or reads otherwise', () => {
  const change = fc.tuple(fc.constantFrom(...FIELDS), value);
  fc.assert(
    fc.property(fc.constantFrom(...PLAIN), fc.array(change, { maxLength: 3 }), (plain, changes) => {
      const event = structuredClone(plain) as Record<string, unknown>;
      for (const [path, field] of changes) put(event, path, structuredClone(field));
      isTakenAlike(event);
    }),
    { numRuns: 10_000 },
  );
});

it('reads the time as Date.parse does, and leaves every other form', () => {
  const readUtc = createUtcReader();
  const first = Date.parse('1000-01-01T00:00:00Z');
  const last = Date.parse('9999-12-31T23:59:59.999Z');
  fc.assert(
    fc.property(fc.integer({ min: first, max: last }), (ms) => {
      const whole = new Date(ms).toISOString();
      expect(readUtc(whole)).toBe(ms);
      expect(readUtc(whole)).toBe(ms);
      expect(readUtc(`${whole.slice(0, 19)}Z`)).toBe(Math.floor(ms / 1000) * 1000);
    }),
    { numRuns: 2_000 },
  );
  const others = ['2025-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-04-31T00:00:00Z',
    '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-01-01T00:00:60Z', '2026-01-01 00:00:00Z', '2026-01-01T00:00:00z',
    '2026-01-01T00:00:00.12Z', '0999-12-31T00:00:00Z', '+026-01-01T00:00:00Z', '2026-01-01T00:00:00.1 3Z', '', 'Z']; // prettier-ignore
  for (const other of others) expect(readUtc(other), other).toBeNaN();
  expect(readUtc('2000-02-29T00:00:00Z')).toBe(Date.parse('2000-02-29T00:00:00Z'));
});
