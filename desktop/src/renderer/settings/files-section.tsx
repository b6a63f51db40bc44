import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelArgs, PanelResult } from '@livecue/shared/contract';
import { download, useUpload } from '../catalogue/use-catalogue.ts';
import { usePanel } from '../live/use-live.tsx';
import { useUnits } from '../words/units.ts';
import { ChangeTable, Warnings } from './change-table.tsx';
import { wordsOf } from '../parts/error-words.ts';

type From = PanelArgs<'setup.preview'>['from'];
type Preview = PanelResult<'setup.preview'>;
/** The whole setup out as a file, in again from one, and the backups that the agent makes. */
export function FilesSection({ may, onImport }: { may: boolean; onImport: (args: PanelArgs<'setup.import'>) => Promise<boolean> }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { client } = usePanel();
  const send = useUpload();
  const input = useRef<HTMLInputElement>(null);
  const [backups, setBackups] = useState<PanelResult<'backup.list'>['backups']>([]);
  const [chosen, setChosen] = useState<{ readonly from: From; readonly name: string; readonly preview: Preview } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const fail = (error: unknown) => setFailed(wordsOf(error));
  useEffect(() => {
    let gone = false;
    client.call('backup.list', {}).then(
      ({ backups: list }) => (gone ? undefined : setBackups(list)),
      (error: unknown) => (gone ? undefined : setFailed(wordsOf(error))),
    );
    return () => {
      gone = true;
    };
  }, [client]);
  const look = async (from: From, name: string) => {
    setFailed(null);
    setChosen({ from, name, preview: await client.call('setup.preview', { from }) });
  };
  const take = async (file: File) => {
    const { uploadId } = await send(file, () => undefined);
    await look({ uploadId }, file.name);
  };
  const put = async (when: 'now' | 'between-shows', catalogue: boolean) => {
    if (chosen?.preview.preview == null) return;
    if (await onImport({ from: chosen.from, basis: chosen.preview.preview.basis, catalogue, when, note: chosen.name.slice(0, 200) })) setChosen(null);
  };
  return (
    <>
      <p className="dim">{t('settings.filesHelp')}</p>
      {failed === null ? null : <p className="remedy" role="alert">{t('settings.failed', { why: failed })}</p>}
      <div className="row-line">
        <button type="button" className="button" disabled={!may} onClick={() => void client.call('setup.export', {}).then(({ name, text }) => download(name, text), fail)}>{t('settings.export')}</button>
        <input ref={input} type="file" accept=".json" hidden onChange={(event) => { const file = event.target.files?.[0]; event.target.value = ''; if (file !== undefined) void take(file).catch(fail); }} />
        <button type="button" className="button" disabled={!may} onClick={() => input.current?.click()}>{t('settings.import')}</button>
      </div>
      {chosen === null ? null : <ImportPreview name={chosen.name} preview={chosen.preview} onTake={put} onDrop={() => setChosen(null)} />}
      <h2>{t('settings.backups')}</h2>
      <p className="dim">{t('settings.backupsHelp')}</p>
      {backups.length === 0 ? <p className="empty">{t('settings.noBackups')}</p> : null}
      <ol className="versions">
        {backups.map(({ name, atMs, bytes, cause }) => (
          <li key={name}>
            <span>{units.date(atMs)} {units.clock(atMs)}</span>
            <span className="dim">{t(`settings.cause.${cause}`)} · {units.bytes(bytes)}</span>
            <button type="button" className="button small" disabled={!may} aria-label={t('settings.lookAt', { name: `${units.date(atMs)} ${units.clock(atMs)}` })} onClick={() => void look({ backup: name }, `${units.date(atMs)} ${units.clock(atMs)}`).catch(fail)}>{t('settings.compare')}</button>
          </li>
        ))}
      </ol>
    </>
  );
} // prettier-ignore

function ImportPreview({ name, preview: found, onTake, onDrop }: { name: string; preview: Preview; onTake: (when: 'now' | 'between-shows', catalogue: boolean) => Promise<void>; onDrop: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const [withCatalogue, setWithCatalogue] = useState(true);
  const { unreadable, summary, preview, catalogue, missing } = found;
  const drop = <button type="button" className="button" onClick={onDrop}>{t('settings.cancel')}</button>;
  if (unreadable !== null || preview === null || summary === null)
    return (
      <div className="import-box">
        <p><strong>{name}</strong></p>
        <p className="remedy" role="alert">{t('settings.unreadable', { why: unreadable })}</p>
        {drop}
      </div>
    );
  const moves = catalogue !== null && withCatalogue && catalogue.added + catalogue.changed + catalogue.gone > 0;
  const may = preview.problems.length === 0 && (preview.changes.length > 0 || moves);
  return (
    <div className="import-box" role="region" aria-label={t('settings.importOf', { name })}>
      <p><strong>{name}</strong> <span className="dim">{[summary.agentId, `${units.date(summary.madeMs)} ${units.clock(summary.madeMs).slice(0, 5)}`, `LiveCue ${summary.program}`].join(' · ')}</span></p>
      {preview.problems.map(({ path, message }, i) => <p key={i} className="remedy">{path}: {message}</p>)}
      {missing.length === 0 ? null : <p className="remedy">{t('settings.missing', { list: missing.map((one) => `${one.name}.${one.field}`).join(', ') })}</p>}
      {preview.changes.length === 0 ? <p className="dim">{t('settings.settingsSame')}</p> : <ChangeTable changes={preview.changes} />}
      <Warnings warnings={preview.warnings} />
      {catalogue === null ? null : (
        <label className="row-line"><input type="checkbox" checked={withCatalogue} onChange={(event) => setWithCatalogue(event.target.checked)} /> {t('settings.withCatalogue', { added: catalogue.added, changed: catalogue.changed, gone: catalogue.gone })}</label>
      )}
      {summary.templates === null ? null : <p>{t('settings.withTemplates', { n: summary.templates })}</p>}
      {preview.showRuns ? <p className="remedy">{t('settings.showRuns')}</p> : null}
      <div className="row-line">
        {drop}
        {preview.showRuns ? <button type="button" className="button main" disabled={!may} onClick={() => void onTake('between-shows', withCatalogue)}>{t('settings.applyLater')}</button> : null}
        <button type="button" className="button main" disabled={!may} onClick={() => void onTake('now', withCatalogue)}>{t('settings.applyNow')}</button>
      </div>
    </div>
  );
} // prettier-ignore
