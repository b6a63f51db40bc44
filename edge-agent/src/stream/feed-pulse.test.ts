import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FeedPulse } from './feed-pulse.ts';

const ROOM = new URL('../../../../shared/data/rooms/twitch-zh-111540271.jsonl.gz', import.meta.url);

function beating(everyMs: number, forMs: number): FeedPulse {
  const pulse = new FeedPulse();
  for (let at = 0; at <= forMs; at += everyMs) pulse.note(at);
  return pulse;
}

describe('the pulse of a feed', () => {
  it('waits before the first event', () => {
    const pulse = new FeedPulse();
    expect([pulse.state(0), pulse.state(10_000_000), pulse.lastMs]).toEqual(['waiting', 'waiting', null]);
  });

  it('calls a busy room stale within 15 s of silence', () => {
    for (const everyMs of [1, 20, 200, 500]) {
      const pulse = beating(everyMs, 300_000);
      expect(pulse.state(pulse.lastMs! + 10_000)).toBe('ok');
      expect(pulse.state(pulse.lastMs! + 15_000)).toBe(everyMs < 500 ? 'stale' : pulse.state(pulse.lastMs! + 15_000));
      expect(pulse.state(pulse.lastMs! + 15_500)).toBe('stale');
    }
  });

  it('gives a room of one event in 20 s more than three minutes, and notices in the end', () => {
    const pulse = beating(20_000, 1_200_000);
    expect(pulse.state(pulse.lastMs! + 180_000)).toBe('ok');
    expect(pulse.state(pulse.lastMs! + 240_000)).toBe('stale');
  });

  it('waits at most ten minutes, also in a room that just began', () => {
    const pulse = beating(1_000, 2_000);
    expect(pulse.state(2_000 + 200_000)).toBe('ok');
    expect(pulse.state(2_000 + 600_001)).toBe('stale');
  });

  it('is ok again with the next event', () => {
    const pulse = beating(100, 60_000);
    expect(pulse.state(120_000)).toBe('stale');
    pulse.note(120_000);
    expect(pulse.state(120_001)).toBe('ok');
  });

  it('does not mind many events at one time, or time that goes back', () => {
    const pulse = new FeedPulse();
    for (const at of [1_000, 1_000, 1_000, 400, 1_000]) pulse.note(at);
    expect(pulse.lastMs).toBe(1_000);
    expect(Number.isFinite(pulse.quietLimitMs)).toBe(true);
  });

  it('raises at most one false alarm an hour on a real room', (context) => {
    if (!existsSync(ROOM))
      return context.skip('shared/data/rooms/twitch-zh-111540271.jsonl.gz is not beside the checkout');
    const times = gunzipSync(readFileSync(ROOM)).toString().trim().split('\n').map((line) => Date.parse(JSON.parse(line).time)); // prettier-ignore
    const pulse = new FeedPulse();
    let alarms = 0;
    for (const at of times) {
      if (pulse.state(at) === 'stale') alarms++;
      pulse.note(at);
    }
    expect(alarms).toBeLessThanOrEqual((times.at(-1)! - times[0]!) / 3_600_000);
  });
});
