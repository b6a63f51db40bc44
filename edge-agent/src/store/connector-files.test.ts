import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONNECTOR_SECRETS, openConnectorMemory, openConnectorSecrets } from './connector-files.ts';

let folder: string;
let logs: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'livecue-connectors-'));
  logs = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const log = (message: string) => void logs.push(message);
const ports = () => ({ folder, logger: { debug: log, info: log, warn: log, error: log } });

describe('secrets of connectors', () => {
  it('makes a salt once, readable by nobody else, and gives the secrets by name', async () => {
    const { salt } = await openConnectorSecrets(folder);
    const file = path.join(folder, CONNECTOR_SECRETS);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(salt.length).toBeGreaterThanOrEqual(32);
    writeFileSync(file, JSON.stringify({ version: 1, salt, connectors: { shop: { secret: 's' } } }), { mode: 0o644 });
    const again = await openConnectorSecrets(folder);
    expect([again.salt, again.of('shop'), again.of('other'), again.of('__proto__')]).toEqual([salt, { secret: 's' }, {}, {}]); // prettier-ignore
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('refuses a file that it cannot use without quoting it', async () => {
    const file = path.join(folder, CONNECTOR_SECRETS);
    for (const text of ['{"salt": "zqx-canary"', '{"version":1,"salt":"zqx-canary"}', '{"version":2}']) {
      writeFileSync(file, text);
      await expect(openConnectorSecrets(folder)).rejects.toMatchObject({ code: 'configuration' });
      await expect(openConnectorSecrets(folder)).rejects.not.toThrow(/zqx-canary/);
    }
  });
});

describe('memory of a connector', () => {
  it('is on disk after flush, and there again after a restart', async () => {
    const memory = openConnectorMemory(ports(), 'shop');
    memory.set('cursor', 'a');
    memory.set('cursor', 'b');
    memory.set('gone', 'x');
    memory.set('gone', undefined);
    await memory.flush();
    const again = openConnectorMemory(ports(), 'shop');
    expect([again.get('cursor'), again.get('gone')]).toEqual(['b', undefined]);
    expect(openConnectorMemory(ports(), 'other').get('cursor')).toBeUndefined();
    await again.flush();
  });

  const file = () => path.join(folder, 'connectors', 'shop.jsonl');

  it('costs a line a change, and is written anew before it is mostly past', async () => {
    const memory = openConnectorMemory(ports(), 'shop');
    for (let n = 0; n < 3_000; n++) memory.set(`cart/${n % 100}`, String(n));
    await memory.flush();
    memory.set('cart/7', 'last');
    await memory.flush();
    expect(readFileSync(file(), 'utf8').trimEnd().split('\n')).toHaveLength(102);
    for (let n = 0; n < 3_000; n++) {
      memory.set('cursor', String(n));
      if (n % 3 === 0) await memory.flush();
    }
    await memory.flush();
    expect(readFileSync(file(), 'utf8').split('\n').length).toBeLessThan(2_400);
    const again = openConnectorMemory(ports(), 'shop');
    expect([again.get('cart/7'), again.get('cart/8'), again.get('cursor')]).toEqual(['last', '2908', '2999']);
    expect(again.entries('cart/')).toHaveLength(100);
  });

  it('gives every change that was flushed, whatever a kill left behind it', async () => {
    const memory = openConnectorMemory(ports(), 'shop');
    for (const n of [1, 2, 3]) {
      memory.set('cursor', `${n} 亚麻`);
      await memory.flush();
    }
    const whole = readFileSync(file());
    const states = [];
    for (let end = 0; end <= whole.length; end++) {
      writeFileSync(file(), whole.subarray(0, end));
      const cut = openConnectorMemory(ports(), 'shop');
      states.push(cut.get('cursor'));
      cut.set('next', 'x');
      await cut.flush();
      const after = openConnectorMemory(ports(), 'shop');
      expect([after.get('cursor'), after.get('next')]).toEqual([states.at(-1), 'x']);
    }
    expect([...new Set(states)]).toEqual([undefined, '1 亚麻', '2 亚麻', '3 亚麻']);
    expect(states.at(-1)).toBe('3 亚麻');
  });

  it('has on disk what was changed before a flush, however many changes and flushes cross', async () => {
    const memory = openConnectorMemory(ports(), 'shop');
    let last = 0;
    for (let round = 0; round < 200; round++) {
      const value = String(++last);
      memory.set('cursor', value);
      await memory.flush();
      expect(readFileSync(file(), 'utf8')).toContain(`["cursor","${value}"]`);
      // At the moment in which the one before has ended.
      void memory.flush().then(() => memory.set('other', value));
      memory.set('more', value);
      await memory.flush();
      memory.set('cursor', `${value}b`);
      await memory.flush();
      expect(readFileSync(file(), 'utf8')).toContain(`["cursor","${value}b"]`);
    }
  });

  it('tells of a failed write, and has everything on disk after the next', async () => {
    const memory = openConnectorMemory(ports(), 'shop');
    memory.set('cursor', 'a');
    await memory.flush();
    rmSync(file());
    mkdirSync(file());
    memory.set('cursor', 'b');
    await expect(memory.flush()).rejects.toThrow();
    rmSync(file(), { recursive: true });
    memory.set('more', 'c');
    await memory.flush();
    const again = openConnectorMemory(ports(), 'shop');
    expect([again.get('cursor'), again.get('more')]).toEqual(['b', 'c']);
  });

  it('takes over the file of agents before 0.2', async () => {
    const old = path.join(folder, 'connectors', 'shop.json');
    mkdirSync(path.dirname(old));
    writeFileSync(old, '{"version":1,"values":{"cursor":"a"}}');
    const memory = openConnectorMemory(ports(), 'shop');
    expect(memory.get('cursor')).toBe('a');
    memory.set('cursor', 'b');
    await memory.flush();
    expect(existsSync(old)).toBe(false);
    expect(openConnectorMemory(ports(), 'shop').get('cursor')).toBe('b');
  });

  it('keeps an unreadable file aside, says so, and begins anew', async () => {
    const memory = openConnectorMemory(ports(), 'shop');
    memory.set('cursor', 'a');
    await memory.flush();
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('["cursor"', '["cursor'));
    expect(openConnectorMemory(ports(), 'shop').get('cursor')).toBeUndefined();
    expect(existsSync(`${file()}.unreadable`)).toBe(true);
    expect(logs).toEqual([expect.stringContaining('shop.jsonl')]);
  });
});
