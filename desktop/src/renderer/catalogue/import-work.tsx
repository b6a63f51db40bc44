import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportPreview } from '@livecue/shared/contract';
import { usePanel } from '../live/use-live.tsx';
import { useUnits } from '../words/units.ts';
import { ChangeLists } from './change-lists.tsx';
import { ColumnTable } from './column-table.tsx';
import { ProblemTable } from './problem-table.tsx';
import { ProductCells, ProductHead } from './product-rows.tsx';
import { wordsOf } from '../parts/error-words.ts';
import { usePreview, type Upload } from './use-catalogue.ts';

const CURRENCY = /^[A-Z]{3}$/;

function Sample({ sample }: { sample: ImportPreview['sample'] }) {
  const { t } = useTranslation();
  return (
    <table className="product-rows">
      <thead>
        <tr>
          <th className="number">{t('catalogue.row')}</th>
          <ProductHead />
        </tr>
      </thead>
      <tbody>
        {sample.map(({ row, product }) => (
          <tr key={row}>
            <td className="number dim">{row}</td>
            {product === null ? (
              <td className="wrong-text" colSpan={6}>
                {t('catalogue.badRow')}
              </td>
            ) : (
              <ProductCells product={product} />
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Facts({ name, preview }: { name: string; preview: ImportPreview }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { format, encoding, rows, good, badRows } = preview;
  return (
    <p className="import-facts">
      <strong>{name}</strong>
      <span className="dim">{[t(`catalogue.kind.${format}`), encoding?.toUpperCase(), t('catalogue.rows', { n: units.count(rows) })].filter(Boolean).join(' · ')}</span>
      <span className={good > 0 ? 'good-text' : 'dim'}>{t('catalogue.good', { n: units.count(good) })}</span>
      {badRows === 0 ? null : <span className="wrong-text">{t('catalogue.bad', { n: units.count(badRows) })}</span>}
    </p>
  ); // prettier-ignore
}

function Choices({ preview, currency, onSheet, onCurrency }: {
  preview: ImportPreview;
  currency: string;
  onSheet: (sheet: string) => void;
  onCurrency: (currency: string) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(currency);
  return (
    <div className="import-choices">
      {preview.sheets.length < 2 ? null : (
        <label>
          {t('catalogue.sheet')}
          <select value={preview.sheet ?? ''} onChange={(event) => onSheet(event.target.value)}>
            {preview.sheets.map((sheet) => (
              <option key={sheet}>{sheet}</option>
            ))}
          </select>
        </label>
      )}
      {preview.format === 'livecue' ? null : (
        <label>
          {t('catalogue.currency')}
          <input
            value={text}
            maxLength={3}
            size={4}
            onChange={(event) => {
              const next = event.target.value.toUpperCase();
              setText(next);
              if (CURRENCY.test(next)) onCurrency(next);
            }}
          />
        </label>
      )}
    </div>
  );
} // prettier-ignore

/** A file that was sent: what its columns mean, what is wrong, what would change, and the word to do it. */
export function ImportWork({ upload, currency, onDone, onCancel }: {
  upload: Upload;
  currency: string;
  onDone: (version: number) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { client } = usePanel();
  const { options, setOptions, previewed, trouble, again } = usePreview(upload, currency);
  const [takeGood, setTakeGood] = useState(false);
  const [removeGone, setRemoveGone] = useState(false);
  const [note, setNote] = useState('');
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const cancel = (
    <button type="button" className="button" onClick={onCancel}>
      {t('catalogue.cancel')}
    </button>
  );
  if (trouble !== null) return <><p className="remedy" role="alert">{t('catalogue.failed', { why: trouble.why })}</p>{cancel}</>;
  if (previewed === null) return <p className="empty" role="status">{t('catalogue.reading', { name: upload.name })}</p>;
  const { preview, unreadable, basis } = previewed;
  if (preview === null)
    return (
      <>
        <h2>{t('catalogue.unreadable')}: {upload.name}</h2>
        <p className="remedy" role="alert">{unreadable === null ? '' : units.words(unreadable)}</p>
        {cancel}
      </>
    );
  const { counts } = preview.diff;
  const idle = counts.added + counts.changed === 0 && !(removeGone && counts.gone > 0);
  const may = preview.good > 0 && (preview.badRows === 0 || takeGood) && !idle && !busy;
  const apply = () => {
    setBusy(true);
    client
      .call('catalogue.apply', { uploadId: upload.uploadId, options, basis, takeGood, removeGone, note })
      .then(
        ({ version, reason }) => {
          if (version !== null) return onDone(version.number);
          setRefused(t(`catalogue.notApplied.${reason ?? 'problems'}`));
          again();
        },
        (error: unknown) => setRefused(t('catalogue.failed', { why: wordsOf(error) })),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Facts name={upload.name} preview={preview} />
      <Choices
        preview={preview}
        currency={options.currency}
        onSheet={(sheet) => setOptions({ ...options, sheet, mapping: null })}
        onCurrency={(next) => setOptions({ ...options, currency: next })}
      />
      {preview.format === 'livecue' ? null : (
        <ColumnTable preview={preview} mapping={options.mapping ?? preview.mapping} onMapping={(mapping) => setOptions({ ...options, mapping })} />
      )}
      <ProblemTable title={t('catalogue.problems')} problems={preview.problems} count={preview.problemCount} />
      <ProblemTable title={t('catalogue.notes')} problems={preview.notes} count={preview.notes.length} />
      <ChangeLists diff={preview.diff} />
      <h2>{t('catalogue.sample')}</h2>
      <Sample sample={preview.sample} />
      <div className="import-bar">
        {preview.badRows === 0 || preview.good === 0 ? null : (
          <label><input type="checkbox" checked={takeGood} onChange={(event) => setTakeGood(event.target.checked)} /> {t('catalogue.takeGood', { n: units.count(preview.badRows) })}</label>
        )}
        {counts.gone === 0 ? null : (
          <label><input type="checkbox" checked={removeGone} onChange={(event) => setRemoveGone(event.target.checked)} /> {t('catalogue.removeGone', { n: units.count(counts.gone) })}</label>
        )}
        {refused === null ? null : <p className="remedy" role="alert">{refused}</p>}
        {idle && preview.good > 0 ? <p className="dim">{t('catalogue.nothingChanges')}</p> : null}
        <div className="row-line">
          <input className="note" value={note} maxLength={200} placeholder={t('catalogue.note')} aria-label={t('catalogue.note')} onChange={(event) => setNote(event.target.value)} />
          {cancel}
          <button type="button" className="button main" disabled={!may} onClick={apply}>{t('catalogue.apply', { n: units.count(preview.good) })}</button>
        </div>
      </div>
    </>
  );
} // prettier-ignore
