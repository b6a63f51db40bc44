import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConnectorForm, SettingsProblem } from '@livecue/shared/contract';
import { ChevronDown, ChevronRight, Plus, Trash2 } from 'lucide-react';
import type { JsonObject } from '../parts/json-document.ts';
import { SourceForm } from './source-form.tsx';
import type { Secrets } from './use-settings.ts';

/** `shopify`, and `shopify-2` when there is one already. */
function freeName(kind: string, entries: readonly JsonObject[]): string {
  const taken = new Set(entries.map(({ name }) => name));
  for (let n = 1; ; n++) {
    const name = n === 1 ? kind : `${kind}-${n}`;
    if (!taken.has(name)) return name;
  }
}

/** Sources: add one, write its settings, switch it on and off, remove it. */
export function SourceSection(props: {
  entries: readonly JsonObject[];
  forms: readonly ConnectorForm[];
  secrets: Secrets | null;
  problems: readonly SettingsProblem[];
  may: boolean;
  onChange: (entries: readonly JsonObject[]) => void;
  onSecrets: () => void;
}) {
  const { t } = useTranslation();
  const { entries, forms, secrets, problems, may, onChange, onSecrets } = props;
  const [open, setOpen] = useState<number | null>(null);
  const [kind, setKind] = useState('');
  const put = (index: number, entry: JsonObject) => onChange(entries.map((one, i) => (i === index ? entry : one)));
  const add = () => {
    onChange([...entries, { connector: kind, name: freeName(kind, entries), enabled: true, settings: {} }]);
    setOpen(entries.length);
    setKind('');
  };
  return (
    <>
      {entries.length === 0 ? <p className="empty">{t('settings.noSources')}</p> : null}
      <ul className="source-entries">
        {entries.map((entry, index) => {
          const form = forms.find(({ name }) => name === entry['connector']);
          const isOn = entry['enabled'] !== false;
          const isOpen = open === index;
          const wrong = problems.filter(({ path }) => path.startsWith(`connectors.${index}.`)).length;
          const name = String(entry['name'] ?? '');
          const Chevron = isOpen ? ChevronDown : ChevronRight;
          return (
            <li key={index}>
              <div className="source-line">
                <button type="button" className="source-open" aria-expanded={isOpen} onClick={() => setOpen(isOpen ? null : index)}>
                  <Chevron size={14} aria-hidden="true" /> <strong>{name}</strong> <span className="dim">{String(entry['connector'])}</span>{' '}
                  {wrong === 0 ? null : <span className="wrong-text">{t('settings.wrong', { n: wrong })}</span>}
                </button>
                <label className="source-switch">
                  <input type="checkbox" role="switch" checked={isOn} aria-label={t('settings.switchOn', { name })} onChange={(event) => put(index, { ...entry, enabled: event.target.checked })} /> {t(isOn ? 'settings.on' : 'settings.off')}
                </label>
                <button type="button" className="icon-button" aria-label={t('settings.removeSource', { name })} onClick={() => { setOpen(null); onChange(entries.filter((_one, i) => i !== index)); }}>
                  <Trash2 size={14} aria-hidden="true" />
                </button>
              </div>
              {!isOpen ? null : form === undefined ? (
                <p className="remedy">{t('settings.unknownKind', { kind: String(entry['connector']) })}</p>
              ) : (
                <SourceForm entry={entry} index={index} form={form} secrets={secrets} problems={problems} may={may} onChange={(next) => put(index, next)} onSecrets={onSecrets} />
              )}
            </li>
          );
        })}
      </ul>
      <div className="row-line">
        <select aria-label={t('settings.addSource')} value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">{t('settings.chooseKind')}</option>
          {forms.map(({ name, tier }) => <option key={name} value={name}>{`${name} · ${t(`settings.tier.${tier}`)}`}</option>)}
        </select>
        <button type="button" className="button" disabled={kind === ''} onClick={add}>
          <Plus size={14} aria-hidden="true" /> {t('settings.addSource')}
        </button>
      </div>
    </>
  );
} // prettier-ignore
