import { useRef, useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupVersion } from '@livecue/shared/contract';
import { FileUp, RotateCcw } from 'lucide-react';
import { usePanel } from '../live/use-live.tsx';
import { For, useMay } from '../live/use-self.tsx';
import { useUnits } from '../words/units.ts';
import { ImportWork } from './import-work.tsx';
import { ProductRows } from './product-rows.tsx';
import { troubleOf, type Trouble } from '../parts/error-words.ts';
import { download, useCatalogue, useUpload, type Upload } from './use-catalogue.ts';

const KINDS = '.csv,.tsv,.txt,.xlsx,.json';

/** Chosen or dropped: one file, sent to the agent. */
export function FileDrop({
  onUpload,
  onTrouble,
}: {
  onUpload: (upload: Upload) => void;
  onTrouble: (trouble: Trouble) => void;
}) {
  // prettier-ignore
  const { t } = useTranslation();
  const units = useUnits();
  const send = useUpload();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ name: string; ratio: number } | null>(null);
  const take = (file: File | undefined) => {
    if (file === undefined || sending !== null) return;
    setSending({ name: file.name, ratio: 0 });
    send(file, (ratio) => setSending({ name: file.name, ratio }))
      .then(onUpload, (error: unknown) => onTrouble(troubleOf(error)))
      .finally(() => setSending(null));
  };
  const drag = (event: DragEvent, inside: boolean) => {
    event.preventDefault();
    setOver(inside);
  };
  return (
    <div
      className={`file-drop ${over ? 'over' : ''}`}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        take(event.dataTransfer.files[0]);
      }}
    >
      <input
        ref={input}
        type="file"
        accept={KINDS}
        hidden
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <button type="button" className="button main" onClick={() => input.current?.click()}>
        <FileUp size={16} aria-hidden="true" /> {t('catalogue.choose')}
      </button>
      <span className="dim" role="status">
        {sending === null ? t('catalogue.drop') : t('catalogue.sending', { name: sending.name, n: units.percent(sending.ratio) })}
      </span>
    </div>
  ); // prettier-ignore
}

function Versions({ versions, onRestore }: { versions: readonly SetupVersion[]; onRestore: (number: number) => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const by = (name: string) => (name === 'panel' || name === 'livecue catalogue' ? t(`catalogue.by.${name}`) : t('catalogue.byHand')); // prettier-ignore
  const may = useMay();
  if (versions.length === 0) return <p className="empty">{t('catalogue.noVersions')}</p>;
  return (
    <ol className="versions">
      {versions.map(({ number, atMs, by: who, note }, i) => (
        <li key={number}>
          <span>
            <strong>{number}</strong> {units.date(atMs)} {units.clock(atMs).slice(0, 5)}
          </span>
          <span className="dim">{[by(who), note].filter((part) => part !== '').join(' · ')}</span>
          {i === 0 ? (
            <span className="good-text">{t('catalogue.inForce')}</span>
          ) : !may('catalogue.restore') ? null : (
            <button
              type="button"
              className="button small"
              aria-label={t('catalogue.restoreTo', { n: number })}
              onClick={() => onRestore(number)}
            >
              <RotateCcw size={12} aria-hidden="true" /> {t('catalogue.restore')}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}

function Export({ onTrouble }: { onTrouble: (trouble: Trouble) => void }) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const save = (format: 'csv' | 'json') =>
    client.call('catalogue.export', { format }).then(
      ({ name, text }) => download(name, text),
      (error: unknown) => onTrouble(troubleOf(error)),
    );
  return (
    <div className="row-line">
      <span className="dim">{t('catalogue.export')}</span>
      <button type="button" className="button small" onClick={() => void save('csv')}>
        {t('catalogue.exportCsv')}
      </button>
      <button type="button" className="button small" onClick={() => void save('json')}>
        {t('catalogue.exportJson')}
      </button>
    </div>
  );
}

/** The products of the room: from a file, as they are, and as they were. */
export function CatalogueScreen() {
  const { t } = useTranslation();
  const { client } = usePanel();
  const { facts, products, trouble, setTrouble, more, again } = useCatalogue();
  const [upload, setUpload] = useState<Upload | null>(null);
  const [done, setDone] = useState<{ version: number; before: number | null } | null>(null);
  const changed = (version: number) => {
    setDone({ version, before: facts?.versions[0]?.number ?? null });
    setUpload(null);
    again();
  };
  const restore = (number: number) =>
    client.call('catalogue.restore', { number }).then(
      ({ version, reason }) => {
        if (version !== null) changed(version.number);
        else setTrouble({ forbidden: false, why: t(`catalogue.notApplied.${reason ?? 'not-kept'}`) });
      },
      (error: unknown) => setTrouble(troubleOf(error)),
    );
  // Of the first change ever, what was in force before is kept as the version right before it.
  const undoTo = done === null ? null : (done.before ?? done.version - 1);
  return (
    <main className="sent catalogue">
      <div className="sent-head">
        <h1>{t('catalogue.title')}</h1>
        <p className="dim">{t('catalogue.lead')}</p>
        {trouble === null ? null : (
          <p className="remedy" role="alert">
            {trouble.forbidden ? t('catalogue.forbidden') : t('catalogue.failed', { why: trouble.why })}
          </p>
        )}
        {done === null ? null : (
          <p className="applied good-text" role="status">
            {t('catalogue.applied', { n: done.version })}{' '}
            <button type="button" className="button small" onClick={() => void restore(undoTo!)}>
              {t('catalogue.undo')}
            </button>
          </p>
        )}
      </div>
      <section className="section catalogue-side" aria-label={t('catalogue.versions')}>
        <For verb="catalogue.upload">
          <FileDrop onUpload={(next) => (setDone(null), setTrouble(null), setUpload(next))} onTrouble={setTrouble} />
        </For>
        <Export onTrouble={setTrouble} />
        <h2>{t('catalogue.versions')}</h2>
        <Versions versions={facts?.versions ?? []} onRestore={(number) => void restore(number)} />
      </section>
      <section className="section catalogue-work" tabIndex={0} aria-label={t('catalogue.title')}>
        {upload !== null && facts !== null ? (
          <ImportWork
            key={upload.uploadId}
            upload={upload}
            currency={facts.currency}
            onDone={changed}
            onCancel={() => setUpload(null)}
          />
        ) : (
          <ProductRows total={facts?.products ?? null} products={products} onMore={() => void more()} />
        )}
      </section>
    </main>
  );
}
