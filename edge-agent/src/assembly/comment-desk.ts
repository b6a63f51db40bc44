import { createHash } from 'node:crypto';
import {
  COMMENTS_PER_ANSWER,
  type Catalogue,
  type CommentExtent,
  type PanelArgs,
  type PanelResult,
} from '@livecue/shared/contract';
import type { LiveEvent, LiveEventOf } from '@livecue/shared/event';
import type { Prediction } from '@livecue/shared/insight';
import type * as z from 'zod';
import type { PANEL_VERBS } from '@livecue/shared/contract';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { Corrections } from '../ports.ts';
import { AgentError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { commentKey, createCommentRing, productIdsOf, toRow, type KeptComment } from './comment-ring.ts';

/** About half an hour of a loud room; some 10 MB. Longer texts push out earlier ones sooner. */
export const COMMENTS_KEPT = { comments: 20_000, characters: 4_000_000 } as const;
/** Far beyond what a person corrects; a program that got a token must not fill the disk. */
export const EXAMPLES_KEPT = 100_000;

type Parsed<V extends keyof typeof PANEL_VERBS> = z.output<(typeof PANEL_VERBS)[V]['args']>;

export interface CommentDesk {
  /** Every event that got in; all but comments and their removal are passed over. */
  event(event: LiveEvent, prediction: Prediction | null): void;
  /** Once after recovery: how many examples there are, and which of the recovered comments have one. */
  restore(): Promise<void>;
  after(args: Parsed<'comments.after'>): PanelResult<'comments.after'>;
  before(args: Parsed<'comments.before'>): PanelResult<'comments.before'>;
  correct(args: Parsed<'comments.correct'>): Promise<PanelResult<'comments.correct'>>;
  read(args: PanelArgs<'corrections.read'> & { limit: number }): Promise<PanelResult<'corrections.read'>>;
}

export function catalogueId(catalogue: Catalogue): string {
  return createHash('sha256').update(JSON.stringify(catalogue)).digest('hex').slice(0, 16);
}

/** The comments of the session for the operator, and what the operator says of them. */
export function createCommentDesk(
  ports: { readonly corrections: Corrections; readonly nowMs: () => number; readonly logger: Logger },
  facts: { readonly catalogue: Catalogue; readonly session: number; readonly kept?: typeof COMMENTS_KEPT },
): CommentDesk {
  const { corrections, nowMs, logger } = ports;
  const ring = createCommentRing(facts.kept ?? COMMENTS_KEPT);
  const products = new Set(facts.catalogue.products.map(({ productId }) => productId));
  const catalogue = catalogueId(facts.catalogue);
  let examples = 0;
  /** Removed by the platform, and still to be removed from the disk. */
  const removals = new Set<string>();
  let removing: Promise<void> | null = null;

  const extent = (): CommentExtent => {
    const { oldestSeq, newestSeq } = ring;
    return { session: facts.session, oldestSeq, newestSeq, letGo: Math.max(0, oldestSeq - 1), examples };
  };

  /** Takes the examples of removed comments off the disk; what fails is tried with the next removal. */
  function removeExamples(): Promise<void> {
    removing ??= (async () => {
      let keys: string[] = [];
      try {
        while ((keys = [...removals]).length > 0) {
          examples = await corrections.remove(keys);
          for (const key of keys) removals.delete(key);
        }
      } catch (error) {
        logger.error(`${keys.length} comments were removed by their platform, and the training examples made of them could not be removed here: ${String(error)}`); // prettier-ignore
      }
      removing = null;
    })();
    return removing;
  }

  function onRemoved(event: LiveEventOf<'live.comment.deleted'>): void {
    const gone = ring.remove(event).map(commentKey);
    if (examples === 0) return;
    // Also ids that are no longer in the ring: their examples may be of an earlier run.
    for (const id of event.data.identifier ?? []) removals.add(commentKey({ source: event.source, commentId: id }));
    for (const key of gone) removals.add(key);
    if (removals.size > 0) void removeExamples();
  }

  function find({ session, seq }: Parsed<'comments.correct'>): KeptComment {
    const comment = session === facts.session ? ring.get(seq) : null;
    if (comment === null)
      throw new PanelCallError('not-found', 'This comment is no longer kept by the agent: newer ones came, or it was started again.'); // prettier-ignore
    if (comment.removed)
      throw new PanelCallError('not-found', 'The platform removed this comment: it makes no training example.');
    return comment;
  }

  async function store(comment: KeptComment, labels: Parsed<'comments.correct'>['labels']): Promise<void> {
    const key = commentKey(comment);
    if (labels === null) {
      examples = await corrections.remove([key]);
      return;
    }
    const { prediction, text } = comment;
    const { given } = toRow(comment);
    const modelVersion = prediction?.modelVersion ?? 'none';
    examples = await corrections.save(key, {
      version: 1,
      text,
      ...labels,
      given,
      modelVersion,
      correctedMs: nowMs(),
      catalogueId: catalogue,
    });
    // Removed while it was written: what was just stored goes again.
    if (comment.removed) examples = await corrections.remove([key]);
  }

  return {
    event(event, prediction) {
      if (event.type === 'live.comment.created') ring.add(event, prediction);
      else if (event.type === 'live.comment.deleted') onRemoved(event);
    },
    async restore() {
      examples = await corrections.count();
      if (examples === 0 || ring.newestSeq === 0) return;
      const recovered = new Map([...ring.all()].map((comment) => [commentKey(comment), comment]));
      for (let afterId = 0; ;) {
        const rows = await corrections.read(afterId, 500);
        if (rows.length === 0) return;
        for (const { id, key, example } of rows) {
          const { intent, offensive, spam, productIds } = example;
          const comment = recovered.get(key);
          if (comment !== undefined && !comment.removed) ring.correct(comment, { intent, offensive, spam, productIds });
          afterId = id;
        }
      }
    },
    after({ after, revision, limit, filter }) {
      const { rows, skipped } = ring.after(after, limit, filter);
      const changed = ring.changed(revision, after, COMMENTS_PER_ANSWER);
      return {
        extent: extent(),
        rows,
        skipped,
        revision: ring.revision,
        changed: changed ?? [],
        changesLost: changed === null && after > 0,
      };
    },
    before: ({ before, limit, filter }) => ({ extent: extent(), rows: ring.before(before, limit, filter) }),
    async correct(args) {
      const comment = find(args);
      const { labels } = args;
      const unknown = labels?.productIds.find((id) => !products.has(id) && !productIdsOf(comment.prediction).includes(id)); // prettier-ignore
      if (unknown !== undefined)
        throw new PanelCallError('bad-request', `comments.correct: the catalogue has no product ${JSON.stringify(unknown)}.`); // prettier-ignore
      if (labels !== null && comment.corrected === null && examples >= EXAMPLES_KEPT)
        throw new PanelCallError('bad-request', `${EXAMPLES_KEPT} training examples are stored, which is the limit. Write them out with "livecue corrections --out FILE", then remove them with --forget.`); // prettier-ignore
      try {
        await store(comment, labels);
      } catch (error) {
        if (error instanceof AgentError) throw new PanelCallError('internal', error.message);
        throw error;
      }
      if (!comment.removed) ring.correct(comment, labels);
      return { row: toRow(comment), examples };
    },
    async read({ after, limit }) {
      const rows = await corrections.read(after, limit);
      return { examples: rows.map(({ id, example }) => ({ id, example })) };
    },
  };
}
