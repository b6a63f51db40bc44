import { useTranslation } from 'react-i18next';
import type { Evidence } from '@livecue/shared/prompt';
import { useUnits } from '../words/units.ts';

function Numbers({ values }: { values: Record<string, number> }) {
  const units = useUnits();
  return (
    <dd>
      {Object.entries(values).map(([name, value]) => (
        <span className="evidence-number" key={name}>
          <span className="dim">{name}</span> {units.rate(value)}
        </span>
      ))}
    </dd>
  );
}

/** The window, counts, threshold and model behind a cue. */
export function EvidenceList({ evidence }: { evidence: Evidence }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { openMs, closeMs } = evidence.window;
  return (
    <dl className="evidence">
      <dt>{t('cues.window')}</dt>
      <dd>
        {units.clock(openMs)}–{units.clock(closeMs)} ({units.age(closeMs - openMs)})
      </dd>
      <dt>{t('cues.counts')}</dt>
      <Numbers values={evidence.counts} />
      <dt>{t('cues.threshold')}</dt>
      <Numbers values={evidence.threshold} />
      <dt>{t('cues.model')}</dt>
      <dd className="mono">{evidence.modelVersion}</dd>
      {evidence.eventIds.length === 0 ? null : (
        <>
          <dt>{t('cues.events')}</dt>
          <dd className="mono">{evidence.eventIds.join('  ')}</dd>
        </>
      )}
    </dl>
  );
}
