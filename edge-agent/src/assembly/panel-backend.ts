import { PANEL_CONTRACT_VERSION, type AgentConfig, type Catalogue, type PanelState, type PanelVerb, type PANEL_VERBS, type ProductState, type SeriesPoint } from '@livecue/shared/contract'; // prettier-ignore
import { INTENTS, type Forecast } from '@livecue/shared/insight';
import type * as z from 'zod';
import type { PanelBackend, RoomView, Source, StoreStatus, Uplink } from '../ports.ts';
import type { Pipeline } from '../pipeline.ts';
import type { AnswerDesk } from '../advise/answers/answer-desk.ts';
import type { Advisor } from '../advise/advisor.ts';
import { minutesLeft } from '../advise/rules/stock-out.ts';
import type { CommentDesk } from './comment-desk.ts';
import { createCueDesk } from './cue-desk.ts';
import { PanelCallError } from '../panel/panel-call-error.ts';
import { healthItems } from './health-items.ts';
import type { PolicyChoice } from './policy-choice.ts';
import type { LatencyMeter } from './latency.ts';
import type { OrderDesk } from './order-desk.ts';
import { productById } from './product-resolver.ts';
import { createSalesByMinute, DEMAND_MODEL, detailOf, toInterest } from './product-signals.ts';
import { createLateForecasts } from './late-forecasts.ts';
import type { ShowForecaster } from './show-forecaster.ts';
import type { ShowTotals } from './show-totals.ts';

const SERIES_SECONDS = 300;
/** Anomalies of the last 10 min that a state carries, the newest. */
const MAX_ANOMALIES = 40;
const QUESTION_INTENTS = INTENTS.filter(
  (intent) => !['spam_ad', 'purchase_signal', 'praise', 'chat_other'].includes(intent),
);

type Parsed<V extends PanelVerb> = z.output<(typeof PANEL_VERBS)[V]['args']>;

export interface PanelBackendPorts {
  readonly pipeline: Pipeline;
  readonly advisor: Advisor;
  readonly view: () => RoomView;
  readonly totals: ShowTotals;
  readonly comments: CommentDesk;
  readonly answers: Pick<AnswerDesk, 'rows' | 'close'>;
  readonly orders: OrderDesk;
  readonly shows: ShowForecaster;
  readonly sources: readonly Source[];
  readonly uplink: Uplink;
  readonly storeStatus: () => StoreStatus;
  readonly stepProblem: () => string | null;
  readonly embeddedCloudProblem: () => string | null;
  /** Events that the full queue gave up so far. */
  readonly queueDropped: () => number;
  readonly counters: () => Record<string, number>;
  readonly latency: { readonly eventToWindow: LatencyMeter; readonly commentToPrompt: LatencyMeter };
  readonly nowMs: () => number;
}

export interface RoomBackend extends PanelBackend {
  /** Takes the chart point of the second that has passed. */
  second(nowMs: number): void;
}

/** Puts together what a panel shows, from parts that each know their own. */
export function createPanelBackend(
  ports: PanelBackendPorts,
  facts: {
    modelVersion: string;
    config: AgentConfig;
    catalogue: Catalogue;
    version: string;
    mode: PanelState['mode'];
    startedMs: number;
    policy: PolicyChoice;
  },
): RoomBackend {
  const points: SeriesPoint[] = [];
  const cues = createCueDesk(ports, facts.config.advise);
  const product = productById(facts.catalogue);
  const sales = createSalesByMinute();
  const known = new Set(facts.catalogue.products.map(({ productId }) => productId));
  const studio = { hotkeys: facts.config.hotkeys, hostScreen: facts.config.hostScreen };
  const forecasts = createLateForecasts((id, view: RoomView) => view.forecast(id, stockOf(view, id), ports.shows.correctionOf(id, view))); // prettier-ignore

  const stockOf = (view: RoomView, productId: string) =>
    view.stock(productId)?.level ?? product(productId)?.stock ?? null;

  const productState = (view: RoomView, productId: string, forecast: Forecast | null): ProductState => {
    const own = product(productId);
    const recent = view.counts(productId, 60_000).counts;
    const stock = stockOf(view, productId);
    const soldOutIn = minutesLeft(productId, stock, view, forecast);
    const questions: Record<string, number> = {};
    for (const intent of QUESTION_INTENTS) {
      const count = recent.intents[intent]?.viewers ?? 0;
      if (count > 0) questions[intent] = count;
    }
    return {
      productId,
      linkNumber: own?.linkNumber ?? null,
      name: own?.name ?? { zh: productId, en: productId },
      stock,
      unitsSold: ports.totals.unitsSold(productId),
      questions,
      stockOutMinutes: soldOutIn === null ? null : Math.round(soldOutIn * 10) / 10,
      interest: toInterest(view.interest(productId)),
    };
  };

  const listed = (view: RoomView): Set<string> => {
    const ids = new Set(facts.catalogue.products.slice(0, 200).map(({ productId }) => productId));
    for (const productId of view.productIds) if (ids.size < 300) ids.add(productId);
    return ids;
  };
  const products = (view: RoomView): ProductState[] =>
    Array.from(forecasts.of(listed(view), view), ([id, forecast]) => productState(view, id, forecast));

  const readProduct = (productId: string) => {
    const view = ports.view();
    if (!known.has(productId) && !view.productIds.includes(productId))
      throw new PanelCallError('not-found', `product.read: neither the catalogue nor the room has a product ${JSON.stringify(productId)}.`); // prettier-ignore
    const forecast = view.forecast(productId, stockOf(view, productId), ports.shows.correctionOf(productId, view));
    const forecastModel = ports.shows.versionAt(view) ?? DEMAND_MODEL;
    return detailOf(view, productId, { sales, forecast, modelVersion: facts.modelVersion, forecastModel });
  };

  return {
    second(nowMs) {
      const view = ports.view();
      const gap = view.feed.state !== 'ok';
      const { comments, orders } = ports.totals.takeSecond();
      const interest: Record<string, number> = {};
      for (const productId of view.productIds.slice(0, 50)) {
        const { level } = view.interest(productId);
        if (level > 0) interest[productId] = Math.round(level * 10) / 10;
      }
      points.push({
        tMs: Math.floor(nowMs / 1000) * 1000 - 1000,
        comments: gap ? null : comments,
        orders: gap ? null : orders,
        viewers: gap ? null : ports.totals.viewers,
        interest: gap ? {} : interest,
      });
      if (points.length > SERIES_SECONDS) points.shift();
      sales.take(nowMs, listed(view), (id) => ports.totals.unitsSold(id));
      // It says itself when it fails; what it answers counts from the next second on.
      void ports.shows.tick(view);
    },
    state() {
      const nowMs = ports.nowMs();
      const view = ports.view();
      const sources = ports.sources.map((source) => source.health(nowMs));
      const eventToWindow = ports.latency.eventToWindow.figures();
      const commentToPrompt = ports.latency.commentToPrompt.figures();
      return {
        contractVersion: PANEL_CONTRACT_VERSION,
        agentId: facts.config.agentId,
        version: facts.version,
        roomId: facts.config.room.id,
        roomName: facts.config.room.name,
        mode: facts.mode,
        studio,
        nowMs,
        startedMs: facts.startedMs,
        stage: ports.advisor.stage(),
        feed: { state: view.feed.state, lastEventMs: view.feed.lastEventMs },
        explaining: view.explaining === null ? null : { ...view.explaining },
        viewers: ports.totals.viewers,
        ordersLastHour: ports.totals.ordersLastHour(nowMs),
        products: products(view),
        anomalies: view.anomalies.slice(-MAX_ANOMALIES),
        orders: ports.orders.counts(),
        cues: ports.advisor.cues(view),
        latest: points.at(-1) ?? null,
        sources,
        uplink: ports.uplink.status(),
        health: healthItems({
          store: ports.storeStatus(),
          stepProblem: ports.stepProblem(),
          uplink: ports.uplink.status(),
          embeddedCloudProblem: ports.embeddedCloudProblem(),
          sources,
          dropped: ports.pipeline.counts.drops,
          queueDropped: ports.queueDropped(),
          modelVersion: facts.modelVersion,
          stage: ports.advisor.stage(),
          policy: facts.policy,
        }),
        counters: {
          events: ports.pipeline.counts.events,
          admitted: ports.pipeline.counts.admitted,
          comments: ports.pipeline.counts.comments,
          ...Object.fromEntries(
            Object.entries(ports.pipeline.counts.drops).map(([reason, count]) => [`dropped.${reason}`, count]),
          ),
          'eventToWindow.p99Ms': eventToWindow.p99Ms,
          'commentToPrompt.p99Ms': commentToPrompt.p99Ms,
          ...ports.counters(),
        },
      };
    },
    async call(verb: PanelVerb, args: unknown) {
      switch (verb) {
        case 'prompt.done':
        case 'prompt.snooze':
        case 'prompt.mute':
        case 'prompt.veto': {
          const { promptId } = args as { promptId: string };
          return { closed: ports.pipeline.act(promptId, verb.slice('prompt.'.length) as 'done', ports.nowMs()) };
        }
        case 'cues.control':
          ports.advisor.control(args as { hold?: boolean; off?: boolean });
          return {};
        case 'series.read':
          return { points };
        case 'uplink.sent':
          return { messages: ports.uplink.sent((args as { limit: number }).limit) };
        case 'comments.after':
          return ports.comments.after(args as Parsed<'comments.after'>);
        case 'comments.before':
          return ports.comments.before(args as Parsed<'comments.before'>);
        case 'comments.correct':
          return ports.comments.correct(args as Parsed<'comments.correct'>);
        case 'answers.read':
          return { rows: ports.answers.rows(ports.view()) };
        case 'answers.close':
          return cues.closeAnswer(args as Parsed<'answers.close'>);
        case 'message.presets':
          return cues.presets();
        case 'message.send':
          return cues.send(args as Parsed<'message.send'>);
        case 'message.clear':
          return cues.clear();
        case 'prompt.show':
          return cues.show((args as Parsed<'prompt.show'>).promptId);
        case 'offers.read':
          return cues.offers();
        case 'offer.propose':
          return cues.propose(args as Parsed<'offer.propose'>);
        case 'corrections.read':
          return ports.comments.read(args as Parsed<'corrections.read'>);
        case 'product.read':
          return readProduct((args as Parsed<'product.read'>).productId);
        case 'orders.read':
          return ports.orders.read(args as Parsed<'orders.read'>);
        case 'orders.label':
          return ports.orders.label(args as Parsed<'orders.label'>);
        case 'labels.read':
          return ports.orders.labels(args as Parsed<'labels.read'>);
        case 'actions.read':
        case 'action.do':
        case 'action.permit':
        case 'action.undo':
        case 'actions.forget':
        case 'overlay.clear':
          throw new Error(`${verb} is answered by the assembly, which has the actions`);
        case 'control.read':
        case 'control.add':
        case 'control.remove':
        case 'explain.tell':
          throw new Error(`${verb} is answered by the assembly, which has the control surfaces`);
        case 'shows.list':
        case 'shows.read':
        case 'air.check':
        case 'screen.report':
        case 'hotkeys.read':
        case 'hotkeys.report':
        case 'source.switch':
        case 'source.retry':
          throw new Error(`${verb} is answered by the assembly, which has the records`);
        case 'models.read':
        case 'models.rollback':
        case 'fleet.read':
        case 'fleet.apply':
        case 'fleet.back':
          throw new PanelCallError('not-found', `${verb}: this agent is configured by its file alone.`);
        case 'report.make':
        case 'report.read':
          throw new Error(`${verb} is answered by the assembly, which has the records`);
        case 'rehearsal.read':
        case 'rehearsal.upload':
        case 'recording.remove':
        case 'rehearsal.start':
        case 'rehearsal.control':
        case 'rehearsal.stop':
        case 'rehearsal.remove':
        case 'rehearsal.look':
        case 'rehearsal.call':
          throw new PanelCallError('not-found', `${verb}: this agent does not rehearse.`);
        case 'settings.read':
        case 'settings.form':
        case 'settings.preview':
        case 'settings.apply':
        case 'settings.version':
        case 'settings.restore':
        case 'settings.waiting':
        case 'settings.secrets':
        case 'settings.secret':
        case 'settings.restart':
        case 'setup.export':
        case 'setup.preview':
        case 'setup.import':
        case 'backup.list':
          throw new PanelCallError('not-found', `${verb}: this agent is configured by its file alone.`);
        case 'catalogue.read':
        case 'catalogue.products':
        case 'catalogue.upload':
        case 'catalogue.preview':
        case 'catalogue.apply':
        case 'catalogue.restore':
        case 'catalogue.export':
          throw new PanelCallError('not-found', `${verb}: this agent's catalogue is set by its file alone.`);
        case 'firstrun.read':
        case 'firstrun.save':
        case 'templates.read':
        case 'templates.save':
        case 'templates.rename':
        case 'templates.remove':
        case 'templates.undo':
        case 'templates.preview':
        case 'templates.apply':
          throw new PanelCallError('not-found', `${verb}: this agent is configured by its file alone.`);
        case 'screens.read':
        case 'log.read':
        case 'log.check':
        case 'log.export':
          throw new Error(`${verb} is answered by the assembly, which has the log`);
        case 'support.make':
          throw new PanelCallError('not-found', `${verb}: this agent keeps no log of its own. Use livecue support on its data folder.`); // prettier-ignore
        case 'self.read':
        case 'pairing.create':
        case 'devices.paired':
        case 'devices.remove':
          throw new Error(`${verb} is answered by the panel server, which knows who is paired`);
      }
    },
  };
}
