import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { Send } from 'lucide-react';
import { usePanel } from '../live/use-live.tsx';
import { LevelIcon } from '../operator/level-icon.tsx';
import { useScreens } from './use-screens.ts';
import { wordsOf } from '../parts/error-words.ts';

/** So long a screen has to show it. */
const SHOWN_WITHIN_MS = 10_000;

interface Sent {
  readonly promptId: string;
  readonly atMs: number;
}

/** A real card on the host's screens, and which of them show it. */
export function CueStep({ state }: { state: PanelState }) {
  const { t } = useTranslation();
  const { client } = usePanel();
  const screens = useScreens();
  const [sent, setSent] = useState<Sent | null>(null);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<string | null>(null);
  const send = () =>
    client.call('message.send', { text: t('firstRun.testWords'), priority: 'act-now' }).then(
      ({ promptId }) => {
        setProblem(null);
        setSeen(new Set());
        setSent({ promptId, atMs: performance.now() });
      },
      (error: unknown) => setProblem(wordsOf(error)),
    );
  useEffect(() => {
    if (sent === null) return;
    const showing = screens.filter(({ showing: card }) => card === sent.promptId).map(({ screenId }) => screenId);
    if (showing.some((screenId) => !seen.has(screenId))) setSeen(new Set([...seen, ...showing]));
  }, [screens, sent, seen]);
  const isLate = sent !== null && performance.now() - sent.atMs > SHOWN_WITHIN_MS;
  return (
    <>
      {screens.length === 0 ? <p className="remedy">{t('firstRun.noScreenYet')}</p> : null}
      {state.stage.quiet === 'switched-off' ? <p className="remedy">{t('firstRun.switchedOff')}</p> : null}
      {state.feed.state === 'stale' ? <p className="remedy">{t('firstRun.stale')}</p> : null}
      <button type="button" className="button main" disabled={screens.length === 0} onClick={() => void send()}>
        <Send size={16} aria-hidden="true" /> {t('firstRun.send')}
      </button>
      {problem === null ? null : <p className="remedy" role="alert">{t('host.notSent', { why: problem })}</p>}
      {sent === null ? null : (
        <ul className="rows shown" aria-label={t('firstRun.shownTitle')} aria-live="polite">
          {screens.map(({ screenId }, n) => {
            const isSeen = seen.has(screenId);
            const level = isSeen ? 'ok' : isLate ? 'wrong' : 'off';
            return (
              <li key={screenId} className={`row ${level}`}>
                <LevelIcon level={level} />
                <div className="row-main">
                  <strong>{t('firstRun.screen', { n: n + 1 })}</strong> {t(isSeen ? 'firstRun.shown' : isLate ? 'firstRun.notShown' : 'firstRun.onItsWay')}
                </div>
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
} // prettier-ignore
