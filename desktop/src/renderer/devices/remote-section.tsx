import { useTranslation } from 'react-i18next';
import type { ConfigReport } from '@livecue/shared/contract';
import { useMay } from '../live/use-self.tsx';
import { LevelIcon, type Level } from '../operator/level-icon.tsx';
import { useUnits } from '../words/units.ts';

export const CONFIG_LEVELS: Readonly<Record<ConfigReport['state'], Level>> = { off: 'off', none: 'off', refused: 'wrong', staged: 'warn', applying: 'warn', 'on-trial': 'warn', applied: 'ok', 'rolled-back': 'wrong' }; // prettier-ignore

function useSentence({ state, version, when, trialUntilMs }: ConfigReport, nowMs: number): string {
  const { t } = useTranslation();
  const units = useUnits();
  if (state === 'staged') return t(when === 'now' ? 'remote.says.stagedNow' : 'remote.says.stagedBetween', { version });
  return t(`remote.says.${state}`, { version, age: units.age(Math.max(0, (trialUntilMs ?? nowMs) - nowMs)) });
}

/** Where the configuration from the cloud side stands on this device, and the way on and back. */
export function RemoteSection(props: {
  config: ConfigReport;
  nowMs: number;
  begun: boolean | null;
  onAct: (verb: 'fleet.apply' | 'fleet.back') => void;
}) {
  const { config, nowMs, begun, onAct } = props;
  const { t } = useTranslation();
  const may = useMay();
  const sentence = useSentence(config, nowMs);
  const { state, inForce, before, note, reason, drift, ignored } = config;
  return (
    <section className="section remote" aria-label={t('remote.title')}>
      <h2>{t('remote.title')}</h2>
      <p className="remote-says" role="status">
        <LevelIcon level={CONFIG_LEVELS[state]} /> <strong>{sentence}</strong>{' '}
        {state === 'off' || state === 'none' || state === 'applied' ? null : (
          <span className="dim">
            {inForce === null ? t('remote.inForceOwn') : t('remote.inForce', { version: inForce })}
          </span>
        )}
      </p>
      {note === '' ? null : <p className="dim">{t('remote.note', { note })}</p>}
      {reason === null ? null : <p className="remedy">{t('remote.why', { why: reason })}</p>}
      {drift.length === 0 ? null : <p className="dim">{t('remote.drift', { keys: drift.join(', ') })}</p>}
      {ignored === null ? null : <p className="dim">{t('remote.ignored', { why: ignored })}</p>}
      {state === 'off' || !may('fleet.apply') ? null : (
        <div className="remote-buttons">
          <button type="button" className="button" disabled={state !== 'staged'} title={t('remote.applyTitle')} onClick={() => onAct('fleet.apply')}>
            {t('remote.apply')}
          </button>
          <button type="button" className="button" disabled={before === null} title={t('remote.applyTitle')} onClick={() => onAct('fleet.back')}>
            {before === null || before === 0 ? t('remote.backOwn') : t('remote.back', { version: before })}
          </button>
          {begun === null ? null : <span role="alert">{t(begun ? 'remote.begun' : 'remote.nothing')}</span>}
        </div>
      )}
    </section>
  );
} // prettier-ignore
