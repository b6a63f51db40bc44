import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelState } from '@livecue/shared/contract';
import { CirclePause, Settings, Unplug } from 'lucide-react';
import type { Live } from '../live/live-store.ts';
import { readClock, useBeat, useLiveOf, usePanel, type Clock } from '../live/use-live.tsx';
import { useMay } from '../live/use-self.tsx';
import { recall, recallNumber, recallText, remember } from '../parts/memory.ts';
import { PriorityMark } from '../parts/priority-mark.tsx';
import { useUnits } from '../words/units.ts';
import { ActiveCard } from './active-card.tsx';
import { useHostGestures, type HostVerb } from './host-gestures.ts';
import { HostSettings, type HostChoices } from './host-settings.tsx';
import { leastFontPx, NOMINAL_MM_PER_PX } from './optics.ts';
import { QuietLine } from './quiet-line.tsx';
import { useScreenReport } from './screen-report.ts';
import { useEarCue } from './use-ear-cue.ts';

/** The bar of a card moves this often; without one the clock and the ages do. */
const BEAT_MS = { card: 250, calm: 1_000 };

/** A refusal is read by then, or never. */
const REFUSAL_MS = 6_000;
/** Ids of outputs have 64 characters, their names fewer than this. */
const LONGEST_OUTPUT = 200;

function recallOutput(): HostChoices['ear'] {
  const id = recallText('ear-output', LONGEST_OUTPUT);
  return id === '' ? null : { id, label: recallText('ear-label', LONGEST_OUTPUT) };
}

function useChoices(): [HostChoices, (choices: HostChoices) => void] {
  const [choices, set] = useState<HostChoices>(() => ({
    distanceM: recallNumber('distance', 0.3, 10, 1.5),
    mmPerPx: recallNumber('mm-per-px', 0.05, 1, NOMINAL_MM_PER_PX),
    calm: recall('calm', ['orders', 'clock'], 'orders'),
    ear: recallOutput(),
  }));
  return [
    choices,
    (next) => {
      remember('distance', next.distanceM);
      remember('mm-per-px', next.mmPerPx);
      remember('calm', next.calm);
      remember('ear-output', next.ear?.id ?? '');
      remember('ear-label', next.ear?.label ?? '');
      set(next);
    },
  ];
}

/** Why no card may be shown, in the place of the card. */
function Paused({ icon, title, text }: { icon: 'lost' | 'stale'; title: string; text: string }) {
  const Icon = icon === 'lost' ? Unplug : CirclePause;
  return (
    <div className={`paused ${icon}`} role="alert">
      <Icon aria-hidden="true" className="paused-icon" />
      <h1>{title}</h1>
      <p>{text}</p>
    </div>
  );
}

function CalmNumber({ state, calm }: { state: PanelState; calm: HostChoices['calm'] }) {
  const { t } = useTranslation();
  const units = useUnits();
  const waiting = state.feed.state === 'waiting';
  return (
    <div className="calm">
      <div className="calm-number">
        {calm === 'clock' ? units.clock(Date.now()).slice(0, 5) : units.count(state.ordersLastHour)}
      </div>
      <p>{waiting ? t('host.waiting') : t(calm === 'clock' ? 'host.clock' : 'host.ordersHour')}</p>
      {state.stage.quiet === undefined ? null : <p className="calm-quiet">{t(`control.quiet.${state.stage.quiet}`)}</p>}
    </div>
  );
}

function Middle({ state, clock, choices }: { state: PanelState; clock: Clock; choices: HostChoices }) {
  const { t } = useTranslation();
  const units = useUnits();
  if (clock.lost)
    return (
      <Paused
        icon="lost"
        title={t('connection.lost')}
        text={t('connection.lostDetail', { age: units.age(clock.stateAgeMs) })}
      />
    );
  if (state.feed.state === 'stale') {
    const ageMs = clock.nowMs - (state.feed.lastEventMs ?? state.startedMs);
    return <Paused icon="stale" title={t('host.stale')} text={t('host.staleAge', { age: units.age(ageMs) })} />;
  }
  const { active } = state.stage;
  if (active === null || active.expiresMs <= clock.nowMs) return <CalmNumber state={state} calm={choices.calm} />;
  return (
    <ActiveCard
      key={active.promptId}
      prompt={active}
      nowMs={clock.nowMs}
      leastPx={leastFontPx(choices.distanceM, choices.mmPerPx)}
    />
  );
}

function NextLine({ state, shown }: { state: PanelState; shown: boolean }) {
  const { t } = useTranslation();
  const units = useUnits();
  const next = shown ? state.stage.next.slice(0, 2) : [];
  return (
    <div className="next-line">
      {next.length === 0 ? null : <span className="next-word">{t('host.next')}</span>}
      {next.map((prompt) => (
        <span className="next-card" key={prompt.promptId}>
          <PriorityMark priority={prompt.priority} /> {units.words(prompt.headline)}
        </span>
      ))}
    </div>
  );
}

/** Why the last gesture was refused; gone after a while, or with the card that it was meant for. */
function useRefusal(promptId: string | null) {
  const [refusal, set] = useState<{ promptId: string; why: string } | null>(null);
  useEffect(() => {
    if (refusal === null) return undefined;
    const timer = setTimeout(() => set(null), REFUSAL_MS);
    return () => clearTimeout(timer);
  }, [refusal]);
  return [refusal?.promptId === promptId ? (refusal?.why ?? null) : null, set] as const;
}

/** What must be seen at once, to compare; figures of the rest, and the clock, are drawn with the next beat. */
const seenAtOnce = ({ connection, state }: Live) =>
  JSON.stringify([
    connection.kind,
    state?.stage,
    state?.feed.state,
    state?.explaining?.productId,
    state?.viewers,
    state?.ordersLastHour,
  ]);

/** The stage cue: one card, at most two next, nothing that scrolls or jumps. */
export const HostScreen = memo(function HostScreen() {
  const { t } = useTranslation();
  const { client, store } = usePanel();
  useLiveOf(seenAtOnce);
  const live = store.read();
  useBeat(live.state?.stage.active == null ? BEAT_MS.calm : BEAT_MS.card);
  const [choices, setChoices] = useChoices();
  const may = useMay()('prompt.done');
  const [settings, setSettings] = useState(false);
  const { state } = live;
  const clock = state === null ? null : readClock({ ...live, state });
  const usable = state !== null && clock !== null && !clock.lost && state.feed.state !== 'stale';
  const active =
    usable && state.stage.active !== null && state.stage.active.expiresMs > clock.nowMs ? state.stage.active : null;
  useScreenReport(choices, active?.promptId ?? null, may);
  const ear = useEarCue(choices.ear, state, active);
  const [problem, setRefusal] = useRefusal(active?.promptId ?? null);

  const act = (verb: HostVerb, promptId: string) => {
    client.call(verb, { promptId }).then(
      () => setRefusal(null),
      (error: unknown) => setRefusal({ promptId, why: error instanceof Error ? error.message : String(error) }),
    );
  };
  const gestures = useHostGestures(may ? (active?.promptId ?? null) : null, act);
  if (state === null || clock === null) return null;
  return (
    <main className="host" aria-label={t('host.title')}>
      <QuietLine state={state} nowMs={clock.nowMs} ear={ear} />
      <section className="stage" {...gestures} onContextMenu={(event) => event.preventDefault()}>
        <Middle state={state} clock={clock} choices={choices} />
      </section>
      <footer className="host-foot">
        <NextLine state={state} shown={usable} />
        <span className="host-problem" role="status">
          {problem === null ? null : t('host.notSent', { why: problem })}
        </span>
        <span className={`legend keys ${active === null || !may ? 'off' : ''}`}>
          <kbd>Enter</kbd> {t('host.done')} <kbd>N</kbd> {t('host.snooze')} <kbd>M</kbd> {t('host.mute')} <kbd>X</kbd>{' '}
          {t('host.veto')}
        </span>
        <span className={`legend touch ${active === null || !may ? 'off' : ''}`}>
          {t('host.tap')} {t('host.done')} · {t('host.hold')} {t('host.snooze')}
        </span>
        <button
          type="button"
          className="icon-button"
          aria-label={t('host.settings')}
          title={t('host.settings')}
          onClick={() => setSettings(true)}
        >
          <Settings size={18} aria-hidden="true" />
        </button>
      </footer>
      {settings ? (
        <HostSettings choices={choices} ear={ear} onChange={setChoices} onClose={() => setSettings(false)} />
      ) : null}
    </main>
  );
});
