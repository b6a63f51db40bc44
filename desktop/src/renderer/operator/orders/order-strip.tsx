import { useTranslation } from 'react-i18next';
import type { OrderRow, OrderVerdict } from '@livecue/shared/contract';
import { Check, Undo2, X } from 'lucide-react';
import { useUnits } from '../../words/units.ts';
import { reasonWords } from './reason-words.ts';
import type { OrderNotice } from './use-orders.ts';

/** Why the chosen order is odd, and what to say of it; always of the same height. */
export function OrderStrip(props: {
  row: OrderRow | null;
  notice: OrderNotice | null;
  undoable: boolean;
  labels: number;
  onLabel: (row: OrderRow, verdict: OrderVerdict) => void;
  onUndo: () => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { row, notice } = props;
  const why = (of: OrderRow) =>
    t('orders.why', { score: of.score.toFixed(2), threshold: of.threshold.toFixed(2), by: t(`orders.by.${of.by}`), model: of.modelVersion }); // prettier-ignore
  return (
    <div className="order-strip">
      <div className="strip-side">
        <span className="actions">
          {row === null ? null : (
            <>
              <button type="button" className="button small" aria-pressed={row.verdict === 'confirmed'} onClick={() => props.onLabel(row, 'confirmed')}>
                <Check size={12} aria-hidden="true" /> {t('orders.accept')} <kbd>A</kbd>
              </button>
              <button type="button" className="button small" aria-pressed={row.verdict === 'false-alarm'} onClick={() => props.onLabel(row, 'false-alarm')}>
                <X size={12} aria-hidden="true" /> {t('orders.falseAlarm')} <kbd>X</kbd>
              </button>
            </>
          )}
          {props.undoable ? (
            <button type="button" className="button small" onClick={props.onUndo}>
              <Undo2 size={12} aria-hidden="true" /> {t('orders.undo')} <kbd>U</kbd>
            </button>
          ) : null}
        </span>
        <span className={notice?.wrong === true ? 'wrong-text' : 'dim'} role="status">
          {notice?.text ?? (props.labels === 0 ? '' : t('orders.labels', { n: units.count(props.labels) }))}
        </span>
      </div>
      <div className="strip-words">
        {row === null ? (
          <span className="dim">{t('orders.keys')}</span>
        ) : (
          <>
            <span className="order-reasons">
              {row.reasons.map((reason) => (
                <span key={reason.feature}>
                  {reasonWords(t, reason)}
                  {row.by === 'model' ? <span className="dim"> {t('orders.share', { n: `${Math.round(reason.share * 100)} %` })}</span> : null}
                </span>
              ))}
            </span>
            <span className="dim">{why(row)}</span>
          </>
        )}
      </div>
    </div>
  );
} // prettier-ignore
