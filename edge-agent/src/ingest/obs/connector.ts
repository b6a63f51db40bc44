import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { StudioStep, type StudioStatus } from '@livecue/shared/contract';
import * as z from 'zod';
import type { Studio } from '../../ports.ts';
import { troubleOf, type Problem } from '../../runtime/problem.ts';
import { endpointOf } from '../connecting/endpoint.ts';
import { createFactory, Secret } from '../connecting/factory.ts';
import { slept, watchSilence } from '../connecting/session-timers.ts';
import { createStreamConnector, type SessionEnd, type SessionLink } from '../connecting/stream-connector.ts';
import { openWireSocket, type SocketEnd, type WireSocket } from '../connecting/wire-socket.ts';
import type { Connector, ConnectorContext, ConnectorHealth, DecodeResult } from '../connector.ts';
import { createStudioControl } from './control.ts';
import { createObsRequests, type ObsRequests } from './requests.ts';
import { createStreamWatch } from './stream-watch.ts';
import { decodeObsMessage, identify, obsAuthentication, type ObsHello, RPC_VERSION } from './wire-message.ts';

export const ObsConfiguration = z.strictObject({
  password: Secret('Of the WebSocket server in OBS: Tools, WebSocket Server Settings'),
  steps: z.array(StudioStep).max(50).default([]).describe('What is done in OBS at moments of the show'),
});
type Configuration = z.output<typeof ObsConfiguration>;

const NAME = 'obs';
const POLL_MS = 2_000;
/** So many polls of the stream for one of the rest, which changes slowly. */
const SLOW_EVERY = 5;
const QUIET_LIMIT_MS = 10_000;
/** After it a socket counts as dead: the machine slept, or OBS hangs. */
const SILENCE_MS = 20_000;
/** OBS sends its hello at once. */
const HELLO_MS = 5_000;
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const HEARD: DecodeResult = { events: [], outcome: 'control', reason: 'OBS tells of itself' };

/** Close codes that asking again cannot mend. */
const REFUSALS: Readonly<Record<number, Problem>> = {
  4009: { code: 'password', message: 'OBS refuses the password. Copy it from OBS under Tools, WebSocket Server Settings' },
  4010: { code: 'too-old', message: 'OBS speaks another version of its protocol. Update OBS' },
  4011: { code: 'thrown-out', message: 'OBS has ended our session by hand. Restart the agent to connect again' },
}; // prettier-ignore

/** A connector with the studio behind it. */
export interface ObsConnector extends Connector {
  readonly studio: Studio;
}

/** OBS over obs-websocket 5, part of OBS from version 28. It gives no events of the room. Endpoint `obs`. */
export const obs = createFactory({
  name: NAME,
  version: '1.0.0',
  tier: 'B',
  schema: ObsConfiguration,
  endpoints: { obs: 'ws://127.0.0.1:4455' },
  capabilities: { kinds: [], resume: 'none', order: 'none', duplicates: 'filtered', transport: 'stream' },
  open: createConnector,
});

function createConnector(settings: Configuration, context: ConnectorContext): ObsConnector {
  const url = endpointOf(context, 'obs', NAME);
  const watch = createStreamWatch();
  let requests: ObsRequests | null = null;
  let overlayUrl: string | null = null;
  const control = createStudioControl({
    requests: () => requests,
    sleep: context.sleep,
    nowMs: context.nowMs,
    // Of another machine we cannot look.
    fileExists: isLoopback(url) ? existsSync : () => true,
    overlayUrl: () => overlayUrl,
  });

  async function openSession(link: SessionLink): Promise<SessionEnd> {
    const over = new AbortController();
    const signal = AbortSignal.any([link.signal, over.signal]);
    let end: SessionEnd | null = null;
    let lastMs = context.nowMs();
    let limitMs = HELLO_MS;
    const finish = (next: SessionEnd) => {
      end ??= next;
      over.abort(new Error('the session with OBS ends'));
    };
    const own = createObsRequests({ send: (text) => socket.send(text), sleep: context.sleep, signal });

    const begin = async () => {
      limitMs = SILENCE_MS;
      const version = await own.ask('GetVersion', {}, 'read');
      if (version.outcome !== 'answered' || !version.response.ok) return finish({ next: 'back-off', problem: { code: 'no-version', message: 'OBS does not say which one it is' } });
      const { availableRequests } = version.response.data;
      if (Array.isArray(availableRequests)) own.setAvailable(new Set(availableRequests.map(String)));
      watch.version(version.response.data);
      control.reset();
      requests = own;
      link.open();
      await poll(own, link, signal);
    };
    const hear = (text: string) => {
      lastMs = context.nowMs();
      const message = decodeObsMessage(text);
      switch (message.kind) {
        case 'hello': {
          const answer = answerTo(message.hello, settings.password);
          return typeof answer === 'string' ? socket.send(answer) : finish({ next: 'failed', problem: answer });
        }
        case 'identified':
          if (requests === null) void begin();
          return;
        case 'event':
          watch.event(message.event);
          control.event(message.event);
          return link.take(HEARD);
        case 'response':
          own.answered(message.response);
          return link.take(HEARD);
        default:
          return link.take({ events: [], outcome: message.kind });
      }
    };
    const socket: WireSocket = openWireSocket(url, {
      signal,
      nowMs: context.nowMs,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      onText: hear,
      onBytes: () => link.take({ events: [], outcome: 'malformed' }),
      onInvalid: () => link.take({ events: [], outcome: 'malformed' }),
    });
    void watchSilence(context, signal, { limitMs: () => limitMs, lastMs: () => lastMs, onSilent: () => finish({ next: 'now', problem: { code: 'no-answer', message: 'OBS no longer answers, or this machine slept' } }) });
    const closed = await socket.closed;
    requests = null;
    over.abort(new Error('the session with OBS is over'));
    return end ?? endOf(closed);
  }

  /** Asks how the stream does until the session ends; what is missing in this OBS stays unknown. */
  async function poll(own: ObsRequests, link: SessionLink, signal: AbortSignal): Promise<void> {
    for (let n = 0; !signal.aborted; n++) {
      await look(own, 'GetStreamStatus', (data) => watch.streamStatus(data, context.nowMs()));
      if (n % SLOW_EVERY === 0) await slowLook(own);
      const problem = watch.problem();
      if (signal.aborted) return;
      if (problem === null) link.open();
      else link.degraded(problem);
      if (!(await slept(context, POLL_MS, signal))) return;
    }
  }

  async function slowLook(own: ObsRequests): Promise<void> {
    await look(own, 'GetStats', watch.stats);
    await look(own, 'GetCurrentProgramScene', watch.scene);
    await look(own, 'GetRecordStatus', watch.recordStatus);
    await look(own, 'GetReplayBufferStatus', watch.replayBuffer, () => watch.replayBuffer(null));
  }

  const connector = createStreamConnector(context, { name: NAME, quietLimitMs: QUIET_LIMIT_MS, openSession });
  // Of OBS every answer is a sign of life: it has no events of its own.
  const health = (nowMs: number): ConnectorHealth => {
    const read = connector.health(nowMs);
    return { ...read, lastEventMs: read.lastKeepAliveMs };
  };
  const studio: Studio = {
    steps: settings.steps,
    setOverlayUrl: (next) => void (overlayUrl = next),
    run: control.run,
    status(name, nowMs): StudioStatus {
      const { state, problem } = health(nowMs);
      return { name, ...(requests === null ? createStreamWatch() : watch).figures(), state, problem: problem?.message ?? null, ...(problem === null ? {} : { trouble: troubleOf(problem) }) };
    },
  };
  return { start: (signal) => connector.start(signal), health, studio };
} // prettier-ignore

async function look(
  own: ObsRequests,
  requestType: string,
  take: (data: Readonly<Record<string, unknown>>) => void,
  onRefused: () => void = () => undefined,
): Promise<void> {
  const answer = await own.ask(requestType, {}, 'read');
  if (answer.outcome !== 'answered') return;
  if (answer.response.ok) take(answer.response.data);
  else onRefused();
}

/** Our identification, or why there is none. */
function answerTo(hello: ObsHello, password: string): string | Problem {
  if (hello.rpcVersion < RPC_VERSION) return REFUSALS[4010]!;
  if (hello.authentication !== undefined) return identify(obsAuthentication(password, hello.authentication));
  return { code: 'no-password', message: 'OBS asks for no password, and its server listens to the whole network. Switch authentication on in OBS under Tools, WebSocket Server Settings' }; // prettier-ignore
}

function endOf({ code, status, problem }: SocketEnd): SessionEnd {
  const refusal = REFUSALS[code];
  if (refusal !== undefined) return { next: 'failed', problem: refusal };
  if (problem === 'ECONNREFUSED') return { next: 'back-off', problem: { code: 'not-running', message: 'OBS does not run, or its WebSocket server is off. Switch it on under Tools, WebSocket Server Settings' } }; // prettier-ignore
  if (code === 1001) return { next: 'back-off', problem: { code: 'closing', message: 'OBS was closed' } };
  return { next: 'back-off', problem: { code: 'cut', about: `${status ?? code}: ${problem}`, message: `OBS died or the connection was cut (${status ?? code}: ${problem})` } }; // prettier-ignore
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
}
