import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import path from 'node:path';
import type { AgentConfig, Catalogue, PanelResult, PanelState, PANEL_VERBS } from '@livecue/shared/contract';
import type { Stage } from '@livecue/shared/prompt';
import type * as z from 'zod';
import { createControlDesk } from '../control/control-desk.ts';
import { createGate } from '../control/gate.ts';
import { createHttpControl } from '../control/http-control.ts';
import { createOscControl } from '../control/osc-control.ts';
import { openTokenBook } from '../control/token-book.ts';
import { CONTROL_SOCKET_PATH, createWsControl } from '../control/ws-control.ts';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { HttpGuest } from '../panel/panel-ports.ts';
import type { PanelServer } from '../panel/panel-server.ts';
import { createTries } from '../panel/pairing.ts';
import type { FrameSink, PanelBackend, RoomView } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Service } from '../runtime/service.ts';
import { DurableJsonFile } from '../store/json-file.ts';
import { createOperatorTold } from './operator-told.ts';

export const CONTROL_TOKENS_FILE = 'control-tokens.json';
/** Often enough for a lamp, and to know since when a card is there. */
const BEAT_MS = 100;

type Args<V extends keyof typeof PANEL_VERBS> = z.output<(typeof PANEL_VERBS)[V]['args']>;

export interface ControlPart extends Service {
  /** Answers below `/control` of the panel's port. */
  readonly guest: HttpGuest;
  /** The backend, with the verbs of the page "Control" and what the operator says is explained. */
  answering<B extends PanelBackend>(backend: B): B;
}

/** Buttons of a running agent: HTTP and WebSocket on the panel's port, OSC on its own while somebody has a token. */
export async function openControlPart(
  ports: {
    readonly folder: string;
    readonly stage: () => Stage;
    readonly view: () => RoomView;
    readonly sink: Pick<FrameSink, 'accept'>;
    /** The server whose calls presses are. */
    readonly panel: () => Pick<PanelServer, 'answer' | 'address'> | null;
    readonly nowMs: () => number;
    readonly logger: Logger;
  },
  config: {
    readonly control: AgentConfig['control'];
    readonly language: AgentConfig['language'];
    readonly presets: AgentConfig['advise']['presets'];
    readonly roomId: string;
    readonly catalogue: Catalogue;
    readonly mode: PanelState['mode'];
  },
): Promise<ControlPart> {
  const { nowMs, logger, view } = ports;
  const language = config.language === 'en' ? 'en' : 'zh';
  const book = await openTokenBook({ file: tokenFile(ports.folder, nowMs), nowMs, randomBytes, logger });
  const gate = createGate({ book, tries: createTries(nowMs), nowMs });
  let ids = 0;
  const desk = createControlDesk({
    facts: () => {
      const { feed, explaining } = view();
      return { mode: config.mode, feed: feed.state, stage: ports.stage(), explaining: explaining?.productId ?? null, nowMs: nowMs() }; // prettier-ignore
    },
    catalogue: { products: config.catalogue.products, presets: config.presets },
    call: ({ tokenId, name, role }, verb, args) =>
      ports.panel()!.answer(JSON.stringify({ type: 'call', id: ids++, verb, args }), { device: tokenId, name, role }),
    nowMs,
  });
  const told = createOperatorTold({ view, sink: ports.sink, nowMs }, config);
  const isToken = (token: string) => book.holds(token);
  const http = createHttpControl({ desk, gate, logger }, { language });
  const ws = createWsControl({ desk, gate, isToken, logger, nowMs });
  const { oscHost: host, oscPort: port } = config.control;
  const osc = createOscControl({ desk, gate, isToken, logger, nowMs }, { host, port, language });
  let timer: NodeJS.Timeout | null = null;

  const beat = () => {
    // Also without a token: who had the last one that was removed, or never had any, is sent away.
    ws.beat();
    if (book.list().length === 0) return;
    desk.state();
    osc.beat();
  };
  const followTokens = () => (book.list().length > 0 ? osc.open() : osc.close());
  const read = (): PanelResult<'control.read'> => ({
    tokens: book.list(),
    httpUrl: ports.panel() === null ? null : new URL('control/', ports.panel()!.address().url).href,
    osc: { state: osc.state, host, port: osc.port, problem: osc.problem },
    state: desk.state(),
    presets: config.presets.map(({ id, zh, en }, i) => ({ number: i + 1, id, zh, en })),
  });

  return {
    name: 'control surfaces',
    async start() {
      timer ??= setInterval(beat, BEAT_MS);
      await followTokens();
    },
    async stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      ws.stop();
      await osc.close();
    },
    guest: {
      answer: http,
      upgrade(request, socket, head) {
        if ((request.url ?? '').split('?', 1)[0] !== CONTROL_SOCKET_PATH) return false;
        ws.upgrade(request, socket, head);
        return true;
      },
    },
    answering: (backend) => ({
      ...backend,
      async call(verb, args, caller) {
        switch (verb) {
          case 'control.read':
            return read();
          case 'control.add': {
            const made = await book.add(args as Args<'control.add'>);
            if (made === null) throw new PanelCallError('bad-request', 'control.add: there are as many tokens as there may be. Remove one that is not used.'); // prettier-ignore
            await followTokens();
            return made;
          }
          case 'control.remove': {
            const removed = await book.remove((args as Args<'control.remove'>).tokenId);
            await followTokens();
            return { removed };
          }
          case 'explain.tell':
            return told((args as Args<'explain.tell'>).productId);
          default:
            return backend.call(verb, args, caller);
        }
      },
    }),
  };
}

function tokenFile(folder: string, nowMs: () => number) {
  const file = path.join(folder, CONTROL_TOKENS_FILE);
  const disk = new DurableJsonFile(file, 0o600);
  return {
    read: () => disk.read(),
    write: (value: unknown) => disk.write(value),
    setAside() {
      const kept = `${file}.unreadable-${nowMs()}`;
      renameSync(file, kept);
      return kept;
    },
  };
}
