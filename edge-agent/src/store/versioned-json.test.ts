import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { versionedJson } from './versioned-json.ts';
import { temporaryFolder } from './testing/kit.ts';

const cleanups: (() => void)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));
function open() {
  const made = temporaryFolder();
  cleanups.push(made.remove);
  const path = join(made.path, 'inner', 'catalogue.json');
  return { path, beside: (name: string) => join(made.path, 'inner', name), file: versionedJson(path, 0o600, () => 7) };
}
const note = (text: string, atMs = 1) => ({ atMs, by: 'operator', note: text });

describe('a file with versions', () => {
  it('keeps what was in force before the first one, each state after it, and who and why', async () => {
    const { file, path } = open();
    expect([await file.read(), file.versions()]).toEqual([null, []]);
    await file.write({ n: 1 }, note('first'), { n: 0 });
    const second = await file.write({ n: 2 }, note('second', 2), { n: 'not asked' });
    expect(second).toEqual({ number: 3, atMs: 2, by: 'operator', note: 'second' });
    expect(await file.read()).toEqual({ n: 2 });
    expect(file.versions().map(({ number, note: why, atMs }) => [number, why, atMs])).toEqual([[3, 'second', 2], [2, 'first', 1], [1, '', 7]]); // prettier-ignore
    expect([await file.readVersion(1), await file.readVersion(2), await file.readVersion(9)]).toEqual([{ n: 0 }, { n: 1 }, null]); // prettier-ignore
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps what somebody changed by hand before it is replaced', async () => {
    const { file, path } = open();
    await file.write({ n: 1 }, note('first'), {});
    writeFileSync(path, '{"n": "by hand"}');
    await file.write({ n: 2 }, note('second'), {});
    expect(await file.readVersion(3)).toEqual({ n: 'by hand' });
    expect(file.versions().map(({ number, note: why }) => [number, why])).toEqual([[4, 'second'], [3, ''], [2, 'first'], [1, '']]); // prettier-ignore
  });

  it('20 are kept; without the list they are still there', async () => {
    const { file, beside } = open();
    for (let n = 1; n <= 25; n++) await file.write({ n }, note(`v${n}`), {});
    expect(file.versions().map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => 26 - i));
    expect(existsSync(beside('catalogue.6.json'))).toBe(false);
    writeFileSync(beside('catalogue.versions.json'), '{');
    expect(file.versions()).toHaveLength(20);
    rmSync(beside('catalogue.versions.json'));
    await file.write({ n: 26 }, note('again'), {});
    expect(file.versions().map(({ note: why }) => why).filter((why) => why !== '')).toEqual(['again']); // prettier-ignore
    expect(JSON.parse(readFileSync(beside('catalogue.27.json'), 'utf8'))).toEqual({ n: 26 });
  });

  it('a file that is no JSON is not replaced', async () => {
    const { file, path } = open();
    await file.write({ n: 1 }, note('first'), {});
    writeFileSync(path, '{"n": ');
    await expect(file.write({ n: 2 }, note('second'), {})).rejects.toMatchObject({ code: 'configuration' });
    expect(readFileSync(path, 'utf8')).toBe('{"n": ');
  });
});
