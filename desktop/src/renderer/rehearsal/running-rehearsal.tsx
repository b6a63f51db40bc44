import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelArgs, RecordingCheck, RehearsalNow } from '@livecue/shared/contract';
import { Eye, Pause, Play, Square } from 'lucide-react';
import { go } from '../parts/route.ts';
import { useUnits } from '../words/units.ts';
import { watchRehearsal } from './shown-room.tsx';
import { SpeedSlider } from './speed-slider.tsx';

/** While the thumb is dragged one speed after the other would be sent. */
const SETTLE_MS = 300;

/** Lines of the recording that could not be used. */
export function BadLines({ check }: { check: RecordingCheck }) {
  const { t } = useTranslation();
  const units = useUnits();
  const count = Object.values(check.refused).reduce((sum, n) => sum + n, 0);
  if (count === 0) return null;
  return (
    <details className="bad-lines">
      <summary>{t('rehearsal.bad', { n: units.count(count) })}</summary>
      <ul>
        {check.lines.map(({ line, detail }) => (
          <li key={line} className="small">
            {t('rehearsal.badLine', { line, detail })}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Progress({ rehearsal }: { rehearsal: RehearsalNow }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { fromMs, toMs, atMs, phase, reached, speed, cards } = rehearsal;
  const isSlow = reached !== null && reached < 0.9 * speed;
  const isKnown = fromMs !== null && toMs !== null;
  return (
    <>
      <progress
        aria-label={t('rehearsal.now')}
        max={1}
        value={isKnown && atMs !== null ? (atMs - fromMs) / Math.max(1, toMs - fromMs) : 0}
      />
      <dl className="show-figures">
        <div className="show-figure">
          <dt>{t(`rehearsal.${phase}`)}</dt>
          <dd>
            <strong>
              {isKnown ? t('rehearsal.progress', { at: units.duration((atMs ?? fromMs) - fromMs), all: units.duration(toMs - fromMs) }) : '–'}
            </strong>
            <span className="small dim">{atMs === null ? null : t('rehearsal.at', { at: `${units.date(atMs)} ${units.clock(atMs)}` })}</span>
          </dd>
        </div>
        <div className="show-figure">
          <dt>{t('rehearsal.speed')}</dt>
          <dd>
            <strong>{t('rehearsal.times', { n: speed })}</strong>
            <span className="small dim">{isSlow ? t('rehearsal.reached', { n: units.rate(reached) }) : null}</span>
          </dd>
        </div>
        <div className="show-figure">
          <dt>{t('rehearsal.cards')}</dt>
          <dd>
            <strong>{units.count(cards)}</strong>
          </dd>
        </div>
      </dl>
    </>
  );
} // prettier-ignore

/** The rehearsal that runs: how far it is, faster and slower, where it is shown, its end. */
export function RunningRehearsal(props: {
  rehearsal: RehearsalNow;
  check: RecordingCheck | null;
  /** False: this device looks on. */
  may: boolean;
  onControl: (change: PanelArgs<'rehearsal.control'>) => void;
  onStop: () => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { rehearsal, check, may, onControl } = props;
  const [wanted, setWanted] = useState<number | null>(null);
  useEffect(() => {
    if (wanted === null) return undefined;
    const timer = setTimeout(() => {
      onControl({ speed: wanted });
      setWanted(null);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
    // The newest wish alone counts, whatever the page draws meanwhile.
  }, [wanted]);
  const isPaused = rehearsal.phase === 'paused';
  const isOver = rehearsal.phase === 'ending';
  const Icon = isPaused ? Play : Pause;
  return (
    <div className="running-rehearsal">
      <Progress rehearsal={rehearsal} />
      {check === null ? null : <BadLines check={check} />}
      <p className="row-line">
        <button
          type="button"
          className="button main"
          onClick={() => {
            watchRehearsal(rehearsal.rehearsalId);
            go('operator');
          }}
        >
          <Eye size={14} aria-hidden="true" /> {t('rehearsal.watch')}
        </button>
        {may ? (
          <>
            <button type="button" className="button" disabled={isOver} onClick={() => onControl({ paused: !isPaused })}>
              <Icon size={14} aria-hidden="true" /> {t(isPaused ? 'rehearsal.resume' : 'rehearsal.pause')}
            </button>
            <button type="button" className="button" disabled={isOver} onClick={props.onStop}>
              <Square size={14} aria-hidden="true" /> {t('rehearsal.stop')}
            </button>
          </>
        ) : null}
      </p>
      {may ? (
        <>
          <SpeedSlider speed={wanted ?? rehearsal.speed} onChange={setWanted} />
          <label className="check">
            <input
              type="checkbox"
              checked={rehearsal.onHosts}
              onChange={(event) => onControl({ onHosts: event.target.checked })}
            />
            <span>
              {t('rehearsal.onHosts')} <span className="dim small">{t('rehearsal.onHostsHelp')}</span>
            </span>
          </label>
        </>
      ) : null}
      {rehearsal.liveMs === null || rehearsal.onHosts ? null : (
        <p className="small">{t('rehearsal.offHosts', { at: units.clock(rehearsal.liveMs) })}</p>
      )}
    </div>
  );
}
