import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { createModelPredictor, type ModelPredictor } from './model-predictor.ts';
import { openIntentRules } from './model-manifest.ts';
import { createProductLinker } from './product-linker.ts';
import { openWorkerHeads } from './worker-heads.ts';
import { deadlyText, FAILS_ON_DEADLY, writeAlteredModel } from './testing/altered-model.ts';
import { foldersOf } from './text-heads.ts';
import { intentRulesFolder } from '../assembly/comment-predictor.ts';

const shipped = fileURLToPath(new URL('../../../models', import.meta.url));
const { rules } = openIntentRules(intentRulesFolder(shipped));
const linker = createProductLinker({ version: 1, products: [] });
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Two heads under another version name; `spoil` changes the folder of spam. */
function modelsNamed(name: string, spoil?: (spam: string) => void): string {
  const root = mkdtempSync(join(tmpdir(), 'livecue-swap-'));
  cleanups.push(() => rmSync(root, { recursive: true }));
  for (const head of ['toxicity', 'spam']) {
    mkdirSync(join(root, head));
    for (const file of ['manifest.json', 'model.onnx', 'golden.jsonl']) cpSync(join(shipped, head, file), join(root, head, file)); // prettier-ignore
    alter(join(root, head), (manifest) => ({ ...manifest, version: `${head}-${name}` }));
  }
  spoil?.(join(root, 'spam'));
  return root;
}

function alter(folder: string, change: (manifest: Record<string, unknown>) => Record<string, unknown>): void {
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(change(manifest)));
}

/** Puts other bytes in the model's place and makes the checksum fit: as a wrong build would come. */
function replaceModel(folder: string, bytes: Uint8Array): void {
  writeFileSync(join(folder, 'model.onnx'), bytes);
  alter(folder, (manifest) => ({ ...manifest, sha256: createHash('sha256').update(bytes).digest('hex') }));
}

/** The input `characters` under another name of the same length, so that the file stays whole. */
function otherInput(folder: string): void {
  const bytes = readFileSync(join(folder, 'model.onnx'));
  for (let at = bytes.indexOf('characters'); at >= 0; at = bytes.indexOf('characters', at + 1)) bytes.write('charakters', at);
  replaceModel(folder, bytes);
} // prettier-ignore

function otherInputAndManifest(folder: string): void {
  otherInput(folder);
  const path = join(folder, 'manifest.json');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('characters', 'charakters'));
}

const BROKEN: readonly (readonly [what: string, spoil: (folder: string) => void, reason: RegExp])[] = [
  ['altered', (folder) => writeFileSync(join(folder, 'model.onnx'), 'x'), /spam.model\.onnx: its sha256 is/],
  ['cut short', (folder) => replaceModel(folder, readFileSync(join(folder, 'model.onnx')).subarray(0, 50_000)), /not a model that this runtime reads/],
  ['empty', (folder) => replaceModel(folder, new Uint8Array()), /not a model that this runtime reads/],
  ['of another task', (folder) => replaceModel(folder, readFileSync(join(shipped, 'toxicity', 'model.onnx'))), /golden\.jsonl: line 1 is off by/],
  ['with other labels', (folder) => replaceModel(folder, readFileSync(join(shipped, 'sentiment', 'model.onnx'))), /must give scores of 2 labels/],
  ['with another input', otherInput, /its inputs are .*charakters.* the manifest says/],
  ['with another input and manifest', otherInputAndManifest, /cannot feed input charakters/],
  ['for other text', (folder) => alter(folder, (manifest) => ({ ...manifest, textVersion: 99 })), /made for text version 99/],
  ['without its golden lines', (folder) => rmSync(join(folder, 'golden.jsonl')), /golden lines cannot be read/],
  ['without a manifest of JSON', (folder) => writeFileSync(join(folder, 'manifest.json'), '{"kind":'), /it is not JSON/],
]; // prettier-ignore

async function open(root: string, deadlineMs: number | null = null): Promise<ModelPredictor> {
  const heads = await openWorkerHeads(root);
  cleanups.push(() => heads.close());
  return createModelPredictor({ heads, rules: { rules, version: 'r' }, linker, deadlineMs });
}

test('models that are wrong in ten ways are refused with the reason, and the ones before serve on', async () => {
  const predictor = await open(modelsNamed('a'));
  const [before] = await predictor.predict(['加V看福利']);
  for (const [what, spoil, reason] of BROKEN) {
    await expect(predictor.swap(modelsNamed('broken', spoil)), what).rejects.toThrow(reason);
    expect(predictor.version).toBe('r+toxicity-a+spam-a');
    // A text that is asked for the first time after each refusal: no memory answers it.
    const [same, fresh] = await predictor.predict(['加V看福利', `加V看福利 ${what}`]);
    expect(same).toEqual(before);
    expect(fresh?.modelVersion).toBe('r+toxicity-a+spam-a');
  }
}, 30_000);

test('under 2,000 comments a second every comment is answered once and in order while versions change', async () => {
  const [a, b] = [modelsNamed('a'), modelsNamed('b')];
  const broken = modelsNamed('broken', (folder) => writeFileSync(join(folder, 'model.onnx'), 'x'));
  const predictor = await open(a);
  const answered: { readonly number: number; readonly version: string | null; readonly products: number }[] = [];
  const asked: Promise<void>[] = [];
  let isLoaded = true;
  const startMs = performance.now();
  const load = (async () => {
    let next = 0;
    while (isLoaded) {
      for (const due = ((performance.now() - startMs) / 1000) * RATE; next < due; next++) {
        const number = next;
        const answer = Promise.resolve(predictor.predict([`第${number}条 ${number % 13}`]));
        asked.push(answer.then(([one]) => void answered.push({ number, version: one?.modelVersion ?? null, products: one?.products.length ?? -1 }))); // prettier-ignore
      }
      await delay(1);
    }
    return next;
  })();
  for (let round = 0; round < 3; round++) {
    await predictor.swap(b);
    await expect(predictor.swap(broken)).rejects.toThrow(/sha256/);
    expect(predictor.version).toBe('r+toxicity-b+spam-b');
    await (round === 1 ? predictor.rollback() : predictor.swap(a));
    expect(predictor.version).toBe('r+toxicity-a+spam-a');
    await delay(200);
  }
  isLoaded = false;
  const total = await load;
  await Promise.all(asked);
  expect(total / ((performance.now() - startMs) / 1000)).toBeGreaterThan(0.9 * RATE);
  expect(answered.map(({ number }) => number)).toEqual(Array.from({ length: total }, (_, i) => i));
  const versions = answered.map(({ version }) => version);
  expect(new Set(versions)).toEqual(new Set(['r+toxicity-a+spam-a', 'r+toxicity-b+spam-b']));
  // Versions change at most as often as they were changed: none of the old ones comes late.
  expect(versions.filter((version, i) => i > 0 && version !== versions[i - 1]).length).toBeLessThanOrEqual(6);
  expect(predictor.counts).toMatchObject({ answered: total, unanswered: { deadline: 0, 'session-broken': 0 } });
}, 60_000);

const RATE = 2_000;

test('new models that fail on a comment are left for those before, which answer it; nobody goes back to what was left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'livecue-swap-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  await writeAlteredModel('intent', folder, 'intent-dies', FAILS_ON_DEADLY);
  const before = { ...foldersOf(shipped) };
  const heads = await openWorkerHeads(before);
  cleanups.push(() => heads.close());
  const old = heads.info;
  await heads.swap({ ...before, intent: folder });
  expect((await heads.score(['多少钱'])).info.intent?.version).toBe('intent-dies');
  expect(heads.fellBack).toBeNull();
  const together = await Promise.all([heads.score([deadlyText()]), heads.score(['好看', deadlyText()]), heads.score(['多少钱'])]);
  expect(together.map(({ info, scores }) => [info.intent?.version, scores.length])).toEqual([[old.intent?.version, 1], [old.intent?.version, 2], [old.intent?.version, 1]]);
  expect(heads.info).toBe(old);
  expect(heads.fellBack?.message).toMatch(/chars|indices|out of/i);
  // Swapped again, then left by hand: what fails now fails, for the models that were left are not trusted.
  await heads.swap({ ...before, intent: folder });
  expect(heads.info.intent?.version).toBe('intent-dies');
  expect(heads.fellBack).toBeNull();
  await heads.swap(before);
  expect(heads.info).toBe(old);
  expect((await heads.score([deadlyText()])).info).toBe(old);
}, 30_000); // prettier-ignore
