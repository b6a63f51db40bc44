import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpenScreen, PanelResult } from '@livecue/shared/contract';
import { MonitorPlay, QrCode as QrIcon } from 'lucide-react';
import { usePanel } from '../live/use-live.tsx';
import { LevelIcon } from '../operator/level-icon.tsx';
import { CodeView } from '../pair/pair-device.tsx';
import { useScreens } from './use-screens.ts';
import { wordsOf } from '../parts/error-words.ts';

/** Each open screen, and what is still to be done at it. */
export function ScreenList({ screens }: { screens: readonly OpenScreen[] }) {
  const { t } = useTranslation();
  if (screens.length === 0) return <p className="empty" role="status">{t('firstRun.noScreen')}</p>;
  return (
    <ul className="rows screens" aria-label={t('firstRun.screens')}>
      {screens.map(({ screenId, distanceM, calibrated }, n) => (
        <li key={screenId} className={`row ${calibrated ? 'ok' : 'warn'}`}>
          <LevelIcon level={calibrated ? 'ok' : 'warn'} />
          <div className="row-main">
            <strong>{t('firstRun.screen', { n: n + 1 })}</strong> <span className="dim">{t('firstRun.distance', { m: distanceM })}</span>
            {calibrated ? null : <p className="remedy">{t('firstRun.calibrate')}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
} // prettier-ignore

/** A screen for the host: a tablet by its camera, or a second display of this computer. */
export function ScreenStep() {
  const { t } = useTranslation();
  const { client } = usePanel();
  const screens = useScreens();
  const [made, setMade] = useState<PanelResult<'pairing.create'> | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const create = () =>
    client.call('pairing.create', { role: 'host' }).then(setMade, (error: unknown) => setProblem(wordsOf(error)));
  return (
    <>
      <div className="row-line first-run-ways">
        <button type="button" className="button main" onClick={() => void create()}>
          <QrIcon size={16} aria-hidden="true" /> {t('firstRun.tablet')}
        </button>
        <a className="button" href="#/host" target="_blank" rel="noreferrer">
          <MonitorPlay size={16} aria-hidden="true" /> {t('firstRun.display')}
        </a>
      </div>
      {problem === null ? null : <p className="remedy" role="alert">{problem}</p>}
      {made === null ? null : <div className="device"><CodeView made={made} /></div>}
      <ScreenList screens={screens} />
    </>
  );
} // prettier-ignore
