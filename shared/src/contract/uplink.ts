import * as z from 'zod';
import { DemandAhead } from '../insight/forecast.ts';
import { WindowCounts } from '../insight/window-result.ts';
import { Priority, PromptOutcome, RuleName } from '../prompt/host-prompt.ts';
import { Trouble } from './trouble.ts';

/** MQTT topics, all below `livecue/1/<agentId>/`. */
export const TOPIC_ROOT = 'livecue/1';
export const topics = {
  /** QoS 1: one `UplinkRecord` a message, CloudEvents binary mode. */
  records: (agentId: string) => `${TOPIC_ROOT}/${agentId}/records`,
  /** Retained: `UplinkAck`, written by the receiver after its COMMIT. */
  ack: (agentId: string) => `${TOPIC_ROOT}/${agentId}/ack`,
  /** QoS 1: `AgentCheckpoint`. */
  checkpoint: (agentId: string) => `${TOPIC_ROOT}/${agentId}/checkpoint`,
  /** Retained birth and will: `AgentPresence`. */
  presence: (agentId: string) => `${TOPIC_ROOT}/${agentId}/presence`,
} as const;

/** A group in the cloud is a room, one product of it, or all products with too few viewers. */
export const RecordGroup = z.union([
  z.strictObject({ kind: z.literal('room') }),
  z.strictObject({ kind: z.literal('product'), productId: z.string() }),
  z.strictObject({ kind: z.literal('other') }),
]);
export type RecordGroup = z.infer<typeof RecordGroup>;

/** Counts of one closed tumbling window for one group. Same identity, higher revision: replaces. */
export const WindowRecord = z.strictObject({
  kind: z.literal('window'),
  roomId: z.string(),
  group: RecordGroup,
  windowStartMs: z.int(),
  windowLengthMs: z.int().positive(),
  revision: z.int().min(0),
  counts: WindowCounts,
  /**
   * Absent: the row counts all of its window. Present: it was merged from shorter windows that waited too long, and
   * counts these spans of its window (ms, half-open, ascending, apart); it stands in place of the rows of shorter
   * windows within them.
   */
  covers: z
    .array(z.tuple([z.int(), z.int()]))
    .min(1)
    .max(400)
    .optional(),
});
export type WindowRecord = z.infer<typeof WindowRecord>;

/** What a card was and what became of it. Replaced by revision, identity `promptId`. */
export const PromptRecord = z.strictObject({
  kind: z.literal('prompt'),
  roomId: z.string(),
  promptId: z.string(),
  rule: RuleName,
  priority: Priority,
  productId: z.string().nullable(),
  raisedMs: z.int(),
  revision: z.int().min(0),
  outcome: PromptOutcome.nullable(),
  closedMs: z.int().nullable(),
});
export type PromptRecord = z.infer<typeof PromptRecord>;

/**
 * What the agent made of a product as a window closed: attention, and the units it expected from then on. Only
 * of products that have a row of their own in that window. Same identity, higher revision: replaces.
 */
export const SignalRecord = z.strictObject({
  kind: z.literal('signal'),
  roomId: z.string(),
  productId: z.string(),
  windowStartMs: z.int(),
  windowLengthMs: z.int().positive(),
  revision: z.int().min(0),
  /** Weighted signals a minute, what was expected of them, and −log10 of the chance of so much. */
  interest: z.strictObject({ level: z.number(), expected: z.number(), surprise: z.number() }).nullable(),
  /** Said at the end of the window. */
  ahead: z.array(DemandAhead).max(8),
});
export type SignalRecord = z.infer<typeof SignalRecord>;

/** A card shown or held back by chance, with how likely that was, and what followed: what uplift rests on. Identity `decisionId`. */
export const DecisionRecord = z.strictObject({
  kind: z.literal('decision'),
  roomId: z.string(),
  decisionId: z.string().max(200),
  rule: RuleName,
  productId: z.string().nullable(),
  atMs: z.int(),
  /** True: chance kept it from the host. */
  held: z.boolean(),
  propensity: z.number().gt(0).max(1),
  /** What follows is counted over so long. */
  windowMs: z.int().positive(),
  /** 0 when decided, 1 with what followed. */
  revision: z.int().min(0),
  followed: z.strictObject({ orders: z.number(), units: z.number(), answered: z.number() }).nullable(),
});
export type DecisionRecord = z.infer<typeof DecisionRecord>;

/** How much of what happened in a window the agent has seen. Same identity, higher revision: replaces. */
export const CoverageRecord = z.strictObject({
  kind: z.literal('coverage'),
  roomId: z.string(),
  windowStartMs: z.int(),
  windowLengthMs: z.int().positive(),
  revision: z.int().min(0),
  /** Of the window, in which the feed was silent beyond what is usual, ms. */
  gapMs: z.int().min(0),
  /** Events that came but were not counted: refused as bad input, and dropped by the full queue. */
  refused: z.int().min(0),
  dropped: z.int().min(0),
  /** Numbered frames that never came. */
  lostUpstream: z.int().min(0),
});
export type CoverageRecord = z.infer<typeof CoverageRecord>;

/**
 * Records that will never come, since they waited for too long: `merged` into longer windows, which are records of
 * their own, or `dropped`. Their leaves stay in the tree of the epoch.
 */
export const GapRecord = z.strictObject({
  kind: z.literal('gap'),
  roomId: z.string(),
  reason: z.enum(['merged', 'dropped']),
  /** Span of the windows concerned, half-open. */
  fromMs: z.int(),
  toMs: z.int(),
  /** Rows that the cloud will not see as they were. */
  windows: z.int().min(0),
  signals: z.int().min(0),
  /** Numbers of this epoch, inclusive, ascending, disjoint, all below the record's own. Empty: of an earlier epoch. */
  seqs: z.array(z.tuple([z.int().min(1), z.int().min(1)])).max(500),
  /** A gap is told once. */
  revision: z.literal(0),
});
export type GapRecord = z.infer<typeof GapRecord>;

export const UplinkBody = z.discriminatedUnion('kind', [WindowRecord, PromptRecord, SignalRecord, DecisionRecord, CoverageRecord, GapRecord]); // prettier-ignore
export type UplinkBody = z.infer<typeof UplinkBody>;

/**
 * What leaves the box. Transport identity is (agentId, epoch, seq); row identity stands in the body.
 * On the wire `body` is the payload, the rest are CloudEvents attributes as MQTT 5 user properties.
 */
export const UplinkRecord = z.strictObject({
  agentId: z.string(),
  /** Raised when local state was lost, restored or cloned; the receiver refuses lower epochs. */
  epoch: z.int().min(1),
  /** From 1, without holes within an epoch. */
  seq: z.int().min(1),
  body: UplinkBody,
});
export type UplinkRecord = z.infer<typeof UplinkRecord>;

/** User property names of a record message (CloudEvents MQTT binding 1.0.2, section 3.1). */
export const RECORD_PROPERTIES = ['specversion', 'id', 'source', 'type', 'epoch', 'seq'] as const;
export const RECORD_CONTENT_TYPE = 'application/json';
export const RECORD_TYPE = {
  window: 'livecue.window',
  prompt: 'livecue.prompt',
  signal: 'livecue.signal',
  decision: 'livecue.decision',
  coverage: 'livecue.coverage',
  gap: 'livecue.gap',
} as const;

/** Receiver → agent: seqs of this epoch that are committed: 1..contiguous and the ranges above it. */
export const UplinkAck = z.strictObject({
  epoch: z.int().min(0),
  contiguous: z.int().min(0),
  /** Inclusive, ascending, disjoint, all above `contiguous + 1`. */
  ranges: z.array(z.tuple([z.int(), z.int()])),
  /** How far the epoch's records were checked against the agent's signed checkpoints. Absent: not yet. */
  proof: z
    .strictObject({
      verified: z.int().min(0),
      /** What does not fit, in words; null while all fits. */
      broken: z.string().max(1000).nullable(),
      /** `broken` as what was found and at which record. Absent: nothing, or no more than the words are known. */
      finding: z.strictObject({ what: z.string().max(64), seq: z.int().min(0) }).optional(),
    })
    .optional(),
});
export type UplinkAck = z.infer<typeof UplinkAck>;

/**
 * Agent → receiver: the signed root of the tree over the first records of an epoch (RFC 6962 hashes, C2SP
 * checkpoint), and what leads there from the size that the receiver has verified.
 */
export const AgentCheckpoint = z.strictObject({
  epoch: z.int().min(1),
  /** Frontier from which the leaves go on: how many records it holds and its hashes, base64 of 32 bytes each. */
  from: z.int().min(0),
  roots: z.array(z.string().length(44)).max(53),
  /** Leaf hashes of the records from + 1 …, base64 of 32 bytes each, one behind the other. */
  leaves: z.string(),
  /** Signed note of origin `livecue/<agentId>/<epoch>`, size and root. */
  note: z.string().max(2000),
});
export type AgentCheckpoint = z.infer<typeof AgentCheckpoint>;

export const AgentPresence = z.strictObject({
  state: z.enum(['online', 'offline']),
  version: z.string(),
  epoch: z.int().min(0),
  /** Verifier key (C2SP signed-note) of the agent's checkpoints. Absent: it signs none. */
  key: z.string().max(400).optional(),
});
export type AgentPresence = z.infer<typeof AgentPresence>;

/** One message exactly as it went to the broker, for the panel's "what left" page. */
export const SentMessage = z.object({
  atMs: z.int(),
  topic: z.string(),
  properties: z.record(z.string(), z.string()),
  payload: z.string(),
  bytes: z.int(),
  acknowledged: z.boolean(),
});
export type SentMessage = z.infer<typeof SentMessage>;

export const UplinkStatus = z.object({
  state: z.enum(['off', 'connecting', 'connected', 'waiting', 'failed']),
  brokerUrl: z.string(),
  /** Records written to the outbox and not yet acknowledged. */
  backlog: z.int().min(0),
  sent: z.int().min(0),
  resent: z.int().min(0),
  acknowledged: z.int().min(0),
  bytesSent: z.int().min(0),
  lastAckMs: z.int().nullable(),
  problem: z.string().nullable(),
  /** As of a source. */
  trouble: Trouble.optional(),
  /** Records of this epoch that the receiver has verified against our signed checkpoints. Absent: none are signed. */
  verified: z.int().min(0).optional(),
  /** `problem` is a finding of the receiver: what it holds is not what we signed. Absent: it is not, or there is none. */
  broken: z.boolean().optional(),
});
export type UplinkStatus = z.infer<typeof UplinkStatus>;
