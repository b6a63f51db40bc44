import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SettingsProblem } from '@livecue/shared/contract';
import { isObject, isSame, parseJson, type JsonObject } from '../parts/json-document.ts';

/** The settings as JSON, for who wants it: the same checks, with the line where the text is broken. */
export function JsonSection({ settings, isDraft, problems, onChange }: { settings: JsonObject; isDraft: boolean; problems: readonly SettingsProblem[]; onChange: (settings: JsonObject) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  // Dropped or applied: what was typed is over.
  useEffect(() => {
    if (!isDraft) setTyped(null);
  }, [isDraft]);
  const text = typed ?? JSON.stringify(settings, null, 2);
  const read = parseJson(text);
  const take = (next: string) => {
    setTyped(next);
    const parsed = parseJson(next);
    if ('value' in parsed && isObject(parsed.value) && !isSame(parsed.value, settings)) onChange(parsed.value);
  };
  return (
    <>
      <p className="dim" id={`${id}-help`}>{t('settings.jsonHelp')}</p>
      <textarea id={id} className="settings-json mono" spellCheck={false} aria-label={t('settings.section.json')} aria-describedby={`${id}-help`} rows={Math.min(40, text.split('\n').length + 2)} value={text} onChange={(event) => take(event.target.value)} />
      {'value' in read ? (
        isObject(read.value) ? null : <p className="wrong-text" role="alert">{t('settings.noObject')}</p>
      ) : (
        <p className="wrong-text" role="alert">{t('form.noJson', { line: read.line, why: read.why })}</p>
      )}
      {problems.map(({ path, message }, i) => <p key={i} className="wrong-text"><span className="mono">{path}</span>: {message}</p>)}
    </>
  );
} // prettier-ignore
