import type { LiveEvent } from '@livecue/shared/event';
import type { OrderAnomaly } from '@livecue/shared/insight';
import type { StateDelta } from '../../core-ports.ts';
import type { LateText } from '../late-text.ts';
import { OrderFeatures, ORDERS_PREFIX, type OrderSample } from './order-features.ts';
import { judge, liftedScore, type OrderModel, runReason } from './order-judge.ts';
import { type OpenDelta, RecentTable } from './recent-table.ts';
import { ToldOrders } from './told-orders.ts';

/** Orders whose score is still known when a later one makes them part of a run, twice as many at most. */
const MAX_KNOWN = 500;

type Known = Omit<OrderAnomaly, 'by' | 'reasons'>;

/** Judges every order of a stream as it comes and keeps those that look like fraud, for rules and panels. */
export class OrderWatch {
  readonly #features: OrderFeatures;
  readonly #model: OrderModel;
  readonly #told = new ToldOrders(`${ORDERS_PREFIX}told/`);
  readonly #known = new RecentTable<Known>(`${ORDERS_PREFIX}known/`, MAX_KNOWN);

  constructor(resolve: (ref: { productID?: string; sku?: string }) => string, model: OrderModel) {
    this.#features = new OrderFeatures(resolve);
    this.#model = model;
  }

  /** Takes any event, admitted, in order of arrival. */
  note(event: LiveEvent): void {
    const sample = this.#features.note(event);
    if (sample === null) return;
    const verdict = judge(sample, this.#model);
    const { orderNumber, eventTimeMs, productId } = sample;
    const known = { orderNumber, eventTimeMs, productId, score: verdict.score, features: [...sample.features] };
    this.#known.use(orderNumber, () => known);
    this.#told.pass(eventTimeMs);
    if (verdict.by === 'rule') this.#tellRun(sample);
    if (verdict.by !== null) this.#told.tell({ ...known, by: verdict.by, reasons: verdict.reasons() });
  }

  /** A run shows with its third order: the ones before are told with it. */
  #tellRun(sample: OrderSample): void {
    for (const number of sample.run) {
      const known = this.#known.peek(number);
      if (known === undefined || number === sample.orderNumber || this.#told.get(number)?.by === 'rule') continue;
      const score = liftedScore(known.score, this.#model.threshold);
      this.#told.tell({ ...known, score, by: 'rule', reasons: [runReason(sample.run.length)] });
    }
  }

  /** Orders of the hour up to the newest order that look like fraud, as they were told; 200 at most. */
  anomalies(): readonly OrderAnomaly[] {
    return this.#told.list();
  }

  takeDelta(late?: LateText[]): StateDelta {
    const { put, del } = this.#features.takeDelta(late);
    const delta: OpenDelta = { put: [...put], del: [...del] };
    this.#known.takeChanges(delta, late);
    this.#told.takeChanges(delta);
    return delta;
  }

  /** To be called before anything else; entries of others are passed over. */
  restore(state: readonly (readonly [string, string])[]): void {
    this.#features.restore(state);
    this.#known.restore(state);
    this.#told.restore(state);
  }
}
