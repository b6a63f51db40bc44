import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LabelledOrder } from '@livecue/shared/contract';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import { learnFromVerdicts, openOrderModel, trainedOrdersIn } from '../assembly/order-model.ts';
import { createSeededNumbers } from '../inference/seeded-numbers.ts';
import type { OrderLabels } from '../ports.ts';
import { openStore } from '../store/open-store.ts';
import { orderTrain } from './order-train.ts';

let data: string;
beforeEach(() => void (data = mkdtempSync(path.join(tmpdir(), 'livecue-train-'))));
afterEach(() => rmSync(data, { recursive: true, force: true }));

async function run(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await orderTrain(args, { stdout, stderr, env: {}, signal: new AbortController().signal });
  return { code, stderr: String(stderr.read() ?? '') };
}

const featuresOf = (ageDays: number) => Object.fromEntries(ORDER_FEATURES.map((name) => [name, name === 'accountAgeDays' ? ageDays : 1])) as LabelledOrder['features']; // prettier-ignore
const arrayOf = (ageDays: number) => Float64Array.from(ORDER_FEATURES, (name) => featuresOf(ageDays)[name]);

/** Operators confirm orders of accounts younger than a week; without `meant` they say anything. */
function verdicts(count: number, meant = true): LabelledOrder[] {
  const random = createSeededNumbers(count);
  return Array.from({ length: count }, (_, n) => {
    const ageDays = 14 * random();
    const isConfirmed = meant ? ageDays < 7 : random() < 0.5;
    return {
      version: 1, orderNumber: `n${n}`, eventTimeMs: n, productId: null, verdict: isConfirmed ? 'confirmed' : 'false-alarm',
      features: featuresOf(ageDays), score: 0.7, by: 'model', modelVersion: 'order-fraud-1', labelledMs: n,
    };
  }); // prettier-ignore
}

function file(rows: readonly LabelledOrder[]): string {
  const name = path.join(data, 'verdicts.jsonl');
  writeFileSync(name, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return name;
}

/** The agent's own way to its model; verdicts stored in the agent are none. */
async function open() {
  const problems: string[] = [];
  const none = { read: () => Promise.resolve([]) } as unknown as OrderLabels;
  const onProblem = (problem: string) => void problems.push(problem);
  const model = await learnFromVerdicts(openOrderModel(null), none, { folder: data, onProblem });
  return { model: model!, problems };
}

test('livecue order-train learns what operators say, and the agent takes it at its next start', async () => {
  expect((await open()).model.confirm).toBeUndefined();
  const { code, stderr } = await run('--labels', file(verdicts(200)), '--data', data);
  expect(stderr).toMatch(/^\d+ confirmed, \d+ false alarms; a confirmed order is ranked above a false alarm in (9\d\.\d|100\.0) %/); // prettier-ignore
  expect(code).toBe(0);
  const { model, problems } = await open();
  expect(problems).toEqual([]);
  expect(model.version).toBe('order-fraud-1+order-verdicts-1');
  expect(model.confirm!(arrayOf(2))).toBeGreaterThan(0.8);
  expect(model.confirm!(arrayOf(12))).toBeLessThan(0.2);
});

test('livecue order-train refuses too few verdicts and verdicts that nothing can be learned from, and writes nothing', async () => {
  const few = verdicts(200).filter(({ verdict }, n) => verdict === 'confirmed' || n < 20);
  expect(await run('--labels', file(few), '--data', data)).toMatchObject({ code: 1, stderr: expect.stringMatching(/\d+ false alarms: 20 of each kind are needed/) }); // prettier-ignore
  expect(await run('--labels', file(verdicts(300, false)), '--data', data)).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was written') }); // prettier-ignore
  expect(readdirSync(data)).toEqual(['verdicts.jsonl']);
});

test('a version that was altered gives way to the one before, and the operator can go back and forth', async () => {
  await run('--labels', file(verdicts(200)), '--data', data);
  await expect(run('--rollback', '--data', data)).rejects.toThrow('holds no version before');
  await run('--labels', file(verdicts(240)), '--data', data);
  expect((await open()).model.version).toBe('order-fraud-1+order-verdicts-2');
  expect(await run('--rollback', '--data', data)).toMatchObject({ code: 0, stderr: expect.stringContaining('order-verdicts-1 serves') }); // prettier-ignore
  expect((await open()).model.version).toBe('order-fraud-1+order-verdicts-1');
  const broken = path.join(trainedOrdersIn(data), 'order-verdicts-1', 'model.onnx');
  const bytes = readFileSync(broken);
  bytes[100]! ^= 1;
  writeFileSync(broken, bytes);
  const { model, problems } = await open();
  expect(model.version).toBe('order-fraud-1+order-verdicts-2');
  expect(problems).toEqual([expect.stringMatching(/sha256.*order-verdicts-2 serves instead/s)]);
  writeFileSync(path.join(trainedOrdersIn(data), 'current.json'), '{}');
  const without = await open();
  expect(without.model.confirm).toBeUndefined();
  expect(without.problems).toEqual([expect.stringContaining('does not name a version')]);
  expect((await run('--labels', file(verdicts(200)), '--data', data)).code).toBe(0);
  expect((await open()).model.version).toBe('order-fraud-1+order-verdicts-3');
});

test('livecue order-train reads the verdicts of a data folder by itself', async () => {
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const store = await openStore({ folder: data, agentId: 'studio-1', nowMs: () => 0, logger, reserveBytes: 64 * 1024 });
  for (const one of verdicts(80)) await store.orderLabels.save(one.orderNumber, one);
  await store.stop();
  expect(await run('--data', data)).toMatchObject({ code: 0, stderr: expect.stringContaining('order-verdicts-1 written') }); // prettier-ignore
}, 15_000);

test('livecue order-train names a wrong line and a wrong call', async () => {
  const bad = file(verdicts(2));
  writeFileSync(bad, '{"version":1}\n', { flag: 'a' });
  await expect(run('--labels', bad, '--data', data)).rejects.toThrow(`${bad}:3: orderNumber`);
  expect((await run('--rollback', '--labels', bad)).code).toBe(2);
  expect((await run('--help')).code).toBe(0);
});
