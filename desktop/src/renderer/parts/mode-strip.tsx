import { useTranslation } from 'react-i18next';
import type { PanelState, RehearsalNow } from '@livecue/shared/contract';
import { FlaskConical, TriangleAlert } from 'lucide-react';
import { useUnits } from '../words/units.ts';
import { go } from './route.ts';

/** Live events are told for so long after the newest one. */
const LIVE_MS = 60_000;

interface Props {
  readonly mode: PanelState['mode'];
  readonly rehearsal: RehearsalNow | undefined;
  /** This screen shows the rehearsal, not the live room. */
  readonly shown: boolean;
  readonly nowMs: number;
  /** Null: this device does not choose for itself. */
  readonly onWatch: ((on: boolean) => void) | null;
}

/** How far a rehearsal is and how fast it goes, for who looks at it or could. */
function Pace({ rehearsal }: { rehearsal: RehearsalNow }) {
  const { t } = useTranslation();
  const units = useUnits();
  const { fromMs, atMs, toMs, speed, phase } = rehearsal;
  const times = fromMs === null || atMs === null || toMs === null ? null : t('rehearsal.progress', { at: units.duration(atMs - fromMs), all: units.duration(toMs - fromMs) }); // prettier-ignore
  return (
    <span className="mode-pace">
      {phase === 'running' ? t('rehearsal.times', { n: speed }) : t(`rehearsal.${phase}`)} {times}
    </span>
  );
}

/** On every screen whenever what it shows is not the real room, and on the desk when something else is. */
export function ModeStrip({ mode, rehearsal, shown, nowMs, onWatch }: Props) {
  const { t, i18n } = useTranslation();
  // Both languages, whatever the panel speaks: everybody who looks must understand this one.
  const both = (key: 'mode.simulated' | 'mode.replay' | 'rehearsal.notLive' | 'rehearsal.liveNow' | 'rehearsal.beside') => ['zh', 'en'].map((lng) => i18n.getFixedT(lng)(key)).join(' · '); // prettier-ignore
  const isLive = rehearsal?.liveMs != null && nowMs - rehearsal.liveMs < LIVE_MS;
  const button = (on: boolean) =>
    onWatch === null || rehearsal === undefined ? null : (
      <button
        type="button"
        className="button small"
        onClick={() => {
          onWatch(on);
          if (on) go('operator');
        }}
      >
        {t(on ? 'rehearsal.watch' : 'rehearsal.back')}
      </button>
    );
  return (
    <>
      {isLive && (shown || onWatch !== null) ? (
        <div className="mode-strip live-now" role="alert">
          <TriangleAlert aria-hidden="true" size={14} /> <strong>{both('rehearsal.liveNow')}</strong>
          {shown ? button(false) : null}
        </div>
      ) : null}
      {shown && rehearsal !== undefined ? (
        <div className="mode-strip rehearsed" role="note">
          <FlaskConical aria-hidden="true" size={16} /> <strong>{both('rehearsal.notLive')}</strong>{' '}
          <Pace rehearsal={rehearsal} />
          {isLive ? null : button(false)}
        </div>
      ) : null}
      {!shown && mode !== 'live' ? (
        <div className="mode-strip" role="note">
          <FlaskConical aria-hidden="true" size={14} /> <span>{both(`mode.${mode}`)}</span>
        </div>
      ) : null}
      {!shown && rehearsal !== undefined && onWatch !== null ? (
        <div className="mode-strip beside" role="note">
          <span>{both('rehearsal.beside')}</span> <Pace rehearsal={rehearsal} /> {button(true)}
        </div>
      ) : null}
    </>
  );
}
