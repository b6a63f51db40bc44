import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { AgentConfig, Catalogue, PanelState, type RecordingCheck, type RehearsalStart } from '@livecue/shared/contract';
import { afterEach, expect, it, vi } from 'vitest';
import { demoCatalogue } from '../ingest/simulator/catalogue.ts';
import { PROFILES } from '../ingest/simulator/profiles.ts';
import { createSimulatedRoom } from '../ingest/simulator/room.ts';
import { createRehearsal, type RehearsalPlan } from './rehearsal-run.ts';
import { runReplay } from './replay-run.ts';

vi.setConfig({ testTimeout: 120_000 });

const BEGAN_MS = Date.UTC(2026, 4, 1, 12);
const CONFIG = AgentConfig.parse({ uplink: { enabled: false } });
const CALLER = { device: '01234567', role: 'operator', name: '' } as const;
const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A thousand times faster than ours: a rehearsal at 50× ends within seconds. */
const fast = () => performance.now() * 1_000;

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-rehearsal-'));
  folders.push(folder);
  return folder;
}

const lines = (minutes: number) => {
  const room = createSimulatedRoom({ seed: 7, startMs: BEGAN_MS, durationMs: minutes * 60_000, profile: PROFILES.demo, roomId: 'main' }); // prettier-ignore
  return room.next(BEGAN_MS + minutes * 60_000 + 1).map(({ event }) => JSON.stringify(event));
};

function planOf(start: RehearsalStart, part: Partial<RehearsalPlan> = {}): RehearsalPlan {
  return { folder: path.join(newFolder(), 'one'), start, file: '', beganMs: BEGAN_MS, config: CONFIG, catalogue: demoCatalogue(), version: 'test', ...part }; // prettier-ignore
}

async function run(plan: RehearsalPlan) {
  const rehearsal = createRehearsal(plan, { monotonicMs: fast, logger });
  let check: RecordingCheck | null = null;
  const outcome = await rehearsal.run((found) => (check = found));
  return { rehearsal, outcome, check: check as RecordingCheck | null };
}

it('shows the cards of `livecue replay` of the same recording, byte for byte, whatever the speed', async () => {
  const folder = newFolder();
  const file = path.join(folder, 'show.jsonl.gz');
  writeFileSync(file, gzipSync(lines(6).join('\n')));
  let replayed = '';
  const sink = { write: (name: string, text: string) => void (name === 'prompts' && (replayed += text)), drained: async () => undefined }; // prettier-ignore
  await runReplay({ files: [file], catalogue: demoCatalogue(), config: CONFIG, speed: 'max' }, { sink, progress: silent, signal: new AbortController().signal }); // prettier-ignore
  for (const speed of [1, 50]) {
    const plan = planOf({ from: { kind: 'recording', name: 'show.jsonl.gz' }, speed }, { file });
    const { outcome, check } = await run(plan);
    const prompts = readFileSync(path.join(plan.folder, 'prompts.jsonl'), 'utf8');
    expect(prompts).toBe(replayed);
    expect(outcome.cards).toBe(replayed.split('\n').filter((line) => line.startsWith('{"kind":"raised"')).length);
    expect(outcome.cards).toBeGreaterThan(3);
    expect(outcome).toMatchObject({ report: true });
    expect(check).toMatchObject({ refused: {}, lines: [] });
    expect(existsSync(path.join(plan.folder, 'report/report.zh.html'))).toBe(true);
  }
});

it('names the lines of a recording that cannot be used, counts them, and plays the others; a file of none is told apart', async () => {
  const folder = newFolder();
  const file = path.join(folder, 'bad.jsonl');
  const good = lines(1);
  writeFileSync(file, ['not json', ...good.slice(0, 20), '{"id":1}', ...good.slice(20), '{"type":"live.unheard.of"}'].join('\n')); // prettier-ignore
  const { check, outcome } = await run(planOf({ from: { kind: 'recording', name: 'bad.jsonl' }, speed: 50 }, { file }));
  expect(check!.events).toBe(good.length);
  expect(check!.lines.map(({ line }) => line)).toEqual([1, 22, good.length + 3]);
  expect(Object.values(check!.refused).reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(outcome.playedMs).toBeGreaterThan(50_000);
  writeFileSync(file, 'nothing\nof use\n');
  const none = await run(planOf({ from: { kind: 'recording', name: 'bad.jsonl' }, speed: 50 }, { file }));
  expect(none.check).toMatchObject({ events: 0, refused: { malformed: 2 } });
  expect(none.outcome).toEqual({ playedMs: 0, cards: 0, report: false });
});

it('a simulated room sells the studio’s own products, says that it is simulated, and can be looked at and acted in', async () => {
  const own = Catalogue.parse({ products: [{ productId: 'mine-1', linkNumber: 1, name: { zh: '云纹丝巾', en: 'Cloud silk scarf' }, stock: 300 }, { productId: 'mine-2', name: { zh: '陶瓷杯', en: 'Stoneware mug' }, price: '12.50', priceCurrency: 'USD' }] }); // prettier-ignore
  const start = { from: { kind: 'simulated', profile: 'demo', seed: 3, minutes: 4, ownProducts: true }, speed: 50 } as const; // prettier-ignore
  const plan = planOf(start, { catalogue: own });
  const rehearsal = createRehearsal(plan, { monotonicMs: fast, logger });
  const ended = rehearsal.run(silent);
  const seen: PanelState[] = [];
  const done = new Set<string>();
  const timer = setInterval(() => {
    const state = rehearsal.state();
    if (state === null) return;
    seen.push(state);
    const id = state.stage.active?.promptId;
    if (id === undefined || done.has(id)) return;
    done.add(id);
    void rehearsal.call('prompt.done', { promptId: id }, CALLER).catch(silent);
  }, 5);
  const { report, playedMs } = await ended;
  clearInterval(timer);
  expect(report).toBe(true);
  expect(Math.abs(playedMs - 240_000)).toBeLessThan(3_000);
  const last = PanelState.parse(seen.at(-1));
  expect(last).toMatchObject({ mode: 'simulated', startedMs: BEGAN_MS, uplink: { state: 'off' } });
  expect(last.products.map(({ productId }) => productId)).toEqual(['mine-1', 'mine-2']);
  expect(last.products.some(({ unitsSold }) => unitsSold > 0)).toBe(true);
  expect(last.nowMs - BEGAN_MS).toBeGreaterThan(60_000);
  expect(last.nowMs - BEGAN_MS).toBeLessThanOrEqual(241_000);
  expect(done.size).toBeGreaterThan(0);
  // What the host did is in its record, and in no other.
  const record = readFileSync(path.join(plan.folder, 'show-log.jsonl'), 'utf8');
  expect(record).toContain('"verb":"prompt.done"');
  expect(record).toContain('"mode":"simulated"');
  const { comments } = (await rehearsal.call('comments.after', { after: 0, revision: 0, limit: 5, filter: { intent: null, productId: null, mark: null, text: '' } }, CALLER)) as { comments?: unknown; rows?: unknown[] }; // prettier-ignore
  expect(comments ?? true).toBeTruthy();
  await expect(rehearsal.call('comments.correct', {}, CALLER)).rejects.toMatchObject({ code: 'not-found' });
  await expect(rehearsal.call('catalogue.apply', {}, CALLER)).rejects.toMatchObject({ code: 'not-found' });
});

it('does nothing on air: no action has a target, and pinning is refused', async () => {
  const plan = planOf({ from: { kind: 'simulated', profile: 'demo', seed: 3, minutes: 1, ownProducts: false }, speed: 50 }); // prettier-ignore
  const { rehearsal } = await run(plan);
  const read = (await rehearsal.call('actions.read', {}, CALLER)) as { studio: unknown[]; overlay: { url: unknown } };
  expect(read.studio).toEqual([]);
  expect(read.overlay.url).toBeNull();
  await expect(rehearsal.call('action.do', { action: 'pin', productId: 'LC-101', text: null, answerId: null }, CALLER)).rejects.toMatchObject({ code: 'not-found' }); // prettier-ignore
});

it('is stopped before its end with the report of what was played; paused it stands still', async () => {
  const plan = planOf({ from: { kind: 'simulated', profile: 'demo', seed: 3, minutes: 60, ownProducts: false }, speed: 50 }); // prettier-ignore
  const rehearsal = createRehearsal(plan, { monotonicMs: fast, logger });
  const ended = rehearsal.run(silent);
  await expect.poll(() => (rehearsal.progress().atMs ?? 0) - BEGAN_MS).toBeGreaterThan(60_000);
  rehearsal.control({ paused: true });
  expect(rehearsal.progress().phase).toBe('paused');
  const stood = rehearsal.progress().atMs;
  await new Promise((resolve) => setImmediate(resolve));
  expect(rehearsal.progress().atMs! - stood!).toBeLessThanOrEqual(100);
  rehearsal.stop();
  const outcome = await ended;
  expect(outcome.report).toBe(true);
  expect(outcome.playedMs).toBeLessThan(3_600_000);
});
