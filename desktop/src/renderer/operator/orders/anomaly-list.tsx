import { useTranslation } from 'react-i18next';
import type { AnomalyReason, RoomAnomaly } from '@livecue/shared/insight';
import { Bot, CreditCard, Unplug, UserMinus } from 'lucide-react';
import { useUnits } from '../../words/units.ts';

export const ANOMALY_ICONS = {
  'bot-burst': Bot,
  'viewer-drop': UserMinus,
  'payment-outage': CreditCard,
  'feed-gap': Unplug,
} as const;

function Reason({ reason }: { reason: AnomalyReason }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { series, value, usual } = reason;
  const show = (n: number) => (series === 'silence-ms' ? units.age(n) : units.rate(n));
  return <span>{t('anomalies.reason', { what: t(`anomalies.series.${series}`), value: show(value), usual: show(usual) })}</span>; // prettier-ignore
}

function Entry({ anomaly, nowMs }: { anomaly: RoomAnomaly; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { kind, startMs, endMs, toldMs, score } = anomaly;
  const Icon = ANOMALY_ICONS[kind];
  const from = units.clock(startMs);
  const span =
    endMs === null
      ? t('anomalies.since', { from, length: units.age(nowMs - startMs) })
      : t('anomalies.from', { from, to: units.clock(endMs), length: units.age(endMs - startMs) });
  return (
    <li className={`anomaly ${endMs === null ? 'on' : ''}`} data-anomaly={kind}>
      <div className="row-line">
        <Icon size={14} aria-hidden="true" className={endMs === null ? 'wrong-text' : 'dim'} />
        <strong>{t(`anomalies.kind.${kind}`)}</strong>
        {endMs === null ? <span className="wrong-text small">{t('anomalies.on')}</span> : null}
        <span className="row-end small dim">{t('anomalies.severity', { n: `${Math.round(score * 100)} %` })}</span>
      </div>
      <div className="small">
        {span} <span className="dim">· {t('anomalies.late', { age: units.age(Math.max(0, toldMs - startMs)) })}</span>
      </div>
      <div className="small dim reasons">
        {anomaly.reasons.map((reason) => (
          <Reason key={reason.series} reason={reason} />
        ))}
      </div>
    </li>
  );
}

/** What was wrong with the room, the newest on top. */
export function AnomalyList({ anomalies, nowMs }: { anomalies: readonly RoomAnomaly[]; nowMs: number }) {
  const { t } = useTranslation();
  const newest = anomalies.toSorted((a, b) => b.startMs - a.startMs);
  return (
    <div className="anomaly-part" role="group" aria-label={t('anomalies.title')}>
      <h3>{t('anomalies.title')}</h3>
      {newest.length === 0 ? <p className="empty small">{t('anomalies.empty')}</p> : null}
      <ul className="rows" tabIndex={0} aria-label={t('anomalies.title')}>
        {newest.map((anomaly) => (
          <Entry key={`${anomaly.kind} ${anomaly.startMs}`} anomaly={anomaly} nowMs={nowMs} />
        ))}
      </ul>
    </div>
  );
}
