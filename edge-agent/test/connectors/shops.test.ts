import { describe, expect, it } from 'vitest';
import { SHOP_DECODERS } from '../../src/ingest/shops/shop-decoders.ts';
import { hasGolden, openGolden, RECEIVE_MS, runGolden, SKIP_REASON, TEST_PORTS } from './golden.ts';
import { requestOf } from './shop-requests.ts';

describe('golden lines of the shops', () => {
  if (!hasGolden) {
    it.skip(SKIP_REASON, () => {});
    return;
  }

  it.each(Object.keys(SHOP_DECODERS))('%s: every request gives its events and its answer', (name) => {
    const folder = openGolden(`shops/${name}`);
    const { now } = folder.setup;
    const ports = { ...TEST_PORTS, nowMs: () => (typeof now === 'number' ? now * 1000 : RECEIVE_MS) };
    const problems = runGolden(folder, () => SHOP_DECODERS[name]!(folder.setup, ports), requestOf);
    expect(problems).toEqual([]);
    expect(folder.cases.length).toBeGreaterThan(10);
  });
});
