import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { ControlState } from '@livecue/shared/contract';
import type { Logger } from '../runtime/logger.ts';
import type { ControlDesk } from './control-desk.ts';
import type { Gate } from './gate.ts';
import { decodeOsc, encodeOsc, type OscArgument, type OscMessage } from './osc-codec.ts';
import { parsePress } from './press.ts';

const PREFIX = 'livecue';
const MAX_PEERS = 16;
/** A peer that does not subscribe again is forgotten: UDP says nothing of those who left. */
export const SUBSCRIBED_MS = 60_000;
/** Packets of all senders that are looked at in a second; of the rest nothing is read. */
const PACKETS_PER_SECOND = 200;
/** Presses that wait for the agent; beyond, packets are not taken. */
const MAX_WAITING = 32;

export type OscState = 'open' | 'closed' | 'failed';

export interface OscControl {
  /** Opens the port, if it is not open. Never rejects: `state` and `problem` tell. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Sends what has changed to those who subscribed. */
  beat(): void;
  readonly state: OscState;
  readonly problem: string | null;
  /** The real one when 0 was configured. */
  readonly port: number;
}

interface Peer {
  readonly address: string;
  readonly port: number;
  readonly token: string;
  untilMs: number;
  /** What was sent last, by address. */
  readonly sent: Map<string, string>;
}

/** Presses over OSC: `/livecue/done ,s TOKEN` or `/livecue/TOKEN/done`; states back to those who subscribe. */
export function createOscControl(
  ports: { readonly desk: ControlDesk; readonly gate: Gate; readonly isToken: (token: string) => boolean; readonly logger: Logger; readonly nowMs: () => number },
  config: { readonly host: string; readonly port: number; readonly language: 'zh' | 'en' },
): OscControl {
  const { desk, gate, nowMs, logger } = ports;
  let socket: Socket | null = null;
  let problem: string | null = null;
  let port = config.port;
  let second = { atMs: 0, packets: 0 };
  let waiting = 0;
  let work: Promise<void> = Promise.resolve();
  const peers = new Map<string, Peer>();

  const send = (to: { address: string; port: number }, address: string, ...args: OscArgument[]) =>
    // An answer that is lost is lost, as all of UDP: the next one comes with the next change.
    socket?.send(encodeOsc({ address: `/${PREFIX}/${address}`, args }), to.port, to.address, () => undefined);

  function isTooMuch(): boolean {
    const atMs = Math.floor(nowMs() / 1000);
    second = second.atMs === atMs ? { atMs, packets: second.packets + 1 } : { atMs, packets: 1 };
    return second.packets > PACKETS_PER_SECOND || waiting >= MAX_WAITING;
  }

  function hear(bytes: Uint8Array, from: RemoteInfo): void {
    if (isTooMuch()) return;
    for (const message of decodeOsc(bytes) ?? []) {
      waiting++;
      // One after the other: presses count in the order of their packets.
      work = work
        .then(() => take(message, from))
        .catch((error: unknown) => logger.error(`control: OSC: ${error instanceof Error ? (error.stack ?? error.name) : typeof error}`))
        .finally(() => waiting--);
    }
  }

  async function take(message: OscMessage, from: RemoteInfo): Promise<void> {
    const asked = readAsked(message);
    if (asked === null) return;
    const { verb, token, args } = asked;
    const entry = gate.enter(token, from.address);
    // Who has no token gets no answer: its address may be somebody else's.
    if (!entry.ok) return entry.code === 'too-fast' ? void send(from, 'error', verb, entry.words) : undefined;
    if (verb === 'subscribe') return subscribe(token, from, args[0]);
    if (verb === 'unsubscribe') return void peers.delete(`${from.address} ${portOf(args[0]) ?? from.port}`);
    if (verb === 'state') return tellAll({ address: from.address, port: from.port, token, untilMs: 0, sent: new Map() });
    if (isRelease(asked)) return;
    const press = parsePress({ verb, ...meant(asked) });
    if ('code' in press) return void send(from, 'error', verb, press.words);
    const answer = await desk.press(entry.who, press);
    if (answer.ok) send(from, 'answer', verb, answer.did ? 1 : 0, answer.words[config.language]);
    else send(from, 'error', verb, answer.words);
  }

  function subscribe(token: string, from: RemoteInfo, wanted: OscArgument | undefined): void {
    const at = portOf(wanted) ?? from.port;
    const key = `${from.address} ${at}`;
    if (!peers.has(key) && peers.size >= MAX_PEERS) return void send(from, 'error', 'subscribe', `At most ${MAX_PEERS} subscribers.`);
    const peer: Peer = { address: from.address, port: at, token, untilMs: nowMs() + SUBSCRIBED_MS, sent: new Map() };
    peers.set(key, peer);
    tellAll(peer);
  }

  function tellAll(peer: Peer): void {
    for (const [address, value] of feedback(desk.state(), config.language)) {
      const text = JSON.stringify(value);
      if (peer.sent.get(address) === text) continue;
      peer.sent.set(address, text);
      send(peer, `state/${address}`, value);
    }
  }

  const open = () =>
    new Promise<void>((resolve) => {
      if (socket !== null) return resolve();
      const opening = createSocket({ type: config.host.includes(':') ? 'udp6' : 'udp4' });
      opening.once('error', (error: NodeJS.ErrnoException) => {
        const remedy = error.code === 'EADDRINUSE' ? 'another program has this port: stop it, or set control.oscPort to another one' : `${error.message}: set control.oscHost to an address of this machine`;
        problem = `Opening OSC on ${config.host}:${config.port}: ${remedy}.`;
        logger.error(`control: ${problem}`);
        opening.close();
        resolve();
      });
      opening.bind(config.port, config.host, () => {
        opening.removeAllListeners('error');
        opening.on('error', (error) => logger.error(`control: OSC: ${error.message}`));
        opening.on('message', hear);
        socket = opening;
        problem = null;
        port = opening.address().port;
        resolve();
      });
    });

  return {
    open,
    async close() {
      const closing = socket;
      socket = null;
      problem = null;
      peers.clear();
      await work;
      if (closing !== null) await new Promise<void>((resolve) => closing.close(resolve));
    },
    beat() {
      for (const [key, peer] of peers) {
        if (peer.untilMs <= nowMs() || !ports.isToken(peer.token)) peers.delete(key);
        else tellAll(peer);
      }
    },
    get state() {
      return socket !== null ? 'open' : problem === null ? 'closed' : 'failed';
    },
    get problem() {
      return problem;
    },
    get port() {
      return port;
    },
  };
} // prettier-ignore

/** A message of ours before anybody looked at its verb. */
interface Asked {
  readonly verb: string;
  readonly token: string;
  /** Part of the address. */
  readonly value: string | null;
  readonly args: readonly OscArgument[];
}

/** `/livecue/TOKEN/verb[/value] args`, or `/livecue/verb TOKEN args`; null: nothing of ours. */
function readAsked({ address, args }: OscMessage): Asked | null {
  const [, prefix, ...path] = address.split('/');
  if (prefix !== PREFIX) return null;
  const [first = '', verb = '', value = null] = path;
  if (path.length === 2 || path.length === 3) return { token: first, verb, value, args };
  const [token, ...rest] = args;
  return path.length === 1 && typeof token === 'string' ? { verb: first, token, value: null, args: rest } : null;
}

/** Verbs that need no number: one that comes with them says that the button went down or up. */
const PUSHED: ReadonlySet<string> = new Set(['done', 'not-now', 'mute', 'clear', 'next', 'previous', 'pin']);

/** Surfaces send 1 when a button goes down and 0 when it goes up. */
function isRelease({ verb, value, args: [argument] }: Asked): boolean {
  return (value !== null || PUSHED.has(verb)) && (argument === 0 || argument === false);
}

/** A text is the card of a verb that works on one; anything else is the verb's value. */
function meant({ verb, value, args: [argument] }: Asked): { value?: unknown; card?: unknown } {
  if (value !== null) return { value };
  if (!PUSHED.has(verb)) return { value: argument };
  return typeof argument !== 'string' ? {} : verb === 'pin' ? { value: argument } : { card: argument };
}

function portOf(argument: OscArgument | undefined): number | null {
  return typeof argument === 'number' && Number.isInteger(argument) && argument > 0 && argument < 65_536 ? argument : null; // prettier-ignore
}

/** One address a lamp or a text. */
function feedback(state: ControlState, language: 'zh' | 'en'): [string, OscArgument][] {
  const { card, explaining } = state;
  return [
    ['mode', state.mode],
    ['feed', state.feed],
    ['hold', state.hold ? 1 : 0],
    ['kill', state.kill ? 1 : 0],
    ['card', card?.headline[language] ?? ''],
    ['card-id', card?.id ?? ''],
    ['priority', card?.priority ?? ''],
    ['seconds', card?.secondsLeft ?? 0],
    ['next', state.next],
    ['queued', state.queued],
    ['explaining', explaining?.name[language] ?? ''],
    ['text', state.text[language]],
  ];
}
