import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, runCommand, temporaryFolder } from './program.ts';

const ROOM = path.resolve(ROOT, '../shared/data/rooms/twitch-zh-104703028.jsonl.gz');

interface Summary {
  readonly events: number;
  readonly windows: number;
  readonly drops: Record<string, number>;
  readonly timing: { readonly wallMs: number; readonly eventsPerSecond: number };
}

/** Hash of every file, without `timing`, which tells of the run and not of the recording. */
function hashes(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8');
      const told = name === 'summary.json' ? JSON.stringify({ ...(JSON.parse(text) as Summary), timing: null }) : text;
      return [name, createHash('sha256').update(told).digest('hex')];
    }),
  );
}

const summaryOf = (folder: string) => JSON.parse(readFileSync(path.join(folder, 'summary.json'), 'utf8')) as Summary;

test('a recorded room of four hours replays within 60 s, twice with the same bytes', async ({ skip }) => {
  skip(!existsSync(ROOM), 'skipped: ../shared/data/rooms is not beside the checkout');
  const { folder, remove } = temporaryFolder();
  const outs = ['one', 'two'].map((name) => path.join(folder, name));
  for (const out of outs) {
    const { code, stderr } = await runCommand(['replay', ROOM, '--speed', 'max', '--out', out]);
    expect(code, stderr).toBe(0);
  }
  const summary = summaryOf(outs[0]!);
  process.stderr.write(`replay: ${summary.events} events in ${summary.timing.wallMs} ms\n`);
  expect(summary.events).toBe(24_293);
  expect(summary.timing.wallMs).toBeLessThan(60_000);
  expect(hashes(outs[1]!)).toEqual(hashes(outs[0]!));
  remove();
}, 150_000);

test('a simulated room replays with the same bytes, its cards follow its truth, bad lines are named', async () => {
  const { folder, remove } = temporaryFolder();
  const room = path.join(folder, 'room.jsonl');
  const made = await runCommand(['simulate', '--seed', '7', '--minutes', '8', '--profile', 'demo', '--out', room]);
  expect(made.code, made.stderr).toBe(0);
  const lines = readFileSync(room, 'utf8').trimEnd().split('\n');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(room, [...lines.slice(0, 5), '{"not": "an event"', ...lines.slice(5)].join('\n'));
  for (const name of ['one', 'two']) {
    const { code, stderr } = await runCommand(['replay', room, '--out', path.join(folder, name)]);
    expect(code, stderr).toBe(0);
  }
  expect(hashes(path.join(folder, 'two'))).toEqual(hashes(path.join(folder, 'one')));
  const drops = JSON.parse(readFileSync(path.join(folder, 'one/drops.json'), 'utf8')) as {
    lines: { line: number; reason: string }[];
  };
  expect(drops.lines).toMatchObject([{ line: 6, reason: 'malformed' }]);
  expect(summaryOf(path.join(folder, 'one')).events).toBe(lines.length + 1);
  const prompts = readFileSync(path.join(folder, 'one/prompts.jsonl'), 'utf8').trimEnd().split('\n');
  const rules = new Set(
    prompts.map((line) => JSON.parse(line) as { prompt?: { rule: string } }).map(({ prompt }) => prompt?.rule),
  );
  expect(rules).toContain('counted-questions');
  remove();
}, 120_000);
