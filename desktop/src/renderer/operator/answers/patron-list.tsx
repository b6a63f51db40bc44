import { useTranslation } from 'react-i18next';
import type { PatronQuestion } from '@livecue/shared/contract';
import { Gem } from 'lucide-react';
import { useUnits } from '../../words/units.ts';

/** Questions of those who bought before or paid to be heard: who they are nobody is told, only why they count. */
export function PatronList({ patrons, nowMs, productOf }: {
  patrons: readonly PatronQuestion[];
  nowMs: number;
  productOf: (productId: string | null) => string;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  if (patrons.length === 0) return null;
  return (
    <div className="patrons" role="group" aria-label={t('patrons.title')}>
      <h3 className="small dim">{t('patrons.title')}</h3>
      <ul className="rows small" tabIndex={0} aria-label={t('patrons.title')}>
        {patrons.map((patron) => (
          <li className="patron" key={`${patron.patronRef} ${patron.askedMs}`} data-patron={patron.patronRef}>
            <Gem size={12} aria-hidden="true" /> <strong>{t(`patrons.kind.${patron.kind}`)}</strong>
            <span className="words">
              {patron.productId === null ? '' : productOf(patron.productId)} {t(`intent.${patron.intent}`)}
            </span>
            {patron.orders === 0 ? null : <span className="dim">{t('patrons.orders', { n: units.count(patron.orders) })}</span>}
            <span className="dim">{units.age(Math.max(0, Math.round((nowMs - patron.askedMs) / 1000) * 1000))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
} // prettier-ignore
