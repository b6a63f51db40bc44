import { useTranslation } from 'react-i18next';
import { useFormFacts } from './form-facts.ts';
import { SecretField } from './secret-field.tsx';
import type { Secrets } from './use-settings.ts';

const TABLES: ReadonlySet<string> = new Set(['data_secrets']);

/** All secrets: which are set, which are missing, which nothing asks for any more. */
export function SecretSection({ secrets, may, onChanged }: { secrets: Secrets; may: boolean; onChanged: () => void }) {
  const { t } = useTranslation();
  const facts = useFormFacts([]);
  return (
    <>
      <p className="dim">
        {t('settings.secretsHelp')} {secrets.keystore === null ? t('settings.inFile') : t('settings.inKeystore', { name: secrets.keystore })}
      </p>
      {secrets.secrets.length === 0 ? <p className="empty">{t('settings.noSecrets')}</p> : null}
      <div className="schema-form">
        {secrets.secrets.map((state) => (
          <SecretField
            key={`${state.name}.${state.field}`}
            name={state.name}
            field={state.field}
            label={`${state.name} · ${facts.label(`connectors.0.settings.${state.field}`)}`}
            help={state.used ? null : t('settings.unused')}
            isTable={TABLES.has(state.field)}
            required={state.needed}
            state={state}
            may={may}
            onChanged={onChanged}
          />
        ))}
      </div>
    </>
  );
} // prettier-ignore
