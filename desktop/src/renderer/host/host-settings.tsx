import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language } from '../words/i18n.ts';
import { EarChoice } from './ear-choice.tsx';
import type { EarOutput } from './ear-cue.ts';
import { CARD_MM, DISTANCES_M } from './optics.ts';
import type { Ear } from './use-ear-cue.ts';

export type Calm = 'orders' | 'clock';

export interface HostChoices {
  readonly distanceM: number;
  readonly mmPerPx: number;
  readonly calm: Calm;
  /** Where a new card is heard; null: nowhere. */
  readonly ear: EarOutput | null;
}

function Choice<T extends string | number>(props: {
  name: string;
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset>
      <legend>{props.label}</legend>
      <div className="choices">
        {props.choices.map(([value, words]) => (
          <label key={value}>
            <input
              type="radio"
              name={props.name}
              checked={value === props.value}
              onChange={() => props.onChoose(value)}
            />
            <span>{words}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Distance with a ruler to calibrate, the calm number, the ear cue, the language: of this screen alone. */
export function HostSettings({
  choices,
  ear,
  onChange,
  onClose,
}: {
  choices: HostChoices;
  ear: Ear;
  onChange: (choices: HostChoices) => void;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en';
  const cardPx = Math.round(CARD_MM / choices.mmPerPx);
  return (
    <dialog className="dialog" ref={dialog} onClose={onClose} aria-label={t('host.settings')}>
      <h2>{t('host.settings')}</h2>
      <Choice
        name="distance"
        label={t('host.distance')}
        value={choices.distanceM}
        choices={DISTANCES_M.map((m) => [m, `${m} m`] as const)}
        onChoose={(distanceM) => onChange({ ...choices, distanceM })}
      />
      <label className="ruler">
        <span>{t('host.ruler')}</span>
        <span className="ruler-bar" style={{ width: cardPx }} />
        <input
          type="range"
          min={120}
          max={900}
          value={cardPx}
          onChange={(e) => onChange({ ...choices, mmPerPx: CARD_MM / Number(e.target.value) })}
        />
      </label>
      <Choice
        name="calm"
        label={t('host.calm')}
        value={choices.calm}
        choices={[['orders', t('host.ordersHour')] as const, ['clock', t('host.clock')] as const]}
        onChoose={(calm) => onChange({ ...choices, calm })}
      />
      <EarChoice chosen={choices.ear} ear={ear} onChoose={(output) => onChange({ ...choices, ear: output })} />
      <Choice
        name="language"
        label="语言 · Language"
        value={language}
        choices={[['zh', '中文'] as const, ['en', 'English'] as const]}
        onChoose={chooseLanguage}
      />
      <button type="button" className="button" onClick={() => dialog.current?.close()}>
        {t('host.close')}
      </button>
    </dialog>
  );
}
