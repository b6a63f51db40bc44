import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openConnectorSecrets } from '../store/connector-files.ts';
import { createSetupKeeper } from '../assembly/setup-keeper.ts';
import { readSetup, setupText, type Setup } from '../setup/settings/setup-file.ts';
import { setup } from './setup.ts';
import { runCommand } from './testing/run-command.ts';

const CANARY = 'zqx-canary-4410';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'livecue-setup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const shop = { connector: 'shopify', name: 'shop', settings: { source: 'shop/shopify/a.example', currency: 'CNY' } };
const SETTINGS = { agentId: 'studio-7', advise: { cardsPer10Min: 3 }, connectors: [shop], uplink: { databaseUrl: `postgres://u:${CANARY}@h/d` } }; // prettier-ignore
const TEMPLATE = { templateId: '0123456789ab', name: '晚场', savedMs: 1, by: 'x', sources: {}, advise: {}, hotkeys: { done: 'F13' }, catalogue: { products: [] } }; // prettier-ignore
const run = (...args: string[]) => runCommand(setup, args);

async function machine(name: string): Promise<string> {
  const data = path.join(folder, name);
  mkdirSync(data);
  return data;
}

/** A machine with settings, products, templates and secrets. */
async function full(): Promise<string> {
  const data = await machine('one');
  writeFileSync(path.join(data, 'config.json'), JSON.stringify(SETTINGS));
  writeFileSync(path.join(data, 'catalogue.json'), JSON.stringify({ products: [{ productId: 'p1', name: { zh: '杯', en: 'Cup' } }] })); // prettier-ignore
  writeFileSync(path.join(data, 'templates.json'), JSON.stringify({ version: 1, templates: [TEMPLATE] }));
  await (await openConnectorSecrets(data)).set('shop', 'secret', CANARY, 1);
  return data;
}

describe('the setup as a file', () => {
  test('goes to another machine without any secret, whose sources come switched off', async () => {
    const one = await full();
    const file = path.join(folder, 'one.json');
    expect((await run('export', file, '--data', one)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain(CANARY);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    const two = await machine('two');
    const dry = await run('import', file, '--data', two, '--dry-run');
    expect([dry.code, existsSync(path.join(two, 'config.json'))]).toEqual([0, false]);
    expect(dry.stdout).toContain('{"path":"advise.cardsPer10Min","before":"4","after":"3"}');
    expect(dry.stderr).toContain('shop.secret: this secret is not set here');
    const done = await run('import', file, '--data', two, '--note', 'from one');
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('Version 2 of the settings')]);
    expect(JSON.parse(readFileSync(path.join(two, 'config.json'), 'utf8'))).toMatchObject({ agentId: 'studio-7', connectors: [{ name: 'shop', enabled: false }], uplink: { databaseUrl: 'postgres://u@h/d' } }); // prettier-ignore
    expect(JSON.parse(readFileSync(path.join(two, 'catalogue.json'), 'utf8'))).toMatchObject({ products: [{ productId: 'p1' }] }); // prettier-ignore
    expect(JSON.parse(readFileSync(path.join(two, 'templates.json'), 'utf8'))).toMatchObject({ templates: [{ name: '晚场', hotkeys: { done: 'F13' } }] }); // prettier-ignore
    expect(existsSync(path.join(two, 'templates.2.json'))).toBe(true);
    // What was there before is a backup, and comes back.
    const [backup] = (await run('backups', '--data', two)).stdout.split('\n').map((line) => line && (JSON.parse(line) as { name: string; cause: string })); // prettier-ignore
    expect(backup).toMatchObject({ cause: 'import' });
    expect((await run('restore', (backup as { name: string }).name, '--data', two)).code).toBe(0);
    expect(JSON.parse(readFileSync(path.join(two, 'config.json'), 'utf8'))).toEqual({});
    expect(JSON.parse(readFileSync(path.join(two, 'catalogue.json'), 'utf8'))).toMatchObject({ products: [] });
  });

  test('nonsense, another format, a changed file and wrong values change nothing and say why', async () => {
    const two = await machine('two');
    const file = path.join(folder, 'x.json');
    const good: Setup = { madeMs: 1, program: '0', agentId: 'a', settings: {}, catalogue: null, files: {} };
    const text = setupText(good);
    const wrong: [string, RegExp][] = [
      ['nonsense', /no JSON/],
      ['[]', /no setup of LiveCue/],
      [text.replace('"version": 1', '"version": 2'), /update LiveCue/],
      [text.replace('"version": 1', '"version": 0'), /export it again/],
      [text.replace('"agentId": "a"', '"agentId": "b"'), /checksum/],
      [text.slice(0, -20), /cut off/],
      [setupText({ ...good, settings: 3 as never }), /settings/],
    ];
    for (const [content, why] of wrong) {
      writeFileSync(file, content);
      await expect(run('import', file, '--data', two)).rejects.toThrow(why);
    }
    expect(readSetup(new Uint8Array(17 * 1024 * 1024))).toMatchObject({ unreadable: expect.stringContaining('at most') }); // prettier-ignore
    writeFileSync(file, setupText({ ...good, settings: { advise: { cardsPer10Min: 99 } } }));
    const refused = await run('import', file, '--data', two);
    writeFileSync(
      file,
      setupText({ ...good, files: { 'templates.json': { version: 1, templates: [{ name: 'x' }] } } }),
    );
    await expect(run('import', file, '--data', two, '--dry-run')).rejects.toThrow(/templates\.0/);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('advise.cardsPer10Min')]);
    expect(readdirSync(two)).toEqual(['connector-secrets.json']);
  });

  test('backups: one for each state, none twice, the newest 30 and none over 90 days but the newest five', async () => {
    const day = 86_400_000;
    let nowMs = Date.UTC(2026, 0, 1);
    let settings: Record<string, unknown> = {};
    const logs: string[] = [];
    const log = (text: string) => void logs.push(text);
    const keeper = createSetupKeeper(
      { nowMs: () => nowMs, logger: { debug: log, info: log, warn: log, error: log }, settings: { present: async () => settings } as never, catalogue: { present: async () => ({ version: 1, products: [] }) } as never, templates: {} as never },
      { folder, program: '0' },
    ); // prettier-ignore
    expect(await keeper.backUp('start')).toBe('20260101T000000Z-1');
    expect(await keeper.backUp('start')).toBeNull();
    for (let n = 1; n <= 40; n++) {
      settings = { room: { name: String(n) } };
      expect(await keeper.backUp('change')).not.toBeNull();
    }
    expect(keeper.backups().length).toBe(30);
    expect(keeper.backups()[0]).toMatchObject({ name: '20260101T000000Z-41', cause: 'change' });
    nowMs += 100 * day;
    settings = {};
    await keeper.backUp('change');
    expect(keeper.backups().length).toBe(5);
    expect(readSetup(keeper.readBackup(keeper.backups()[0]!.name)!)).toMatchObject({ setup: { settings: {} } });
    expect(keeper.readBackup('20200101T000000Z-1')).toBeNull();
    // A clock that was set back: the copy of now is the oldest, and stays.
    nowMs = day;
    settings = { agentId: 'early' };
    expect(await keeper.backUp('change')).toBe('19700102T000000Z-1');
    expect(readSetup(keeper.readBackup('19700102T000000Z-1')!)).toMatchObject({ setup: { settings } });
    // A damaged file beside the settings is left out, and said.
    writeFileSync(path.join(folder, 'remote-config.json'), '{"cut');
    writeFileSync(path.join(folder, 'delivered-models.json'), '{"version":1}');
    settings = { agentId: 'later' };
    const { setup: kept } = readSetup(keeper.readBackup((await keeper.backUp('change'))!)!) as { setup: Setup };
    expect(kept).toMatchObject({ settings, files: { 'delivered-models.json': { version: 1 } } });
    expect(logs.at(-1)).toMatch(/not valid JSON.* remote-config\.json is left out/);
    // A disk that refuses stops no agent.
    rmSync(path.join(folder, 'backups'), { recursive: true });
    writeFileSync(path.join(folder, 'backups'), 'in the way');
    settings = { agentId: 'b' };
    expect(await keeper.backUp('change')).toBeNull();
    expect(logs.at(-1)).toContain('Free space');
  });
});
