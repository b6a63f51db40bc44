import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

  it('keeps an unreadable file aside, says so, and begins anew', async () => {
    const memory = openConnectorMemory(ports(), 'shop');
    memory.set('cursor', 'a');
    await memory.flush();
    const file = path.join(folder, 'connectors', 'shop.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 10));
    expect(openConnectorMemory(ports(), 'shop').get('cursor')).toBeUndefined();
    expect(existsSync(`${file}.unreadable`)).toBe(true);
    expect(logs).toEqual([expect.stringContaining('shop.json')]);
  });
});
