import { useTranslation } from 'react-i18next';

/** 1 to 50 times as fast as it was. */
export function SpeedSlider({ speed, onChange }: { speed: number; onChange: (speed: number) => void }) {
  const { t } = useTranslation();
  return (
    <label className="field speed">
      <span>{t('rehearsal.speed')}</span>
      <span className="row-line">
        <input
          type="range"
          min={1}
          max={50}
          step={1}
          value={speed}
          aria-valuetext={t('rehearsal.times', { n: speed })}
          onChange={(event) => onChange(Number(event.target.value))}
        />
        <output className="speed-number">{t('rehearsal.times', { n: speed })}</output>
      </span>
    </label>
  );
}
