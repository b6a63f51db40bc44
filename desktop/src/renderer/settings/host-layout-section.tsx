import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { SettingsProblem } from '@livecue/shared/contract';
import { DISTANCES_M } from '../host/optics.ts';
import { withAt, type JsonObject } from '../parts/json-document.ts';

/** One choice among few; the first is what each screen chose for itself. */
function Choice<T extends string | number>(props: { path: string; label: string; help: string; value: unknown; choices: readonly (readonly [T, string])[]; problem: string | null; onChoose: (value: T | undefined) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const { path, label, help, value, choices, problem, onChoose } = props;
  const said = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  // One that stands in the file and is none of the usual ones is not lost by looking at it.
  const isOther = said !== '' && !choices.some(([one]) => String(one) === said);
  return (
    <div className={`schema-field ${problem === null ? '' : 'wrong'}`} data-path={path}>
      <label htmlFor={id}>{label}</label>
      <div className="schema-input">
        <select id={id} aria-describedby={`${id}-about`} aria-invalid={problem !== null} value={said} onChange={({ target }) => onChoose(choices.find(([one]) => String(one) === target.value)?.[0])}>
          <option value="">{t('hostLayout.own')}</option>
          {isOther ? <option value={said}>{said}</option> : null}
          {choices.map(([one, words]) => <option key={one} value={String(one)}>{words}</option>)}
        </select>
      </div>
      <p id={`${id}-about`} className="schema-about">
        {problem === null ? null : <span className="wrong-text" role="alert">{problem} </span>}
        {help}
      </p>
    </div>
  );
} // prettier-ignore

/** How host screens look, set from the desk: each takes it once when it changes, and may still be changed by hand. */
export function HostLayoutSection({ layout, problems, onChange }: { layout: JsonObject; problems: readonly SettingsProblem[]; onChange: (layout: JsonObject) => void }) {
  const { t } = useTranslation();
  const field = (key: 'distanceM' | 'calm' | 'language') => ({
    path: `hostScreen.${key}`,
    value: layout[key],
    problem: problems.find(({ path }) => path === `hostScreen.${key}`)?.message ?? null,
    onChoose: (value: string | number | undefined) => onChange(withAt(layout, [key], value)),
  });
  return (
    <>
      <p className="dim">{t('hostLayout.lead')}</p>
      <div className="schema-form">
        <Choice {...field('distanceM')} label={t('host.distance')} help={t('hostLayout.distance')} choices={DISTANCES_M.map((m) => [m, `${m} m`] as const)} />
        <Choice {...field('calm')} label={t('host.calm')} help={t('hostLayout.calm')} choices={[['orders', t('host.ordersHour')], ['clock', t('host.clock')]] as const} />
        <Choice {...field('language')} label="语言 · Language" help={t('hostLayout.language')} choices={[['zh', '中文'], ['en', 'English']] as const} />
      </div>
    </>
  );
} // prettier-ignore
