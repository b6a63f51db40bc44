import { useTranslation } from 'react-i18next';
import type { ConnectorForm, SettingsProblem } from '@livecue/shared/contract';
import { isObject, withAt, type JsonObject } from '../parts/json-document.ts';
import { SchemaForm, type FormSchema } from '../parts/schema-form.tsx';
import { TableField } from '../parts/schema-fields.tsx';
import { useFormFacts } from './form-facts.ts';
import { SecretField } from './secret-field.tsx';
import type { Secrets } from './use-settings.ts';

/** One source: its name, its settings by the form of its kind, its secrets, and other hosts. */
export function SourceForm(props: {
  entry: JsonObject;
  index: number;
  form: ConnectorForm;
  secrets: Secrets | null;
  problems: readonly SettingsProblem[];
  may: boolean;
  onChange: (entry: JsonObject) => void;
  onSecrets: () => void;
}) {
  const { t } = useTranslation();
  const { entry, index, form, secrets, problems, may, onChange, onSecrets } = props;
  const path = `connectors.${index}`;
  const facts = useFormFacts(problems);
  const name = String(entry['name'] ?? '');
  const settings = isObject(entry['settings']) ? entry['settings'] : {};
  const endpoints = isObject(entry['endpoints']) ? entry['endpoints'] : {};
  const nameProblem = facts.problem(`${path}.name`);
  return (
    <div className="source-form">
      {form.warning === null ? null : <p className="remedy">{form.warning}</p>}
      {form.transport !== 'push' ? null : <p className="dim">{t('settings.pushed', { path: `/hooks/${form.name}/${name}` })}</p>}
      <div className={`schema-field ${nameProblem === null ? '' : 'wrong'}`} data-path={`${path}.name`}>
        <label htmlFor={`${path}.name`}>{t('settings.name')}</label>
        <div className="schema-input">
          <input id={`${path}.name`} type="text" spellCheck={false} value={name} onChange={(event) => onChange({ ...entry, name: event.target.value })} />
        </div>
        <p className="schema-about">
          {nameProblem === null ? null : <span className="wrong-text" role="alert">{nameProblem} </span>}
          {t('settings.nameHelp')}
        </p>
      </div>
      <SchemaForm schema={form.schema as FormSchema} value={settings} path={`${path}.settings`} facts={facts} onChange={(next) => onChange({ ...entry, settings: next })} />
      {form.secrets.length === 0 ? null : <h3>{t('settings.secrets')}</h3>}
      {form.secrets.map(({ field, required, map, description }) => (
        <SecretField
          key={`${name}.${field}`}
          name={name}
          field={field}
          label={facts.label(`${path}.settings.${field}`)}
          help={facts.help(`${path}.settings.${field}`, description)}
          isTable={map}
          required={required}
          state={secrets?.secrets.find((one) => one.name === name && one.field === field)}
          may={may && nameProblem === null && name !== ''}
          onChanged={onSecrets}
        />
      ))}
      {Object.keys(form.endpoints).length === 0 ? null : (
        <details>
          <summary>{t('settings.endpoints')}</summary>
          <p className="dim">{t('settings.endpointsHelp', { list: Object.entries(form.endpoints).map(([key, url]) => `${key} (${url})`).join(', ') })}</p>
          <TableField id={`${path}.endpoints`} value={endpoints} onChange={(next) => onChange(withAt(entry, ['endpoints'], Object.keys(next as object).length === 0 ? undefined : next))} />
        </details>
      )}
    </div>
  );
} // prettier-ignore
