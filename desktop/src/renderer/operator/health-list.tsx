import { useTranslation } from 'react-i18next';
import type { HealthItem } from '@livecue/shared/contract';
import { LevelIcon } from './level-icon.tsx';
import { Section } from './section.tsx';

export function HealthList({ items }: { items: readonly HealthItem[] }) {
  const { t } = useTranslation();
  return (
    <Section name="health" title={t('health.title')}>
      {items.length === 0 ? <p className="empty">{t('health.empty')}</p> : null}
      <ul className="rows">
        {items.map((item) => (
          <li key={item.name} className={`row ${item.level}`}>
            <LevelIcon level={item.level} />
            <div className="row-main">
              <div className="row-line">
                <strong>{item.name}</strong>
                <span className="row-end dim">{t(`health.level.${item.level}`)}</span>
              </div>
              <p className="small dim">{item.text}</p>
              {item.remedy === null ? null : <p className="remedy">{item.remedy}</p>}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
