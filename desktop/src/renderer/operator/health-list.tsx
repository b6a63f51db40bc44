import { useTranslation } from 'react-i18next';
import type { HealthItem } from '@livecue/shared/contract';
import { useUnits } from '../words/units.ts';
import { LevelIcon } from './level-icon.tsx';
import { Section, WrongCount } from './section.tsx';

function Row({ item }: { item: HealthItem }) {
  const { t } = useTranslation();
  const units = useUnits();
  return (
    <li className={`row ${item.level}`}>
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
  );
}

/** What needs a look in full; what is in order in one line that opens. */
export function HealthList({ items }: { items: readonly HealthItem[] }) {
  const { t } = useTranslation();
  const units = useUnits();
  const fine = items.filter(({ level }) => level === 'ok');
  const wrong = items.filter(({ level }) => level === 'wrong').length;
  const others = items.filter(({ level }) => level !== 'ok');
  return (
    <Section name="health" title={t('health.title')} aside={<WrongCount n={wrong} />} reachable>
      {items.length === 0 ? <p className="empty">{t('health.empty')}</p> : null}
      <ul className="rows">
        {others.map((item) => (
          <Row key={item.name} item={item} />
        ))}
      </ul>
      {fine.length === 0 ? null : (
        <details className="fine">
          <summary className="small">
            <LevelIcon level="ok" size={14} /> {fine.map(({ title }) => units.words(title)).join(' · ')}
          </summary>
          <ul className="rows">
            {fine.map((item) => (
              <Row key={item.name} item={item} />
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}
