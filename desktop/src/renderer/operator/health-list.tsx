import { useTranslation } from 'react-i18next';
import type { HealthItem } from '@livecue/shared/contract';
import { useUnits } from '../words/units.ts';
import { LevelIcon } from './level-icon.tsx';
import { Section } from './section.tsx';

export function HealthList({ items }: { items: readonly HealthItem[] }) {
  const { t } = useTranslation();
  const units = useUnits();
  return (
    <Section name="health" title={t('health.title')}>
      {items.length === 0 ? <p className="empty">{t('health.empty')}</p> : null}
      <ul className="rows">
        {items.map((item) => (
          <li key={item.name} className={`row ${item.level}`}>
            <LevelIcon level={item.level} />
            <div className="row-main">
              <div className="row-line">
                <strong>{units.words(item.title)}</strong>
                <span className="row-end dim">{t(`health.level.${item.level}`)}</span>
              </div>
              <p className="small dim">{units.words(item.text)}</p>
              {item.remedy === null ? null : <p className="remedy">{units.words(item.remedy)}</p>}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
