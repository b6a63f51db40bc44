import { describe, expect, it } from 'vitest';
import { createAssembler, type MessageReading } from './message-reading.ts';
import { createSeenKeys } from './seen-keys.ts';
import { money, timeOfMs, timeOfSeconds, timeOfText } from './wire-value.ts';

function assemblerAt(clock: { ms: number }) {
  const ports = { nowMs: () => clock.ms, hash: (text: string) => `salted ${text}` };
  return createAssembler(ports, { platform: 'demo', source: 'live/demo/1' });
}

const viewed = (time?: string): MessageReading => ({
  derivedFrom: 'somebody goes to buy',
  time,
  events: [{ type: 'shop.product.viewed', data: { product: { productID: 'unknown' } } }],
});

describe('ids without an id', () => {
  it('are the same for the same message in another connector', () => {
    const [a, b] = [assemblerAt({ ms: 1000 }), assemblerAt({ ms: 900_000 })];
    const time = '2026-01-15T12:00:00.000Z';
    expect(a.bundle([viewed(time)])).toEqual(b.bundle([viewed(time)]));
    expect(a.bundle([viewed()]).events).toEqual(b.bundle([viewed()]).events);
  });

  it('take the same words of the same instant as one for 15 minutes', () => {
    const clock = { ms: 0 };
    const assembler = assemblerAt(clock);
    const time = '2026-01-15T12:00:00.000Z';
    assembler.bundle([viewed(time)]);
    clock.ms = 15 * 60_000;
    expect(assembler.bundle([viewed(time)]).outcome).toBe('duplicate');
    expect(assembler.bundle([viewed('2026-01-15T12:00:01.000Z')]).events).toHaveLength(1);
    clock.ms += 1;
    expect(assembler.bundle([viewed(time)]).events).toHaveLength(1);
  });

  it('without a time take only an echo as one: later the same words are another event with another id', () => {
    const clock = { ms: 10_000 };
    const assembler = assemblerAt(clock);
    const [first] = assembler.bundle([viewed()]).events;
    clock.ms += 2_000;
    expect(assembler.bundle([viewed()]).outcome).toBe('duplicate');
    clock.ms += 1;
    const [second] = assembler.bundle([viewed()]).events;
    expect(second!.id).not.toBe(first!.id);
  });

  it('forgets an event that its schema refuses, so that the right one is not its duplicate', () => {
    const assembler = assemblerAt({ ms: 0 });
    const like = (count: number): MessageReading => ({ id: '1', events: [{ type: 'live.like.added', data: { count } }] });
    expect(assembler.bundle([like(-1)])).toMatchObject({ outcome: 'malformed', reason: expect.stringContaining('count') });
    expect(assembler.bundle([like(1)]).events).toHaveLength(1);
  }); // prettier-ignore
});

describe('seen keys', () => {
  it('forget the oldest when there are too many', () => {
    const seen = createSeenKeys({ memoryMs: 1000, maxKeys: 3 });
    for (const key of ['a', 'b', 'c', 'd', 'e']) expect(seen.check(key, 0)).toBe(false);
    expect(seen.check('e', 0)).toBe(true);
    expect(seen.check('a', 0)).toBe(false);
  });
});

describe('values of the wire', () => {
  it.each([
    [5_000_000n, 6, 'USD', '5.00'],
    [1_500_000_000n, 6, 'JPY', '1500'],
    [1_499_999n, 6, 'JPY', '1'],
    [1_500_000n, 6, 'JPY', '2'],
    [90n, 3, 'CNY', '0.09'],
    [5n, 3, 'CNY', '0.01'],
    [-5n, 3, 'CNY', '-0.01'],
    [-4n, 3, 'CNY', '0.00'],
    [30n, 0, 'CNY', '30.00'],
    [1_234_567n, 6, 'KWD', '1.235'],
    [10_000_000_000_000n, 6, 'KRW', '10000000'],
  ])('%s of 10^-%s %s are %s', (units, digits, currency, expected) => {
    expect(money(units, digits, currency)).toBe(expected);
  });

  it.each([
    ['2026-01-15T12:00:01.123999999Z', '2026-01-15T12:00:01.123Z'],
    ['2026-01-15T12:00:01.5+00:00', '2026-01-15T12:00:01.500Z'],
    ['2026-01-15T20:00:01+08:00', '2026-01-15T12:00:01.000Z'],
    ['2026-01-15T12:00:01', '2026-01-15T12:00:01.000Z'],
    ['2026-13-15T12:00:01Z', undefined],
    ['yesterday', undefined],
    [7, undefined],
  ])('%s is the time %s', (text, expected) => {
    expect(timeOfText(text)).toBe(expected);
  });

  it('takes 0, fractions and the far future for no time', () => {
    expect([timeOfMs(0), timeOfMs('1.5'), timeOfMs(2 ** 60), timeOfSeconds(1e12), timeOfMs(-1)]).toEqual(Array(5).fill(undefined));
    expect(timeOfMs('1768478401001')).toBe('2026-01-15T12:00:01.001Z');
    expect(timeOfSeconds(1768478401n)).toBe('2026-01-15T12:00:01.000Z');
  }); // prettier-ignore
});
