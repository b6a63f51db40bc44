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

test('the last minute is the last whole one', () => {
  const { lastMinute } = createDecisionMeters();
  lastMinute.record(5, 10, 59_000);
  lastMinute.record(50, 1, 59_999);
  expect(lastMinute.figures().count).toBe(0);
  lastMinute.record(7, 2, 60_000);
  expect(lastMinute.figures()).toMatchObject({ count: 11, maxMs: expect.closeTo(50, 0) });
  lastMinute.record(9, 1, 120_000);
  expect(lastMinute.figures()).toMatchObject({ count: 2, maxMs: expect.closeTo(7, 0) });
});
