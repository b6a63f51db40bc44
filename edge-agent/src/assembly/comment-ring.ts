import {
  COMMENT_ROW_CHARACTERS,
  type CommentFilter,
  type CommentRow,
  type CorrectedLabels,
} from '@livecue/shared/contract';
import type { LiveEventOf } from '@livecue/shared/event';
import type { Prediction } from '@livecue/shared/insight';

/** A comment as the agent keeps it, in memory alone. */
export interface KeptComment {
  readonly seq: number;
  readonly eventTimeMs: number;
  readonly source: string;
  /** The id by which the platform removes it; without one, that of the event. */
  readonly commentId: string;
  /** Kept only so that a viewer's comments can be removed together. */
  readonly authorId: string;
  readonly viewer: string;
  readonly prediction: Prediction | null;
  text: string;
  corrected: CorrectedLabels | null;
  removed: boolean;
}

export interface CommentRing {
  readonly oldestSeq: number;
  readonly newestSeq: number;
  /** Grows with each change of a row that was already there. */
  readonly revision: number;
  add(event: LiveEventOf<'live.comment.created'>, prediction: Prediction | null): void;
  get(seq: number): KeptComment | null;
  correct(comment: KeptComment, labels: CorrectedLabels | null): void;
  /** Forgets the text of what the platform removed; returns those comments. */
  remove(event: LiveEventOf<'live.comment.deleted'>): KeptComment[];
  /** The newest matching `limit` after `after`, ascending, and how many older ones beside them. */
  after(after: number, limit: number, filter: CommentFilter): { rows: CommentRow[]; skipped: number };
  /** The newest matching `limit` below `before`, newest first. */
  before(before: number, limit: number, filter: CommentFilter): CommentRow[];
  /** Rows up to `upTo` that changed since `revision`; null when too many did, or too long ago. */
  changed(revision: number, upTo: number, limit: number): CommentRow[] | null;
  all(): IterableIterator<KeptComment>;
}

/** Changes that are told one by one. */
const CHANGES_KEPT = 1_000;

/** First character of the name: enough to follow a talk, too little to find the person. */
export function maskedName(name: string | undefined): string {
  const first = name?.trim().codePointAt(0);
  return first === undefined ? '' : `${String.fromCodePoint(first)}**`;
}

/** Names a comment over restarts. */
export const commentKey = (comment: Pick<KeptComment, 'source' | 'commentId'>): string =>
  `${comment.source} ${comment.commentId}`;

export function toRow(comment: KeptComment): CommentRow {
  const { seq, eventTimeMs, viewer, prediction, corrected, removed } = comment;
  const text = cut(comment.text);
  return {
    seq,
    eventTimeMs,
    text,
    moreCharacters: comment.text.length - text.length,
    viewer,
    given: {
      intent: prediction?.intent ?? null,
      intentScore: prediction?.intentScore ?? null,
      offensive: prediction?.offensive ?? null,
      spam: prediction?.spam ?? null,
      sentiment: prediction?.sentiment ?? null,
      productIds: productIdsOf(prediction),
    },
    corrected,
    removed,
  };
}

export function productIdsOf(prediction: Prediction | null): string[] {
  return (prediction?.products ?? []).slice(0, 20).map(({ productId }) => productId);
}

/** Never in the middle of a surrogate pair. */
function cut(text: string): string {
  if (text.length <= COMMENT_ROW_CHARACTERS) return text;
  const last = text.charCodeAt(COMMENT_ROW_CHARACTERS - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? COMMENT_ROW_CHARACTERS - 1 : COMMENT_ROW_CHARACTERS);
}

/** `filter.text` must be in lower case. */
function matches(comment: KeptComment, filter: CommentFilter): boolean {
  const { corrected, prediction } = comment;
  if (filter.intent !== null && (corrected?.intent ?? prediction?.intent) !== filter.intent) return false;
  if (filter.productId !== null) {
    const named = corrected === null
      ? prediction?.products.some(({ productId }) => productId === filter.productId)
      : corrected.productIds.includes(filter.productId); // prettier-ignore
    if (named !== true) return false;
  }
  if (filter.mark !== null && !isMarked(comment, filter.mark)) return false;
  return filter.text === '' || comment.text.toLowerCase().includes(filter.text);
}

function isMarked({ corrected, prediction }: KeptComment, mark: NonNullable<CommentFilter['mark']>): boolean {
  switch (mark) {
    case 'offensive':
      return (corrected?.offensive ?? prediction?.offensive) === true;
    case 'spam':
      return (corrected?.spam ?? prediction?.spam) === true;
    case 'corrected':
      return corrected !== null;
    case 'positive':
    case 'negative':
      return prediction?.sentiment === mark;
  }
}

/** The newest comments of the session: at most `comments` of them, with at most `characters` of text together. */
export function createCommentRing(bound: { readonly comments: number; readonly characters: number }): CommentRing {
  const slots = new Array<KeptComment | null>(bound.comments).fill(null);
  let oldestSeq = 0;
  let newestSeq = 0;
  let characters = 0;
  let revision = 0;
  let changes: { readonly revision: number; readonly seq: number }[] = [];
  /** Changes up to this revision are no longer told one by one. */
  let forgotten = 0;

  const at = (seq: number) => slots[seq % bound.comments]!;

  function dropOldest(): void {
    characters -= at(oldestSeq).text.length;
    slots[oldestSeq % bound.comments] = null;
    oldestSeq += 1;
  }

  function note(comment: KeptComment): void {
    revision += 1;
    changes.push({ revision, seq: comment.seq });
    if (changes.length < CHANGES_KEPT * 2) return;
    forgotten = changes[CHANGES_KEPT - 1]!.revision;
    changes = changes.slice(CHANGES_KEPT);
  }

  /** From `from` down to the oldest; stops when `visit` says so. */
  function descend(from: number, filter: CommentFilter, visit: (comment: KeptComment) => boolean): void {
    const lowered = { ...filter, text: filter.text.toLowerCase() };
    for (let seq = Math.min(from, newestSeq); seq >= oldestSeq && seq > 0; seq--) {
      const comment = at(seq);
      if (matches(comment, lowered) && !visit(comment)) return;
    }
  }

  return {
    get oldestSeq() {
      return oldestSeq;
    },
    get newestSeq() {
      return newestSeq;
    },
    get revision() {
      return revision;
    },
    add({ id, source, eventTimeMs, data }, prediction) {
      if (newestSeq - oldestSeq + 1 === bound.comments && oldestSeq > 0) dropOldest();
      newestSeq += 1;
      if (oldestSeq === 0) oldestSeq = 1;
      slots[newestSeq % bound.comments] = {
        seq: newestSeq,
        eventTimeMs,
        source,
        commentId: data.identifier ?? id,
        authorId: data.author.identifier,
        viewer: maskedName(data.author.name),
        prediction,
        text: data.text,
        corrected: null,
        removed: false,
      };
      characters += data.text.length;
      while (characters > bound.characters && oldestSeq < newestSeq) dropOldest();
    },
    get: (seq) => (seq >= oldestSeq && seq <= newestSeq && seq > 0 ? at(seq) : null),
    correct(comment, labels) {
      comment.corrected = labels;
      note(comment);
    },
    remove({ source, data }) {
      const ids = new Set(data.identifier);
      const removed: KeptComment[] = [];
      for (const comment of this.all()) {
        const meant = ids.has(comment.commentId) || comment.authorId === data.author?.identifier;
        if (!meant || comment.source !== source || comment.removed) continue;
        characters -= comment.text.length;
        comment.text = '';
        comment.removed = true;
        comment.corrected = null;
        removed.push(comment);
        note(comment);
      }
      return removed;
    },
    after(after, limit, filter) {
      const rows: CommentRow[] = [];
      let skipped = 0;
      descend(newestSeq, filter, (comment) => {
        if (comment.seq <= after) return false;
        if (rows.length < limit) rows.push(toRow(comment));
        else skipped += 1;
        return true;
      });
      return { rows: rows.reverse(), skipped };
    },
    before(before, limit, filter) {
      const rows: CommentRow[] = [];
      descend(before - 1, filter, (comment) => rows.push(toRow(comment)) < limit);
      return rows;
    },
    changed(since, upTo, limit) {
      const seqs = new Set<number>();
      for (const change of changes) if (change.revision > since && change.seq <= upTo) seqs.add(change.seq);
      if (since < forgotten || seqs.size > limit) return null;
      return [...seqs].filter((seq) => seq >= oldestSeq).map((seq) => toRow(at(seq)));
    },
    *all() {
      for (let seq = oldestSeq; seq <= newestSeq && seq > 0; seq++) yield at(seq);
    },
  };
}
