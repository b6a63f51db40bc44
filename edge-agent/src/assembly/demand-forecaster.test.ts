import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemandNetwork, openDemandNetwork, readDemandGolden } from '../inference/demand-network.ts';
import type { Gridded } from '../stream/demand/grid.ts';
import { AHEAD, PAST, STEPS, WINDOW, writeFeatures } from '../stream/demand/recent-days.ts';
import { MODELS } from './comment-predictor.ts';
import { forecastTable } from './demand-forecaster.ts';

const FOLDER = join(MODELS, 'demand');

describe.skipIf(!existsSync(join(FOLDER, 'manifest.json')))('demand network', () => {
  let network: DemandNetwork;
  beforeAll(async () => void (network = await openDemandNetwork(FOLDER)));
  afterAll(() => network.close());

  it('sees the features that the trainer wrote, and says what it said', async () => {
    const lines = readDemandGolden(join(FOLDER, 'golden.jsonl'));
    expect(lines.length).toBeGreaterThanOrEqual(8);
    for (const line of lines) {
      const [past, ahead] = [new Float32Array(WINDOW * PAST), new Float32Array(STEPS * AHEAD)];
      const days = { sold: Float64Array.from(line.sold), covered: Float64Array.from(line.covered) };
      const scale = writeFeatures(days, { index: Float64Array.from(line.market), usualScale: line.usual }, past, ahead);
      expect(Math.abs(scale - line.scale)).toBeLessThan(1e-5);
      for (const [at, value] of past.entries()) expect(Math.abs(value - line.past[at]!)).toBeLessThan(1e-5);
      for (const [at, value] of ahead.entries()) expect(Math.abs(value - line.ahead[at]!)).toBeLessThan(1e-5);
      const said = await network.run(past, ahead, 1);
      for (const [at, value] of said.entries()) expect(Math.abs(value - line.demand[at]!)).toBeLessThan(1e-5);
    }
  });

  /** Products that sell by weekday, Poisson-like, and run out in every fourth evening. */
  const shop = (hours: boolean, days: number, products = 40): Gridded[] => {
    let state = 7;
    const unit = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
    const poisson = (mean: number) => {
      let [k, p] = [0, unit()];
      for (; p > Math.exp(-mean); k++) p *= unit();
      return k;
    };
    return Array.from({ length: products }, (_, product) => {
      const size = hours ? days * 24 : days;
      const day = (at: number) => Math.floor(hours ? at / 24 : at);
      const isOut = (at: number) => (day(at) + product) % 4 === 0 && (!hours || at % 24 >= 18);
      const mean = (at: number) => ((2 + (product % 5)) * (day(at) % 7 > 4 ? 2 : 1) * (hours ? (at % 24 > 7 ? 1.5 : 0) : 24)) / 24; // prettier-ignore
      return {
        values: Float64Array.from({ length: size }, (__, at) => (isOut(at) ? (hours ? 0 : poisson(mean(at) * 0.6)) : poisson(mean(at)))),
        available: Float64Array.from({ length: size }, (__, at) => (isOut(at) ? (hours ? 0 : 0.6) : 1)),
        repeated: 0, backwards: 0, gaps: 0,
      }; // prettier-ignore
    });
  };
  const options = (horizon: number, withNetwork = true) => ({ horizon, season: null, calendar: 1, levels: [0.8], network: withNetwork ? network : null, signal: new AbortController().signal, onProgress: () => undefined }); // prettier-ignore

  it('forecasts a shop by days, weekends above weekdays, near the true level although it often ran out', async () => {
    const { by, season, expected } = await forecastTable(shop(false, 84), options(7));
    expect({ by, season }).toEqual({ by: 'network', season: 7 });
    const sum = (from: number, to: number) => expected.reduce((all, { mean }) => all + mean.slice(from, to).reduce((a, b) => a + b, 0), 0); // prettier-ignore
    // 84 days are 12 weeks: five weekdays come first. 40 products of 4 a day on average.
    expect(sum(0, 5) / 5 / 40).toBeGreaterThan(3.4);
    expect(sum(0, 5) / 5 / 40).toBeLessThan(4.6);
    expect(sum(5, 7) / 2).toBeGreaterThan(1.4 * (sum(0, 5) / 5));
  });

  it('forecasts hours that sum to the days, none at night', async () => {
    const { by, season, expected } = await forecastTable(shop(true, 42), options(48));
    expect({ by, season }).toEqual({ by: 'network', season: 24 });
    for (const { mean, bounds } of expected) {
      expect(Math.max(...mean.slice(0, 7))).toBeLessThan(0.1);
      for (const [step, value] of mean.entries()) expect(bounds[0]!.low[step]! <= value && value <= bounds[0]!.high[step]!).toBe(true); // prettier-ignore
    }
  });

  it('leaves a steady slope, which no shop has, to the general methods', async () => {
    const slope = Array.from({ length: 30 }, (_, k) => ({ values: Float64Array.from({ length: 90 }, (__, at) => 100 + 20 * at + 300 * Math.sin((2 * Math.PI * (at + k)) / 7) + 400), available: new Float64Array(90).fill(1), repeated: 0, backwards: 0, gaps: 0 })); // prettier-ignore
    const { by } = await forecastTable(slope, { ...options(7), season: 7 });
    expect(by).toBe('methods');
  });

  it('does without the network when there is none', async () => {
    const { by, expected } = await forecastTable(shop(false, 84, 5), options(9, false));
    expect(by).toBe('methods');
    expect(expected[0]!.mean).toHaveLength(9);
  });

  it('ends when it is told to', async () => {
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(forecastTable(shop(false, 84), { ...options(7), signal: stop })).rejects.toThrow('enough');
  });
});
