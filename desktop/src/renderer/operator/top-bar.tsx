import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { MonitorSmartphone, Moon, Sun } from 'lucide-react';
import type { Clock } from '../live/use-live.tsx';
import { For } from '../live/use-self.tsx';
import { PairDevice } from '../pair/pair-device.tsx';
import type { Route } from '../parts/route.ts';
import { chooseLanguage } from '../words/i18n.ts';
import { useUnits } from '../words/units.ts';
import { cloudLevel } from './cloud-level.ts';
import { CueControls } from './cues/cue-controls.tsx';
import { LevelIcon, type Level } from './level-icon.tsx';
import { PageLinks } from './page-links.tsx';
import type { Theme } from './room-charts.tsx';

/** Share of the events that senders numbered, or platforms counted, and that we have; null before the first. */
export function coverage(sources: PanelState['sources']): number | null {
  const seen = sources.reduce((sum, s) => sum + s.events, 0);
  const lost = sources.reduce(
    (sum, s) => sum + s.lostUpstream + (s.likes === undefined ? 0 : s.likes.told - s.likes.counted),
    0,
  );
  return seen + lost === 0 ? null : seen / (seen + lost);
}

function Figure({ level, children }: { level?: Level; children: ReactNode }) {
  return (
    <span className="figure">
      {level === undefined ? null : <LevelIcon level={level} size={14} />}
      {children}
    </span>
  );
}

function Feed({ state, clock }: { state: PanelState; clock: Clock }) {
  const { t } = useTranslation();
  const units = useUnits();
  const ageMs = state.feed.lastEventMs === null ? 0 : clock.nowMs - state.feed.lastEventMs;
  const level = { waiting: 'off', ok: 'ok', stale: 'wrong' } as const;
  return (
    <Figure level={level[state.feed.state]}>{t(`top.feed.${state.feed.state}`, { age: units.age(ageMs) })}</Figure>
  );
}

export function TopBar(props: {
  state: PanelState;
  clock: Clock;
  route: Route;
  theme: Theme;
  onTheme: (theme: Theme) => void;
}) {
  const { state, clock, theme } = props;
  const { t } = useTranslation();
  const units = useUnits();
  const [pairing, setPairing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const covered = coverage(state.sources);
  const other: Theme = theme === 'dark' ? 'light' : 'dark';
  const ThemeIcon = other === 'light' ? Sun : Moon;
  return (
    <header className="top-bar">
      <span className="brand">LiveCue</span>
      <span className="room-name">{state.roomName === '' ? state.roomId : state.roomName}</span>
      <Figure>
        {t(state.mode === 'live' ? 'live' : 'on')} {units.duration(clock.nowMs - state.startedMs)}
      </Figure>
      <Feed state={state} clock={clock} />
      <Figure>{covered === null ? null : t('top.coverage', { n: units.percent(covered) })}</Figure>
      <Figure level={cloudLevel(state.uplink)}>
        {t('top.cloud')}{' '}
        {state.uplink.lastAckMs === null
          ? t(`cloud.state.${state.uplink.state}`)
          : units.age(clock.nowMs - state.uplink.lastAckMs)}
      </Figure>
      <For verb="cues.control">
        <CueControls stage={state.stage} onProblem={setProblem} />
      </For>
      <PageLinks route={props.route} />
      <For verb="devices.paired">
        <button
          type="button"
          className="button small pair-button"
          title={t('top.pair')}
          onClick={() => setPairing(true)}
        >
          <MonitorSmartphone size={14} aria-hidden="true" /> <span className="wide-word">{t('top.pair')}</span>
        </button>
      </For>
      <button
        type="button"
        className="button small theme-button"
        title={t(`top.theme.${other}`)}
        onClick={() => props.onTheme(other)}
      >
        <ThemeIcon size={14} aria-hidden="true" /> <span className="wide-word">{t(`top.theme.${other}`)}</span>
      </button>
      <button
        type="button"
        className="button small language"
        onClick={() => chooseLanguage(units.language === 'zh' ? 'en' : 'zh')}
      >
        {t('top.language')}
      </button>
      {problem === null ? null : (
        <span className="wrong-text" role="alert">
          {t('host.notSent', { why: problem })}
        </span>
      )}
      {pairing ? <PairDevice onClose={() => setPairing(false)} /> : null}
    </header>
  );
}
