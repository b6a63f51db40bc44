import { describe, expect, test } from 'vitest';
import { Catalogue, PANEL_VERBS, TrainingExample } from '@livecue/shared/contract';
import { DiskFullError } from '../runtime/agent-error.ts';
import { catalogueId, createCommentDesk, EXAMPLES_KEPT } from './comment-desk.ts';
import { commentEvent, memoryCorrections, NO_FILTER, predictionOf, removalEvent } from './comment-fixture.ts';

const catalogue = Catalogue.parse({
  products: [
    { productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' } },
    { productId: 'p5', linkNumber: 5, name: { zh: '蓝色水杯', en: 'Blue water bottle' } },
  ],
});
const SESSION = 42;
const labels = { intent: 'price', offensive: false, spam: false, productIds: ['p3'] } as const;
const given = (part: Partial<typeof labels> = {}) => ({ ...labels, ...part, productIds: ['p3'] });

function open(corrections = memoryCorrections()) {
  const log: string[] = [];
  const write = (text: string) => void log.push(text);
  const logger = { debug: write, info: write, warn: write, error: write };
  const desk = createCommentDesk({ corrections, nowMs: () => 7_000, logger }, { catalogue, session: SESSION });
  return { desk, corrections, log };
}
const correct = (desk: ReturnType<typeof open>['desk'], seq: number, to: ReturnType<typeof given> | null = given()) =>
  desk.correct({ session: SESSION, seq, labels: to });

describe('the comment desk', () => {
  test('stores a correction as an example with the whole text, what was given and by what, and shows it at once', async () => {
    const { desk, corrections } = open();
    const text = `3号${'多少钱'.repeat(400)}`;
    desk.event(commentEvent(1, { text }), predictionOf('size_spec', { intentScore: 0.61, products: [{ productId: 'p5', score: 0.9 }] })); // prettier-ignore
    const { row, examples } = await correct(desk, 1);
    expect([row.corrected, examples]).toEqual([given(), 1]);
    const [stored] = corrections.rows.values();
    expect(TrainingExample.parse(stored!.example)).toEqual({
      version: 1, text, intent: 'price', offensive: false, spam: false, productIds: ['p3'],
      given: { intent: 'size_spec', intentScore: 0.61, offensive: false, spam: false, sentiment: 'neutral', productIds: ['p5'] },
      modelVersion: 'intent-test', correctedMs: 7_000, catalogueId: catalogueId(catalogue),
    }); // prettier-ignore
    const answer = desk.after({ after: 1, revision: 0, limit: 100, filter: NO_FILTER });
    expect(answer.changed.map(({ corrected }) => corrected)).toEqual([given()]);
    PANEL_VERBS['comments.after'].result.parse(answer);
  });

  test('takes a correction back, and corrects one that was corrected, leaving one example or none', async () => {
    const { desk, corrections } = open();
    desk.event(commentEvent(1), predictionOf('chat_other'));
    await correct(desk, 1);
    await correct(desk, 1, { ...given(), intent: 'stock' as never });
    expect([...corrections.rows.values()].map(({ example }) => example.intent)).toEqual(['stock']);
    const { row, examples } = await correct(desk, 1, null);
    expect([row.corrected, examples, corrections.rows.size]).toEqual([null, 0, 0]);
  });

  test('does not touch later comments with the same words', async () => {
    const { desk } = open();
    desk.event(commentEvent(1, { text: '666' }), predictionOf('price'));
    await correct(desk, 1);
    desk.event(commentEvent(2, { text: '666' }), predictionOf('price'));
    expect(desk.before({ before: 3, limit: 1, filter: NO_FILTER }).rows[0]).toMatchObject({ seq: 2, corrected: null });
  });

  test('refuses what it cannot mean: another session, a comment let go or removed, a product of no catalogue', async () => {
    const { desk, corrections } = open();
    desk.event(commentEvent(1, { identifier: 'c1' }), null);
    desk.event(commentEvent(2), predictionOf('price', { products: [{ productId: 'old', score: 1 }] }));
    await expect(desk.correct({ session: 41, seq: 1, labels: given() })).rejects.toMatchObject({ code: 'not-found' });
    await expect(correct(desk, 3)).rejects.toMatchObject({ code: 'not-found' });
    await expect(correct(desk, 1, { ...given(), productIds: ['old'] })).rejects.toMatchObject({ code: 'bad-request' });
    // A product that the models named may stay, whatever the catalogue says now.
    await correct(desk, 2, { ...given(), productIds: ['old'] });
    desk.event(removalEvent({ identifier: ['c1'] }), null);
    await expect(correct(desk, 1)).rejects.toMatchObject({ code: 'not-found', message: /removed/ });
    expect(corrections.rows.size).toBe(1);
  });

  test('removes the example of a comment that its platform removes, also one of an earlier run', async () => {
    const corrections = memoryCorrections();
    const first = open(corrections);
    for (const n of [1, 2, 3]) first.desk.event(commentEvent(n, { identifier: `c${n}` }), null);
    for (const n of [1, 2, 3]) await correct(first.desk, n);
    first.desk.event(removalEvent({ author: { identifier: 'v2' } }), null);
    await Promise.resolve();
    expect([...corrections.rows.keys()]).toEqual(['live/demo/1 c1', 'live/demo/1 c3']);

    const second = open(corrections);
    await second.desk.restore();
    second.desk.event(removalEvent({ identifier: ['c3'] }), null);
    await Promise.resolve();
    expect([...corrections.rows.keys()]).toEqual(['live/demo/1 c1']);
  });

  test('removes what was being stored while the platform removed it', async () => {
    const { desk, corrections } = open();
    desk.event(commentEvent(1, { identifier: 'c1' }), null);
    const saved = Promise.withResolvers<void>();
    const save = corrections.save.bind(corrections);
    Object.assign(corrections, { save: async (...args: Parameters<typeof save>) => { await saved.promise; return save(...args); } }); // prettier-ignore
    const pending = correct(desk, 1);
    desk.event(removalEvent({ identifier: ['c1'] }), null);
    saved.resolve();
    expect((await pending).row).toMatchObject({ removed: true, corrected: null });
    expect(corrections.rows.size).toBe(0);
  });

  test('knows the corrected comments again that come back from the journal', async () => {
    const corrections = memoryCorrections();
    const first = open(corrections);
    first.desk.event(commentEvent(1), null);
    await correct(first.desk, 1);
    const second = open(corrections);
    for (const n of [1, 2]) second.desk.event(commentEvent(n), null);
    await second.desk.restore();
    const { rows, extent } = second.desk.before({ before: 9, limit: 9, filter: NO_FILTER });
    expect(rows.map(({ seq, corrected }) => [seq, corrected])).toEqual([
      [2, null],
      [1, given()],
    ]);
    expect(extent.examples).toBe(1);
  });

  test('passes a full disk on in words, shows nothing as corrected, and logs no text', async () => {
    const { desk, corrections, log } = open();
    desk.event(commentEvent(1, { text: 'CANARY' }), null);
    const { save } = corrections;
    Object.assign(corrections, { save: () => Promise.reject(new DiskFullError('the disk is full: free some space')) });
    await expect(correct(desk, 1)).rejects.toMatchObject({ code: 'internal', message: /free some space/ });
    expect(desk.before({ before: 9, limit: 1, filter: NO_FILTER }).rows[0]!.corrected).toBeNull();
    Object.assign(corrections, { save, remove: () => Promise.reject(new DiskFullError('full')) });
    await correct(desk, 1);
    desk.event(removalEvent({ author: { identifier: 'v1' } }), null);
    await Promise.resolve();
    await Promise.resolve();
    expect(log).toHaveLength(1);
    expect(log.join()).not.toContain('CANARY');
  });

  test('stores no more examples than its limit, and says what to do', async () => {
    const corrections = memoryCorrections();
    Object.assign(corrections, { count: async () => EXAMPLES_KEPT });
    const { desk } = open(corrections);
    await desk.restore();
    desk.event(commentEvent(1), null);
    await expect(correct(desk, 1)).rejects.toMatchObject({ message: /livecue corrections/ });
  });
});
