import { PANEL_VERBS, REHEARSED_VERBS, type PanelArgs, type PanelResult, type PanelVerb } from '@livecue/shared/contract'; // prettier-ignore
import type { PanelClient } from './panel-client.ts';

type RehearsedVerb = (typeof REHEARSED_VERBS)[number];
const isRehearsed = (verb: PanelVerb): verb is RehearsedVerb => (REHEARSED_VERBS as readonly string[]).includes(verb);

const LOOK_MS = 250;

/** The rehearsed room over the connection to the live agent; verbs that are not rehearsed stay the live agent's. */
export function createRehearsalClient(live: PanelClient): PanelClient {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running = false;

  return {
    kind: live.kind,
    start(listener) {
      running = true;
      listener.onConnection({ kind: 'connecting' });
      const look = async () => {
        try {
          const { state } = await live.call('rehearsal.look', {});
          if (!running) return;
          if (state !== null) {
            listener.onConnection({ kind: 'open' });
            listener.onState(state);
          }
        } catch {
          // Nobody answered: the state grows old, and the screen says so by itself.
        }
        if (running) timer = setTimeout(() => void look(), LOOK_MS);
      };
      void look();
    },
    stop() {
      running = false;
      if (timer !== null) clearTimeout(timer);
    },
    async call<V extends PanelVerb>(verb: V, args: PanelArgs<V>) {
      if (!isRehearsed(verb)) return live.call(verb, args);
      const { result } = await live.call('rehearsal.call', { verb, args });
      return PANEL_VERBS[verb].result.parse(result) as PanelResult<V>;
    },
    pair: (code) => live.pair(code),
  };
}
