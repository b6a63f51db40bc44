import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { TrainingExample } from '@livecue/shared/contract';
import { openStore } from './open-store.ts';
import { MIGRATIONS } from './store-schema.ts';
import { promptBody, recordingLogger, START_MS, stepOf, temporaryFolder } from './testing/kit.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const made = temporaryFolder();
  cleanups.push(made.remove);
  return made.path;
}

async function open(path: string) {
  const logger = recordingLogger();
  const parts = await openStore({ folder: path, agentId: 'studio-1', nowMs: () => START_MS, logger, groupCommitMs: 1, reserveBytes: 64 * 1024 }); // prettier-ignore
  cleanups.push(() => parts.stop());
  return parts;
}

const example = (text: string, part: Partial<TrainingExample> = {}): TrainingExample => ({
  version: 1, text, intent: 'price', offensive: false, spam: false, productIds: ['p3'],
  given: { intent: 'size_spec', intentScore: 0.61, offensive: null, spam: false, sentiment: 'neutral', productIds: [] },
  modelVersion: 'intent-1', correctedMs: START_MS, catalogueId: '0123456789abcdef', ...part,
}); // prettier-ignore

describe('corrections', () => {
  it('come back whole and in order, one a comment: a second word replaces the first, a removed one is gone', async () => {
    const path = folder();
    const { corrections, stop } = await open(path);
    expect(await corrections.save('live/a/1 x', example('165 穿什么码\n"\u0000'))).toBe(1);
    expect(await corrections.save('live/a/1 y', example('多少钱'))).toBe(2);
    expect(await corrections.save('live/a/1 x', example('165 穿什么码\n"\u0000', { intent: 'stock' }))).toBe(2);
    expect(await corrections.save('live/b/1 x', example('x'.repeat(10_000)))).toBe(3);
    expect(await corrections.remove(['live/a/1 y', 'nowhere', "'; DROP TABLE corrections; --"])).toBe(2);
    await stop();
    const again = await open(path);
    const rows = await again.corrections.read(0, 500);
    expect(rows.map(({ key, example: { text, intent } }) => [key, text.length, intent])).toEqual([
      ['live/a/1 x', 11, 'stock'],
      ['live/b/1 x', 10_000, 'price'],
    ]);
    expect(rows[0]!.example).toEqual(example('165 穿什么码\n"\u0000', { intent: 'stock' }));
    expect(await again.corrections.read(rows.at(-1)!.id, 500)).toEqual([]);
    expect(await again.corrections.removeAll()).toBe(2);
    expect(await again.corrections.count()).toBe(0);
  });

  it('are read in pieces of about a megabyte, none left out and none twice', async () => {
    const { corrections } = await open(folder());
    for (let i = 0; i < 350; i++) await corrections.save(`k${i}`, example(`${i} `.padEnd(10_000, '价')));
    const seen: number[] = [];
    const sizes: number[] = [];
    for (let after = 0; ;) {
      const rows = await corrections.read(after, 500);
      if (rows.length === 0) break;
      sizes.push(rows.length);
      for (const row of rows) seen.push(Number.parseInt(row.example.text));
      after = rows.at(-1)!.id;
    }
    expect(seen).toEqual(Array.from({ length: 350 }, (_, i) => i));
    expect(sizes.length).toBeGreaterThan(2);
  });

  it('do not touch what goes to the cloud: the outbox holds what the step put there, and nothing else', async () => {
    const { corrections, outbox, store } = await open(folder());
    await store.commitStep(stepOf({ outbox: [promptBody(1)] }));
    await corrections.save('live/a/1 x', example('CANARY words of a viewer'));
    const records = await outbox.read(0, 100);
    expect(records).toHaveLength(1);
    expect(JSON.stringify(records)).not.toContain('CANARY');
  });

  it('find their table in a file of the version before, which is copied first', async () => {
    const path = folder();
    const first = await open(path);
    await first.store.commitStep(stepOf({ state: { put: [['kept', 'yes']], del: [] } }));
    await first.stop();
    const file = join(path, 'livecue.db');
    const raw = new DatabaseSync(file);
    raw.exec(
      'DROP TABLE corrections; DROP TABLE order_labels; DROP TABLE show_log; DROP TABLE shows; DROP TABLE leaves; DROP TABLE proof; ALTER TABLE meta DROP COLUMN last_offer; ALTER TABLE meta DROP COLUMN acked; PRAGMA user_version = 1',
    );
    raw.close();
    const second = await open(path);
    expect((await second.store.recover()).state).toEqual([['kept', 'yes']]);
    expect(await second.corrections.save('k', example('x'))).toBe(1);
    expect(existsSync(`${file}.before-schema-${MIGRATIONS.length}`)).toBe(true);
  });

  it('that were acknowledged survive a SIGKILL, each of them', async () => {
    const path = folder();
    const writer = fileURLToPath(new URL('./testing/correction-writer.ts', import.meta.url));
    let acknowledged = 0;
    for (let run = 0; run < 6; run++) {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, path, String(acknowledged)], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
      const gone = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
      let lines = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Math.max(acknowledged, Number(line));
        // A few of the next write's moments later, not only behind a commit.
        if (++lines === 10 + run) setTimeout(() => child.kill('SIGKILL'), run % 3);
      }
      expect(await gone).toBe('SIGKILL');
    }
    expect(acknowledged).toBeGreaterThan(50);
    const { corrections } = await open(path);
    const rows = await corrections.read(0, 500);
    expect(rows.length).toBeGreaterThanOrEqual(acknowledged);
    expect(rows.map(({ example: { text } }) => text)).toEqual(rows.map((_, i) => `comment ${i + 1}`));
  });
});
