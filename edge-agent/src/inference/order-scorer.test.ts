import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import { ModelError } from './model-manifest.ts';
import { openOrderScorer } from './order-scorer.ts';
import { readTreeFile } from './tree-file.ts';

const FOLDER = fileURLToPath(new URL('../../../models/order-fraud', import.meta.url));
const golden = readFileSync(join(FOLDER, 'golden.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { features: number[]; score: number });

const scratch: string[] = [];
afterAll(() => scratch.forEach((folder) => rmSync(folder, { recursive: true })));

/** A copy of the model folder, to break. */
function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), 'order-fraud-'));
  scratch.push(folder);
  cpSync(FOLDER, folder, { recursive: true });
  return folder;
}

describe('the shipped forest of orders', () => {
  const scorer = openOrderScorer(FOLDER);

  it('scores as scikit-learn does, to 1e-6, also numbers of 1e15', () => {
    const off = golden.map(({ features, score }) => Math.abs(scorer.score(Float64Array.from(features)) - score));
    expect(golden.length).toBeGreaterThan(60);
    expect(golden.some(({ features }) => features.includes(-999999986991104))).toBe(true);
    expect(Math.max(...off)).toBeLessThan(1e-6);
  });

  it('is the same model to the ONNX runtime', async () => {
    const session = await InferenceSession.create(join(FOLDER, 'model.onnx'), { logSeverityLevel: 4 });
    const rows = Float32Array.from(golden.flatMap(({ features }) => features));
    const said = await session.run({ features: new Tensor('float32', rows, [golden.length, ORDER_FEATURES.length]) });
    const scores = said.scores?.data as Float32Array;
    golden.forEach(({ score }, i) => expect(Math.abs(scores[i]! - score)).toBeLessThan(1e-5));
    await session.release();
  });

  it('calls a run of one buyer strange and names it, and a usual order not', () => {
    const usual = Float64Array.from(golden[golden.length - 4]!.features);
    const run = usual.slice();
    const set = (name: (typeof ORDER_FEATURES)[number], value: number) => (run[ORDER_FEATURES.indexOf(name)] = value);
    set('buyerOrders10Min', 6);
    set('buyerOrders1H', 6);
    set('sameProductOrders1H', 6);
    set('buyerGapLog2S', 3);
    set('basketSimilarity', 1);
    expect(scorer.score(run)).toBeGreaterThan(scorer.score(usual) + 0.1);
    expect(scorer.score(usual)).toBeLessThan(0.45);
    const reasons = scorer.reasons(run);
    expect(reasons.map(({ feature }) => feature)).toEqual(
      expect.arrayContaining(['sameProductOrders1H', 'buyerOrders10Min']),
    );
    expect(reasons[0]?.usual).not.toBe(reasons[0]?.value);
    expect(reasons.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
  });

  it('takes what is not finite for the usual', () => {
    const usual = Float64Array.from(golden[golden.length - 4]!.features);
    expect(scorer.score(usual.map(() => Number.NaN))).toBe(scorer.score(usual));
    expect(Number.isFinite(scorer.score(usual.map(() => Infinity)))).toBe(true);
  });

  it('scores more than 50,000 orders a second of processor time', { retry: 2 }, () => {
    const orders = golden.map(({ features }) => Float64Array.from(features));
    const perS = Math.max(
      ...Array.from({ length: 5 }, () => {
        const begun = process.cpuUsage();
        for (let i = 0; i < 20_000; i++) scorer.score(orders[i % orders.length]!);
        const { user, system } = process.cpuUsage(begun);
        return 20_000e6 / (user + system);
      }),
    );
    expect(perS).toBeGreaterThan(50_000);
  });
});

describe('a wrong model of orders is refused with what to do', () => {
  it.each([
    ['an altered file', (folder: string) => writeFileSync(join(folder, 'model.onnx'), 'x'), /sha256/],
    ['another golden file', (folder: string) => writeFileSync(join(folder, 'golden.jsonl'), `${JSON.stringify({ ...golden[0], score: 0.9 })}\n`), /line 1 is off/],
    ['another task', (folder: string) => edit(folder, { task: 'spam' }), /task order-fraud/],
    ['a threshold beyond its range', (folder: string) => edit(folder, { thresholds: { fraud: 1.5 } }), /thresholds\.fraud/],
  ])('%s', (_, spoil, words) => {
    const folder = copied();
    spoil(folder);
    expect(() => openOrderScorer(folder)).toThrow(ModelError);
    expect(() => openOrderScorer(folder)).toThrow(words);
  }); // prettier-ignore

  function edit(folder: string, change: object): void {
    const path = join(folder, 'manifest.json');
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }));
  }

  it('bytes that are cut short, or of another kind, at any place', () => {
    const bytes = readFileSync(join(FOLDER, 'model.onnx'));
    for (const length of [0, 1, 10, 1000, bytes.length - 1]) {
      expect(() => readTreeFile(bytes.subarray(0, length))).toThrow(RangeError);
    }
  });
});
