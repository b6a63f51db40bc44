import {
  PANEL_VERBS,
  SLOW_VERB_MS,
  SLOW_VERBS,
  type PanelArgs,
  type PanelMessage,
  type PanelResult,
  type PanelVerb,
} from '@livecue/shared/contract';
import * as z from 'zod';
import {
  PanelRefusedError,
  parseMessage,
  type PairOutcome,
  type PanelClient,
  type PanelListener,
} from './panel-client.ts';

/** Close code of the agent for a panel without a token. */
const CLOSE_NOT_PAIRED = 4401;
const CALL_TIMEOUT_MS = 5_000;
/** The agent says something at least once a second; longer silence is a dead connection that nobody closed. */
const SILENCE_MS = 5_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

const PairRefusal = z.object({ code: z.string(), retryAfterMs: z.number().optional() });

export interface SocketPorts {
  /** Opens a WebSocket to `/panel`. */
  readonly open: () => WebSocket;
  readonly fetch: typeof fetch;
  /** 0 ≤ x < 1, spreads the tries of many panels. */
  readonly random: () => number;
}

/** Wait before the nth try: 0.5, 1, 2, 4, 8, 8 … s, up to a fifth less by chance. */
export function waitMs(tries: number, random: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (1 - 0.2 * random);
}

type Waiting = {
  take: (message: PanelMessage) => void;
  refuse: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
};

/** The page in a browser: one WebSocket that comes back by itself. */
export function createSocketClient(ports: SocketPorts): PanelClient {
  let listener: PanelListener | null = null;
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  let lastId = 0;
  const waiting = new Map<number, Waiting>();

  function failAll(): void {
    for (const [id, call] of waiting) {
      clearTimeout(call.timer);
      call.refuse(new PanelRefusedError('no-answer', 'The connection to the agent was lost.'));
      waiting.delete(id);
    }
  }

  function dropSocket(): void {
    clearTimeout(timer);
    clearTimeout(silence);
    const old = socket;
    socket = null;
    old?.close();
    failAll();
  }

  function lost(): void {
    dropSocket();
    listener?.onConnection({ kind: 'lost' });
    timer = setTimeout(connect, waitMs(tries, ports.random()));
    tries += 1;
  }

  function heard(): void {
    clearTimeout(silence);
    silence = setTimeout(lost, SILENCE_MS);
  }

  function receive(text: string): void {
    const parsed = parseMessage(JSON.parse(text));
    if (!parsed.ok) return listener?.onConnection({ kind: 'incompatible', detail: parsed.detail });
    const { message } = parsed;
    if (message.type === 'state') {
      tries = 0;
      listener?.onConnection({ kind: 'open' });
      return listener?.onState(message.state);
    }
    const call = message.id === null ? undefined : waiting.get(message.id);
    if (call === undefined || message.id === null) return;
    waiting.delete(message.id);
    clearTimeout(call.timer);
    call.take(message);
  }

  function connect(): void {
    dropSocket();
    const own = (socket = ports.open());
    heard();
    own.addEventListener('message', (event) => {
      if (own !== socket) return;
      heard();
      receive(String(event.data));
    });
    own.addEventListener('close', (event) => {
      if (own !== socket) return;
      if (event.code !== CLOSE_NOT_PAIRED) return lost();
      dropSocket();
      listener?.onConnection({ kind: 'not-paired' });
    });
  }

  /** Back on the network, or the tablet woke up: no reason to wait for the next try. */
  function wake(): void {
    if (socket === null && listener !== null && document.visibilityState === 'visible') connect();
  }

  async function pair(code: string): Promise<PairOutcome> {
    let response: Response;
    try {
      response = await ports.fetch('/pair', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ code }),
      });
    } catch {
      // fetch rejects for one reason only: the agent was not reached.
      return { ok: false, reason: 'unreachable' };
    }
    if (response.ok) {
      connect();
      return { ok: true };
    }
    const refusal = PairRefusal.safeParse(await response.json());
    if (refusal.data?.code !== 'locked') return { ok: false, reason: 'wrong-code' };
    return { ok: false, reason: 'locked', retryAfterMs: refusal.data.retryAfterMs ?? 60_000 };
  }

  return {
    kind: 'browser',
    start(to) {
      listener = to;
      to.onConnection({ kind: 'connecting' });
      window.addEventListener('online', wake);
      document.addEventListener('visibilitychange', wake);
      connect();
    },
    stop() {
      listener = null;
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      dropSocket();
    },
    async call<V extends PanelVerb>(verb: V, args: PanelArgs<V>) {
      const to = socket;
      if (to?.readyState !== WebSocket.OPEN) throw new PanelRefusedError('no-answer', 'The agent is not connected.');
      const id = (lastId += 1);
      const message = await new Promise<PanelMessage>((take, refuse) => {
        const timeoutMs = SLOW_VERBS.has(verb) ? SLOW_VERB_MS : CALL_TIMEOUT_MS;
        const late = () => {
          waiting.delete(id);
          refuse(new PanelRefusedError('no-answer', `The agent did not answer ${verb} within ${timeoutMs / 1000} s.`));
        };
        waiting.set(id, { take, refuse, timer: setTimeout(late, timeoutMs) });
        to.send(JSON.stringify({ type: 'call', id, verb, args }));
      });
      if (message.type === 'error') throw new PanelRefusedError(message.code, message.message);
      if (message.type !== 'result')
        throw new PanelRefusedError('internal', `${verb} was answered with a ${message.type}`);
      return PANEL_VERBS[verb].result.parse(message.result) as PanelResult<V>;
    },
    pair,
  };
}
