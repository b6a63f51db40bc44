import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ModelPredictor } from '../inference/model-predictor.ts';
import { ModelError } from '../inference/model-manifest.ts';
import { SHIPPED, SLIGHT, writeAlteredModel } from '../inference/testing/altered-model.ts';
import { openCommentModels } from './comment-predictor.ts';
import { modelsOf } from './delivered-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'livecue-delivered-'));
afterAll(() => rmSync(folder, { recursive: true }));
const INPUT = { catalogue: { version: 1 as const, products: [] }, deadlineMs: null, onProblem: null };

test('a delivered model is opened in place of the installed one of its task; one that is spoilt leaves the installed ones', async () => {
  const good = join(folder, 'good');
  await writeAlteredModel('intent', good, 'intent-slight', SLIGHT);
  const opened = await openCommentModels({ ...INPUT, delivered: { intent: good } });
  expect(opened.predictor.version).toMatch(/^intent-slight\+toxicity-/);
  expect(opened.deliveredProblem).toBeNull();
  await opened.predictor.close();
  const spoilt = join(folder, 'spoilt');
  cpSync(good, spoilt, { recursive: true });
  writeFileSync(join(spoilt, 'model.onnx'), 'torn');
  const other = await openCommentModels({ ...INPUT, delivered: { intent: spoilt } });
  expect(other.deliveredProblem).toMatch(/spoilt.model\.onnx: its sha256 is/);
  expect(other.predictor.version).not.toContain('slight');
  expect(await other.predictor.predict(['多少钱'])).toMatchObject([{ intent: 'price' }]);
  await other.predictor.close();
}, 30_000);

test('a fault is one since the models were asked to serve, and tells nothing of the comment', async () => {
  const places: unknown[] = [];
  const heads = { info: {}, p95Ms: () => 2, fellBack: null as ModelError | null };
  const counts = { unanswered: { deadline: 0, 'session-broken': 0 }, remembered: 0, answered: 0 };
  const predictor = { heads, counts, observe: () => () => undefined, swap: async (place: unknown) => void places.push(place) } as unknown as ModelPredictor; // prettier-ignore
  const models = modelsOf(predictor, () => 'v');
  expect(models.fault()).toBeNull();
  heads.fellBack = new ModelError('indices element out of data bounds, idx=24540');
  expect(models.fault()).toBe('it failed on a comment, which the models before have answered');
  await models.serve({ spam: '/data/models/spam/2' });
  expect(places).toEqual([expect.objectContaining({ spam: '/data/models/spam/2', intent: join(SHIPPED, 'intent') })]);
  expect(models.fault()).toBeNull();
  counts.unanswered['session-broken'] = 3;
  expect(models.fault()).toBe('3 comments got no answer');
  await models.serve({});
  expect(models.fault()).toBeNull();
});

test('where rules serve, nothing can be tried', async () => {
  const models = modelsOf(null, () => 'rules');
  await expect(models.openTrial('intent', { serving: 'a', candidate: 'b' })).rejects.toThrow(/by rules alone/);
});
