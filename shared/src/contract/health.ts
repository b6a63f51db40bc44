import * as z from 'zod';
import { DropReason } from '../event/drop-reason.ts';
import { Words } from '../prompt/host-prompt.ts';
import { Trouble } from './trouble.ts';

const Count = z.int().min(0);

export const SourceState = z.enum(['idle', 'connecting', 'open', 'degraded', 'waiting', 'failed']);
export type SourceState = z.infer<typeof SourceState>;

/** One source as the operator sees it. */
export const SourceHealth = z.object({
  name: z.string(),
  transport: z.enum(['zmq', 'http', 'websocket', 'replay', 'simulator']),
  state: SourceState,
  /** Where it listens or what it reads, for the operator: tcp://127.0.0.1:7422. */
  endpoint: z.string(),
  lastEventMs: z.int().nullable(),
  /** Age after which silence is beyond expectation. */
  quietLimitMs: z.int(),
  eventsPerSecond: z.number(),
  events: Count,
  drops: z.partialRecord(DropReason, Count),
  /** Events that the sender numbered and we never saw. */
  lostUpstream: Count,
  /** Likes that came, and likes that the platform's own totals tell of since then. Absent: none are told. */
  likes: z.object({ counted: Count, told: Count }).optional(),
  /** Calls of the platform's interface that are left, where it tells. Absent: it does not. */
  quotaLeft: Count.optional(),
  /** Where the source goes on after a restart. Absent: it cannot. */
  cursor: z.string().max(2048).optional(),
  /** Orders that the platform only hints at. Absent: its messages say all. `reading`: they are read through its interface; without, hints are counted as hints. */
  hints: z.object({ reading: z.boolean(), waiting: Count, read: Count, unread: Count }).optional(),
  /** Senders turned away for want of the right token. */
  refusedTokens: Count,
  /** The operator has switched it off, until it is switched on again. Absent: not. */
  off: z.literal(true).optional(),
  /** What is wrong and what to do, or null. */
  problem: z.string().nullable(),
  /** `problem` for words in the reader's language. Absent: there is none, or no more than the sentence is known. */
  trouble: Trouble.optional(),
});
export type SourceHealth = z.infer<typeof SourceHealth>;

/** One line of the health page. */
export const HealthItem = z.object({
  /** Stable, for tests and support. */
  name: z.string(),
  level: z.enum(['ok', 'warn', 'wrong']),
  title: Words,
  text: Words,
  remedy: Words.nullable(),
});
export type HealthItem = z.infer<typeof HealthItem>;
