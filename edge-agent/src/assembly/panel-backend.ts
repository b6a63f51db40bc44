import { PANEL_CONTRACT_VERSION, type AgentConfig, type Catalogue, type PanelState, type PanelVerb, type PANEL_VERBS, type ProductState, type SeriesPoint } from '@livecue/shared/contract'; // prettier-ignore
import { INTENTS } from '@livecue/shared/insight';
import type * as z from 'zod';
import type { PanelBackend, RoomView, Source, StoreStatus, Uplink } from '../ports.ts';
import type { Pipeline, PipelineAdvisor } from '../pipeline.ts';
import type { CommentDesk } from './comment-desk.ts';
import { healthItems } from './health-items.ts';
import type { LatencyMeter } from './latency.ts';
import { productById } from './product-resolver.ts';
import type { ShowTotals } from './show-totals.ts';

const SERIES_SECONDS = 300;
const QUESTION_INTENTS = INTENTS.filter(
  (intent) => !['spam_ad', 'purchase_signal', 'praise', 'chat_other'].includes(intent),
);

type Parsed<V extends PanelVerb> = z.output<(typeof PANEL_VERBS)[V]['args']>;

export interface PanelBackendPorts {
  readonly pipeline: Pipeline;
  readonly advisor: PipelineAdvisor;
  readonly view: () => RoomView;
  readonly totals: ShowTotals;
  readonly comments: CommentDesk;
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
  },
): RoomBackend {
  const points: SeriesPoint[] = [];
  const product = productById(facts.catalogue);

  const productState = (view: RoomView, productId: string): ProductState => {
    const known = product(productId);
    const recent = view.counts(productId, 60_000).counts;
    const fiveMinutes = view.counts(productId, 300_000).counts;
    const stock = view.stock(productId)?.level ?? known?.stock ?? null;
    const perMinute = fiveMinutes.unitsPaid / 5;
    const questions: Record<string, number> = {};
    for (const intent of QUESTION_INTENTS) {
      const count = recent.intents[intent]?.viewers ?? 0;
      if (count > 0) questions[intent] = count;
    }
    return {
      productId,
      linkNumber: known?.linkNumber ?? null,
      name: known?.name ?? { zh: productId, en: productId },
      stock,
      unitsSold: ports.totals.unitsSold(productId),
      questions,
      stockOutMinutes: stock !== null && stock > 0 && perMinute > 0 ? stock / perMinute : null,
    };
  };

  const products = (view: RoomView): ProductState[] => {
    const listed = new Set(facts.catalogue.products.slice(0, 200).map(({ productId }) => productId));
    for (const productId of view.productIds) if (listed.size < 300) listed.add(productId);
    return [...listed].map((productId) => productState(view, productId));
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
        nowMs,
        startedMs: facts.startedMs,
        stage: ports.advisor.stage(),
        feed: { state: view.feed.state, lastEventMs: view.feed.lastEventMs },
        explaining: view.explaining === null ? null : { ...view.explaining },
        viewers: ports.totals.viewers,
        ordersLastHour: ports.totals.ordersLastHour(nowMs),
        products: products(view),
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
        case 'prompt.mute': {
          const { promptId } = args as { promptId: string };
          return { closed: ports.pipeline.act(promptId, verb.slice('prompt.'.length) as 'done', ports.nowMs()) };
        }
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
        case 'corrections.read':
          return ports.comments.read(args as Parsed<'corrections.read'>);
        case 'pairing.create':
          throw new Error('pairing.create is answered by the panel server, which has the codes');
      }
    },
  };
}
