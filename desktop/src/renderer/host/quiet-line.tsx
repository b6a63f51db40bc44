import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { Radio } from 'lucide-react';
import { useUnits } from '../words/units.ts';

/** One dim line: how long, what is being explained, how many watch. */
export function QuietLine({ state, nowMs }: { state: PanelState; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { explaining } = state;
  const product = explaining === null ? undefined : state.products.find((p) => p.productId === explaining.productId);
  const number =
    product?.linkNumber == null
      ? ''
      : units.language === 'zh'
        ? `${product.linkNumber}号 `
        : `No. ${product.linkNumber} `;
  return (
    <header className="quiet-line">
      <span className="running">
        <Radio aria-hidden="true" size="1em" /> {t(state.mode === 'live' ? 'live' : 'on')}{' '}
        {units.duration(nowMs - state.startedMs)}
      </span>
      {/* Another product is another text, not the same one moved. */}
      <span className="explaining" key={explaining?.productId}>
        {explaining === null
          ? null
          : `${number}${product === undefined ? '' : units.words(product.name)} ${t('explaining', { time: units.duration(nowMs - explaining.sinceMs) })}`}
      </span>
      <span className="watching">
        {state.viewers === null ? null : t('viewers', { n: units.count(state.viewers) })}
      </span>
    </header>
  );
}
