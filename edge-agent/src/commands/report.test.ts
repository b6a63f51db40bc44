import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalEvent } from '@livecue/shared/event';
import type { PromptEvent } from '@livecue/shared/prompt';
import type { Command } from './command.ts';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { simulate } from './simulate.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'livecue-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => path.join(folder, ...names);
const lines = <T>(file: string): T[] => readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as T); // prettier-ignore

async function run(command: Command, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => new Writable({ write: (chunk, _encoding, done) => { said[name] += String(chunk); done(); } }); // prettier-ignore
  const code = await command(args, { stdout: sink('stdout'), stderr: sink('stderr'), env: {}, signal: new AbortController().signal }); // prettier-ignore
  return { code, ...said };
}

const csv = (file: string): Record<string, string>[] => {
  const [head, ...rows] = readFileSync(file, 'utf8').replace('\ufeff', '').trimEnd().split('\r\n').map((line) => line.split(',')); // prettier-ignore
  return rows.map((row) => Object.fromEntries(row.map((cell, n) => [head![n]!, cell])));
};

describe('the report of a replayed room', () => {
  let events: CanonicalEvent[];
  beforeAll(async () => {
    await run(simulate, ['--seed', '11', '--minutes', '14', '--profile', 'troubled', '--start', '2026-05-01T12:00:30Z', '--out', at('show.jsonl'), '--catalogue-out', at('catalogue.json')]); // prettier-ignore
    events = lines<CanonicalEvent>(at('show.jsonl'));
    // Words and names of viewers that must be found nowhere.
    for (const event of events) {
      if (event.type !== 'live.comment.created') continue;
      event.data.author.name = `CANARY-${event.data.author.identifier}`;
      event.data.text += ' CANARY-word';
    }
    writeFileSync(at('show.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    for (const name of ['first', 'second']) {
      expect((await run(replay, [at('show.jsonl'), '--catalogue', at('catalogue.json'), '--out', at(name)])).code).toBe(0); // prettier-ignore
    }
    const made = await run(report, ['--show', at('first'), '--out', at('report'), '--zone', '480']);
    expect(made.code, made.stderr).toBe(0);
    expect(made.stderr).toContain('20260501T120030Z-main');
  }, 60_000);

  it('rests on a record that is the same each time and has no viewer in it', () => {
    const record = readFileSync(at('first', 'show-log.jsonl'), 'utf8');
    expect(readFileSync(at('second', 'show-log.jsonl'), 'utf8')).toBe(record);
    expect(record).not.toContain('CANARY');
    for (const name of ['report.zh.html', 'report.en.html', 'timeline.csv', 'prompts.csv', 'summary.json']) {
      expect(readFileSync(at('report', name), 'utf8'), name).not.toContain('CANARY');
    }
  });

  it('says of each minute what the events say', () => {
    const own = new Map<string, { comments: number; likes: number; ordersPaid: number; unitsPaid: number; revenueMinorCNY: number }>(); // prettier-ignore
    for (const event of events) {
      const minute = `${event.time!.slice(0, 16)}:00.000Z`;
      const row = own.get(minute) ?? { comments: 0, likes: 0, ordersPaid: 0, unitsPaid: 0, revenueMinorCNY: 0 };
      own.set(minute, row);
      if (event.type === 'live.comment.created') row.comments++;
      else if (event.type === 'live.like.added') row.likes += event.data.count;
      else if (event.type === 'shop.order.paid' && !event.data.partial) {
        row.ordersPaid++;
        for (const item of event.data.orderedItem!) {
          row.unitsPaid += item.orderQuantity;
          row.revenueMinorCNY += Math.round(Number(item.price) * 100) * item.orderQuantity;
        }
      }
    }
    const told = csv(at('report', 'timeline.csv'));
    expect(told.length).toBe(15);
    for (const row of told) {
      const expected = own.get(row['minute']!) ?? { comments: 0, likes: 0, ordersPaid: 0, unitsPaid: 0, revenueMinorCNY: 0 }; // prettier-ignore
      for (const [name, count] of Object.entries(expected)) expect(Number(row[name]), `${row['minute']} ${name}`).toBe(count); // prettier-ignore
    }
    const sum = [...own.values()].reduce((total, { unitsPaid }) => total + unitsPaid, 0);
    expect(sum).toBeGreaterThan(20);
    expect(csv(at('report', 'products.csv')).reduce((total, row) => total + Number(row['unitsPaid']), 0)).toBe(sum);
  });

  it('says of each rule what prompts.jsonl says', () => {
    const prompts = lines<PromptEvent>(at('first', 'prompts.jsonl'));
    const told = csv(at('report', 'rules.csv'));
    const rules = new Set(prompts.map((event) => (event.kind === 'closed' ? event.rule : event.prompt.rule)));
    expect(told.map(({ rule }) => rule).sort()).toEqual([...rules].sort());
    for (const row of told) {
      const of = (kind: PromptEvent['kind']) =>
        prompts.filter((event) => event.kind === kind && (event.kind === 'closed' ? event.rule : event.prompt.rule) === row['rule']); // prettier-ignore
      expect(Number(row['raised'])).toBe(of('raised').length);
      expect(Number(row['heldBack'])).toBe(of('held').length);
      for (const outcome of ['done', 'withdrawn', 'expired'] as const) {
        expect(Number(row[outcome]), `${row['rule']} ${outcome}`).toBe(of('closed').filter((event) => event.kind === 'closed' && event.outcome === outcome).length); // prettier-ignore
      }
      const suppressed = Object.entries(row).filter(([name]) => name.startsWith('suppressed:'));
      expect(suppressed.reduce((total, [, count]) => total + Number(count), 0)).toBe(of('suppressed').length);
    }
    expect(told.reduce((total, row) => total + Number(row['raised']), 0)).toBeGreaterThan(1);
  });
});

describe('livecue report', () => {
  it('tells what is wrong with a call or a file, and what would be right', async () => {
    expect(await run(report, ['--out', 'x'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--show or --list') }); // prettier-ignore
    expect((await run(report, ['--show', 'last'])).stderr).toContain('give --out');
    expect((await run(report, ['--show', 'x', '--out', 'y', '--zone', '9000'])).stderr).toContain('such as 480');
    await expect(run(report, ['--show', 'last', '--data', at('nowhere'), '--out', at('x')])).rejects.toThrow(/holds no data of an agent/); // prettier-ignore
    writeFileSync(at('other.jsonl'), '{"kind":"minute"}\nnot json\n');
    await expect(run(report, ['--show', at('other.jsonl'), '--out', at('x')])).rejects.toThrow(
      /no beginning of a show/,
    );
    expect(existsSync(at('x'))).toBe(false);
    expect((await run(report, ['--help'])).stdout).toContain('Example:');
  });
});
