import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { HostScreen } from './host/host-screen.tsx';
import { useLive } from './live/use-live.tsx';
import { Desk } from './operator/desk.tsx';
import { PairForm } from './pair/pair-form.tsx';
import { ModeStrip } from './parts/mode-strip.tsx';
import { Notice } from './parts/notice.tsx';
import { go, takePairCode, useRoute, type Route } from './parts/route.ts';

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
  useViewKey(route);
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
  return (
    <div className="page">
      <ModeStrip mode={state.mode} />
      {route === 'host' ? <HostScreen /> : <Desk route={route} />}
    </div>
  );
}
