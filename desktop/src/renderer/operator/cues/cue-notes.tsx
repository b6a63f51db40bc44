import { useTranslation } from 'react-i18next';
import type { Stage } from '@livecue/shared/prompt';
import { Hand, Info, OctagonX } from 'lucide-react';

/** Why cards do not come, or come to the operator alone. */
export function CueNotes({ stage }: { stage: Stage }) {
  const { t } = useTranslation();
  const { quiet, operatorOnly = [] } = stage;
  const why = quiet === 'do-not-disturb' ? (stage.hold === true ? 'hold' : 'opening') : quiet;
  const Icon = quiet === 'switched-off' ? OctagonX : Hand;
  return (
    <>
      {why === undefined ? null : (
        <p className={`cue-note ${quiet}`} role="status">
          <Icon size={16} aria-hidden="true" />
          <span>
            <strong>{t(`control.quiet.${quiet ?? 'do-not-disturb'}`)}</strong> {t(`control.quietAbout.${why}`)}
          </span>
        </p>
      )}
      {operatorOnly.map((rule) => (
        <p className="cue-note only small" key={rule}>
          <Info size={14} aria-hidden="true" />
          <span>
            <strong>{t(`rule.${rule}`)}</strong> {t('control.operatorOnly')}
          </span>
        </p>
      ))}
    </>
  );
}
