import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { HeadphoneOff, Radio, Volume2 } from 'lucide-react';
import { useUnits } from '../words/units.ts';
import type { Ear } from './use-ear-cue.ts';

/** Why the ear cue is silent; the only way to touch it lies beside the card, so that no card is done by it. */
function EarLine({ ear }: { ear: Ear }) {
  const { t } = useTranslation();
  return (
    <span className="ear-line" role="status">
      {ear.state === 'gone' ? (
        <span title={t('ear.goneDo')}>
          <HeadphoneOff aria-hidden="true" size="1em" /> {t('ear.gone')}
        </span>
      ) : null}
      {ear.state === 'asleep' ? (
        <button type="button" title={t('ear.asleepDo')} onClick={ear.wake}>
          <Volume2 aria-hidden="true" size="1em" /> {t('ear.asleep')}
        </button>
      ) : null}
    </span>
  );
}

/** One dim line: how long, what is being explained, how many watch. */
export function QuietLine({ state, nowMs, ear }: { state: PanelState; nowMs: number; ear: Ear }) {
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
        <EarLine ear={ear} />
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
