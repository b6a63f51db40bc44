import { expect, test } from 'vitest';
import type { SourceHealth } from '@livecue/shared/contract';
import { sourceLevel } from './source-list.tsx';
import { sparkPath } from './spark.tsx';
import { coverage } from './top-bar.tsx';

const source = (part: Partial<SourceHealth>): SourceHealth => ({
  name: 's', transport: 'zmq', state: 'open', endpoint: '', lastEventMs: 1000, quietLimitMs: 500, eventsPerSecond: 0, events: 0, drops: {}, lostUpstream: 0, refusedTokens: 0, problem: null, ...part,
}); // prettier-ignore

test('a source that is connected but silent beyond its limit is wrong', () => {
  expect(sourceLevel(source({}), 1500)).toBe('ok');
  expect(sourceLevel(source({}), 1501)).toBe('wrong');
  expect(sourceLevel(source({ state: 'degraded' }), 1000)).toBe('warn');
  expect(sourceLevel(source({ state: 'failed' }), 1000)).toBe('wrong');
  expect(sourceLevel(source({ lastEventMs: null }), 99_999)).toBe('off');
});

test('a spark is not joined over a gap', () => {
  expect(sparkPath([0, 10, null, 5], 30, 10)).toBe('M0.0 10.0L10.0 0.0M30.0 5.0');
  expect(sparkPath([null, null], 30, 10)).toBe('');
});

test('coverage is what arrived of what was numbered', () => {
  expect(coverage([source({ events: 90, lostUpstream: 10 }), source({ events: 100 })])).toBe(0.95);
  expect(coverage([source({})])).toBeNull();
});
