import {
  PANEL_STATE_TOPIC,
  PanelMessage,
  SLOW_VERB_MS,
  SLOW_VERBS,
  type PanelLink,
  type PanelVerb,
} from '@livecue/shared/contract';
import { Context, Dealer, Subscriber } from 'zeromq';

const CALL_TIMEOUT_MS = 5_000;
/** Calls that may wait for an answer; more means that the agent is away and the page keeps asking. */
const MAX_CALLS = 64;
/** A connection that is being made may take this long. */
const SEND_TIMEOUT_MS = 1_000;
const FIRST_RECONNECT_MS = 250;
const LONGEST_RECONNECT_MS = 4_000;

/** The desktop's way to the agent, without Electron. ZeroMQ connects again by itself. */
export interface AgentLink {
  start(): void;
  stop(): void;
  /** A `result` or an `error` message; never rejects. Arguments are passed on as they are. */
  call(verb: PanelVerb, args: unknown): Promise<PanelMessage>;
  /** Text of every state message as the agent wrote it. */
  onState(listener: (message: unknown) => void): () => void;
}

interface Waiting {
  readonly settle: (message: PanelMessage) => void;
  readonly timer: NodeJS.Timeout;
}

const refused = (id: number, message: string): PanelMessage => ({ type: 'error', id, code: 'internal', message });

function openSockets(link: PanelLink) {
  const options = {
    context: new Context(),
    linger: 0,
    curveServerKey: link.serverPublicKey,
    curvePublicKey: link.clientPublicKey,
    curveSecretKey: link.clientSecretKey,
    reconnectInterval: FIRST_RECONNECT_MS,
    reconnectMaxInterval: LONGEST_RECONNECT_MS,
    // A half-open connection ends after this long without an answer to a ping of ZeroMQ itself.
    heartbeatInterval: 1_000,
    heartbeatTimeout: 3_000,
  };
  const states = new Subscriber({ ...options, receiveHighWaterMark: 4 });
  states.connect(link.pubEndpoint);
  states.subscribe(PANEL_STATE_TOPIC);
  // Without a connection a call fails soon and is never sent late: an old "done" must not hit a new card.
  const calls = new Dealer({ ...options, sendHighWaterMark: MAX_CALLS, immediate: true, sendTimeout: SEND_TIMEOUT_MS });
  calls.connect(link.callEndpoint);
  return { states, calls };
}

/** JSON of the agent, or null: what is not JSON is no message of this contract. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

export function createAgentLink(
  link: PanelLink,
  config: { readonly callTimeoutMs: number } = { callTimeoutMs: CALL_TIMEOUT_MS },
): AgentLink {
  const listeners = new Set<(message: unknown) => void>();
  const waiting = new Map<number, Waiting>();
  let sockets: ReturnType<typeof openSockets> | null = null;
  let lastId = 0;
  let sending: Promise<void> = Promise.resolve();

  async function hearStates(states: Subscriber): Promise<void> {
    for await (const [, bytes] of states) {
      const message = bytes === undefined ? null : parseJson(bytes);
      if (message !== null) for (const listener of listeners) listener(message);
    }
  }

  async function hearAnswers(calls: Dealer): Promise<void> {
    for await (const [bytes] of calls) {
      const parsed = PanelMessage.safeParse(bytes === undefined ? null : parseJson(bytes));
      if (!parsed.success || parsed.data.type === 'state' || parsed.data.id === null) continue;
      settle(parsed.data.id, parsed.data);
    }
  }

  function settle(id: number, message: PanelMessage): void {
    const call = waiting.get(id);
    if (call === undefined) return;
    waiting.delete(id);
    clearTimeout(call.timer);
    call.settle(message);
  }

  return {
    start() {
      if (sockets !== null) return;
      sockets = openSockets(link);
      // The loops end when their sockets close; ZeroMQ throws for nothing else here.
      void hearStates(sockets.states);
      void hearAnswers(sockets.calls);
    },
    stop() {
      sockets?.states.close();
      sockets?.calls.close();
      sockets = null;
      for (const id of waiting.keys()) settle(id, refused(id, 'The desktop is closing.'));
    },
    call(verb, args) {
      const id = (lastId += 1);
      const to = sockets?.calls;
      if (to === undefined) return Promise.resolve(refused(id, 'The desktop is not connected to an agent.'));
      if (waiting.size >= MAX_CALLS)
        return Promise.resolve(refused(id, 'The agent does not answer. Check that it runs.'));
      return new Promise((resolve) => {
        const timeoutMs = SLOW_VERBS.has(verb) ? SLOW_VERB_MS : config.callTimeoutMs;
        const late = () =>
          settle(id, refused(id, `The agent did not answer ${verb} within ${timeoutMs / 1000} s. Check that it runs.`));
        waiting.set(id, { settle: resolve, timer: setTimeout(late, timeoutMs) });
        // A DEALER takes one send at a time.
        sending = sending
          .then(() => to.send(JSON.stringify({ type: 'call', id, verb, args })))
          .catch(() =>
            settle(id, refused(id, `The agent is not reachable, ${verb} was not sent. Check that it runs.`)),
          );
      });
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
