import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChangeTable, Warnings } from './change-table.tsx';
import { useSettingName } from './form-facts.ts';
import type { Previewed } from './use-settings.ts';

/** A field of its own says what is wrong at it. */
const isDrawn = (path: string) => path !== '' && !/^connectors\.\d+(\.settings|\.connector)?$/.test(path);

/** What is wrong in sections that are not on the screen, each a way there. */
function Problems({ preview, onGo }: { preview: Previewed; onGo: (path: string) => void }) {
  const { t } = useTranslation();
  const name = useSettingName();
  return (
    <div className="remedy" role="alert">
      <p>{t('settings.problems', { n: preview.problems.length })}</p>
      <ul className="problem-list">
        {preview.problems.slice(0, 5).map(({ path, message, secret }, i) => (
          <li key={i}>
            <button type="button" className="button small" onClick={() => onGo(path)}>
              {name(path)}
            </button>{' '}
            {secret !== null ? t('settings.secretOf', { name: secret.name }) : isDrawn(path) ? null : message}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What changes, and the word to do it: nothing is applied before it was shown. */
export function ReviewBar(props: {
  preview: Previewed | null;
  busy: boolean;
  onApply: (when: 'now' | 'between-shows', note: string) => void;
  onDrop: () => void;
  onGo: (path: string) => void;
}) {
  const { t } = useTranslation();
  const { preview, busy, onApply, onDrop, onGo } = props;
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const count = preview?.changes.length ?? 0;
  const may = preview !== null && preview.problems.length === 0 && count > 0 && !busy;
  return (
    <div className="review-bar" role="region" aria-label={t('settings.review')}>
      {preview === null ? (
        <p className="dim" role="status">{t('settings.checking')}</p>
      ) : preview.problems.length > 0 ? (
        <Problems preview={preview} onGo={onGo} />
      ) : count === 0 ? (
        <p className="dim" role="status">{t('settings.nothingChanges')}</p>
      ) : null}
      {open && may ? (
        <div className="review" tabIndex={0}>
          <ChangeTable changes={preview.changes} />
          <Warnings warnings={preview.warnings} />
          {preview.showRuns ? <p className="remedy">{t('settings.showRuns')}</p> : null}
          <p className="dim">{t('settings.whatHappens')}</p>
        </div>
      ) : null}
      <div className="row-line">
        {open && may ? <input className="note" value={note} maxLength={200} placeholder={t('settings.note')} aria-label={t('settings.note')} onChange={(event) => setNote(event.target.value)} /> : <span className="note" />}
        <button type="button" className="button" onClick={onDrop}>{t('settings.dropDraft')}</button>
        {!open || !may ? (
          <button type="button" className="button main" disabled={!may} onClick={() => setOpen(true)}>{t('settings.look', { n: count })}</button>
        ) : (
          <>
            {preview.showRuns ? <button type="button" className="button main" onClick={() => onApply('between-shows', note)}>{t('settings.applyLater')}</button> : null}
            <button type="button" className={`button ${preview.showRuns ? '' : 'main'}`} onClick={() => onApply('now', note)}>{t('settings.applyNow')}</button>
          </>
        )}
      </div>
    </div>
  );
} // prettier-ignore
