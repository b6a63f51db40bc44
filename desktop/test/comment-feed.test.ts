import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PANEL_VERBS, type CommentFilter, type PanelVerb } from '@livecue/shared/contract';
import { PanelRefusedError, type PanelClient } from '../src/renderer/client/panel-client.ts';
import {
  ALL_COMMENTS,
  createCommentFeed,
  ROWS_FOLLOWED,
  ROWS_HELD,
} from '../src/renderer/operator/comments/comment-feed.ts';
import { removalEvent } from '../../edge-agent/src/assembly/comment-fixture.ts';
import { createScriptedComments, type ScriptedComments } from './scripted-comments.ts'; // prettier-ignore

/** The page's client with the agent's own comment desk behind it, and no wire between. */
function clientOf(comments: () => ScriptedComments) {
  const calls: string[] = [];
  let refusal: Error | null = null;
  const call = async (verb: PanelVerb, args: unknown) => {
    calls.push(verb);
    await Promise.resolve();
    if (refusal !== null) throw refusal;
    const { desk } = comments();
    const parsed = PANEL_VERBS[verb].args.parse(args);
    if (verb === 'comments.after') return desk.after(parsed as Parameters<typeof desk.after>[0]);
    if (verb === 'comments.before') return desk.before(parsed as Parameters<typeof desk.before>[0]);
    return desk.correct(parsed as Parameters<typeof desk.correct>[0]);
  };
  return { call: call as PanelClient['call'], calls, refuse: (error: Error | null) => (refusal = error) };
}

function open(kept?: { comments: 20_000; characters: 4_000_000 }) {
  let comments = createScriptedComments(() => 1_000, kept);
  const client = clientOf(() => comments);
  const feed = createCommentFeed(client);
  return { feed, client, get comments() { return comments; }, restart: () => (comments = createScriptedComments(() => 1_000, undefined, 2)) }; // prettier-ignore
}
const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);
const range = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i);
const labels = { intent: 'price', offensive: false, spam: false, productIds: [] as string[] } as const;
const price = { ...labels, productIds: [] };

describe('the page’s window on the comments', () => {
  test('begins with the newest, follows, and reads back to the beginning without a hole', async () => {
    const { feed, comments } = open();
    comments.say(250);
    await feed.poll();
    expect(seqs(feed.read().rows)).toEqual(range(250, 151));
    comments.say(3);
    await feed.poll();
    expect(seqs(feed.read().rows)).toEqual(range(253, 151));
    for (let i = 0; i < 3; i++) await feed.older();
    expect(seqs(feed.read().rows)).toEqual(range(253, 1));
    expect(feed.read().complete).toBe(true);
  });

  test('while held nothing moves, what came is counted, and comes in when it is let go', async () => {
    const { feed, comments } = open();
    comments.say(20);
    await feed.poll();
    feed.hold(true);
    const before = feed.read().rows;
    comments.say(14);
    await feed.poll();
    expect(feed.read().rows).toEqual(before);
    expect(feed.read().waiting).toBe(14);
    feed.hold(false);
    expect([seqs(feed.read().rows), feed.read().waiting]).toEqual([range(34, 1), 0]);
  });

  test('an hour of holding costs a number, not memory, and ends at the newest', async () => {
    const { feed, comments } = open();
    comments.say(20);
    await feed.poll();
    feed.hold(true);
    for (let i = 0; i < 50; i++) {
      comments.say(150);
      await feed.poll();
    }
    expect([feed.read().rows.length, feed.read().waiting]).toEqual([20, 7_500]);
    feed.hold(false);
    await feed.poll();
    await new Promise((resolve) => setImmediate(resolve));
    expect([seqs(feed.read().rows).slice(0, 2), feed.read().waiting]).toEqual([[7_520, 7_519], 0]);
  });

  test('100,000 comments leave it no larger than its window, following or reading back to the first that is kept', async () => {
    const { feed, comments } = open();
    for (let said = 0; said < 100_000; said += 500) {
      comments.say(500);
      await feed.poll();
      expect(feed.read().rows.length).toBeLessThanOrEqual(ROWS_FOLLOWED);
    }
    feed.hold(true);
    for (let i = 0; i < 400 && !feed.read().complete; i++) {
      await feed.older();
      expect(feed.read().rows.length).toBeLessThanOrEqual(ROWS_HELD);
    }
    const { rows, extent, complete, waiting } = feed.read();
    expect([complete, rows.at(-1)!.seq, extent!.letGo]).toEqual([true, 80_001, 80_000]);
    expect(seqs(rows)).toEqual(range(rows[0]!.seq, 80_001));
    expect(waiting).toBe(100_000 - rows[0]!.seq);
  });

  test('for any course of comments, holding, reading back and filters it shows what the agent has, without hole or double', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('say' as const), n: fc.integer({ min: 1, max: 260 }) }),
      fc.record({ kind: fc.constantFrom('poll' as const, 'older' as const, 'older' as const, 'resume' as const), n: fc.constant(0) }),
      fc.record({ kind: fc.constant('hold' as const), n: fc.integer({ min: 0, max: 1 }) }),
      fc.record({ kind: fc.constant('filter' as const), n: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ kind: fc.constant('remove' as const), n: fc.integer({ min: 1, max: 300 }) }),
    ); // prettier-ignore
    const filters: readonly CommentFilter[] = [
      ALL_COMMENTS,
      { ...ALL_COMMENTS, intent: 'price' },
      { ...ALL_COMMENTS, productId: 'p3' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { feed, comments } = open();
        let filter = ALL_COMMENTS;
        for (const { kind, n } of steps) {
          if (kind === 'say') comments.say(n);
          else if (kind === 'poll') await feed.poll();
          else if (kind === 'older') await feed.older();
          else if (kind === 'resume') feed.resume();
          else if (kind === 'hold') feed.hold(n === 1);
          else if (kind === 'filter') feed.filter((filter = filters[n]!));
          else comments.desk.event(removalEvent({ identifier: [`c${n}`] }), null);
        }
        await new Promise((resolve) => setImmediate(resolve));
        // The second question applies what the first one found to have changed beyond telling.
        for (let i = 0; i < 3; i++) await feed.poll();
        const { rows, waiting, complete } = feed.read();
        const all = readAll(comments, filter);
        const newest = rows[0]?.seq ?? 0;
        const shown = all.filter(({ seq }) => seq <= newest && seq >= (rows.at(-1)?.seq ?? 0));
        expect(rows).toEqual(shown);
        expect(waiting).toBe(all.filter(({ seq }) => seq > newest).length);
        if (complete) expect(rows.at(-1)?.seq).toBe(all.at(-1)?.seq);
      }),
      { numRuns: 150 },
    );
  });

  test('a corrected row is shown at once, on another page with its next question, and taken back by undo', async () => {
    const { feed, client, comments } = open();
    const other = createCommentFeed(client);
    comments.say(10);
    await Promise.all([feed.poll(), other.poll()]);
    const row = feed.read().rows[4]!;
    await feed.correct(row, price);
    expect(feed.read().rows[4]!.corrected).toEqual(price);
    await other.poll();
    expect(other.read().rows[4]!.corrected).toEqual(price);
    expect([feed.read().extent!.examples, comments.corrections.rows.size]).toEqual([1, 1]);
    await feed.correct(feed.read().rows[4]!, { ...price, intent: 'stock' });
    expect((await feed.undo())!.corrected).toEqual(price);
    expect((await feed.undo())!.corrected).toBeNull();
    expect([await feed.undo(), comments.corrections.rows.size]).toEqual([null, 0]);
  });

  test('more changes than are told one by one make the page read anew', async () => {
    const { feed, comments } = open();
    comments.say(3_000);
    await feed.poll();
    comments.desk.event(removalEvent({ identifier: Array.from({ length: 3_000 }, (_, i) => `c${i + 1}`) }), null);
    await feed.poll();
    await feed.poll();
    expect(feed.read().rows.every(({ removed, text }) => removed && text === '')).toBe(true);
  });

  test('an agent that was started again is noticed: its comments replace the old ones', async () => {
    const opened = open();
    opened.comments.say(50);
    await opened.feed.poll();
    opened.restart().say(7);
    await opened.feed.poll();
    await opened.feed.poll();
    expect(seqs(opened.feed.read().rows)).toEqual(range(7, 1));
    expect(opened.feed.read().undoable).toBeNull();
  });

  test('a refusal is told with its words and goes with the next answer; a lost connection is not its business', async () => {
    const { feed, client, comments } = open();
    client.refuse(new PanelRefusedError('no-answer', 'gone'));
    await feed.poll();
    expect(feed.read().problem).toBeNull();
    client.refuse(new PanelRefusedError('forbidden', 'paired as host'));
    await feed.poll();
    expect(feed.read().problem).toEqual({ code: 'forbidden', message: 'paired as host' });
    client.refuse(null);
    comments.say(1);
    await feed.poll();
    expect([feed.read().problem, feed.read().rows.length]).toEqual([null, 1]);
  });

  test('one question at a time, and an answer to an old filter is not shown', async () => {
    const { feed, client, comments } = open();
    comments.say(30);
    await Promise.all([feed.poll(), feed.poll(), feed.poll()]);
    expect(client.calls).toEqual(['comments.after']);
    const pending = feed.poll();
    feed.filter({ ...ALL_COMMENTS, intent: 'shipping' });
    await pending;
    await new Promise((resolve) => setImmediate(resolve));
    expect(feed.read().rows.map(({ given }) => given.intent)).toEqual(['shipping']);
  });
});

function readAll(comments: ScriptedComments, filter: CommentFilter) {
  const all = [];
  for (let before = 1e9; ;) {
    const { rows } = comments.desk.before({ before, limit: 200, filter });
    all.push(...rows);
    if (rows.length < 200) return all;
    before = rows.at(-1)!.seq;
  }
}
