import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { HostScreen } from './host/host-screen.tsx';
import { useLive } from './live/use-live.tsx';
import { SelfProvider, useAskedSelf } from './live/use-self.tsx';
import { Desk } from './operator/desk.tsx';
import { PairForm } from './pair/pair-form.tsx';
import { ShownRoom } from './rehearsal/shown-room.tsx';
import { Notice } from './parts/notice.tsx';
import { useSetLayout } from './parts/set-layout.ts';
import { go, namesRoute, takePairCode, useRoute, type Route } from './parts/route.ts';

/** V goes from the host screen to the operator's and back. */
function useViewKey(route: Route): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'v' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest('input, select, textarea, dialog') !== null) return;
      go(route === 'host' ? 'operator' : 'host');
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [route]);
}

export function App() {
  const { t } = useTranslation();
  const { connection, state } = useLive();
  const route = useRoute();
  const [code] = useState(takePairCode);
  const self = useAskedSelf();
  useViewKey(route);
  const layoutRound = useSetLayout(state?.studio?.hostScreen, route === 'host');
  const isScreen = self?.role === 'host';
  useEffect(() => {
    if (isScreen && !namesRoute()) go('host');
  }, [isScreen]);
  if (connection.kind === 'not-paired') return <PairForm firstCode={code} />;
  if (connection.kind === 'incompatible') {
    return (
      <Notice title={t('connection.incompatible')} text={`${t('connection.incompatibleDo')} (${connection.detail})`}>
        <button type="button" className="button main" onClick={() => location.reload()}>
          {t('connection.reload')}
        </button>
      </Notice>
    );
  }
  if (state === null) {
    if (connection.kind === 'unreachable')
      return <Notice title={t('connection.unreachable')} text={connection.detail} />;
    return <Notice title={t(connection.kind === 'lost' ? 'connection.lost' : 'connection.connecting')} />;
  }
  if (self === null) return <Notice title={t('connection.connecting')} />;
  if (isScreen && route !== 'host') {
    return (
      <Notice title={t('role.hostOnly')} text={t('role.hostOnlyDo')}>
        <button type="button" className="button main" onClick={() => go('host')}>
          {t('role.toHost')}
        </button>
      </Notice>
    );
  }
  return (
    <SelfProvider value={self}>
      <div className="page">
        <ShownRoom route={route}>
          {route === 'host' ? <HostScreen key={layoutRound} /> : <Desk route={route} />}
        </ShownRoom>
      </div>
    </SelfProvider>
  );
}
