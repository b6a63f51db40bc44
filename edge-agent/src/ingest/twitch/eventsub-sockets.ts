import type { SessionEnd } from '../connecting/stream-connector.ts';
import { openWireSocket, type WireSocket } from '../connecting/wire-socket.ts';
import type { ConnectorContext } from '../connector.ts';
import { asCount, asObject, asText, readJson } from '../decoding/wire-value.ts';

/** Until the welcome says otherwise; Twitch allows ten seconds for it and for the first subscription. */
const WELCOME_MS = 10_000;
/** A keep-alive may be this late on a slow line before the connection counts as dead. */
const SLACK_MS = 5_000;

interface EventSubListener {
  /** A new session, which has no subscriptions yet. */
  onSession(sessionId: string): void;
  onMessage(text: string, type: unknown): void;
  onEnd(end: SessionEnd): void;
}

/**
 * The WebSocket of EventSub, and the next one when the platform asks to move: both are read until the new
 * one says welcome; the subscriptions move along.
 */
export function openEventSubSockets(context: ConnectorContext, url: string, signal: AbortSignal, listener: EventSubListener) {
  let lastMs = context.nowMs();
  let limitMs = WELCOME_MS;
  let current: WireSocket | null = null;

  function onText(text: string, socket: WireSocket, isMoved: boolean): void {
    lastMs = context.nowMs();
    const message = asObject(readJson(text));
    const type = asObject(message?.metadata)?.message_type;
    const session = asObject(asObject(message?.payload)?.session);
    listener.onMessage(text, type);
    if (type === 'session_welcome') {
      limitMs = (asCount(session?.keepalive_timeout_seconds) ?? 10) * 1000 + SLACK_MS;
      current?.close();
      current = socket;
      const sessionId = asText(session?.id);
      if (!isMoved && sessionId !== undefined) listener.onSession(sessionId);
    }
    if (type !== 'session_reconnect') return;
    const next = asText(session?.reconnect_url);
    if (next !== undefined && isSameHost(next, url)) open(next, true);
    else listener.onEnd({ next: 'now', problem: { code: 'reconnect', message: 'the platform named no usable address' } });
  }

  function open(at: string, isMoved: boolean): void {
    const socket = openWireSocket(at, { signal, nowMs: context.nowMs, onText: (text, own) => onText(text, own, isMoved) });
    void socket.closed.then(({ code, status, retryAfterMs, problem }) => {
      // The old socket after a move may close at any time, and a new one that never said welcome.
      if (signal.aborted || (current !== null && current !== socket)) return;
      const about = `${status ?? code}: ${problem}`;
      listener.onEnd({ next: 'back-off', atLeastMs: retryAfterMs ?? undefined, problem: { code: 'cut', about, message: `the socket closed with ${about}` } });
    });
  }

  open(url, false);
  return { lastMs: () => lastMs, limitMs: () => limitMs };
} // prettier-ignore

/** True when `given` is on the host that we were told to use, or below it, over the same protocol. */
function isSameHost(given: string, known: string): boolean {
  if (!URL.canParse(given)) return false;
  const [to, from] = [new URL(given), new URL(known)];
  return to.protocol === from.protocol && (to.hostname === from.hostname || to.hostname.endsWith(`.${from.hostname}`));
}
