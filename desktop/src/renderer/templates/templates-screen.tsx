import { useCallback, useEffect, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelResult, ShowTemplate, TemplatesUndo } from '@livecue/shared/contract';
import { useLive, usePanel } from '../live/use-live.tsx';
import { useMay } from '../live/use-self.tsx';
import { ChangeTable, Warnings } from '../settings/change-table.tsx';
import { useUnits } from '../words/units.ts';
import { wordsOf } from '../parts/error-words.ts';

type Preview = PanelResult<'templates.preview'>;
/** A list that could not be read is asked for again. */
const AGAIN_MS = 2_000;

function useTemplates() {
  const { client } = usePanel();
  const open = useLive().connection.kind === 'open';
  const [templates, setTemplates] = useState<readonly ShowTemplate[] | null>(null);
  const [undo, setUndo] = useState<TemplatesUndo | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const fail = useCallback((error: unknown) => setProblem(wordsOf(error)), []);
  const read = useCallback(
    () =>
      client.call('templates.read', {}).then((answer) => {
        setTemplates(answer.templates);
        setUndo(answer.undo);
      }),
    [client],
  );
  useEffect(() => {
    if (!open) return undefined;
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () =>
      read().then(
        () => (gone ? undefined : setProblem(null)),
        (error: unknown) => {
          if (gone) return;
          fail(error);
          timer = setTimeout(() => void ask(), AGAIN_MS);
        },
      );
    void ask();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [open, read, fail]);
  return { client, open, templates, undo, problem, setProblem, fail, read };
}

/** What a template would change, and the word to do it. */
function Look({ preview, may, onApply, onClose }: { preview: Preview; may: boolean; onApply: (when: 'now' | 'between-shows') => void; onClose: () => void }) {
  const { t } = useTranslation();
  const { preview: settings, catalogue, gone } = preview;
  const { added, changed, gone: left } = catalogue;
  const isNothing = settings.changes.length === 0 && added + changed + left === 0;
  return (
    <div className="template-look" role="group" aria-label={t('templates.look')}>
      {isNothing ? <p>{t('templates.nothing')}</p> : null}
      {settings.changes.length === 0 ? null : <ChangeTable changes={settings.changes} />}
      {added + changed + left === 0 ? null : <p>{t('templates.products', { added, changed, gone: left })}</p>}
      {gone.length === 0 ? null : <p className="remedy">{t('templates.gone', { list: gone.join(', ') })}</p>}
      {settings.problems.map(({ path, message }) => <p key={path} className="remedy" role="alert"><span className="mono">{path}</span> {message}</p>)}
      <Warnings warnings={settings.warnings} />
      {settings.showRuns ? <p className="remedy">{t('settings.showRuns')}</p> : null}
      <div className="row-line">
        <button type="button" className="button" onClick={onClose}>{t('templates.cancel')}</button>
        <span className="row-end actions">
          {settings.showRuns && !isNothing && may ? <button type="button" className="button" onClick={() => onApply('between-shows')}>{t('templates.applyLater')}</button> : null}
          {isNothing || settings.problems.length > 0 || !may ? null : <button type="button" className="button main" onClick={() => onApply('now')}>{t('templates.apply')}</button>}
        </span>
      </div>
    </div>
  );
} // prettier-ignore

function NameForm({ label, button, first, onName }: { label: string; button: string; first: string; onName: (name: string) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(first);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    onName(name.trim());
    setName(first);
  };
  return (
    <form className="row-line template-name" onSubmit={submit}>
      <input type="text" aria-label={label} maxLength={60} value={name} placeholder={t('templates.saveHint')} onChange={({ target }) => setName(target.value)} />
      <button type="submit" className="button main" disabled={name.trim() === ''}>{button}</button>
    </form>
  );
} // prettier-ignore

function Row(props: { template: ShowTemplate; mayChange: boolean; onLook: () => void; onRename: (name: string) => void; onRemove: () => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { template, mayChange } = props;
  const { name, savedMs, by, sources, products, studio } = template;
  const [renaming, setRenaming] = useState(false);
  return (
    <>
      <div className="row-line">
        <strong>{name}</strong>
        <span className="row-end actions">
          <button type="button" className="button small main" onClick={props.onLook}>{t('templates.look')}</button>
          {mayChange ? (
            <>
              <button type="button" className="button small" aria-expanded={renaming} onClick={() => setRenaming(!renaming)}>{t('templates.rename')}</button>
              <button type="button" className="button small" onClick={props.onRemove}>{t('templates.remove')}</button>
            </>
          ) : null}
        </span>
      </div>
      <p className="dim">{t('templates.holds', { products: units.count(products), sources: sources.length === 0 ? t('templates.noSources') : sources.join(', ') })}{studio ? null : ` · ${t('templates.noStudio')}`}</p>
      <p className="dim small">{t('templates.by', { at: `${units.date(savedMs)} ${units.clock(savedMs).slice(0, 5)}`, who: by })}</p>
      {renaming ? <NameForm label={t('templates.name')} button={t('templates.rename')} first={name} onName={(next) => { setRenaming(false); props.onRename(next); }} /> : null}
    </>
  );
} // prettier-ignore

/** Shows to begin with: what is in force under a name, and back to it. */
export function TemplatesScreen() {
  const { t } = useTranslation();
  const units = useUnits();
  const mayChange = useMay()('templates.save');
  const { client, open, templates, undo, problem, setProblem, fail, read } = useTemplates();
  const [looking, setLooking] = useState<{ template: ShowTemplate; preview: Preview } | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  /** A change, the words for what came of it, and the list again. */
  const run = <T,>(calling: Promise<T>, tell: (answer: T) => string | null) =>
    calling.then((answer) => {
      setProblem(null);
      setSaid(tell(answer));
      return read();
    }).catch(fail);
  const look = (template: ShowTemplate) =>
    client.call('templates.preview', { templateId: template.templateId }).then((preview) => setLooking({ template, preview }), fail);
  const apply = ({ template, preview }: NonNullable<typeof looking>, when: 'now' | 'between-shows') => {
    setLooking(null);
    void run(client.call('templates.apply', { templateId: template.templateId, basis: preview.preview.basis, when }), ({ reason, waits }) => {
      if (reason !== null) return t(`settings.refused.${reason}`);
      return t(waits ? 'templates.waits' : 'templates.applied', { name: template.name });
    });
  };
  return (
    <main className="sent templates">
      <div className="sent-head">
        <h1>{t('templates.title')}</h1>
        <p className="dim">{t('templates.lead')}</p>
        {mayChange ? null : <p className="remedy">{t('role.adminOnly')}</p>}
        {problem === null ? null : <p className="remedy" role="alert">{t('templates.failed', { why: problem })}</p>}
        <p role="status">{said}</p>
        {undo === null || !mayChange ? null : (
          <p className="row-line template-undo">
            <span className="dim">{t(undo.imported ? 'templates.lastImport' : 'templates.last', { at: `${units.date(undo.atMs)} ${units.clock(undo.atMs).slice(0, 5)}`, who: undo.by })}</span>
            <button type="button" className="button small" disabled={!open} onClick={() => void run(client.call('templates.undo', {}), ({ undone }) => (undone ? t('templates.undone') : null))}>{t('templates.undo')}</button>
          </p>
        )}
        {mayChange ? (
          <NameForm label={t('templates.name')} button={t('templates.save')} first="" onName={(name) => void run(client.call('templates.save', { name }), ({ templateId }) => templateId === null ? t('templates.tooMany') : t('templates.saved', { name }))} />
        ) : null}
      </div>
      <section className="section template-list" tabIndex={0} aria-label={t('templates.title')}>
        {templates?.length === 0 ? <p className="empty">{t('templates.empty')}</p> : null}
        <fieldset className="bare" disabled={!open}>
          <ul className="rows">
            {(templates ?? []).map((template) => (
              <li key={template.templateId} className="template" data-template={template.name}>
                <Row
                  template={template}
                  mayChange={mayChange}
                  onLook={() => void look(template)}
                  onRename={(name) => void run(client.call('templates.rename', { templateId: template.templateId, name }), ({ renamed }) => t(renamed ? 'templates.renamed' : 'templates.nameTaken', { name }))}
                  onRemove={() => void run(client.call('templates.remove', { templateId: template.templateId }), () => t('templates.removed', { name: template.name }))}
                />
                {looking?.template.templateId === template.templateId ? <Look preview={looking.preview} may={mayChange} onClose={() => setLooking(null)} onApply={(when) => apply(looking, when)} /> : null}
              </li>
            ))}
          </ul>
        </fieldset>
      </section>
    </main>
  );
} // prettier-ignore
