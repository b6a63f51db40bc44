import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLiveEvent } from '@livecue/shared/event';
import { PROFILES } from '../ingest/simulator/profiles.ts';
import { createSimulatedRoom } from '../ingest/simulator/room.ts';
import { createStream } from '../stream/stream.ts';
import { openShowNetwork, type ShowNetwork } from '../inference/show-network.ts';
import type { RoomView, ShowInputs } from '../ports.ts';
import { MODELS } from './comment-predictor.ts';
import { createShowForecaster, openForShows } from './show-forecaster.ts';

const MINUTE = 60_000;
/** A view at a minute, with features that expect 4, 12 and 48 units of a shirt. */
const viewAt = (minute: number, inputs: boolean | 'fails' = true) => {
  const now = Float32Array.of(0.2, 0, Math.log(4), Math.log(12), Math.log(48));
  const told: ShowInputs = { minute, productIds: ['shirt'], past: new Float32Array(360), now };
  return { nowMs: minute * MINUTE + 10_000, showInputs: () => (inputs === false ? null : told) } as unknown as RoomView;
};
const networkOf = (answer: () => Float32Array) => {
  const asked: number[] = [];
  const run: ShowNetwork['run'] = (_, count) => {
    asked.push(count);
    return Promise.resolve(answer());
  };
  return { network: { version: 'show-x', run, close: () => Promise.resolve() } satisfies ShowNetwork, asked };
};

describe('forecaster within a show', () => {
  it('asks once a minute, and says by what factor the network differs from the rates', async () => {
    const { network, asked } = networkOf(() => Float32Array.of(8, 12, 24, 0.5, 0.3, 0.1));
    const shows = createShowForecaster(network, () => undefined);
    expect(shows.correctionOf('shirt', viewAt(100))).toBeUndefined();
    for (let second = 0; second < 5; second++) await shows.tick(viewAt(100));
    await shows.tick(viewAt(101));
    expect(asked).toEqual([1, 1]);
    const { factors, spreads } = shows.correctionOf('shirt', viewAt(101))!;
    for (const [at, wanted] of [2, 1, 0.5].entries()) expect(factors[at]).toBeCloseTo(wanted, 5);
    for (const [at, wanted] of [0.5, 0.3, 0.1].entries()) expect(spreads[at]).toBeCloseTo(wanted, 5);
    expect(shows.correctionOf('cup', viewAt(101))).toBeUndefined();
    expect(shows.versionAt(viewAt(101))).toBe('show-x');
  });

  it('leaves the rates alone when the answer is old, the show is young, or the network says nothing finite', async () => {
    const { network } = networkOf(() => Float32Array.of(Number.NaN, Infinity, 0, Number.NaN, 1e15, 0));
    const shows = createShowForecaster(network, () => undefined);
    await shows.tick(viewAt(100));
    const { factors, spreads } = shows.correctionOf('shirt', viewAt(100))!;
    for (const value of [...factors, ...spreads]) expect(Number.isFinite(value) && value > 0).toBe(true);
    expect(factors[0]).toBe(1);
    expect(shows.correctionOf('shirt', viewAt(103))).toBeUndefined();
    expect(shows.versionAt(viewAt(103))).toBeNull();
    await shows.tick(viewAt(104, false));
    expect(shows.correctionOf('shirt', viewAt(104))).toBeUndefined();
  });

  it('is asked with what the stream has counted, the same after a restart in between', () => {
    const startMs = Date.UTC(2026, 0, 5, 12);
    const simulated = createSimulatedRoom({
      seed: 3,
      startMs,
      durationMs: null,
      profile: PROFILES.calm,
      roomId: 'main',
    });
    const config = { maxOutOfOrderMs: 2_000, allowedLatenessMs: 60_000, maxClockSkewMs: 300_000, idleSourceMs: 5_000, sessionGapMs: 30_000 }; // prettier-ignore
    const open = () => createStream({ resolveProduct: (ref) => ref.productID ?? '', roomOf: () => 'main' }, config);
    const straight = open();
    let other = open();
    const state = new Map<string, string>();
    const viewed = new Map<string, number>();
    const endMs = startMs + 14 * MINUTE;
    for (let atMs = startMs + 1_000; atMs <= endMs + 5_000; atMs += 1_000) {
      for (const { event: wire } of simulated.next(atMs)) {
        const parsed = parseLiveEvent(wire, atMs);
        if (!parsed.ok) throw new Error(parsed.detail);
        const { event } = parsed;
        for (const stream of [straight, other]) if (stream.admit(event, atMs) === null) stream.add(event, null);
        if (event.type === 'shop.product.viewed' && event.eventTimeMs < endMs) {
          const id = event.data.product.productID!;
          viewed.set(id, (viewed.get(id) ?? 0) + 1);
        }
      }
      for (const stream of [straight, other]) stream.tick(atMs);
      const { put, del } = other.takeDelta();
      for (const [key, value] of put) state.set(key, value);
      for (const key of del) state.delete(key);
      if (atMs !== startMs + 7 * MINUTE) continue;
      other = open();
      other.restore([...state], []);
    }
    const inputs = straight.view('main').showInputs!()!;
    expect(inputs.minute).toBe(endMs / MINUTE);
    expect(other.view('main').showInputs!()).toEqual(inputs);
    const told = new Map(inputs.productIds.map((id, at) => [id, inputs.past.subarray(at * 360, (at + 1) * 360)]));
    expect(told.size).toBe(viewed.size);
    const column = (id: string, of: number) => Array.from({ length: 60 }, (_, step) => told.get(id)![step * 6 + of]!);
    for (const [id, views] of viewed) expect(column(id, 1).reduce((sum, log) => sum + Math.expm1(log), 0)).toBeCloseTo(views, 2); // prettier-ignore
    const onAir = [...told.keys()].map((id) => column(id, 3).reduce((sum, share) => sum + share, 0));
    // The host explains something nearly all the time, and one product at a time.
    expect(onAir.reduce((a, b) => a + b, 0)).toBeGreaterThan(9);
    expect(onAir.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(14.1);
  });

  it('says once that the network failed, and does without it', async () => {
    const problems: string[] = [];
    let asked = 0;
    const run = () => (asked++, Promise.reject(new Error('out of memory')));
    const shows = createShowForecaster({ version: 'x', run, close: () => Promise.resolve() }, (problem) => void problems.push(problem)); // prettier-ignore
    for (const minute of [100, 101, 102]) await shows.tick(viewAt(minute));
    expect(asked).toBe(1);
    expect(problems).toEqual([expect.stringContaining('out of memory')]);
    expect(shows.correctionOf('shirt', viewAt(102))).toBeUndefined();
    await createShowForecaster(null, () => undefined).tick(viewAt(1));
  });

  it('opens the shipped network, which says on its golden lines what the trainer said, and moves a forecast', { skip: !existsSync(join(MODELS, 'demand/show/manifest.json')) }, async () => {
    const problems: string[] = [];
    const network = (await openForShows((problem) => void problems.push(problem)))!;
    expect(problems).toEqual([]);
    const said = await network.run({ past: new Float32Array(2 * 360), now: new Float32Array(2 * 5) }, 2);
    expect(said).toHaveLength(12);
    expect([...said.subarray(0, 6)]).toEqual([...said.subarray(6)]);
    await network.close();
    await expect(openShowNetwork(join(MODELS, 'demand'))).rejects.toThrow('task demand-show');
  }); // prettier-ignore
});
