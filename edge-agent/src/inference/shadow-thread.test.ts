import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  deadlyText,
  FAILS_ON_DEADLY,
  SHIPPED,
  SLIGHT,
  UPSIDE_DOWN,
  writeAlteredModel,
} from './testing/altered-model.ts';
import { openShadowThread, type ShadowThread } from './shadow-thread.ts';
import { openTextHeads } from './text-heads.ts';

const folder = mkdtempSync(join(tmpdir(), 'livecue-shadow-'));
const TEXTS = readFileSync(join(SHIPPED, 'intent', 'golden.jsonl'), 'utf8').split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { text: string }).text); // prettier-ignore
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  await writeAlteredModel('intent', at('slight'), 'intent-slight', SLIGHT);
  await writeAlteredModel('intent', at('wrong'), 'intent-wrong', UPSIDE_DOWN);
  await writeAlteredModel('toxicity', at('toxicity'), 'toxicity-wrong', UPSIDE_DOWN);
  await writeAlteredModel('intent', at('dies'), 'intent-dies', FAILS_ON_DEADLY);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function withShadow<T>(head: 'intent' | 'toxicity', candidate: string, use: (shadow: ShadowThread) => Promise<T>): Promise<T> {
  const shadow = await openShadowThread(head, { serving: join(SHIPPED, head), candidate: at(candidate) });
  return use(shadow).finally(() => shadow.close());
} // prettier-ignore

test('counts are those of scoring the same comments by both models, one by one', async () => {
  const [ours, theirs] = [await openTextHeads({ intent: join(SHIPPED, 'intent') }), await openTextHeads({ intent: at('slight') })];
  const best = (scores: ArrayLike<number>) => [...Array.from(scores)].indexOf(Math.max(...Array.from(scores)));
  let [agreed, drift] = [0, 0];
  for (const text of TEXTS) {
    const [a, b] = [(await ours.score([text]))[0]!.intent!, (await theirs.score([text]))[0]!.intent!];
    if (best(a) === best(b)) agreed++;
    drift += Array.from(a).reduce((sum, one, k) => sum + Math.abs(one - b[k]!), 0) / 2;
  }
  const counts = await withShadow('intent', 'slight', (shadow) => {
    expect(shadow.version).toBe('intent-slight');
    return shadow.compare(TEXTS);
  });
  expect(counts).toMatchObject({ comments: TEXTS.length, agreed, wrong: 0 });
  expect(counts.drift).toBeCloseTo(drift, 2);
  expect(counts.drift).toBeGreaterThan(0);
  expect(counts.serving.reduce((a, b) => a + b)).toBe(TEXTS.length);
  expect(counts.servingMicros * counts.candidateMicros).toBeGreaterThan(0);
}, 20_000); // prettier-ignore

test('a candidate that is upside down agrees with nothing', async () => {
  const counts = await withShadow('intent', 'wrong', (shadow) => shadow.compare(TEXTS));
  expect(counts.agreed / counts.comments).toBeLessThan(0.05);
  const toxic = await withShadow('toxicity', 'toxicity', (shadow) =>
    shadow.compare(['主播好美', '多少钱', 'nice one']),
  );
  expect(toxic).toMatchObject({ serving: [3, 0], candidate: [0, 3], agreed: 0 });
});

test('a candidate is refused for a golden line far behind, for none, and for another task', async () => {
  const golden = readFileSync(join(at('slight'), 'golden.jsonl'), 'utf8');
  const lines = golden.trimEnd().split('\n');
  const last = JSON.parse(lines.at(-1)!) as { text: string; scores: number[] };
  const opening = () => openShadowThread('intent', { serving: join(SHIPPED, 'intent'), candidate: at('slight') });
  writeFileSync(join(at('slight'), 'golden.jsonl'), [...lines.slice(0, -1), JSON.stringify({ ...last, scores: last.scores.map((score) => score + 1e-3) })].join('\n')); // prettier-ignore
  await expect(opening()).rejects.toThrow(new RegExp(`line ${lines.length} is off by`));
  writeFileSync(join(at('slight'), 'golden.jsonl'), lines.slice(0, 3).join('\n'));
  await expect(opening()).rejects.toThrow(/has 3 golden lines, at least 16/);
  writeFileSync(join(at('slight'), 'golden.jsonl'), golden);
  await expect(openShadowThread('spam', { serving: join(SHIPPED, 'spam'), candidate: at('slight') })).rejects.toThrow(/expected a model of task spam, found intent/); // prettier-ignore
});

test('a comment that a candidate fails on is an error, and the next one is compared', async () => {
  await withShadow('intent', 'dies', async (shadow) => {
    expect((await shadow.compare(TEXTS)).comments).toBe(TEXTS.length);
    await expect(shadow.compare([deadlyText()])).rejects.toThrow();
    expect((await shadow.compare(['多少钱'])).comments).toBe(1);
  });
});

test('closed in the midst of a comparison it is done with that first, and takes no other', async () => {
  const shadow = await openShadowThread('intent', { serving: join(SHIPPED, 'intent'), candidate: at('slight') });
  const asked = shadow.compare(TEXTS);
  const closed = shadow.close();
  await expect(shadow.compare(TEXTS)).rejects.toThrow('closed');
  expect((await asked).comments).toBe(TEXTS.length);
  await closed;
});
