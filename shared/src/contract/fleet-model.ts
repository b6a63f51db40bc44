import * as z from 'zod';
import { TOPIC_ROOT } from './uplink.ts';

/** Tasks whose models are delivered: those that read comments, which can be tried beside the one that serves. */
export const DELIVERED_TASKS = ['intent', 'toxicity', 'spam', 'sentiment'] as const;
export const DeliveredTask = z.enum(DELIVERED_TASKS);
export type DeliveredTask = z.infer<typeof DeliveredTask>;

/** Topics of model delivery. Each task has its own: an agent that was away for two deliveries hears of both. */
export const modelTopics = {
  /** Retained: `SignedDocument` whose text is a `ModelDelivery`. */
  desired: (agentId: string, task: string) => `${TOPIC_ROOT}/${agentId}/desired/model/${task}`,
  /** Retained: `ModelReport`. */
  reported: (agentId: string, task: string) => `${TOPIC_ROOT}/${agentId}/reported/model/${task}`,
  /** Retained: bytes `index × chunkBytes …` of the file of that SHA-256, the same for all agents. */
  chunk: (sha256: string, index: number | string) => `${TOPIC_ROOT}/models/${sha256}/${index}`,
} as const;

/** What is signed: this task of this agent and no other. */
export const modelOrigin = (agentId: string, task: DeliveredTask): string => `livecue/${agentId}/model/${task}`;

/** Of all files of a model together: seven times the largest that ships, and what an agent is ready to store. */
export const MODEL_BYTES_MAX = 32 * 1024 * 1024;
/** Brokers of the large clouds take packets of 128 kB; topic and properties want room, and so do slow lines. */
export const CHUNK_BYTES_MAX = 48 * 1024;

const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

const DeliveredFile = z.strictObject({
  /** A plain name: what a delivery writes lies in its own folder. */
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,40}(\.[a-z0-9]{1,10})?$/),
  bytes: z.int().min(1).max(MODEL_BYTES_MAX),
  sha256: Sha256Hex,
  /** SHA-256 of each chunk, base64url: a wrong one is known as it comes, and what is on disk needs no list. */
  chunks: z.array(z.string().regex(/^[A-Za-z0-9_-]{43}$/)).max(40_000),
});
export type DeliveredFile = z.infer<typeof DeliveredFile>;

/** A model that the cloud side wants to serve a task: its files, and how long it is tried before. */
export const ModelDelivery = z
  .strictObject({
    task: DeliveredTask,
    /** Of the manifest. */
    modelVersion: z.string().regex(/^[\w.-]{1,64}$/),
    chunkBytes: z.int().min(64).max(CHUNK_BYTES_MAX),
    /** `manifest.json` and what it names. */
    files: z.array(DeliveredFile).min(3).max(8),
    /** It scores the same comments as the one that serves, unseen, at least so long … */
    canaryMinutes: z.number().min(0).max(7 * 24 * 60),
    /** … and at least so many of them. */
    canaryComments: z.int().min(100).max(1_000_000),
    /** When it may serve once it has passed. */
    when: z.enum(['now', 'between-shows']),
  })
  .superRefine(({ files, chunkBytes }, context) => {
    const wrong = (message: string) => context.addIssue({ code: 'custom', message, path: ['files'] });
    if (new Set(files.map(({ name }) => name)).size !== files.length) wrong('two files have one name');
    if (!files.some(({ name }) => name === 'manifest.json')) wrong('manifest.json is missing');
    if (files.reduce((sum, { bytes }) => sum + bytes, 0) > MODEL_BYTES_MAX) wrong(`more than ${MODEL_BYTES_MAX} bytes`);
    for (const { name, bytes, chunks } of files)
      if (chunks.length !== Math.ceil(bytes / chunkBytes)) wrong(`${name}: the chunks do not make its bytes`);
  }); // prettier-ignore
export type ModelDelivery = z.infer<typeof ModelDelivery>;

/** What came of trying a model beside the one that serves. Numbers alone: no comment leaves the box. */
export const CanaryFigures = z.strictObject({
  comments: z.int().min(0),
  /** Not tried, because the trial may not slow the show down. */
  skipped: z.int().min(0),
  /** Share of comments to which both give the same label. */
  agreement: z.number().min(0).max(1),
  /** Mean of half the sum of the differences of their scores, 0…1. */
  drift: z.number().min(0).max(1),
  /** Share of the comments by label: of the one that serves, and of the candidate. */
  serving: z.record(z.string(), z.number()),
  candidate: z.record(z.string(), z.number()),
  /** Processor time of a batch, 95th percentile, ms. */
  servingP95Ms: z.number().min(0),
  candidateP95Ms: z.number().min(0),
  /** Batches that failed, and comments whose scores were no probabilities. */
  errors: z.int().min(0),
});
export type CanaryFigures = z.infer<typeof CanaryFigures>;

export const MODEL_STATES = [
  /** Waits for the delivery of another task to end. */
  'waiting',
  'fetching',
  /** Whole and proved against its own golden lines. */
  'verified',
  'canary',
  /** Passed; waits for the end of the show. */
  'passed',
  /** Serves; watched until `untilMs` when that is given. */
  'live',
  'refused',
  'rolled-back',
] as const;

/** How far an agent is with the newest delivery of a task. */
export const ModelReport = z.strictObject({
  task: DeliveredTask,
  /** Of the signed document; 0 while none was accepted. */
  version: z.int().min(0),
  modelVersion: z.string(),
  state: z.enum(MODEL_STATES),
  /** Since when. */
  atMs: z.int(),
  /** Until when the trial or the watch lasts at least; null where neither runs. */
  untilMs: z.int().nullable(),
  /** Why it was refused or rolled back, or what it waits for, in words; null when there is nothing to say. */
  reason: z.string().max(1000).nullable(),
  /** What came since and was not heeded, and why, in words. */
  ignored: z.string().max(1000).nullable(),
  chunks: z.strictObject({ have: z.int().min(0), of: z.int().min(1) }).nullable(),
  canary: CanaryFigures.nullable(),
});
export type ModelReport = z.infer<typeof ModelReport>;

/** For the panel and the command line. */
export const ModelsState = z.strictObject({
  /** All models that serve now, `intent-5+toxicity-2+…`. */
  serving: z.string(),
  /** Tasks that a delivered model serves; all others are as installed. */
  delivered: z.record(z.string(), z.string()),
  /** What the one key would do; null: there is nothing to go back from. */
  back: z.enum(['stop-delivery', 'models-before', 'shipped-models']).nullable(),
  reports: z.array(ModelReport).max(DELIVERED_TASKS.length),
  /** Why nothing can be delivered, or what was ignored, in words; null when all is well. */
  problem: z.string().nullable(),
});
export type ModelsState = z.infer<typeof ModelsState>;

/** Verbs of model delivery. */
export const MODEL_VERBS = {
  'models.read': { args: z.strictObject({}), result: ModelsState },
  /** Ends a delivery that is on its way; else the models before the newest one serve again, at once. */
  'models.rollback': { args: z.strictObject({}), result: ModelsState },
} as const;
