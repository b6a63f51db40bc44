import { createHmac } from 'node:crypto';
import type { ActionEntry, AgentConfig, PanelResult, PanelState, PANEL_VERBS, Product, RunningOffer, ShowLogEntryOf } from '@livecue/shared/contract'; // prettier-ignore
import type { LiveEvent } from '@livecue/shared/event';
import type { PromptEvent } from '@livecue/shared/prompt';
import type * as z from 'zod';
import { createActionDesk } from '../actions/action-desk.ts';
import type { RoomFacts } from '../actions/action-port.ts';
import { createClickTarget } from '../actions/click-words.ts';
import { createOverlayBoard } from '../actions/overlay-board.ts';
import { createOverlayTarget, createStudioTarget } from '../actions/own-targets.ts';
import { createPermissions, type Memory } from '../actions/permissions.ts';
import type { Moment } from '../actions/step-words.ts';
import type { OverlaySource } from '../panel/overlay-feed.ts';
import type { PanelBackend, RoomView, Source } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Service } from '../runtime/service.ts';
import type { ConnectorMemoryFile } from '../store/connector-files.ts';

export interface ActionRoomPorts extends Pick<RoomFacts, 'product' | 'answers'> {
  readonly view: () => RoomView;
  readonly sources: readonly Source[];
  readonly memory: Memory & Pick<ConnectorMemoryFile, 'flush'>;
  /** Shop ids and seller codes → the catalogue's product id. */
  readonly resolve: (ref: { productID?: string; sku?: string }) => string;
  readonly note: (action: Omit<ShowLogEntryOf<'action'>, 'showId' | 'atMs' | 'kind'>) => void;
  /** Where the panel server listens; null: there is none, or not on this machine. */
  readonly panelUrl: () => string | null;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** Beyond it an event is told too late to act on. */
const FRESH_MS = 60_000;

type Call<V extends keyof typeof PANEL_VERBS> = z.output<(typeof PANEL_VERBS)[V]['args']>;

/** Actions of a running agent: overlay, OBS and platforms behind the panel's verbs and the moments of the show. */
export interface ActionRoom extends Service {
  readonly overlay: OverlaySource;
  answering<B extends PanelBackend>(backend: B): B;
  prompts(events: readonly PromptEvent[]): void;
  event(event: LiveEvent): void;
  second(): void;
}

export function createActionRoom(
  ports: ActionRoomPorts,
  config: Pick<AgentConfig, 'connectors' | 'language'> & {
    readonly mode: PanelState['mode'];
    /** Of this installation; the overlay's token is made from it. */
    readonly secret: string;
  },
): ActionRoom {
  const language = config.language === 'en' ? 'en' : 'zh';
  const { nowMs } = ports;
  const stock = (productId: string) => ports.view().stock(productId)?.level ?? ports.product(productId)?.stock ?? null;
  const board = createOverlayBoard({ nowMs, stock }, { language, simulated: config.mode !== 'live' });
  const token = createHmac('sha256', config.secret).update('overlay page').digest('base64url');
  const studios = ports.sources.flatMap(({ name, studio }) => (studio === undefined ? [] : [{ target: name, studio }]));
  const platforms = config.connectors.filter(({ enabled, name }) => enabled && !studios.some(({ target }) => target === name)); // prettier-ignore
  const permissions = createPermissions(ports.memory);
  const offers = (): readonly RunningOffer[] => (ports.view().offers ?? []).filter(({ endedMs, endsMs }) => endedMs === null && (endsMs === null || endsMs > nowMs())); // prettier-ignore
  const targets = [
    createOverlayTarget(board),
    ...studios.map(({ target, studio }) => createStudioTarget(target, studio, language)),
    ...platforms.map(({ name, connector }) => createClickTarget(name, connector)),
  ];
  const facts: RoomFacts = { product: ports.product, answers: ports.answers, offers };
  /** The record tells what was done and taken back; what was only asked or refused did nothing. */
  const note = ({ kind, productId, byStep, result, undoneMs }: ActionEntry) => {
    if (result.outcome !== 'done') return;
    const verb = undoneMs === null ? `action.${kind}` : 'action.undo';
    ports.note({ verb, promptId: null, productId, intent: null, values: { byStep } });
  };
  const desk = createActionDesk(
    { ...ports, note, targets, studios, facts, permissions },
    { mode: config.mode, language },
  );
  /** What the journal brings back after a restart has been acted on before. */
  let started = false;
  let notRun = 0;
  let explaining: string | null = null;
  let running: Promise<unknown> = Promise.resolve();

  const moment = (at: Moment['at'], productId: string | null, more: Partial<Moment> = {}) => {
    if (studios.every(({ studio }) => !studio.steps.some((step) => step.at === at))) return;
    if (!started || config.mode === 'replay') return void notRun++;
    const product = productId === null ? null : ports.product(productId);
    const all = { at, product, rule: null, price: null, headline: null, stock: productId === null ? null : stock(productId), ...more }; // prettier-ignore
    // Commands are bounded in time; a fault of ours must not end the show.
    running = running.then(() => desk.moment(all)).catch((error: unknown) => ports.logger.error(`steps at ${at}: ${error instanceof Error ? (error.stack ?? error.name) : typeof error}`)); // prettier-ignore
  };
  const url = () => {
    const base = ports.panelUrl();
    return base === null ? null : `${base}overlay/?token=${token}`;
  };
  const read = (): PanelResult<'actions.read'> => ({
    ...desk.read(),
    notRun,
    studio: studios.map(({ target, studio }) => studio.status(target, nowMs())),
    overlay: { url: url(), pages: board.pages, state: board.state() },
  });

  const room: ActionRoom = {
    name: 'actions',
    overlay: { token, state: () => board.state(), open: (listener) => board.open(listener) },
    async start() {
      started = true;
      for (const { studio } of studios) studio.setOverlayUrl(url());
    },
    async stop() {
      started = false;
      await running;
      await ports.memory.flush();
    },
    answering: (backend) => ({
      ...backend,
      async call(verb, args, caller) {
        switch (verb) {
          case 'actions.read':
            return read();
          case 'action.do':
            return { results: await desk.perform(args as Call<'action.do'>) };
          case 'action.permit': {
            const { askId, allowed } = args as Call<'action.permit'>;
            const results = await desk.permit(askId, allowed);
            // Answered when it is on disk: a crash must not ask twice.
            await ports.memory.flush();
            return { results };
          }
          case 'action.undo':
            return desk.undo((args as Call<'action.undo'>).entryId);
          case 'actions.forget':
            return { forgotten: permissions.forget() };
          case 'overlay.clear':
            board.clear();
            return {};
          default:
            return backend.call(verb, args, caller);
        }
      },
    }),
    prompts(events) {
      for (const event of events) {
        if (event.kind === 'raised') moment('cue', event.prompt.productId, cueOf(event.prompt));
        else if (event.kind === 'closed') moment('cue-over', event.productId, { rule: event.rule });
      }
    },
    event(event) {
      if (event.type !== 'shop.offer.started' && event.type !== 'shop.offer.ended') return;
      if (event.historical || nowMs() - event.eventTimeMs > FRESH_MS) return void notRun++;
      const { product, price, priceCurrency } = event.data;
      moment(event.type === 'shop.offer.started' ? 'offer-started' : 'offer-ended', ports.resolve(product), { price: { value: price, currency: priceCurrency } }); // prettier-ignore
    },
    second() {
      board.second(offers());
      const now = ports.view().explaining?.productId ?? null;
      if (now !== explaining && now !== null) moment('explain', now);
      explaining = now;
    },
  };
  return room;
}

const cueOf = ({ rule, headline }: { rule: Moment['rule']; headline: Product['name'] }) => ({ rule, headline });

/** The overlay is served to this machine alone; a server on all addresses listens on this one too. */
export const isLoopback = (host: string) => /^(127\.|::1$|localhost$|0\.0\.0\.0$|::$)/.test(host);
