import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ShowLogEntry } from '@livecue/shared/contract';
import type { LiveEvent } from '@livecue/shared/event';
import type { OrderAnomaly, Prediction, WindowResult } from '@livecue/shared/insight';
import type { PromptEvent } from '@livecue/shared/prompt';
import { createCanonicalDecoder } from '../ingest/canonical/decoder.ts';
import { createFrameIntake } from '../ingest/frame-intake.ts';
import { createPanelServer, panelLink, type PanelServer } from '../panel/panel-server.ts';
import type { DecodedFrame } from '../ports.ts';
import { createFrameQueue } from '../runtime/bounded-queue.ts';
import { startAll, stopAll, together, type Service } from '../runtime/service.ts';
import { openAuditLog } from '../store/audit-log.ts';
import { openStore } from '../store/open-store.ts';
import { openConnectorMemory } from '../store/connector-files.ts';
import { openSecrets } from '../store/secrets.ts';
import type { Agent, AgentInput, AgentPorts } from './agent-ports.ts';
import { createShowRecords } from '../sync/show-records.ts';
import { toPromptBody, toUplinkBodies } from '../sync/uplink-record.ts';
import { createActionRoom, isLoopback, type ActionRoom } from './action-room.ts';
import { openCommentModels } from './comment-predictor.ts';
import { createCommentDesk } from './comment-desk.ts';
import { openControlPart, type ControlPart } from './control-part.ts';
import { createCore } from './core.ts';
import { prefixed, sum } from './counts.ts';
import { learnFromVerdicts, openOrderModel } from './order-model.ts';
import { createDeliveryPart, modelsOf, openDeliveredModels } from './delivered-models.ts';
import { doorItems, withTls } from './door-tls.ts';
import { createDriver } from './driver.ts';
import { readBrokerTls } from './broker-tls.ts';
import { createDecisionMeters } from './decision-latency.ts';
import { agentHealth, createFleetPart } from './fleet-part.ts';
import { createLoopMeter } from './latency.ts';
import { answeringLog } from './log-desk.ts';
import { openUplink } from './late-uplink.ts';
import { createOrderDesk } from './order-desk.ts';
import { createPanelBackend } from './panel-backend.ts';
import { choosePolicy } from './policy-choice.ts';
import { createProductResolver, productById } from './product-resolver.ts';
import { recordingActions } from './show-actions.ts';
import { answeringShows } from './show-calls.ts';
import { answeringAir, furthestClock } from './air-calls.ts';
import { createShowLog, isMinuteStart } from './show-log.ts';
import { openReportFiles } from './report-files.ts';
import { createReportKeeper } from './show-report-keeper.ts';
import { createShowForecaster, openForShows } from './show-forecaster.ts';
import { createShowTotals } from './show-totals.ts';
import { createSourceDesk } from './source-desk.ts';
import { createStepWriter } from './step-writer.ts';
import { timedPredictor } from './timed-predictor.ts';
import { recoverPipeline } from './recovery.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TOTALS_KEY = 'totals';
const NO_ORDERS: readonly OrderAnomaly[] = [];
/** Far beyond any batch of comments: a session that is stuck must not stop the show. */
const PREDICTION_DEADLINE_MS = 2_000;
export const VERSION: string = (createRequire(import.meta.url)(path.join(ROOT, 'package.json')) as { version: string })
  .version;

/** Joins all parts in the order store → sync → panel → pipeline → ingest. What was opened is closed when a later part fails. */
export async function createAgent(input: AgentInput, ports: AgentPorts): Promise<Agent> {
  const opened: (() => Promise<void>)[] = [];
  try {
    return await assemble(input, ports, (close) => void opened.push(close));
  } catch (error) {
    for (const close of opened.toReversed()) await close();
    throw error;
  }
}

async function assemble(
  input: AgentInput,
  ports: AgentPorts,
  onOpened: (close: () => Promise<void>) => void,
): Promise<Agent> {
  const { config, catalogue, folder } = input;
  const { logger, nowMs, embedded } = ports;
  const startedMs = nowMs();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tls = readBrokerTls(config.uplink.brokerTls);
  const secrets = await openSecrets({ folder, logger });
  const opened = await openStore({ folder, agentId: config.agentId, nowMs, logger, keepShows: { shows: config.shows.keep, days: config.shows.keepDays } }); // prettier-ignore
  onOpened(() => opened.stop());
  const { store, outbox, corrections, orderLabels } = opened;

  const resolveProduct = createProductResolver(catalogue);
  const totals = createShowTotals(resolveProduct);
  // Without a panel nobody reads them, and nothing is kept.
  const comments = createCommentDesk({ corrections, nowMs, logger }, { catalogue, session: startedMs });
  const rejects: Record<string, number> = {};
  let totalsSaved = '';

  const delivered = await openDeliveredModels(folder, nowMs);
  const read = await openCommentModels({
    catalogue,
    deadlineMs: PREDICTION_DEADLINE_MS,
    onProblem: (problem) => logger.warn(problem),
    delivered: delivered.delivered,
  });
  const { predictor } = read;
  onOpened(() => predictor.close());
  if (read.deliveredProblem === null) onOpened(() => delivered.notToBlame());
  const models = timedPredictor(predictor);
  const orderModel = await learnFromVerdicts(
    openOrderModel((problem) => logger.warn(problem)),
    orderLabels,
    { folder, onProblem: (problem) => logger.warn(problem) },
  );
  const choice = await choosePolicy(opened.showLog, config.advise.policy);
  // Without a panel nobody reads what is told of the coming minutes.
  const warn = (problem: string) => logger.warn(problem);
  const showNetwork = input.panel ? await openForShows(warn) : null;
  let actions: ActionRoom | null = null;
  const core = createCore(
    { ...input, predictor: models.predictor, orderModel, policy: choice.policy, readsSliding: isMinuteStart },
    {
      onWindows: (results: readonly WindowResult[]) => {
        steps.add(toUplinkBodies(results, config.uplink.kAnonymity));
        showLog.windows(results);
      },
      onTick: (ms) => showLog.tick(ms),
      onNote: (note, ms) => showLog.note(note, ms),
      onPrompts: (events: readonly PromptEvent[]) => {
        showLog.prompts(events);
        actions?.prompts(events);
        for (const event of events) {
          const body = toPromptBody(event, config.room.id);
          if (body !== null) steps.add([body]);
          if (event.kind !== 'suppressed')
            logger.debug(`card ${event.kind} ${event.kind === 'closed' ? event.promptId : event.prompt.promptId}`);
        }
      },
      onEvent: (event: LiveEvent, prediction: Prediction | null) => {
        totals.add(event);
        showLog.event(event, prediction);
        actions?.event(event);
        if (input.panel) comments.event(event, prediction);
      },
    },
  );
  const view = () => core.stream.view(config.room.id);
  const queue = createFrameQueue<DecodedFrame>({ capacityEvents: config.ingest.queueEvents });
  let lostUpstream = () => 0;
  const records = createShowRecords(
    { uncounted: () => ({ refused: sum(rejects), dropped: sum(queue.drops()), lostUpstream: lostUpstream() }) },
    { roomId: config.room.id, kAnonymity: config.uplink.kAnonymity },
  );
  const write = (entry: ShowLogEntry) => {
    steps.log(entry);
    steps.add(records.take(entry));
  };
  const showLog = createShowLog(
    { write, view, product: productById(catalogue), resolveProduct },
    { roomId: config.room.id, mode: input.mode, get modelVersion() { return core.modelVersion; }, limits: { cardsPer10Min: config.advise.cardsPer10Min, actNowPer10Min: config.advise.actNowPer10Min } },
  ); // prettier-ignore
  const steps = createStepWriter({
    store,
    parts: {
      freezeDelta() {
        const stream = core.stream.freezeDelta();
        const advisor = core.advisor.takeDelta();
        const shows = showLog.takeDelta();
        const answers = core.answers.takeDelta();
        const left = records.takeDelta();
        const saved = totals.save();
        const own: (readonly [string, string])[] = saved === totalsSaved ? [] : [[TOTALS_KEY, saved]];
        totalsSaved = saved;
        return { ...stream, put: [...stream.put, ...advisor.put, ...shows.put, ...answers.put, ...left.put, ...own], del: [...stream.del, ...advisor.del, ...shows.del, ...answers.del, ...left.del] }; // prettier-ignore
      },
      takeSeen: () => core.stream.takeSeen(),
    },
  });

  const decode = createCanonicalDecoder({ maxClockSkewMs: config.stream.maxClockSkewMs, maxFrameBytes: config.ingest.maxFrameBytes }); // prettier-ignore
  const position = await recoverPipeline({ store, core, totals, totalsKey: TOTALS_KEY, showLog, records, decode, logger }); // prettier-ignore
  await comments.restore();
  const orders = createOrderDesk({ labels: orderLabels, anomalies: () => view().orderAnomalies ?? NO_ORDERS, nowMs }, { session: startedMs, model: orderModel }); // prettier-ignore
  await orders.restore();

  const latency = createDecisionMeters();
  const loop = createLoopMeter();
  const sink = createFrameIntake({
    decode,
    journal: store,
    queue,
    onRejects: (decoded) => {
      for (const { reason } of decoded.rejects) rejects[reason] = (rejects[reason] ?? 0) + 1;
    },
  });
  const switches = createSourceDesk(ports.createSources({ sink, secrets }), {
    memory: openConnectorMemory({ folder, logger }, '_sources'),
    logger,
  });
  const { sources } = switches;
  lostUpstream = () => sources.reduce((all, source) => all + source.health(nowMs()).lostUpstream, 0);

  const room: ActionRoom = createActionRoom(
    {
      view, sources, nowMs, logger, resolve: resolveProduct, product: (id) => productById(catalogue)(id) ?? null,
      answers: () => core.answers.rows(view()),
      memory: openConnectorMemory({ folder, logger }, 'actions'),
      panelUrl: () => (panel === null || !isLoopback(config.panel.host) ? null : panel.address().url),
      note: (action) => showLog.note({ kind: 'action', ...action }, nowMs()),
    },
    { connectors: config.connectors, language: config.language, mode: input.mode, secret: secrets.signingKey },
  ); // prettier-ignore
  actions = room;

  const { agentId } = config;
  const uplink = openUplink(
    { outbox, nowMs, logger, embedded },
    { ...config.uplink, agentId, version: VERSION, tls, credentials: ports.brokerUser ?? secrets.broker, signingKey: secrets.signingKey },
  ); // prettier-ignore

  const desk = createPanelBackend(
    {
      pipeline: core.pipeline,
      advisor: core.advisor,
      view,
      totals,
      comments,
      answers: core.answers,
      orders,
      shows: createShowForecaster(showNetwork, warn),
      sources,
      uplink,
      storeStatus: () => store.status(),
      stepProblem: () => steps.problem,
      embeddedCloudProblem: () => embedded?.problem ?? null,
      queueDropped: () => Object.values(queue.drops()).reduce((sum, count) => sum + count, 0),
      counters: () => ({
        ...prefixed('rejected.', rejects),
        queued: queue.size,
        ...prefixed('queueDropped.', queue.drops()),
      }),
      latency,
      nowMs,
    },
    {
      get modelVersion() {
        return core.modelVersion;
      },
      config,
      catalogue,
      version: VERSION,
      mode: input.mode,
      startedMs,
      policy: choice,
    },
  );
  const reports = createReportKeeper({ log: opened.showLog, nowMs, logger }, folder, config.shows);
  const reportFiles = openReportFiles(folder);
  let beatMs: number | null = null;
  const health = () => agentHealth({ pipeline: core.pipeline, storeStatus: () => store.status(), rejected: () => sum(rejects), beatMs, panel }); // prettier-ignore
  const fleet = ports.fleet === null ? null : createFleetPart(
    {
      control: ports.fleet, uplink, pipeline: core.pipeline, sources, storeStatus: () => store.status(), queued: () => queue.size,
      rejected: () => sum(rejects), modelP95Ms: models.p95Ms, modelVersion: () => predictor.version, nowMs, logger,
    },
    { agentId, version: VERSION, startedMs, mode: input.mode },
  ); // prettier-ignore
  const delivery = createDeliveryPart(
    { opened: delivered, models: modelsOf(read.models, () => predictor.version), channel: uplink.channel, isBetweenShows: () => !showLog.running, nowMs, logger },
    { agentId, fleetKey: config.uplink.fleetKey, failedToOpen: read.deliveredProblem },
  ); // prettier-ignore
  const aired = answeringAir(answeringShows(desk, opened.showLog, reports, reportFiles), { state: () => desk.state(), catalogue, skewMs: () => furthestClock(core.stream.stats().sources), doors: () => doorItems(config, folder, nowMs()), nowMs }); // prettier-ignore
  const control: ControlPart | null = !input.panel ? null : await openControlPart(
    { folder, stage: () => core.advisor.stage(), view, sink, panel: () => panel, nowMs, logger },
    { control: config.control, language: config.language, presets: config.advise.presets, roomId: config.room.id, catalogue, mode: input.mode },
  ); // prettier-ignore
  const answered = switches.answering(delivery.answering(room.answering(control?.answering(aired) ?? aired)));
  const backend = recordingActions(fleet?.answering(answered) ?? answered, {
    stage: () => core.advisor.stage(),
    answers: () => core.answers.rows(view()),
    note: (action) => showLog.note({ kind: 'action', ...action }, nowMs()),
  });
  const driver = createDriver(
    {
      pipeline: core.pipeline,
      queue,
      steps,
      nowMs,
      onSecond: (ms) => {
        beatMs = ms;
        backend.second(ms);
        room.second();
        reports.look(showLog.endedShowIds);
      },
      latency,
      onFatal: ports.onFatal,
    },
    position,
  );
  const audit = input.panel ? await openAuditLog(folder) : null;
  if (audit !== null) onOpened(() => audit.close());
  const panel: PanelServer | null = input.panel
    ? createPanelServer(
        { backend: answeringLog(ports.catalogue?.answering(backend) ?? backend, folder), nowMs, randomBytes: (length) => randomBytes(length), tokens: secrets.panelTokens, logger, pageFolder: path.join(ROOT, 'desktop/dist/renderer'), ...(audit === null ? {} : { audit }), overlay: room.overlay, reports: reportFiles, ...(control === null ? {} : { control: control.guest }) },
        { ...withTls(config.panel, folder, { nowMs, logger }), curve: secrets.panelCurve },
      )
    : null; // prettier-ignore
  const panelLinkFile = path.join(folder, 'panel-link.json');

  const services: Service[] = [
    { name: 'store', start: async () => undefined, stop: () => opened.stop() },
    ...(audit === null ? [] : [{ name: 'audit log', start: async () => undefined, stop: () => audit.close() }]),
    reports,
    { name: 'models', start: async () => undefined, stop: () => predictor.close() },
    ...(showNetwork === null
      ? []
      : [{ name: 'demand network', start: async () => undefined, stop: () => showNetwork.close() }]),
    { name: 'uplink', start: (signal) => uplink.start(signal), stop: () => uplink.stop() },
    ...(fleet === null ? [] : [fleet.desk]),
    delivery.deliveries,
    ...(panel === null ? [] : [panel]),
    ...(control === null ? [] : [control]),
    room,
    driver,
    together('sources', sources),
  ];

  /** Of the show, not of the start: from the last look before the first event. */
  const loopFigures = () => {
    if (core.pipeline.counts.events === 0) loop.reset();
    return loop.figures();
  };

  return {
    name: 'agent',
    panel,
    sources,
    secrets,
    panelLinkFile,
    get cloudPid() {
      return embedded?.pid ?? null;
    },
    async start(signal) {
      await startAll(services, signal);
      beatMs ??= nowMs();
      if (panel !== null) {
        writeFileSync(panelLinkFile, JSON.stringify(panelLink(panel.address(), secrets.panelCurve, secrets.panelClientSecretKey)), { mode: 0o600 }); // prettier-ignore
      }
    },
    stop: () => stopAll(services),
    health,
    showRuns: () => showLog.running,
    state: () => backend.state(),
    figures: () => ({
      nowMs: nowMs(),
      counts: core.pipeline.counts,
      loop: loopFigures(),
      rejects,
      queued: queue.size,
      queueDropped: queue.drops(),
      lostUpstream: lostUpstream(),
      eventToWindow: latency.eventToWindow.figures(),
      lastMinute: latency.lastMinute.figures(),
      commentToPrompt: latency.commentToPrompt.figures(),
      eventToPrompt: latency.eventToPrompt.figures(),
      rssBytes: process.memoryUsage.rss(),
      memory: process.memoryUsage(),
      cpu: process.cpuUsage(),
      mainCpu: process.threadCpuUsage(),
      store: store.status(),
      uplink: uplink.status(),
      stage: core.advisor.stage(),
    }),
  };
}
