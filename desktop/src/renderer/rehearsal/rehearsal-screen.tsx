import { useTranslation } from 'react-i18next';
import { useLive } from '../live/use-live.tsx';
import { useMay } from '../live/use-self.tsx';
import { NewRehearsal } from './new-rehearsal.tsx';
import { PastRehearsals } from './past-rehearsals.tsx';
import { RunningRehearsal } from './running-rehearsal.tsx';
import { troubleOf } from '../parts/error-words.ts';
import { useRehearsal } from './use-rehearsal.ts';

/** Rehearse with a simulated room or a recorded show, beside the live room. */
export function RehearsalScreen() {
  const { t } = useTranslation();
  const { state } = useLive();
  const may = useMay()('rehearsal.start');
  const { facts, trouble, setTrouble, act, again } = useRehearsal();
  const running = state?.rehearsal;
  return (
    <main className="sent rehearsal">
      <div className="sent-head">
        <h1>{t('rehearsal.title')}</h1>
        <p className="dim">{t('rehearsal.lead')}</p>
        {trouble === null ? null : (
          <p className="remedy" role="alert">
            {trouble.forbidden ? t('rehearsal.forbidden') : t('rehearsal.failed', { why: trouble.why })}
          </p>
        )}
      </div>
      {facts === null ? null : (
        <>
          {may ? (
            <section className="section rehearsal-side" aria-label={t('rehearsal.new')}>
              <NewRehearsal
                facts={facts}
                isRunning={running !== undefined}
                isLive={state?.mode === 'live' && state.feed.state === 'ok'}
                onStart={(start) => act('rehearsal.start', start)}
                onRemove={(name) => void act('recording.remove', { name })}
                onSent={again}
                onTrouble={setTrouble}
              />
            </section>
          ) : null}
          <section className="section rehearsal-work" tabIndex={0} aria-label={t('rehearsal.now')}>
            <h2>{t('rehearsal.now')}</h2>
            {running === undefined ? (
              <p className="empty">{t('rehearsal.none')}</p>
            ) : (
              <RunningRehearsal
                rehearsal={running}
                check={facts.check}
                may={may}
                onControl={(change) => void act('rehearsal.control', change)}
                onStop={() => void act('rehearsal.stop', {})}
              />
            )}
            <h2>{t('rehearsal.past')}</h2>
            <PastRehearsals
              past={facts.past}
              may={may}
              onRemove={(rehearsalId) => void act('rehearsal.remove', { rehearsalId })}
              onTrouble={(error) => setTrouble(troubleOf(error))}
            />
          </section>
        </>
      )}
    </main>
  );
}
