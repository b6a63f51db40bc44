import './csp.ts';
import { createRoot } from 'react-dom/client';
import type { PanelBridge } from '@livecue/shared/contract';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/host.css';
import './style/operator.css';
import './style/tables.css';
import './style/cues.css';
import './style/comments.css';
import './style/signals.css';
import './style/desk.css';
import './style/sent.css';
import './style/air.css';
import './style/shows.css';
import './style/rehearsal.css';
import './style/devices.css';
import './style/catalogue.css';
import './style/control.css';
import './style/form.css';
import './style/settings.css';
import './style/log.css';
import './style/first-run.css';
import './style/pair.css';
import { App } from './app.tsx';
import { createBridgeClient } from './client/bridge-client.ts';
import { createSocketClient } from './client/socket-client.ts';
import { createLiveStore } from './live/live-store.ts';
import { PanelProvider } from './live/use-live.tsx';
import { startWords } from './words/i18n.ts';

declare global {
  interface Window {
    /** Present in the desktop alone. */
    readonly livecue?: PanelBridge;
  }
}

startWords();
const client =
  window.livecue === undefined
    ? createSocketClient({
        open: () => new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/panel`),
        fetch: (input, init) => fetch(input, init),
        random: Math.random,
      })
    : createBridgeClient(window.livecue);
const store = createLiveStore(client, () => performance.now());
store.start();

const page = document.getElementById('page');
if (page === null) throw new Error('index.html has no #page');
createRoot(page).render(
  <PanelProvider value={{ client, store }}>
    <App />
  </PanelProvider>,
);
