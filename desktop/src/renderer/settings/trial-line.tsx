import { useTranslation } from 'react-i18next';
import type { SettingsDone } from '@livecue/shared/contract';
import { LevelIcon } from '../operator/level-icon.tsx';
import { useUnits } from '../words/units.ts';
import { ChangeTable } from './change-table.tsx';
import type { Settings } from './use-settings.ts';

/** How the last change stands: on trial, applied, taken back with why, or waiting for the end of the show. */
export function TrialLine(props: {
  facts: Settings;
  may: boolean;
  onWaiting: (act: 'now' | 'drop') => void;
  onRestore: (number: number) => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { facts, may, onWaiting, onRestore } = props;
  const { trial, waiting, last, versions, nowMs } = facts;
  // Of the first change ever, what was in force before is kept as the version right before it.
  const before = versions.find(({ number, takenBack, inForce }) => !inForce && takenBack === null && number < (versions.find((one) => one.inForce)?.number ?? 0)); // prettier-ignore
  const undo = before === undefined || !may ? null : (
    <button type="button" className="button small" onClick={() => onRestore(before.number)}>{t('settings.undo', { n: before.number })}</button>
  );
  return (
    <>
      {waiting === null ? null : (
        <div className="trial-line" role="status">
          <p><LevelIcon level="warn" /> <strong>{t('settings.waits')}</strong> <span className="dim">{[waiting.by, waiting.note].filter((part) => part !== '').join(' · ')}</span></p>
          <ChangeTable changes={waiting.changes} />
          {may ? (
            <p className="row-line">
              <button type="button" className="button small" onClick={() => onWaiting('now')}>{t('settings.waitingNow')}</button>
              <button type="button" className="button small" onClick={() => onWaiting('drop')}>{t('settings.waitingDrop')}</button>
            </p>
          ) : null}
        </div>
      )}
      {trial !== null ? (
        <p className="trial-line" role="status">
          <LevelIcon level="warn" /> <strong>{t('settings.onTrial', { n: trial.number })}</strong>{' '}
          {trial.untilMs === null ? t('settings.starts') : t('settings.onTrialFor', { age: units.age(Math.max(0, trial.untilMs - nowMs)) })} {undo}
        </p>
      ) : last === null ? null : last.state === 'applied' ? (
        <p className="trial-line" role="status">
          <LevelIcon level="ok" /> {t('settings.applied', { n: last.number, at: `${units.date(last.atMs)} ${units.clock(last.atMs).slice(0, 5)}` })} {undo}
        </p>
      ) : last.state === 'taken-back' ? (
        <p className="trial-line remedy" role="alert">
          <LevelIcon level="wrong" /> <strong>{t('settings.takenBack', { n: last.number })}</strong> {last.reason}
        </p>
      ) : last.reason === null ? null : (
        <p className="trial-line remedy" role="alert">{t('settings.dropped', { why: last.reason })}</p>
      )}
    </>
  );
} // prettier-ignore

/** What came of a call that was to change settings, when it did not. */
export function NotDone({ done }: { done: SettingsDone | { readonly failed: string } | null }) {
  const { t } = useTranslation();
  if (done === null) return null;
  if ('failed' in done) return <p className="remedy" role="alert">{t('settings.failed', { why: done.failed })}</p>;
  return done.reason === null ? null : <p className="remedy" role="alert">{t(`settings.refused.${done.reason}`)}</p>;
} // prettier-ignore
