import { describe, expect, test } from 'vitest';
import { fuzz, type Target } from './fuzz.ts';
import { TARGETS } from './targets.ts';

const SEED = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));

describe('every reader of what comes from outside lives through changed inputs', () => {
  test.each(TARGETS.map((target) => [target.name, target] as const))('%s', async (_, target) => {
    const { findings, inputs } = await fuzz(target, { seed: SEED, inputs: 400, budgetMs: 300 });
    expect(findings, `seed ${SEED}`).toEqual([]);
    expect(inputs).toBeGreaterThan(10);
  });
});

describe('the fuzzer itself', () => {
  /** Each byte of the word is a block of its own: without coverage the last one is out of reach. */
  const found = (run: (input: Uint8Array) => void): Target => ({ name: 'planted', seeds: [Buffer.from('{"a":1}')], run });

  test('tells of a reader that throws, that is slow, and that changes all objects', async () => {
    const options = { seed: 1, inputs: 400, budgetMs: Number.POSITIVE_INFINITY };
    const throws = await fuzz(found((input) => { if (input.includes(0xff)) throw new Error('planted'); }), options);
    expect(throws.findings[0]).toMatch(/^threw Error: planted/);
    const pollutes = await fuzz(found((input) => { if (input.includes(0x00)) Object.assign(Object.prototype, { polluted: 1 }); }), options);
    expect(pollutes.findings[0]).toMatch(/^changed the prototype/);
    expect('polluted' in {}).toBe(false);
  }, 60_000);
}); // prettier-ignore
