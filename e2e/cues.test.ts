import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Intent, WindowCounts } from '@livecue/shared/insight';
import type { HostPrompt, PromptEvent, RuleName } from '@livecue/shared/prompt';
import { cueFigures } from './cue-oracle.ts';
import { type Moment, playCues } from './cue-rooms.ts';
import { ROOT, runCommand, temporaryFolder } from './program.ts';

/** More for a long search: `LIVECUE_ROOMS=200`. */
const ROOMS = Number(process.env['LIVECUE_ROOMS'] ?? 5);
const MINUTES = 14;
/** Off-delay of a count that has died down (HP9), and the second that HP7 gives. */
const GONE_MS = 10_000 + 1_000;
const SAID: Partial<Record<RuleName, number>> = { 'counted-questions': 5, 'complaint-cluster': 3, 'praise-burst': 8 };

/** Names of products whose stock, as the shop told it last, is 0 or less: kept from the raw events. */
function createShelf() {
  const levels = new Map<string, { level: number; ms: number }>();
  return {
    read: ({ events }: Moment) => {
      for (const event of events) {
        if (event.type !== 'shop.stock.updated') continue;
        const id = event.data.productID ?? event.data.sku ?? '';
        if (event.eventTimeMs >= (levels.get(id)?.ms ?? 0)) levels.set(id, { level: event.data.inventoryLevel, ms: event.eventTimeMs }); // prettier-ignore
      }
    },
    isSoldOut: (productId: string | null) => productId !== null && (levels.get(productId)?.level ?? 1) <= 0,
    get soldOut() {
      return [...levels.values()].filter(({ level }) => level <= 0).length;
    },
  };
}

function standing({ stage }: Moment): HostPrompt[] {
  return [...(stage.active === null ? [] : [stage.active]), ...stage.next];
}

/** Viewers behind a card now, by the counts that stand in the view. */
function viewersNow({ view }: Moment, prompt: HostPrompt): number {
  const intent = prompt.key.split('/')[1] as Intent;
  const of = ({ intents }: WindowCounts) => intents[intent]?.viewers ?? 0;
  const named = prompt.productId === null ? 0 : of(view.counts(prompt.productId, 60_000).counts);
  return named + of(view.unattributed(60_000).counts);
}

test('crowded rooms: no card names a sold-out product, no limit is exceeded, none chatters or outlives its cause', async () => {
  const mix = { 'act-now': 0, advice: 0, info: 0 };
  const rules: Partial<Record<RuleName, number>> = {};
  let soldOut = 0;
  for (let seed = 1; seed <= ROOMS; seed++) {
    const shelf = createShelf();
    const quietSince = new Map<string, number>();
    const prompts = await playCues(seed, MINUTES, (moment) => {
      shelf.read(moment);
      const told = moment.prompts.flatMap((event) => (event.kind === 'raised' || event.kind === 'updated' ? [event.prompt] : [])); // prettier-ignore
      for (const prompt of [...standing(moment), ...moment.stage.queued, ...told]) {
        expect(shelf.isSoldOut(prompt.productId), `seed ${seed}: ${prompt.key}`).toBe(false);
      }
      for (const prompt of standing(moment)) {
        const least = SAID[prompt.rule];
        if (moment.view.feed.state !== 'ok') expect(prompt.rule).toBe('feed-stale');
        if (prompt.rule === 'bot-burst' || prompt.rule === 'viewer-drop' || prompt.rule === 'payment-outage') {
          const goesOn = moment.view.anomalies.some(({ kind, endMs }) => kind === prompt.rule && endMs === null);
          expect(goesOn, `seed ${seed}: ${prompt.key}`).toBe(true);
        }
        if (least === undefined || viewersNow(moment, prompt) >= least) quietSince.delete(prompt.key);
        else if (!quietSince.has(prompt.key)) quietSince.set(prompt.key, moment.nowMs);
        const quietMs = moment.nowMs - (quietSince.get(prompt.key) ?? moment.nowMs);
        expect(quietMs, `seed ${seed}: ${prompt.key}`).toBeLessThanOrEqual(GONE_MS);
      }
    });
    soldOut += shelf.soldOut;
    const figures = cueFigures(prompts);
    expect(figures, `seed ${seed}`).toMatchObject({ repeated: [] });
    expect(figures.most, `seed ${seed}`).toBeLessThanOrEqual(4);
    expect(figures.mostActNow, `seed ${seed}`).toBeLessThanOrEqual(2);
    expect(figures.mostOfKey, `seed ${seed}`).toBeLessThanOrEqual(2);
    for (const priority of ['act-now', 'advice', 'info'] as const) mix[priority] += figures.raised[priority];
    for (const event of prompts) if (event.kind === 'raised') rules[event.prompt.rule] = (rules[event.prompt.rule] ?? 0) + 1; // prettier-ignore
  }
  process.stderr.write(`cues of ${ROOMS} rooms: ${JSON.stringify(mix)}, ${JSON.stringify(rules)}, ${soldOut} sold out\n`);
  // Nothing is proved where nothing was sold out and nothing was told.
  expect(soldOut).toBeGreaterThan(ROOMS / 2);
  expect(mix.advice).toBeGreaterThan(ROOMS);
}, 600_000); // prettier-ignore

const RECORDED = ['twitch-zh-104703028.jsonl.gz', 'twitch-zh-111540271.jsonl.gz'];

test.for(RECORDED)('the recorded room %s keeps the limits', { timeout: 150_000 }, async (name, { skip }) => {
  const file = path.resolve(ROOT, '../shared/data/rooms', name);
  skip(!existsSync(file), 'skipped: ../shared/data/rooms is not beside the checkout');
  const { folder, remove } = temporaryFolder();
  const { code, stderr } = await runCommand(['replay', file, '--speed', 'max', '--out', folder]);
  expect(code, stderr).toBe(0);
  const lines = readFileSync(path.join(folder, 'prompts.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const figures = cueFigures(lines.map((line) => JSON.parse(line) as PromptEvent));
  process.stderr.write(`cues of ${name}: ${JSON.stringify(figures)}\n`);
  expect(figures.most).toBeLessThanOrEqual(4);
  expect(figures.mostActNow).toBeLessThanOrEqual(2);
  expect(figures.mostOfKey).toBeLessThanOrEqual(2);
  expect(figures.repeated).toEqual([]);
  remove();
});
