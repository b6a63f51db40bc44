import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommentFilter, PanelState } from '@livecue/shared/contract';
import { Unplug } from 'lucide-react';
import { AirScreen } from '../air/air-screen.tsx';
import { CatalogueScreen } from '../catalogue/catalogue-screen.tsx';
import { ControlScreen } from '../control/control-screen.tsx';
import { DevicesScreen } from '../devices/devices-screen.tsx';
import { FirstRunScreen } from '../first-run/first-run-screen.tsx';
import { useFirstRunOpens } from '../first-run/use-first-run.ts';
import { readClock, useBeat, useLive, type Clock } from '../live/use-live.tsx';
import { For } from '../live/use-self.tsx';
import { LogScreen } from '../log/log-screen.tsx';
import { recall, remember } from '../parts/memory.ts';
import type { Route } from '../parts/route.ts';
import { RehearsalScreen } from '../rehearsal/rehearsal-screen.tsx';
import { SentScreen } from '../sent/sent-screen.tsx';
import { SettingsScreen } from '../settings/settings-screen.tsx';
import { ShowsScreen } from '../shows/shows-screen.tsx';
import { TemplatesScreen } from '../templates/templates-screen.tsx';
import { useUnits } from '../words/units.ts';
import { ALL_COMMENTS } from './comments/comment-feed.ts';
import { CommentList } from './comments/comment-list.tsx';
import { CueList } from './cue-list.tsx';
import { HealthList } from './health-list.tsx';
import { ProductTable } from './product-table.tsx';
import { RoomCharts, type Theme } from './room-charts.tsx';
import { SourceList } from './source-list.tsx';
import { TopBar } from './top-bar.tsx';
import { WorkSection } from './work-section.tsx';

const BEAT_MS = 500;

function LostBanner({ clock }: { clock: Clock }) {
  const { t } = useTranslation();
  const units = useUnits();
  return (
    <div className="lost-banner" role="alert">
      <Unplug size={16} aria-hidden="true" /> <strong>{t('connection.lost')}</strong>{' '}
      {t('connection.lostDetail', { age: units.age(clock.stateAgeMs) })}
    </div>
  );
}

/** In the place of the comments, for whom they are not. */
function NoComments() {
  const { t } = useTranslation();
  return (
    <section className="section comments" aria-label={t('comments.title')}>
      <p className="empty">{t('role.noComments')}</p>
    </section>
  );
}

function OperatorScreen({ state, clock, theme }: { state: PanelState; clock: Clock; theme: Theme }) {
  const { nowMs } = clock;
  const [filter, setFilter] = useState<CommentFilter>(ALL_COMMENTS);
  return (
    <main className={`desk ${clock.lost ? 'old' : ''}`}>
      <div className="column side">
        <SourceList sources={state.sources} nowMs={nowMs} />
        <HealthList items={state.health} />
      </div>
      <ProductTable state={state} nowMs={nowMs} filter={filter} onFilter={setFilter} />
      <For verb="comments.after" else={<NoComments />}>
        <CommentList filter={filter} products={state.products} onFilter={setFilter} />
      </For>
      <WorkSection state={state} nowMs={nowMs} />
      <div className="column last">
        <CueList state={state} nowMs={nowMs} />
        <RoomCharts state={state} nowMs={nowMs} theme={theme} />
      </div>
    </main>
  );
}

/** The operator's side: top bar, and below it the mixing desk the recorded shows, or what left. */
export function Desk({ route }: { route: Route }) {
  const live = useLive();
  useBeat(BEAT_MS);
  useFirstRunOpens();
  const [theme, setTheme] = useState<Theme>(() => recall('theme', ['dark', 'light'], 'dark'));
  const { state } = live;
  if (state === null) return null;
  const clock = readClock({ ...live, state });
  const choose = (next: Theme) => {
    remember('theme', next);
    setTheme(next);
  };
  return (
    <div className={`operator ${theme === 'light' ? 'light' : ''}`}>
      <TopBar state={state} clock={clock} route={route} theme={theme} onTheme={choose} />
      {clock.lost ? <LostBanner clock={clock} /> : null}
      {route === 'air' ? <AirScreen /> : null}
      {route === 'sent' ? <SentScreen uplink={state.uplink} nowMs={clock.nowMs} /> : null}
      {route === 'shows' ? <ShowsScreen /> : null}
      {route === 'rehearsal' ? <RehearsalScreen /> : null}
      {route === 'devices' ? <DevicesScreen /> : null}
      {route === 'control' ? <ControlScreen state={state} nowMs={clock.nowMs} /> : null}
      {route === 'catalogue' ? <CatalogueScreen /> : null}
      {route === 'settings' ? <SettingsScreen /> : null}
      {route === 'first-run' ? <FirstRunScreen state={state} nowMs={clock.nowMs} /> : null}
      {route === 'templates' ? <TemplatesScreen /> : null}
      {route === 'log' ? <LogScreen /> : null}
      {route === 'operator' ? <OperatorScreen state={state} clock={clock} theme={theme} /> : null}
    </div>
  );
}
