import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LabelledOrder, OrderRow } from '@livecue/shared/contract';
import { ORDER_FEATURES, type OrderAnomaly } from '@livecue/shared/insight';
import { DiskFullError } from '../runtime/agent-error.ts';
import { memoryExamples } from './comment-fixture.ts';
import { createOrderDesk, maskedRef } from './order-desk.ts';
import { orderAnomaly } from './order-fixture.ts';

const MODEL = { version: 'order-fraud-1', threshold: 0.56 };

function desk(first: readonly OrderAnomaly[], labels = memoryExamples<LabelledOrder>()) {
  let told = first;
  const made = createOrderDesk({ labels, anomalies: () => told, nowMs: () => 77 }, { session: 5, model: MODEL });
  return { made, labels, tell: (...more: OrderAnomaly[]) => (told = [...told, ...more]), set: (next: OrderAnomaly[]) => (told = next) }; // prettier-ignore
}
const read = (of: ReturnType<typeof desk>['made']) => of.read({ limit: 200 });

describe('the order desk', () => {
  test('shows the order told last on top, as the contract has it, with its number masked', () => {
    const { made } = desk([orderAnomaly(1), orderAnomaly(2, { by: 'model', productId: null })]);
    const { rows, counts, labels } = read(made);
    expect(rows.map((row) => OrderRow.parse(row)).map(({ orderRef, by, verdict }) => [orderRef, by, verdict])).toEqual([
      ['…7002', 'model', null],
      ['…7001', 'rule', null],
    ]);
    expect(rows[0]).toMatchObject({ threshold: 0.56, modelVersion: 'order-fraud-1' });
    expect(counts).toMatchObject({ session: 5, open: 2, kept: 2 });
    expect(labels).toBe(0);
    expect(JSON.stringify(rows)).not.toContain('20260101');
  });

  test('a masked number never shows more than half of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (number) => {
        const shown = [...maskedRef(number)].length - 1;
        expect(shown).toBeLessThanOrEqual([...number].length / 2);
        expect(maskedRef(number).length).toBeLessThanOrEqual(9);
      }),
    );
    expect(maskedRef('12345678')).toBe('…5678');
    expect(maskedRef('1234567')).toBe('…');
  });

  test('a verdict is stored with what the model saw, said again it replaces, and null takes it back', async () => {
    const { made, labels } = desk([orderAnomaly(1), orderAnomaly(2)]);
    const { orderId } = read(made).rows[1]!;
    const before = made.counts().revision;
    expect(await made.label({ orderId, verdict: 'false-alarm' })).toMatchObject({ row: { verdict: 'false-alarm' }, labels: 1 }); // prettier-ignore
    expect(made.counts()).toMatchObject({ open: 1, kept: 2 });
    expect(made.counts().revision).toBeGreaterThan(before);
    await made.label({ orderId, verdict: 'confirmed' });
    const stored = [...labels.rows.values()].map(({ example }) => LabelledOrder.parse(example));
    expect(stored).toEqual([
      {
        version: 1, orderNumber: '20260101-7001', eventTimeMs: orderAnomaly(1).eventTimeMs, productId: 'p3', verdict: 'confirmed',
        features: Object.fromEntries(ORDER_FEATURES.map((name, i) => [name, i])), score: 0.8, by: 'rule', modelVersion: 'order-fraud-1', labelledMs: 77,
      },
    ]); // prettier-ignore
    expect(await made.labels({ after: 0, limit: 9 })).toEqual({ labels: [{ id: 1, label: stored[0] }] });
    expect(await made.label({ orderId, verdict: null })).toMatchObject({ row: { verdict: null }, labels: 0 });
    expect(labels.rows.size).toBe(0);
    expect(made.counts().open).toBe(2);
  });

  test('what was said is there again after a restart, under the same id', async () => {
    const first = desk([orderAnomaly(1), orderAnomaly(2)]);
    const { orderId } = read(first.made).rows[0]!;
    await first.made.label({ orderId, verdict: 'false-alarm' });
    const second = desk([orderAnomaly(1), orderAnomaly(2)], first.labels);
    await second.made.restore();
    expect(read(second.made).rows.find((row) => row.orderId === orderId)!.verdict).toBe('false-alarm');
    expect(second.made.counts()).toMatchObject({ open: 1, kept: 2 });
    expect(read(second.made).labels).toBe(1);
  });

  test('the revision moves when orders are told or go, and stands still otherwise', () => {
    const { made, tell, set } = desk([]);
    const at = () => made.counts().revision;
    const first = at();
    expect(at()).toBe(first);
    tell(orderAnomaly(1));
    expect(at()).toBe(first + 1);
    expect(at()).toBe(first + 1);
    set([]);
    expect(at()).toBe(first + 2);
    expect(made.counts()).toMatchObject({ open: 0, kept: 0 });
  });

  test('an order that is no longer kept is not found; a full disk says so and nothing is shown as said', async () => {
    const full = { ...memoryExamples<LabelledOrder>(), save: () => Promise.reject(new DiskFullError('the disk is full: free some space')) }; // prettier-ignore
    const { made } = desk([orderAnomaly(1)], full);
    await expect(made.label({ orderId: '0123456789abcdef', verdict: null })).rejects.toMatchObject({ code: 'not-found' }); // prettier-ignore
    const { orderId } = read(made).rows[0]!;
    await expect(made.label({ orderId, verdict: 'confirmed' })).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('free some space') }); // prettier-ignore
    expect(read(made).rows[0]!.verdict).toBeNull();
  });

  test('without a model there are no rows and nothing breaks', () => {
    const made = createOrderDesk({ labels: memoryExamples<LabelledOrder>(), anomalies: () => [], nowMs: () => 0 }, { session: 1, model: null }); // prettier-ignore
    expect(made.read({ limit: 1 })).toMatchObject({ rows: [], labels: 0 });
  });
});
