import * as z from 'zod';
import { Intent } from '../insight/prediction.ts';

/** Comments of one answer at most; a page asks again for more. */
export const COMMENTS_PER_ANSWER = 200;
/** Characters of a comment that a row of the list carries; the training example keeps the whole text. */
export const COMMENT_ROW_CHARACTERS = 600;

const ProductIds = z.array(z.string().min(1).max(512)).max(20);

/** What the models said of a comment. Null: no model had an answer. Products best first. */
export const GivenLabels = z.strictObject({
  intent: Intent.nullable(),
  /** 0..1 */
  intentScore: z.number().min(0).max(1).nullable(),
  offensive: z.boolean().nullable(),
  spam: z.boolean().nullable(),
  sentiment: z.enum(['positive', 'neutral', 'negative']).nullable(),
  productIds: ProductIds,
});
export type GivenLabels = z.infer<typeof GivenLabels>;

/** What the operator says instead: each of them is decided. */
export const CorrectedLabels = z.strictObject({
  intent: Intent,
  offensive: z.boolean(),
  spam: z.boolean(),
  productIds: ProductIds,
});
export type CorrectedLabels = z.infer<typeof CorrectedLabels>;

/** One comment as the operator's list shows it. Viewers are masked before they leave the agent. */
export const CommentRow = z.object({
  /** Grows by one with each comment of the session. */
  seq: z.int().min(1),
  eventTimeMs: z.int(),
  /** At most `COMMENT_ROW_CHARACTERS`; empty when the platform removed the comment. */
  text: z.string().max(COMMENT_ROW_CHARACTERS),
  /** Characters that the comment has beyond `text`. */
  moreCharacters: z.int().min(0),
  /** First character of the viewer's name and stars; empty when the platform gives no name. */
  viewer: z.string().max(8),
  given: GivenLabels,
  /** What the operator said instead; null while nobody did. */
  corrected: CorrectedLabels.nullable(),
  /** The platform removed it: the text is gone here too. */
  removed: z.boolean(),
});
export type CommentRow = z.infer<typeof CommentRow>;

/** `corrected` counts as a mark; sentiment is that of the models. */
export const CommentMark = z.enum(['offensive', 'spam', 'positive', 'negative', 'corrected']);
export type CommentMark = z.infer<typeof CommentMark>;

/** All that is given must hold; labels are those shown, so a corrected one where there is one. */
export const CommentFilter = z.strictObject({
  intent: Intent.nullable().default(null),
  productId: z.string().max(512).nullable().default(null),
  mark: CommentMark.nullable().default(null),
  /** Found anywhere in the text, whatever the case of its letters. */
  text: z.string().max(100).default(''),
});
export type CommentFilter = z.infer<typeof CommentFilter>;

const Limit = z.int().min(1).max(COMMENTS_PER_ANSWER).default(100);
const Filter = CommentFilter.prefault({});

/** How far back the list goes. */
export const CommentExtent = z.object({
  /** Names this run of the agent: sequence numbers of another one mean other comments. */
  session: z.int(),
  /** The oldest comment that is kept; 0 before the first. */
  oldestSeq: z.int().min(0),
  newestSeq: z.int().min(0),
  /** Comments of this session that were let go because newer ones came. */
  letGo: z.int().min(0),
  /** Training examples stored on this box. */
  examples: z.int().min(0),
});
export type CommentExtent = z.infer<typeof CommentExtent>;

/**
 * One line of `livecue corrections`: what the trainers read (`text`, `intent`, `offensive`, `spam`) with
 * where it came from. Stays on the box: nothing of it is ever sent.
 */
export const TrainingExample = z.strictObject({
  version: z.literal(1),
  text: z.string(),
  intent: Intent,
  offensive: z.boolean(),
  spam: z.boolean(),
  productIds: z.array(z.string()),
  /** What was shown before. */
  given: GivenLabels,
  modelVersion: z.string(),
  /** When the operator said so, Unix ms. */
  correctedMs: z.int(),
  /** First 16 hexadecimal digits of the SHA-256 of the catalogue that `productIds` are of. */
  catalogueId: z.string(),
});
export type TrainingExample = z.infer<typeof TrainingExample>;

export const StoredExample = z.object({ id: z.int().min(1), example: TrainingExample });
export type StoredExample = z.infer<typeof StoredExample>;

/** Verbs of the comment list; all of them are the operator's, since they carry viewers' words. */
export const COMMENT_VERBS = {
  /**
   * What is new after `after`: the newest `limit` matching rows in ascending order, and how many older
   * ones matched beside them (`skipped`), which `comments.before` reads. `changed` are rows up to `after`
   * that were corrected or removed since `revision`; `changesLost` when there were too many to tell: the
   * page reads its rows again.
   */
  'comments.after': {
    args: z.strictObject({ after: z.int().min(0), revision: z.int().min(0), limit: Limit, filter: Filter }),
    result: z.object({
      extent: CommentExtent,
      rows: z.array(CommentRow).max(COMMENTS_PER_ANSWER),
      skipped: z.int().min(0),
      revision: z.int().min(0),
      changed: z.array(CommentRow).max(COMMENTS_PER_ANSWER),
      changesLost: z.boolean(),
    }),
  },
  /** Matching rows older than `before`, newest first; fewer than `limit` when the beginning is reached. */
  'comments.before': {
    args: z.strictObject({ before: z.int().min(1), limit: Limit, filter: Filter }),
    result: z.object({ extent: CommentExtent, rows: z.array(CommentRow).max(COMMENTS_PER_ANSWER) }),
  },
  /**
   * Stores what the operator says of a comment as a training example on this box, in place of what was
   * said before; null takes it back. Answers when it is on disk. Later comments are not touched by it.
   */
  'comments.correct': {
    args: z.strictObject({ session: z.int(), seq: z.int().min(1), labels: CorrectedLabels.nullable() }),
    result: z.object({ row: CommentRow, examples: z.int().min(0) }),
  },
  /** Stored examples after the `after`th, oldest first; about a megabyte at a time. */
  'corrections.read': {
    args: z.strictObject({ after: z.int().min(0), limit: z.int().min(1).max(500).default(100) }),
    result: z.object({ examples: z.array(StoredExample).max(500) }),
  },
} as const; // prettier-ignore
