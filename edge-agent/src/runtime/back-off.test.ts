import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBackOff, parseRetryAfter } from './back-off.ts';

describe('back-off', () => {
  it('doubles from one second to a minute, half of it drawn', () => {
    const low = createBackOff({ random: () => 0 });
    expect(Array.from({ length: 9 }, () => low.next())).toEqual([1000, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]); // prettier-ignore
    const high = createBackOff({ random: () => 0.999_999_99 });
    expect(Array.from({ length: 8 }, () => high.next())).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]); // prettier-ignore
    high.reset();
    expect(high.next()).toBe(1000);
  });

  it('stays between one second and a minute for any draw, and obeys what was asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 80 }), fc.nat(), (draws, asked) => {
        const rest = [...draws];
        const backOff = createBackOff({ random: () => rest.shift() ?? 0 });
        for (const _ of draws) {
          const waitMs = backOff.next();
          expect(waitMs).toBeGreaterThanOrEqual(1000);
          expect(waitMs).toBeLessThanOrEqual(60_000);
        }
        expect(backOff.next(asked)).toBeGreaterThanOrEqual(Math.min(asked, 24 * 3_600_000));
      }),
    );
  }); // prettier-ignore

  it('reads Retry-After as seconds and as a date', () => {
    const nowMs = Date.UTC(2026, 0, 15, 12, 0, 0);
    expect(parseRetryAfter('120', nowMs)).toBe(120_000);
    expect(parseRetryAfter('Thu, 15 Jan 2026 12:00:30 GMT', nowMs)).toBe(30_000);
    expect(parseRetryAfter('Thu, 15 Jan 2026 11:00:00 GMT', nowMs)).toBe(0);
    for (const bad of [null, undefined, '', 'soon', '-5', '1e3']) expect(parseRetryAfter(bad, nowMs)).toBeNull();
  });
});
