import { expect, test } from 'vitest';
import { threadTime } from './cpu-profile.ts';

const frame = (functionName: string, url = '') => ({ functionName, url });

test('time belongs to the first part on the stack, idle time to none, garbage to all in proportion, what is outside of the span not at all', () => {
  const nodes = [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6, 7] },
    { id: 2, callFrame: frame('send', '/sync/uplink.ts'), children: [3] },
    { id: 3, callFrame: frame('publish', '/node_modules/mqtt/client.js'), children: [4] },
    { id: 4, callFrame: frame('write', 'node:net') },
    { id: 5, callFrame: frame('count', '/stream/stream.ts') },
    { id: 6, callFrame: frame('(idle)') },
    { id: 7, callFrame: frame('(garbage collector)') },
  ];
  const samples = [5, 2, 3, 4, 5, 6, 7, 2];
  const timeDeltas = [1_000, 1_000, 2_000, 3_000, 4_000, 50_000, 5_000, 1_000];
  const profile = { startTime: 7_000_000, nodes, samples, timeDeltas };
  const time = threadTime(profile, { sync: /\/sync\//, mqtt: /\/mqtt\// }, [7_001_500, 7_066_500]);
  expect(time).toEqual({ all: 15, sync: 9, mqtt: 0 });
});
