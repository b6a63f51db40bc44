import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { ArrowUp } from 'lucide-react';
import { For, useMay } from '../../live/use-self.tsx';
import { useUnits } from '../../words/units.ts';
import { AnomalyList } from './anomaly-list.tsx';
import { OrderList } from './order-list.tsx';
import { OrderStrip } from './order-strip.tsx';
import { useOrders } from './use-orders.ts';

/** Orders that look like fraud with their reasons, and beside them what was wrong with the room. */
export function OrderPanel({ state, nowMs, productOf }: {
  state: PanelState;
  nowMs: number;
  productOf: (productId: string | null) => string;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const mayLabel = useMay()('orders.label');
  const [over, setOver] = useState(false);
  const [focused, setFocused] = useState(false);
  const [activeId, setActive] = useState<string | null>(null);
  const orders = useOrders(state.orders, over || focused);
  const active = orders.rows.find(({ orderId }) => orderId === activeId) ?? null;
  const release = useCallback(() => {
    setActive(null);
    setFocused(false);
    (document.activeElement as HTMLElement | null)?.blur();
  }, []);
  return (
    <>
      <div
        className="order-part"
        onPointerEnter={({ pointerType }) => setOver(pointerType === 'mouse')}
        onPointerLeave={() => setOver(false)}
      >
        {orders.problem === null ? null : (
          <p className="empty small" role="alert">
            {orders.problem.refused ? t('orders.forbidden') : t('orders.failed', { why: orders.problem.why })}
          </p>
        )}
        {orders.rows.length === 0 && orders.problem === null ? <p className="empty small">{t('orders.empty')}</p> : null}
        {orders.waiting > 0 ? (
          <button type="button" className="button small fresh" onClick={orders.resume}>
            <ArrowUp size={12} aria-hidden="true" /> {t('orders.fresh', { n: units.count(orders.waiting) })}
          </button>
        ) : null}
        <OrderList
          rows={orders.rows}
          activeId={activeId}
          productOf={productOf}
          actions={{ move: setActive, label: (row, verdict) => void (mayLabel && orders.label(row, verdict)), undo: () => void (mayLabel && orders.undo()), leave: release }}
          onFocus={() => {
            setFocused(true);
            if (active === null && orders.rows[0] !== undefined) setActive(orders.rows[0].orderId);
          }}
          onBlur={() => setFocused(false)}
        />
        <For verb="orders.label">
          <OrderStrip
            row={active}
            notice={orders.notice}
            undoable={orders.undoable}
            labels={orders.labels}
            onLabel={(row, verdict) => void orders.label(row, verdict)}
            onUndo={() => void orders.undo()}
          />
        </For>
      </div>
      <AnomalyList anomalies={state.anomalies} nowMs={nowMs} />
    </>
  );
} // prettier-ignore
