import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RotateCcw } from 'lucide-react';
import { usePanel } from '../live/use-live.tsx';
import { useUnits } from '../words/units.ts';
import { ChangeTable, Warnings } from './change-table.tsx';
import type { Previewed, Settings } from './use-settings.ts';
import { wordsOf } from '../parts/error-words.ts';

/** Every version with who, when and why; what going back would change, and the way back. */
export function HistorySection({ facts, may, onRestore }: { facts: Settings; may: boolean; onRestore: (number: number) => void }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { client } = usePanel();
  const [shown, setShown] = useState<{ readonly number: number; readonly preview: Previewed } | { readonly failed: string } | null>(null);
  const show = (number: number) =>
    void client.call('settings.version', { number }).then(
      ({ preview }) => setShown({ number, preview }),
      (error: unknown) => setShown({ failed: wordsOf(error) }),
    );
  if (facts.versions.length === 0) return <p className="empty">{t('settings.noVersions')}</p>;
  return (
    <>
      {shown !== null && 'failed' in shown ? <p className="remedy" role="alert">{t('settings.failed', { why: shown.failed })}</p> : null}
      <ol className="versions">
        {facts.versions.map(({ number, atMs, by, note, inForce, takenBack }) => (
          <li key={number}>
            <span><strong>{number}</strong> {units.date(atMs)} {units.clock(atMs).slice(0, 5)} {takenBack === null ? null : <span className="wrong-text">{t('settings.versionTakenBack')}</span>}</span>
            <span className="dim">{[by === '' ? t('settings.byHand') : by, note, takenBack].filter((part) => part !== '' && part !== null).join(' · ')}</span>
            {inForce ? (
              <span className="good-text">{t('settings.inForce')}</span>
            ) : (
              <button type="button" className="button small" aria-label={t('settings.compareWith', { n: number })} aria-expanded={shown !== null && 'number' in shown && shown.number === number} onClick={() => show(number)}>
                {t('settings.compare')}
              </button>
            )}
            {shown !== null && 'number' in shown && shown.number === number ? (
              <div className="version-diff">
                {shown.preview.problems.map(({ path, message }, i) => <p key={i} className="remedy">{path}: {message}</p>)}
                {shown.preview.changes.length === 0 && shown.preview.problems.length === 0 ? <p className="dim">{t('settings.same')}</p> : null}
                {shown.preview.changes.length === 0 ? null : (
                  <>
                    <ChangeTable changes={shown.preview.changes} />
                    <Warnings warnings={shown.preview.warnings} />
                    <button type="button" className="button" disabled={!may} onClick={() => { setShown(null); onRestore(number); }}>
                      <RotateCcw size={14} aria-hidden="true" /> {t('settings.restoreTo', { n: number })}
                    </button>
                  </>
                )}
              </div>
            ) : null}
          </li>
        ))}
      </ol>
    </>
  );
} // prettier-ignore
