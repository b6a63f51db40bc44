import { REHEARSED_VERBS, type AgentConfig, type Catalogue, type PanelState, type PanelVerb } from '@livecue/shared/contract'; // prettier-ignore
import type { LiveEvent } from '@livecue/shared/event';
import type { OrderAnomaly, Prediction } from '@livecue/shared/insight';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { Corrections, OrderLabels, PanelBackend, Source } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import { createActionRoom } from './action-room.ts';
import { createCommentDesk } from './comment-desk.ts';
import type { createCore } from './core.ts';
import { createDecisionMeters } from './decision-latency.ts';
import { switchedOff } from './late-uplink.ts';
import { createOrderDesk } from './order-desk.ts';
import { openOrderModel } from './order-model.ts';
import { createPanelBackend } from './panel-backend.ts';
import { createProductResolver, productById } from './product-resolver.ts';
import { recordingActions } from './show-actions.ts';
import { createShowForecaster } from './show-forecaster.ts';
import type { ShowLog } from './show-log.ts';
import { createShowTotals } from './show-totals.ts';

const NO_ORDERS: readonly OrderAnomaly[] = [];
const VERBS: ReadonlySet<PanelVerb> = new Set<PanelVerb>(REHEARSED_VERBS);
/** Of the machine and the cloud, which the live agent tells. */
const NOT_REHEARSED: ReadonlySet<string> = new Set(['disk', 'cloud']);

/** Nothing said in a rehearsal is kept for training: the verbs for it are not rehearsed either. */
const nothingKept: Corrections & OrderLabels = {
  save: () => Promise.reject(new Error('Nothing is kept of a rehearsal.')),
  remove: async () => 0,
  removeAll: async () => 0,
  read: async () => [],
  count: async () => 0,
};

/** What panels see of a room that is rehearsed, and what may be done in it. */
export function createRehearsedRoom(
  ports: {
    readonly core: ReturnType<typeof createCore>;
    readonly showLog: ShowLog;
    /** Time in the recording. */
    readonly nowMs: () => number;
    readonly sources: readonly Source[];
    readonly logger: Logger;
  },
  facts: {
    readonly config: AgentConfig;
    readonly catalogue: Catalogue;
    readonly version: string;
    readonly mode: PanelState['mode'];
    readonly startedMs: number;
  },
): PanelBackend & { second(nowMs: number): void; event(event: LiveEvent, prediction: Prediction | null): void } {
  const { core, showLog, nowMs, logger } = ports;
  const { config, catalogue, startedMs } = facts;
  const view = () => core.stream.view(config.room.id);
  const resolve = createProductResolver(catalogue);
  const totals = createShowTotals(resolve);
  const comments = createCommentDesk({ corrections: nothingKept, nowMs, logger }, { catalogue, session: startedMs });
  const anomalies = () => view().orderAnomalies ?? NO_ORDERS;
  const orders = createOrderDesk({ labels: nothingKept, anomalies, nowMs }, { session: startedMs, model: openOrderModel(null) }); // prettier-ignore
  const note = (action: Parameters<Parameters<typeof recordingActions>[1]['note']>[0]) => showLog.note({ kind: 'action', ...action }, nowMs()); // prettier-ignore
  // Without sources and connectors there is nothing that could be done on air; the page of actions says so.
  const actions = createActionRoom(
    { view, sources: [], nowMs, logger, resolve, product: (id) => productById(catalogue)(id) ?? null, answers: () => core.answers.rows(view()), memory: { get: () => undefined, set: () => undefined, flush: async () => undefined }, panelUrl: () => null, note },
    { connectors: [], language: config.language, mode: 'replay', secret: 'rehearsal' },
  ); // prettier-ignore
  const desk = createPanelBackend(
    {
      pipeline: core.pipeline, advisor: core.advisor, view, totals, comments, answers: core.answers, orders,
      shows: createShowForecaster(null, (problem) => logger.warn(problem)), sources: ports.sources, uplink: switchedOff(),
      storeStatus: () => ({ state: 'open', problem: null, journalBytes: 0, pendingFrames: 0, freeBytes: null, commitP99Ms: 0 }),
      stepProblem: () => null, embeddedCloudProblem: () => null, queueDropped: () => 0, counters: () => ({}),
      latency: createDecisionMeters(), nowMs,
    },
    { modelVersion: core.modelVersion, config, catalogue, version: facts.version, mode: facts.mode, startedMs, policy: { policy: 'rules', verdict: null } },
  ); // prettier-ignore
  const recorded = recordingActions(actions.answering(desk), {
    stage: () => core.advisor.stage(),
    answers: () => core.answers.rows(view()),
    note,
  });
  return {
    second: (ms) => desk.second(ms),
    event(event, prediction) {
      totals.add(event);
      comments.event(event, prediction);
    },
    state() {
      const state = recorded.state();
      return { ...state, health: state.health.filter(({ name }) => !NOT_REHEARSED.has(name)) };
    },
    async call(verb, args, caller) {
      if (!VERBS.has(verb)) throw new PanelCallError('not-found', `${verb} is not part of a rehearsal.`);
      return recorded.call(verb, args, caller);
    },
  };
}
