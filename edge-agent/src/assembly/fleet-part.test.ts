import type { SourceHealth } from '@livecue/shared/contract';
import { expect, test } from 'vitest';
import type { Source, Studio } from '../ports.ts';
import { ofSources } from './fleet-part.ts';

const source = (health: Partial<SourceHealth>, studio?: Studio): Pick<Source, 'studio' | 'health'> => ({
  ...(studio === undefined ? {} : { studio }),
  health: () => ({ state: 'open', lastEventMs: null, ...health }) as SourceHealth,
});

test('the feed is as old as the source that has been silent longest, of those that are on and ever told something', () => {
  const on = [source({ lastEventMs: 9_000 }), source({ lastEventMs: 7_500 }), source({})];
  expect(ofSources(on, 10_000)).toEqual({ feedAgeMs: 2_500 });
  expect(ofSources([...on, source({ lastEventMs: 1_000, off: true })], 10_000)).toEqual({ feedAgeMs: 2_500 });
  expect(ofSources([source({})], 10_000)).toEqual({ feedAgeMs: null });
});

test('OBS is told of where it is set up', () => {
  expect(ofSources([source({}), source({ state: 'waiting' }, {} as Studio)], 0)).toEqual({ feedAgeMs: null, obs: 'waiting' }); // prettier-ignore
});
