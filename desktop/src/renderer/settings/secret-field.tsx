import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SecretState } from '@livecue/shared/contract';
import { KeyRound } from 'lucide-react';
import { usePanel } from '../live/use-live.tsx';
import { TableField } from '../parts/schema-fields.tsx';
import { useUnits } from '../words/units.ts';
import { wordsOf } from '../parts/error-words.ts';

/** A secret by its source and field: whether it is set, and a way to set another. What it is never comes back. */
export function SecretField(props: {
  name: string;
  field: string;
  label: string;
  help: string | null;
  isTable: boolean;
  required: boolean;
  state: SecretState | undefined;
  may: boolean;
  onChanged: () => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { client } = usePanel();
  const { name, field, label, help, isTable, required, state, may, onChanged } = props;
  const id = useId();
  const [typing, setTyping] = useState(false);
  const [text, setText] = useState('');
  const [table, setTable] = useState<Record<string, string>>({});
  const [failed, setFailed] = useState<string | null>(null);
  const sinceMs = state?.sinceMs ?? null;
  const isEmpty = isTable ? Object.keys(table).length === 0 : text === '';
  const act = t(sinceMs === null ? 'settings.secretSet' : 'settings.secretReplace');
  const send = (secret: string | Record<string, string> | null) =>
    client.call('settings.secret', { name, field, secret }).then(
      () => {
        setTyping(false);
        setText('');
        setFailed(null);
        onChanged();
      },
      (error: unknown) => setFailed(wordsOf(error)),
    );
  return (
    <div className={`schema-field ${required && sinceMs === null ? 'wrong' : ''}`} data-secret={`${name}.${field}`}>
      <label htmlFor={typing ? id : undefined}>
        <KeyRound size={12} aria-hidden="true" /> {label} {required ? <span className="dim">{t('form.required')}</span> : null}
      </label>
      {!typing ? (
        <div className="schema-input">
          <span className={sinceMs === null ? 'dim' : 'good-text'}>
            {sinceMs === null ? t('settings.secretNone') : t('settings.secretSince', { at: `${units.date(sinceMs)} ${units.clock(sinceMs).slice(0, 5)}` })}
          </span>
          <button type="button" className="button small" disabled={!may} aria-label={`${act}: ${label}`} onClick={() => setTyping(true)}>
            {act}
          </button>
          {sinceMs === null ? null : (
            <button type="button" className="button small" disabled={!may} aria-label={`${t('settings.secretRemove')}: ${label}`} onClick={() => void send(null)}>{t('settings.secretRemove')}</button>
          )}
        </div>
      ) : (
        <form className="schema-input" onSubmit={(event) => { event.preventDefault(); void send(isTable ? table : text); }}>
          {isTable ? (
            <TableField id={id} secret value={table} onChange={(next) => setTable(next as Record<string, string>)} />
          ) : (
            <input id={id} type="password" autoFocus autoComplete="new-password" spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
          )}
          <button type="submit" className="button small" disabled={isEmpty}>{t('settings.secretSave')}</button>
          <button type="button" className="button small" onClick={() => setTyping(false)}>{t('settings.cancel')}</button>
        </form>
      )}
      <p className="schema-about">
        {failed === null ? null : <span className="wrong-text" role="alert">{failed} </span>}
        {help}
      </p>
    </div>
  );
} // prettier-ignore
