import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Catalogue } from '@livecue/shared/contract';
import { parseLiveEvent } from '@livecue/shared/event';
import { afterAll, describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'livecue-simulate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => path.join(folder, name);

async function call(args: string[], options: { signal?: AbortSignal; isTTY?: boolean } = {}) {
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY: options.isTTY ?? false });
  const code = await simulate(args, { stdout, stderr, signal: options.signal });
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

const lines = (bytes: Buffer) => bytes.toString('utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown); // prettier-ignore

describe('livecue simulate', () => {
  it('writes events and truth, the same bytes each time, compressed when the name says so', async () => {
    const first = await call(['--seed', '7', '--minutes', '3', '--profile', 'demo', '--out', file('a.jsonl')]);
    expect(first).toMatchObject({ code: 0, out: '' });
    expect(first.err).toMatch(/^\d+ events of 3 min \(demo, seed 7\)/);
    await call(['--seed', '7', '--minutes', '3', '--profile', 'demo', '--out', file('b.jsonl.gz')]);
    const plain = readFileSync(file('a.jsonl'));
    expect(gunzipSync(readFileSync(file('b.jsonl.gz'))).equals(plain)).toBe(true);
    expect(readFileSync(file('b.jsonl.gz.truth.jsonl')).equals(readFileSync(file('a.jsonl.truth.jsonl')))).toBe(true);
    const events = lines(plain);
    expect(first.err).toContain(`${events.length} events`);
    expect(events.filter((event) => !parseLiveEvent(event, 0).ok)).toEqual([]);
    const kinds = new Set(
      lines(readFileSync(file('a.jsonl.truth.jsonl'))).map((item) => (item as { kind: string }).kind),
    );
    expect([...kinds]).toEqual(expect.arrayContaining(['comment', 'question-burst', 'interest-surge', 'explain']));
  });

  it('takes a start, a room, products and a language mix, and writes the catalogue', async () => {
    const args = [
      '--seed',
      '1',
      '--minutes',
      '1',
      '--start',
      '2026-03-04T05:06:07+08:00',
      '--room',
      'studio-9',
      '--products',
      '20',
      '--english',
      '1',
    ];
    const { code } = await call([...args, '--out', file('c.jsonl'), '--catalogue-out', file('c.json')]);
    expect(code).toBe(0);
    const [first] = lines(readFileSync(file('c.jsonl'))) as { time: string; source: string }[];
    expect(first).toMatchObject({ time: '2026-03-03T21:06:07.000Z', source: 'live/simulator/studio-9' });
    expect(Catalogue.parse(JSON.parse(readFileSync(file('c.json'), 'utf8'))).products).toHaveLength(20);
    const languages = lines(readFileSync(file('c.jsonl.truth.jsonl'))).map(
      (item) => (item as { details: { language?: string } }).details.language,
    );
    expect(languages).not.toContain('zh');
  });

  it('explains itself, with an example', async () => {
    const { code, out } = await call(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('Example: livecue simulate --seed');
  });

  const good = { seed: '1', minutes: '1', out: file('x.jsonl') };
  it.each([
    [{ ...good, seed: '1.5' }, /--seed 1.5: give a whole number/],
    [{ ...good, seed: '' }, /--seed/],
    [{ ...good, minutes: '0' }, /--minutes 0: give a number above 0/],
    [{ ...good, minutes: '1e9' }, /--minutes/],
    [{ ...good, profile: 'wild' }, /--profile wild: the profiles are calm, standard/],
    [{ ...good, start: 'noon' }, /--start noon/],
    [{ ...good, room: 'a/b' }, /--room a\/b/],
    [{ ...good, products: '5001' }, /--products 5001: give 1 to 5000/],
    [{ ...good, english: '2' }, /--english 2: give a number from 0 to 1/],
    [{ seed: '1', minutes: '1' }, /--out: name the file/],
    [{ minutes: '1', out: 'x' }, /--seed : give a whole number/],
    [{ ...good, colour: 'red' }, /--colour/],
  ])('exits 2 and names what is wrong: %o', async (options, message) => {
    const { code, err } = await call(Object.entries(options).map(([name, value]) => `--${name}=${value}`));
    expect(code).toBe(2);
    expect(err.split('\n')[0]).toMatch(message);
  });

  it.each(['x.jsonl', 'x.jsonl.gz'])('exits 1 when %s cannot be written, and says where', async (name) => {
    const { code, err } = await call(['--seed', '1', '--minutes', '1', '--out', path.join(folder, 'absent', name)]);
    expect(code).toBe(1);
    expect(err).toMatch(/absent.*ENOENT.*folder exists/);
  });

  it('stops when it is interrupted, and shows its progress on a terminal', async () => {
    const stopped = await call(['--seed', '1', '--minutes', '600', '--out', file('d.jsonl')], {
      signal: AbortSignal.abort(),
    });
    expect(stopped.code).toBe(1);
    expect(stopped.err).toContain('is not complete');
    const shown = await call(['--seed', '1', '--minutes', '1', '--out', file('e.jsonl')], { isTTY: true });
    expect(shown.err).toMatch(/\[#+\.*\] +\d+ %/);
  });
});
