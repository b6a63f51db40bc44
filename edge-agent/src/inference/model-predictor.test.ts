import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { Prediction } from '@livecue/shared/insight';
import { createChance, oddString } from '../../../shared/src/text/odd-strings.fixture.ts';
import { createModelPredictor, type ModelPredictor } from './model-predictor.ts';
import { createProductLinker } from './product-linker.ts';
import { openIntentRules } from './model-manifest.ts';
import { openWorkerHeads, type SwappableHeads } from './worker-heads.ts';
import { intentRulesFolder } from '../assembly/comment-predictor.ts';

const shipped = fileURLToPath(new URL('../../../models', import.meta.url));
const { rules, manifest } = openIntentRules(intentRulesFolder(shipped));
const linker = createProductLinker({
  version: 1,
  products: [{ productId: 'p3', skus: [], linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, aliases: [], stock: null, facts: {} }],
}); // prettier-ignore

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function open(deadlineMs: number | null = null, root = shipped): Promise<ModelPredictor> {
  const heads = await openWorkerHeads(root);
  cleanups.push(() => heads.close());
  return createModelPredictor({ heads, rules: { rules, version: manifest.version }, linker, deadlineMs });
}

/** A copy of the models with other version names; `spoil` makes one of them wrong. */
function otherModels(spoil: boolean): string {
  const root = mkdtempSync(join(tmpdir(), 'livecue-models-'));
  cleanups.push(() => rmSync(root, { recursive: true }));
  for (const head of ['toxicity', 'spam']) {
    mkdirSync(join(root, head));
    for (const file of ['manifest.json', 'model.onnx', 'golden.jsonl']) cpSync(join(shipped, head, file), join(root, head, file)); // prettier-ignore
    const path = join(root, head, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"version": "[^"]*"/, `"version": "${head}-next"`));
  }
  if (spoil) writeFileSync(join(root, 'spam', 'model.onnx'), 'x');
  return root;
}

test('a comment gets intent, product, toxicity and spam at once', async () => {
  const predictor = await open();
  const [price, insult, bait] = await predictor.predict(['3号多少钱', '死全家的骗子', '加V看福利，99元同款']);
  expect(price).toMatchObject({ intent: 'price', offensive: false, spam: false, products: [{ productId: 'p3' }] });
  expect(insult).toMatchObject({ offensive: true });
  expect(bait).toMatchObject({ spam: true });
  expect(price?.modelVersion).toBe(predictor.version);
  for (const one of [price, insult, bait]) Prediction.parse(one);
});

test('the same comments give the same answers in another order, batch and process', async () => {
  const chance = createChance(8);
  const texts = Array.from({ length: 400 }, () => oddString(chance).slice(0, 200));
  const whole = await (await open()).predict(texts);
  const other = await open();
  const backwards = [];
  for (const text of texts.toReversed()) backwards.push(...(await other.predict([text])));
  expect(backwards.toReversed()).toEqual(whole);
});

test('equal texts are asked once and remembered', async () => {
  const predictor = await open();
  const [first, second] = await predictor.predict(['好看', '好看']);
  expect(second).toEqual(first);
  expect(predictor.predict(['好看'])).toEqual([first]);
  expect(predictor.counts).toMatchObject({ remembered: 1, answered: 3 });
});

test('a comment that names nothing is taken for the product on air when it points there; a named one is not', async () => {
  const predictor = await open();
  const [pointing, named, silent] = await predictor.predict(['这个多少钱', '3号多少钱', '多少钱']);
  let looked = 0;
  const onAir = () => (looked++, 'p3');
  expect(predictor.resolve?.('这个多少钱', pointing!, onAir).products).toEqual([{ productId: 'p3', score: 0.55 }]);
  expect(predictor.resolve?.('多少钱', silent!, onAir)).toBe(silent);
  expect(predictor.resolve?.('这个多少钱', pointing!, () => null)).toBe(pointing);
  looked = 0;
  expect(predictor.resolve?.('3号多少钱', named!, onAir)).toBe(named);
  expect(looked).toBe(0);
});

test('odd strings are answered', async () => {
  const predictor = await open();
  const chance = createChance(9);
  for (let batch = 0; batch < 20; batch++) {
    const texts = Array.from({ length: 100 }, () => oddString(chance));
    for (const one of await predictor.predict(texts)) Prediction.parse(one);
  }
});

test('swapping under load loses no comment, and rolling back serves the old ones again', async () => {
  const predictor = await open();
  const before = predictor.version;
  const root = otherModels(false);
  let asked = 0;
  const versions = new Set<string>();
  let running = true;
  const load = (async () => {
    while (running) {
      const answers = await predictor.predict(
        Array.from({ length: 64 }, (_, i) => `第${asked + i}条评论 ${asked % 7}`),
      );
      asked += answers.length;
      for (const one of answers) {
        if (one === null) versions.add('lost');
        else versions.add(one.modelVersion);
      }
    }
  })();
  await predictor.swap(root);
  const after = predictor.version;
  await predictor.rollback();
  running = false;
  await load;
  expect(after).toMatch(/toxicity-next\+spam-next/);
  expect(predictor.version).toBe(before);
  expect(asked).toBeGreaterThan(64);
  expect(versions.has('lost')).toBe(false);
  expect((await predictor.predict(['新的一条']))[0]?.modelVersion).toBe(before);
});

test('a broken model is refused with the reason and the old one serves on', async () => {
  const predictor = await open();
  const before = await predictor.predict(['加V看福利']);
  await expect(predictor.swap(otherModels(true))).rejects.toThrow(/spam.model\.onnx: its sha256 is/);
  expect(await predictor.predict(['加V看福利', '新的'])).toEqual([before[0], expect.objectContaining({ spam: false })]);
  await expect(predictor.rollback()).rejects.toThrow(/none is kept/);
});

test('a deadline that passes gives null with a counted reason, and the next comments are answered', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const info = {};
  const heads: SwappableHeads = {
    info,
    score: async (texts) => {
      if (texts.includes('slow')) await held;
      return { info, scores: texts.map(() => ({})) };
    },
    p95Ms: () => null,
    fellBack: null,
    swap: () => Promise.resolve({}),
    rollback: () => Promise.resolve({}),
    close: () => Promise.resolve(),
  };
  const predictor = createModelPredictor({ heads, rules: { rules, version: 'r' }, linker, deadlineMs: 5 });
  expect(await predictor.predict(['slow', '多少钱'])).toEqual([null, null]);
  expect(predictor.counts.unanswered).toEqual({ deadline: 2, 'session-broken': 0 });
  release();
  expect((await predictor.predict(['多少钱']))[0]?.intent).toBe('price');
});

test('a model thread that has ended gives null with a counted reason, again and again', async () => {
  const heads = await openWorkerHeads(shipped);
  const predictor = createModelPredictor({ heads, rules: { rules, version: 'r' }, linker, deadlineMs: null });
  await heads.close();
  expect(await predictor.predict(['多少钱'])).toEqual([null]);
  expect(await predictor.predict(['多少钱', '好看'])).toEqual([null, null]);
  expect(predictor.counts.unanswered).toEqual({ deadline: 0, 'session-broken': 3 });
});

test('a root with a wrong model does not open, and leaves no thread', async () => {
  await expect(openWorkerHeads(otherModels(true))).rejects.toThrow(/sha256/);
});
