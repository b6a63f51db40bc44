import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ControlVerb, type ProductState } from '@livecue/shared/contract';
import { useUnits } from '../words/units.ts';
import { CopyLine } from './copy-line.tsx';
import type { Control } from './use-control.ts';

const SWITCHES: Partial<Record<ControlVerb, readonly ('on' | 'off' | 'toggle')[]>> = { hold: ['toggle', 'on', 'off'], kill: ['on', 'off'] }; // prettier-ignore

/** What a button of the chosen kind sends, ready to be copied, in each of the three ways. */
export function ButtonSection({ control, products }: { control: Control; products: readonly ProductState[] }) {
  const { t } = useTranslation();
  const units = useUnits();
  const [verb, setVerb] = useState<ControlVerb>('done');
  const [chosen, setChosen] = useState('');
  const numbered = products.filter(({ linkNumber }) => linkNumber !== null);
  const number = (n: number | null) => t('comments.productNumber', { n });
  const values: readonly (readonly [value: string, words: string])[] =
    verb === 'preset' ? control.presets.map((preset) => [String(preset.number), `${preset.number} ${units.words(preset)}`])
    : verb === 'explain' ? [...numbered.map(({ linkNumber, name }) => [String(linkNumber), `${number(linkNumber)} ${units.words(name)}`] as const), ['none', t('surfaces.values.none')]]
    : (SWITCHES[verb] ?? []).map((one) => [one, t(`surfaces.values.${one}`)]); // prettier-ignore
  const value = values.find(([one]) => one === chosen)?.[0] ?? values[0]?.[0] ?? null;
  const path = value === null ? verb : `${verb}/${value}`;
  const { httpUrl, osc } = control;
  const oscValue = value === null ? '' : verb === 'hold' || verb === 'kill' ? (value === 'toggle' ? '' : value === 'on' ? ' i 1' : ' i 0') : `/${value}`; // prettier-ignore
  const host = osc.host === '0.0.0.0' ? '127.0.0.1' : osc.host;
  return (
    <section className="section surfaces-part" aria-label={t('surfaces.button')}>
      <h2>{t('surfaces.button')}</h2>
      <p className="dim">{t('surfaces.buttonLead')}</p>
      <div className="new-token">
        <label>
          <span className="dim small">{t('surfaces.verb')}</span>
          <select value={verb} onChange={({ target }) => setVerb(target.value as ControlVerb)}>
            {ControlVerb.options.map((one) => <option key={one} value={one}>{t(`surfaces.verbs.${one}`)}</option>)}
          </select>
        </label>
        {values.length === 0 ? null : (
          <label>
            <span className="dim small">{t('surfaces.value')}</span>
            <select value={value ?? ''} onChange={({ target }) => setChosen(target.value)}>
              {values.map(([one, words]) => <option key={one} value={one}>{words}</option>)}
            </select>
          </label>
        )}
      </div>
      {httpUrl === null ? null : <CopyLine label={t('surfaces.http')} text={`curl -X POST -H "Authorization: Bearer TOKEN" ${httpUrl}${path}`} />}
      <CopyLine label={t('surfaces.ws')} text={JSON.stringify({ token: 'TOKEN', verb, ...(value === null ? {} : { value }) })} />
      <CopyLine label={t('surfaces.osc')} text={`oscsend ${host} ${osc.port} /livecue/TOKEN/${verb}${oscValue}`} />
    </section>
  );
} // prettier-ignore
