import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { modelTopics, ModelReport, type DeliveredTask, type ModelDelivery } from '@livecue/shared/contract';
import { createModelDelivery, type ModelDeliveries } from '../model-delivery.ts';
import { openModelsMemory } from '../models-memory.ts';
import type { Delivered, Models } from '../model-ports.ts';
import { beginServing } from '../serving.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { chunkTopics, documentFor, type FleetKey } from './signed-delivery.ts';

export const AGENT = 'studio-1';

/** What outlives the process: the data folder, and the file of what is remembered. */
export interface Box {
  readonly folder: string;
  stored: unknown;
}

/** The agent's models, as a test wants them to behave. */
export interface PaperModels extends Models {
  served: Delivered;
  /** In the order of calls. */
  readonly calls: Delivered[];
  readonly trials: string[];
  trialFault: string | null;
  /** Of 100 comments so many are given the same label. */
  agreeing: number;
  broken: string | null;
  batchMs: number;
  serveFault: ((delivered: Delivered) => string | null) | null;
  /** Comments come in. */
  say(count: number): void;
}

export function createPaperModels(): PaperModels {
  const observers = new Set<(texts: readonly string[]) => void>();
  let said = 0;
  const models: PaperModels = {
    served: {},
    calls: [],
    trials: [],
    trialFault: null,
    agreeing: 100,
    broken: null,
    batchMs: 1,
    serveFault: null,
    say(count) {
      for (let i = 0; i < count; i++) for (const observer of observers) observer([`comment ${said++}`]);
    },
    shipped: (task) => `/shipped/${task}`,
    async openTrial(_task, { serving, candidate }) {
      models.trials.push(`${serving} against ${candidate}`);
      if (models.trialFault !== null) throw new Error(models.trialFault);
      return {
        version: 'v',
        labels: ['a', 'b'],
        close: async () => undefined,
        async compare(texts) {
          const other = texts.filter((text) => (Number(text.split(' ')[1]) * 37) % 100 >= models.agreeing).length;
          const half = Math.floor(texts.length / 2);
          const serving = [half, texts.length - half];
          return { comments: texts.length, agreed: texts.length - other, drift: other, wrong: 0, serving, candidate: serving, servingMicros: 1_000, candidateMicros: 1_100 }; // prettier-ignore
        },
      };
    },
    async serve(delivered) {
      models.calls.push(delivered);
      const fault = models.serveFault?.(delivered) ?? null;
      if (fault !== null) throw new Error(fault);
      models.served = delivered;
      models.broken = null;
    },
    observe(listener) {
      observers.add(listener);
      return () => void observers.delete(listener);
    },
    fault: () => models.broken,
    p95Ms: () => models.batchMs,
    version: () => JSON.stringify(models.served),
  };
  return models;
}

export interface Rig {
  readonly deliveries: ModelDeliveries;
  readonly models: PaperModels;
  readonly clock: { nowMs: number };
  readonly show: { isOver: boolean };
  /** Ends as SIGKILL does: nothing is written from now on. */
  kill(): Promise<void>;
  reported(task: DeliveredTask): ModelReport | null;
}

/** One run of the agent's side on `box`. */
export async function startRig(box: Box, broker: MemoryBroker, key: FleetKey, over: { openFault?: string; models?: PaperModels } = {}): Promise<Rig> {
  const clock = { nowMs: 1_000_000 };
  const show = { isOver: true };
  let isDead = false;
  const file = {
    read: async () => structuredClone(box.stored ?? null),
    async write(value: unknown) {
      if (!isDead) box.stored = structuredClone(value);
    },
    setAside: () => 'aside',
  };
  const folders = { models: join(box.folder, 'models'), incoming: join(box.folder, 'incoming') };
  mkdirSync(box.folder, { recursive: true });
  const memory = await openModelsMemory(file);
  const models = over.models ?? createPaperModels();
  const begun = await beginServing(memory, folders.models, clock.nowMs);
  models.served = over.openFault === undefined ? begun : {};
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const deliveries = createModelDelivery(
    { channel: broker.channel, models, isBetweenShows: () => show.isOver, nowMs: () => clock.nowMs, logger: quiet },
    { agentId: AGENT, folders, verifier: key.verifier, fetch: { atOnce: 4, waitMs: 20 }, lookMs: 5, watchMs: 600_000, provedMs: 1e8, retryMs: 10 },
    memory,
    over.openFault === undefined || Object.keys(begun).length === 0 ? null : over.openFault,
  );
  await deliveries.start(new AbortController().signal);
  return {
    deliveries, models, clock, show,
    async kill() {
      isDead = true;
      await deliveries.stop();
    },
    reported(task) {
      const payload = broker.retained.get(modelTopics.reported(AGENT, task));
      return payload === undefined ? null : ModelReport.parse(JSON.parse(payload.toString()));
    },
  };
} // prettier-ignore

/** Chunks first, then the document that names them. */
export function publish(broker: MemoryBroker, key: FleetKey, version: number, delivery: ModelDelivery, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [topic, payload] of chunkTopics(files, delivery.chunkBytes)) broker.put(topic, Buffer.from(payload));
  broker.put(modelTopics.desired(AGENT, delivery.task), documentFor(key, AGENT, version, delivery));
} // prettier-ignore
