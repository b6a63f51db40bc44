/**
 * The agent without models, panel and reports, so that it starts in a fraction of the time: the same HTTP ingress,
 * journal, windows, steps, outbox and uplink, joined as assembly/agent.ts joins them. Started by process.ts, ended by
 * signals. Writes its figures to a file ten times a second.
 */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AgentConfig, Catalogue } from '@livecue/shared/contract';
import { createCore } from '../../../edge-agent/src/assembly/core.ts';
import { createDriver, type DriverPorts } from '../../../edge-agent/src/assembly/driver.ts';
import { recoverPipeline } from '../../../edge-agent/src/assembly/recovery.ts';
import { createShowTotals } from '../../../edge-agent/src/assembly/show-totals.ts';
import { createStepWriter } from '../../../edge-agent/src/assembly/step-writer.ts';
import { createCanonicalDecoder } from '../../../edge-agent/src/ingest/canonical/decoder.ts';
import { createFrameIntake } from '../../../edge-agent/src/ingest/frame-intake.ts';
import { createHttpSource } from '../../../edge-agent/src/ingest/http-source.ts';
import type { DecodedFrame } from '../../../edge-agent/src/ports.ts';
import { createFrameQueue } from '../../../edge-agent/src/runtime/bounded-queue.ts';
import { startAll, stopAll } from '../../../edge-agent/src/runtime/service.ts';
import { openStore } from '../../../edge-agent/src/store/open-store.ts';
import { createUplink } from '../../../edge-agent/src/sync/mqtt-uplink.ts';
import { createNoteSigner } from '../../../edge-agent/src/sync/note-signer.ts';
import { toPromptBody, toUplinkBodies } from '../../../edge-agent/src/sync/uplink-record.ts';
import { CLOCK_TIMES, STREAM, TOKEN, type LightAgentCall } from './light-agent-call.ts';

const { folder, agentId, brokerUrl, httpPort, signingKey, kAnonymity } = JSON.parse(process.argv[2]!) as LightAgentCall;
const config = AgentConfig.parse({ agentId, stream: STREAM });
const catalogue = Catalogue.parse({ products: [] });
const silent = () => undefined;
const say = (text: string) => void process.stderr.write(`${text}\n`);
const logger = { debug: silent, info: silent, warn: say, error: say };
const nowMs = () => Date.now();
const dead = (error: unknown) => {
  say(`fatal: ${String(error)}`);
  process.exit(1);
};

const { store, outbox, stop } = await openStore({ folder, agentId, nowMs, logger, reserveBytes: 256 * 1024, reopenAfterMs: 200 }); // prettier-ignore
const core = createCore(
  { config, catalogue, predictor: { version: 'none', predict: (texts) => texts.map(() => null) }, orderModel: null },
  {
    onWindows: (results) => steps.add(toUplinkBodies(results, kAnonymity)),
    onPrompts: (events) => {
      for (const event of events) {
        const body = toPromptBody(event, config.room.id);
        if (body !== null) steps.add([body]);
      }
    },
    onEvent: (event) => totals.add(event),
  },
);
const totals = createShowTotals(({ productID, sku }) => productID ?? sku ?? '');
const delta = () => {
  const stream = core.stream.freezeDelta();
  const parts = [stream, core.advisor.takeDelta(), core.answers.takeDelta()];
  return { ...stream, put: parts.flatMap(({ put }) => put), del: parts.flatMap(({ del }) => del) };
};
const steps = createStepWriter({ store, parts: { freezeDelta: delta, takeSeen: () => core.stream.takeSeen() } });
const decode = createCanonicalDecoder({ maxClockSkewMs: config.stream.maxClockSkewMs, maxFrameBytes: config.ingest.maxFrameBytes }); // prettier-ignore
const nothing = { restore: silent };
const position = await recoverPipeline({ store, core, totals, totalsKey: 'totals', showLog: nothing, records: nothing, decode, logger }); // prettier-ignore

const queue = createFrameQueue<DecodedFrame>({ capacityEvents: 5_000 });
const sink = createFrameIntake({ decode, journal: store, queue, onRejects: silent });
const source = createHttpSource({ sink, nowMs, logger }, { name: 'http', host: '127.0.0.1', port: httpPort, token: TOKEN, maxFrameBytes: 1 << 20, requestTimeoutMs: 5_000, pingIntervalMs: 20_000, stopDeadlineMs: 500, quietLimitMs: 60_000 }); // prettier-ignore
// The uplink's clock runs faster, so that a checkpoint, due every ten seconds, comes within the schedule.
const uplink = createUplink(
  { outbox, nowMs: () => Date.now() * CLOCK_TIMES, logger },
  { agentId, brokerUrl, version: '0.1.0', maxInFlight: 20, resendAfterMs: 500 * CLOCK_TIMES, signer: createNoteSigner(agentId, signingKey), backOffMs: { first: 30, longest: 300 } }, // prettier-ignore
);
const meter = { record: silent, figures: () => ({}) };
const latency = new Proxy({}, { get: () => meter }) as DriverPorts['latency'];
const driver = createDriver({ pipeline: core.pipeline, queue, steps, nowMs, onSecond: silent, latency, onFatal: dead }, position); // prettier-ignore

const services = [{ name: 'store', start: async () => undefined, stop }, { name: 'uplink', start: (signal: AbortSignal) => uplink.start(signal), stop: () => uplink.stop() }, driver, source]; // prettier-ignore
await startAll(services, new AbortController().signal);
const file = path.join(folder, 'figures.json');
const write = () => {
  const figures = { counts: core.pipeline.counts, queued: queue.size, uplink: uplink.status(), store: store.status(), epoch: outbox.epoch, rssBytes: process.memoryUsage.rss() }; // prettier-ignore
  try {
    writeFileSync(`${file}.tmp`, JSON.stringify(figures));
    renameSync(`${file}.tmp`, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error; // A full disk is one of the faults.
  }
};
setInterval(write, 100);
process.once('SIGTERM', () => void stopAll(services).then(() => process.exit(0), dead));
process.stdout.write('{"ready":true}\n');
