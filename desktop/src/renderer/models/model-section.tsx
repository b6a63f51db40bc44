import { useTranslation } from 'react-i18next';
import type { ModelReport } from '@livecue/shared/contract';
import { useMay } from '../live/use-self.tsx';
import { LevelIcon } from '../operator/level-icon.tsx';
import { Section } from '../operator/section.tsx';
import { useUnits } from '../words/units.ts';
import { useModels } from './use-models.ts';

const LEVELS: Readonly<Record<ModelReport['state'], 'ok' | 'warn' | 'wrong'>> = {
  waiting: 'ok',
  fetching: 'ok',
  verified: 'ok',
  canary: 'ok',
  passed: 'ok',
  live: 'ok',
  refused: 'warn',
  'rolled-back': 'warn',
};

function Report({ report, nowMs }: { report: ModelReport; nowMs: number }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { state, chunks, canary, reason } = report;
  const figures = canary === null || canary.comments === 0 ? null : canary;
  return (
    <li className={`row ${LEVELS[state]}`}>
      <LevelIcon level={LEVELS[state]} />
      <div className="row-main">
        <div className="row-line">
          <strong>{report.modelVersion === '' ? t(`models.task.${report.task}`) : report.modelVersion}</strong>
          <span className="row-end dim">{t(`models.state.${state}`)}</span>
        </div>
        <p className="small dim">
          {t(`models.task.${report.task}`)} · {t('age.ago', { age: units.age(Math.max(0, nowMs - report.atMs)) })}
          {state === 'fetching' && chunks !== null ? ` · ${t('models.chunks', chunks)}` : ''}
        </p>
        {figures === null ? null : (
          <p className="small dim">
            {t('models.tried', { n: units.count(figures.comments), agreement: (figures.agreement * 100).toFixed(1) })}
          </p>
        )}
        {reason === null ? null : <p className="remedy">{reason}</p>}
      </div>
    </li>
  );
}

/** How far models from the cloud side are, and the one key back. Nothing while none was ever delivered. */
export function ModelSection({ nowMs }: { nowMs: number }) {
  const { t } = useTranslation();
  const { models, failed, rollBack } = useModels();
  const may = useMay();
  if (models === null || (models.reports.length === 0 && models.problem === null)) return null;
  const { reports, back, problem } = models;
  return (
    <Section name="models" title={t('models.title')} reachable>
      <ul className="rows">
        {reports.map((report) => (
          <Report key={report.task} report={report} nowMs={nowMs} />
        ))}
      </ul>
      {problem === null ? null : <p className="remedy">{problem}</p>}
      {failed === null ? null : (
        <p className="remedy" role="alert">
          {t('models.failed', { why: failed })}
        </p>
      )}
      {back === null || !may('models.rollback') ? null : (
        <button type="button" className="button small" onClick={rollBack}>
          {t(`models.back.${back}`)}
        </button>
      )}
    </Section>
  );
}
