import { useTranslation } from 'react-i18next';
import { FIRST_RUN_STEPS, type FirstRunStep, type PanelState } from '@livecue/shared/contract';
import { CircleCheck, CircleDot, CircleDashed } from 'lucide-react';
import { useLive } from '../live/use-live.tsx';
import { useMay } from '../live/use-self.tsx';
import { go } from '../parts/route.ts';
import { CatalogueStep } from './catalogue-step.tsx';
import { CueStep } from './cue-step.tsx';
import { RoomStep, SourceStep } from './settings-steps.tsx';
import { ScreenStep } from './screen-step.tsx';
import { useStep } from './use-first-run.ts';

function Steps({ step, onStep }: { step: FirstRunStep; onStep: (step: FirstRunStep) => void }) {
  const { t } = useTranslation();
  const now = FIRST_RUN_STEPS.indexOf(step);
  return (
    <ol className="first-run-steps" aria-label={t('firstRun.steps')}>
      {FIRST_RUN_STEPS.map((one, i) => {
        const Icon = i < now ? CircleCheck : i === now ? CircleDot : CircleDashed;
        return (
          <li key={one}>
            <button type="button" className="settings-link" aria-current={one === step ? 'step' : undefined} onClick={() => onStep(one)}>
              <Icon size={16} aria-hidden="true" className={i < now ? 'good-text' : ''} /> {i + 1}. {t(`firstRun.step.${one}`)}
            </button>
          </li>
        );
      })}
    </ol>
  );
} // prettier-ignore

/** From nothing to a working room: name, source, products, screen, and a cue that the host sees. */
export function FirstRunScreen({ state, nowMs }: { state: PanelState; nowMs: number }) {
  const { t } = useTranslation();
  const may = useMay()('firstrun.save');
  // While the agent starts again nothing can be asked of it.
  const open = useLive().connection.kind === 'open';
  const { step, problem, save } = useStep();
  const last = FIRST_RUN_STEPS.length - 1;
  const at = step === null ? 0 : FIRST_RUN_STEPS.indexOf(step);
  const move = (by: 1 | -1) => void save(FIRST_RUN_STEPS[at + by]!, false);
  const end = (to: 'air' | 'operator') => void save(step ?? 'room', true).then(() => go(to));
  return (
    <main className="sent settings first-run">
      <div className="sent-head">
        <h1>{t('firstRun.title')}</h1>
        <p className="dim">{t('firstRun.lead')}</p>
        {may ? null : <p className="remedy">{t('role.adminOnly')}</p>}
        {problem === null ? null : <p className="remedy" role="alert">{t('host.notSent', { why: problem })}</p>}
      </div>
      <nav className="section settings-side" aria-label={t('firstRun.steps')}>
        {step === null ? null : <Steps step={step} onStep={(one) => void save(one, false)} />}
        <button type="button" className="button small first-run-leave" onClick={() => go('operator')}>{t('firstRun.leave')}</button>
        {may ? <button type="button" className="button small" onClick={() => end('operator')}>{t('firstRun.never')}</button> : null}
      </nav>
      <section className="section settings-work" tabIndex={0} aria-label={step === null ? t('firstRun.title') : t(`firstRun.step.${step}`)}>
        {step === null ? null : (
          <>
            <h2>{t(`firstRun.step.${step}`)}</h2>
            <p className="dim">{t(`firstRun.about.${step}`)}</p>
            <fieldset className="bare" disabled={!may || !open}>
              {step === 'room' ? <RoomStep /> : null}
              {step === 'source' ? <SourceStep state={state} nowMs={nowMs} /> : null}
              {step === 'catalogue' ? <CatalogueStep /> : null}
              {step === 'screen' ? <ScreenStep /> : null}
              {step === 'cue' ? <CueStep state={state} /> : null}
            </fieldset>
            <div className="row-line first-run-foot">
              {at === 0 ? null : <button type="button" className="button" onClick={() => move(-1)}>{t('firstRun.back')}</button>}
              <span className="row-end">
                {at < last ? (
                  <button type="button" className="button main" onClick={() => move(1)}>{t('firstRun.next')}</button>
                ) : (
                  <button type="button" className="button main" onClick={() => end('air')}>{t('firstRun.finish')}</button>
                )}
              </span>
            </div>
          </>
        )}
      </section>
    </main>
  );
} // prettier-ignore
