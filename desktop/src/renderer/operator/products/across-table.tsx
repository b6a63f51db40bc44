import { useTranslation } from 'react-i18next';
import type { Forecast } from '@livecue/shared/insight';
import { useUnits } from '../../words/units.ts';
import { Fact } from './fact.tsx';

interface Row {
  readonly when: string;
  readonly mean: number;
  readonly lo80: number;
  readonly hi80: number;
}

/** Expected units with their bounds, as numbers and on a scale that all rows of the table share. */
function Rows({ rows, label }: { rows: readonly Row[]; label: string }) {
  const { t } = useTranslation();
  const units = useUnits();
  const most = Math.max(1, ...rows.map(({ hi80 }) => hi80));
  return (
    <table className="across-table" aria-label={label}>
      <thead>
        <tr>
          <th>{t('detail.across.when')}</th>
          <th className="number">{t('detail.across.expected')}</th>
          <th className="bounds" colSpan={2}>
            {t('detail.across.bounds')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ when, mean, lo80, hi80 }) => (
          <tr key={when}>
            <td>{when}</td>
            <td className="number">{units.rate(mean)}</td>
            <td className="number">
              {units.count(lo80)}–{units.count(hi80)}
            </td>
            <td className="bounds">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect className="band" x={(100 * lo80) / most} width={(100 * (hi80 - lo80)) / most} y={2} height={6} />
                <rect className="mean" x={Math.min(98.5, (100 * mean) / most)} width={1.5} y={0} height={10} />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StockToHave({ stock, more }: { stock: number | null; more: number | null }) {
  const { t } = useTranslation();
  const units = useUnits();
  const words =
    more !== null
      ? t('detail.across.short', { n: units.count(more) })
      : stock === null
        ? t('detail.across.unknown')
        : t('detail.across.enough', { n: units.count(stock) });
  return (
    <dl className="why">
      <Fact name={t('detail.across.stock')}>{words}</Fact>
    </dl>
  );
}

/** What earlier shows and days say of the next show, the next 24 hours and the next seven days. */
export function AcrossTable({ forecast }: { forecast: Forecast }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { across, stock } = forecast;
  const title = <h3>{t('detail.across.title')}</h3>;
  if (across === undefined)
    return (
      <div className="across">
        {title}
        <p className="empty">{t('detail.across.none')}</p>
      </div>
    );
  const { nextShow, hours, days } = across;
  const rows: Row[] = days.map((day) => ({ ...day, when: t('detail.across.day', { from: units.weekday(day.fromMs) }) }));
  if (nextShow !== null) rows.unshift({ ...nextShow, when: t('detail.across.nextShow', { n: units.age(nextShow.minutes * 60_000) }) });
  const [peak] = hours.toSorted((a, b) => b.mean - a.mean);
  return (
    <div className="across">
      {title}
      {rows.length === 0 ? null : <Rows rows={rows} label={t('detail.across.title')} />}
      {nextShow === null ? <p className="small dim">{t('detail.across.noNextShow')}</p> : <StockToHave stock={stock} more={across.restockUnits} />}
      {days.length === 0 && hours.length === 0 ? <p className="small dim">{t('detail.across.noDays')}</p> : null}
      {peak === undefined ? null : (
        <details>
          <summary className="small">
            {t('detail.across.hours', { at: units.weekday(peak.fromMs), n: units.rate(peak.mean) })}
          </summary>
          <Rows rows={hours.map((hour) => ({ ...hour, when: units.weekday(hour.fromMs) }))} label={t('detail.across.hours', { at: units.weekday(peak.fromMs), n: units.rate(peak.mean) })} />
        </details>
      )}
      <p className="small dim">{across.shows === 0 ? t('detail.across.restsDays') : t('detail.across.rests', { n: across.shows })}</p>
    </div>
  );
} // prettier-ignore
