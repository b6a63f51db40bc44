import { expect, test } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import { createDecisionLatency, createDecisionMeters } from './decision-latency.ts';

const event = (type: string, eventTimeMs: number) => ({ type, eventTimeMs }) as unknown as LiveEvent;

test('a comment waits until the rules are asked about single events, a view until they are asked about all', () => {
  const meters = createDecisionMeters();
  const latency = createDecisionLatency(meters, ({ type }) => type !== 'shop.product.viewed');
  const events = [event('shop.product.viewed', 100), event('live.comment.created', 104), event('shop.product.viewed', 108)]; // prettier-ignore
  latency.counted([{ events }, { events: [] }], 110);
  expect(meters.eventToWindow.figures()).toMatchObject({ count: 3, maxMs: expect.closeTo(10, 0) });
  latency.decided(120);
  expect(meters.commentToPrompt.figures()).toMatchObject({ count: 1, maxMs: expect.closeTo(16, 0) });
  expect(meters.eventToPrompt.figures()).toMatchObject({ count: 1, maxMs: expect.closeTo(20, 0) });
  latency.looked(150);
  expect(meters.eventToPrompt.figures()).toMatchObject({ count: 3, maxMs: expect.closeTo(50, 0) });
  latency.looked(900);
  expect(meters.eventToPrompt.figures().count).toBe(3);
});
