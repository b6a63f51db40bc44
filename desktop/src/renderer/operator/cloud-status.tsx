import { useTranslation } from 'react-i18next';
import type { UplinkStatus } from '@livecue/shared/contract';
import { useUnits } from '../words/units.ts';
import { LevelIcon, type Level } from './level-icon.tsx';
import { Section } from './section.tsx';

export function cloudLevel(uplink: UplinkStatus): Level {
  if (uplink.state === 'off') return 'off';
  if (uplink.state === 'failed') return 'wrong';
  return uplink.state === 'connected' && uplink.problem === null ? 'ok' : 'warn';
}

export function CloudStatus({ uplink, nowMs }: { uplink: UplinkStatus; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const rows: readonly (readonly [string, string])[] = [
    [
      t('cloud.ack'),
      uplink.lastAckMs === null ? t('age.never') : t('age.ago', { age: units.age(nowMs - uplink.lastAckMs) }),
    ],
    [t('cloud.backlog'), units.count(uplink.backlog)],
    [t('cloud.sent'), units.count(uplink.sent)],
    [t('cloud.acknowledged'), units.count(uplink.acknowledged)],
    [t('cloud.resent'), units.count(uplink.resent)],
    [t('cloud.bytes'), units.bytes(uplink.bytesSent)],
  ];
  const link = (
    <a className="small" href="#/sent">
      {t('cloud.open')}
    </a>
  );
  return (
    <Section name="cloud" title={t('cloud.title')} aside={link}>
      <div className="row-line">
        <LevelIcon level={cloudLevel(uplink)} />
        <strong>{t(`cloud.state.${uplink.state}`)}</strong>
        <span className="mono dim endpoint row-end">{uplink.brokerUrl}</span>
      </div>
      {uplink.problem === null ? null : <p className="remedy">{uplink.problem}</p>}
      {uplink.state === 'off' ? (
        <p className="empty">{t('cloud.off')}</p>
      ) : (
        <dl className="facts">
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}
