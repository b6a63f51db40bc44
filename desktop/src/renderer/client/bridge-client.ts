import { BRIDGE_FUNCTIONS, PANEL_VERBS, type PanelArgs, type PanelBridge, type PanelResult, type PanelVerb } from '@livecue/shared/contract'; // prettier-ignore
import { PanelRefusedError, parseMessage, type PanelClient } from './panel-client.ts';

/** The page in the desktop: verbs of the preload, which the main process checks and carries on. */
export function createBridgeClient(bridge: PanelBridge): PanelClient {
  let leave: (() => void) | null = null;
  return {
    kind: 'desktop',
    start(listener) {
      listener.onConnection({ kind: 'connecting' });
      leave = bridge.onState((value) => {
        const parsed = parseMessage(value);
        if (!parsed.ok) return listener.onConnection({ kind: 'incompatible', detail: parsed.detail });
        if (parsed.message.type === 'error')
          listener.onConnection({ kind: 'unreachable', detail: parsed.message.message });
        if (parsed.message.type !== 'state') return;
        listener.onConnection({ kind: 'open' });
        listener.onState(parsed.message.state);
      });
    },
    stop() {
      leave?.();
      leave = null;
    },
    async call<V extends PanelVerb>(verb: V, args: PanelArgs<V>) {
      const message = await bridge[BRIDGE_FUNCTIONS[verb]](args);
      if (message.type === 'error') throw new PanelRefusedError(message.code, message.message);
      if (message.type !== 'result')
        throw new PanelRefusedError('internal', `${verb} was answered with a ${message.type}`);
      return PANEL_VERBS[verb].result.parse(message.result) as PanelResult<V>;
    },
    // The desktop is let in by its keys; it has nothing to pair.
    pair: async () => ({ ok: true }),
  };
}
