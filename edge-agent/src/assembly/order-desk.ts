import { createHash } from 'node:crypto';
import type { OrderCounts, OrderRow, OrderVerdict, PanelResult, PANEL_VERBS } from '@livecue/shared/contract';
import { ORDER_FEATURES, type OrderAnomaly, type OrderFeature } from '@livecue/shared/insight';
import type * as z from 'zod';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { OrderLabels } from '../ports.ts';
import { AgentError } from '../runtime/agent-error.ts';
import { EXAMPLES_KEPT } from './comment-desk.ts';

type Parsed<V extends keyof typeof PANEL_VERBS> = z.output<(typeof PANEL_VERBS)[V]['args']>;

const READ_AT_ONCE = 500;
const SHOWN_CHARACTERS = 4;

export interface OrderDesk {
  counts(): OrderCounts;
  read(args: Parsed<'orders.read'>): PanelResult<'orders.read'>;
  label(args: Parsed<'orders.label'>): Promise<PanelResult<'orders.label'>>;
  labels(args: Parsed<'labels.read'>): Promise<PanelResult<'labels.read'>>;
  /** Once after recovery: what was said of orders before. */
  restore(): Promise<void>;
}

export interface OrderDeskFacts {
  readonly session: number;
  /** Of the model that judges orders; null: none could be opened, and there are no rows. */
  readonly model: { readonly version: string; readonly threshold: number } | null;
}

/** An order's number must not be read off a screen, and is the name of its row. */
function idOf(orderNumber: string): string {
  return createHash('sha256').update(`order ${orderNumber}`).digest('hex').slice(0, 16);
}

/** The last four characters; none of a number that is hardly longer. */
export function maskedRef(orderNumber: string): string {
  const characters = [...orderNumber];
  return characters.length < 2 * SHOWN_CHARACTERS ? '…' : `…${characters.slice(-SHOWN_CHARACTERS).join('')}`;
}

/** Orders that look like fraud, and what the operator says of them. `anomalies`: the newest last, a new list when it has changed. */
export function createOrderDesk(
  ports: {
    readonly labels: OrderLabels;
    readonly anomalies: () => readonly OrderAnomaly[];
    readonly nowMs: () => number;
  },
  { session, model }: OrderDeskFacts,
): OrderDesk {
  /** By order number, of this show and of earlier ones. */
  const verdicts = new Map<string, OrderVerdict>();
  let known: readonly OrderAnomaly[] = [];
  let byId = new Map<string, OrderAnomaly>();
  let revision = 0;
  let open = 0;

  const count = () => (open = known.reduce((n, { orderNumber }) => n + (verdicts.has(orderNumber) ? 0 : 1), 0));

  function look(): void {
    const anomalies = ports.anomalies();
    if (anomalies === known) return;
    known = anomalies;
    byId = new Map(anomalies.map((anomaly) => [idOf(anomaly.orderNumber), anomaly]));
    revision++;
    count();
  }

  const toRow = (orderId: string, anomaly: OrderAnomaly): OrderRow => ({
    orderId,
    orderRef: maskedRef(anomaly.orderNumber),
    eventTimeMs: anomaly.eventTimeMs,
    productId: anomaly.productId,
    score: anomaly.score,
    by: anomaly.by,
    reasons: anomaly.reasons,
    threshold: model?.threshold ?? 1,
    modelVersion: model?.version ?? 'none',
    verdict: verdicts.get(anomaly.orderNumber) ?? null,
  });

  async function store(anomaly: OrderAnomaly, verdict: OrderVerdict | null): Promise<void> {
    const { orderNumber, eventTimeMs, productId, score, by } = anomaly;
    if (verdict === null) {
      await ports.labels.remove([orderNumber]);
      verdicts.delete(orderNumber);
      return;
    }
    const features = Object.fromEntries(ORDER_FEATURES.map((name, i) => [name, anomaly.features[i]!])) as Record<OrderFeature, number>; // prettier-ignore
    await ports.labels.save(orderNumber, {
      version: 1, orderNumber, eventTimeMs, productId, verdict, features, score, by,
      modelVersion: model?.version ?? 'none', labelledMs: ports.nowMs(),
    }); // prettier-ignore
    verdicts.set(orderNumber, verdict);
  }

  const counts = (): OrderCounts => ({ session, revision, open, kept: known.length });

  return {
    counts() {
      look();
      return counts();
    },
    read({ limit }) {
      look();
      const rows = [...byId].slice(-limit).reverse().map(([id, anomaly]) => toRow(id, anomaly)); // prettier-ignore
      return { counts: counts(), rows, labels: verdicts.size };
    },
    async label({ orderId, verdict }) {
      look();
      const anomaly = byId.get(orderId);
      if (anomaly === undefined)
        throw new PanelCallError('not-found', 'This order is no longer kept: it was told more than an hour ago, or newer ones came.'); // prettier-ignore
      if (verdict !== null && !verdicts.has(anomaly.orderNumber) && verdicts.size >= EXAMPLES_KEPT)
        throw new PanelCallError('bad-request', `${EXAMPLES_KEPT} verdicts are stored, which is the limit. Write them out with "livecue order-labels --out FILE", then remove them with --forget.`); // prettier-ignore
      try {
        await store(anomaly, verdict);
      } catch (error) {
        if (error instanceof AgentError) throw new PanelCallError('internal', error.message);
        throw error;
      }
      revision++;
      count();
      return { row: toRow(orderId, anomaly), labels: verdicts.size };
    },
    async labels({ after, limit }) {
      const rows = await ports.labels.read(after, limit);
      return { labels: rows.map(({ id, example }) => ({ id, label: example })) };
    },
    async restore() {
      for (let afterId = 0; ;) {
        const rows = await ports.labels.read(afterId, READ_AT_ONCE);
        if (rows.length === 0) break;
        for (const { key, example } of rows) verdicts.set(key, example.verdict);
        afterId = rows.at(-1)!.id;
      }
      revision++;
      count();
    },
  };
}
