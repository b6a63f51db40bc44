import { describe, expect, it } from 'vitest';
import { SourceHealth } from '@livecue/shared/contract';
import type { DecodedFrame } from '../ports.ts';
import { createSourceMeter } from './source-health.ts';

const frame = (events: number, ingestTimeMs: number, rejects: DecodedFrame['rejects'] = []): DecodedFrame => ({
  sourceName: 'test', ingestTimeMs, rejects, events: new Array(events).fill({ type: "live.comment.created" }) as DecodedFrame['events'],
}); // prettier-ignore
const meter = () =>
  createSourceMeter({ name: 'test', transport: 'zmq', endpoint: 'tcp://127.0.0.1:1', quietLimitMs: 5000 });

describe('source health', () => {
  it('is idle and whole before anything happened', () => {
    const health = meter().read(1000);
    expect(SourceHealth.parse(health)).toEqual(health);
    expect(health).toEqual({
      name: 'test', transport: 'zmq', endpoint: 'tcp://127.0.0.1:1', state: 'idle', problem: null, lastEventMs: null,
      quietLimitMs: 5000, eventsPerSecond: 0, events: 0, drops: {}, lostUpstream: 0,
      refusedTokens: 0,
    });
  }); // prettier-ignore

  it.each([2_000, 10_000, 60_000])('tells a steady rate within 5 %% after %i ms', (untilMs) => {
    const one = meter();
    for (let atMs = 0; atMs < untilMs; atMs += 100) one.record(frame(20, atMs));
    expect(one.read(untilMs).eventsPerSecond).toBeGreaterThan(190);
    expect(one.read(untilMs).eventsPerSecond).toBeLessThan(210);
  });

  it('lets the rate fall to 1/e in ten seconds of silence, and stays sane when the clock is set back', () => {
    const one = meter();
    for (let atMs = 0; atMs < 200_000; atMs += 100) one.record(frame(1, atMs));
    const before = one.read(199_900).eventsPerSecond;
    expect(one.read(209_900).eventsPerSecond).toBeCloseTo(before / Math.E, 5);
    one.record(frame(1, 100_000));
    expect(one.read(100_000).eventsPerSecond).toBeLessThan(before + 1);
    expect(one.read(100_000).lastEventMs).toBe(199_900);
  });

  it('counts events, drops by reason and losses; refused frames are no events', () => {
    const one = meter();
    one.record(frame(3, 10, [{ line: 1, reason: 'malformed', detail: '' }, { line: 2, reason: 'malformed', detail: '' }]));
    one.record(frame(0, 99, [{ line: 1, reason: 'unknown-kind', detail: '' }]));
    one.drop('too-large');
    one.lost(7);
    one.state('degraded', { code: 'disk-full', message: 'disk full', about: '/data' });
    expect(one.read(99)).toMatchObject({ events: 3, lastEventMs: 10, lostUpstream: 7, state: 'degraded', problem: 'disk full', trouble: { code: 'disk-full', about: '/data', retryS: null }, drops: { malformed: 2, 'unknown-kind': 1, 'too-large': 1 } });
    one.state('open');
    expect(one.read(99).problem).toBeNull();
    expect(one.read(99)).not.toHaveProperty('trouble');
  }); // prettier-ignore

  it('tells likes against the totals of the platform, once there are two', () => {
    const one = meter();
    const likes = (count: number, total: number) => ({ type: 'live.like.added', source: 'live/t/1', data: { count, userInteractionCount: total } }); // prettier-ignore
    const taken = (...events: object[]) => one.record({ ...frame(0, 10), events: events as DecodedFrame['events'] });
    taken(likes(3, 100));
    expect(one.read(20).likes).toBeUndefined();
    taken(likes(5, 110), likes(4, 116));
    expect(one.read(20).likes).toEqual({ counted: 9, told: 16 });
  });
});
