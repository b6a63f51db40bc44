import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentConfig } from '@livecue/shared/contract';
import { answerSealCall, sealOverChannel, type SealChannel } from '../setup/settings/secret-seal.ts';
import { CONNECTOR_SECRETS } from '../store/connector-files.ts';
import { brokerUser, databaseAddress, openSecretBook } from './secret-book.ts';

const CANARY = 'zqx-canary-5512';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'livecue-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const words: string[] = [];
const note = (text: string) => void words.push(text);
const open = (seal: Parameters<typeof openSecretBook>[0]['seal'] = null) => openSecretBook({ nowMs: () => 7_000, seal, logger: { debug: note, info: note, warn: note, error: note } }, folder); // prettier-ignore
const onDisk = () => readFileSync(path.join(folder, CONNECTOR_SECRETS), 'utf8');
const config = (value: unknown) => AgentConfig.parse(value);
const shop = { connector: 'shopify', name: 'shop', settings: {} };

/** A keystore that turns every text round; its other end lies in another process. */
function keystore(problem: string | null = null) {
  const turned = async (text: string) => {
    if (problem !== null) throw new Error(problem);
    return [...text].toReversed().join('');
  };
  const listeners: ((event: { data: unknown }) => void)[] = [];
  const channel: SealChannel = {
    postMessage: (message) => void answerSealCall(message, { seal: turned, open: turned }).then((data) => listeners.forEach((one) => one({ data }))), // prettier-ignore
    on: (_event, listener) => listeners.push(listener),
  };
  return sealOverChannel(channel, 'Test Keychain');
}

describe('secrets that people set', () => {
  test('are there for the next agent, told by name and time, replaced and removed, in a file of this user alone', async () => {
    const book = await open();
    expect(book.list(config({ connectors: [shop] }))).toMatchObject([{ name: 'shop', field: 'secret', sinceMs: null, needed: true, used: true }, { field: 'admin_token', needed: false }, { field: 'pixel_token' }]); // prettier-ignore
    expect(await book.set('shop', 'secret', CANARY)).toBe(7_000);
    expect([book.pending, book.of('shop')]).toEqual([true, { secret: CANARY }]);
    expect((await book.take()).of('shop')).toEqual({ secret: CANARY });
    expect(book.pending).toBe(false);
    if (process.platform !== 'win32') expect(statSync(path.join(folder, CONNECTOR_SECRETS)).mode & 0o777).toBe(0o600);
    const listed = book.list(config({ connectors: [shop] }));
    expect(listed[0]).toEqual({ name: 'shop', field: 'secret', sinceMs: 7_000, needed: false, used: true });
    expect(JSON.stringify(listed)).not.toContain(CANARY);
    // Of a source that is gone it is still there, and can be removed.
    expect(book.list(config({}))).toEqual([{ name: 'shop', field: 'secret', sinceMs: 7_000, needed: false, used: false }]); // prettier-ignore
    expect(await book.set('shop', 'secret', null)).toBeNull();
    expect([book.of('shop'), onDisk().includes(CANARY)]).toEqual([{}, false]);
  });

  test('a secret that nothing has is refused; what somebody wrote by hand meanwhile stays', async () => {
    const book = await open();
    await expect(book.set('shop', 'colour', 'x')).rejects.toMatchObject({ code: 'bad-request' });
    await expect(book.set('broker', 'secret', 'x')).rejects.toMatchObject({ code: 'bad-request' });
    const file = path.join(folder, CONNECTOR_SECRETS);
    const now = JSON.parse(onDisk()) as { connectors: object };
    writeFileSync(file, JSON.stringify({ ...now, connectors: { obs: { password: 'by-hand' } } }));
    await book.set('shop', 'secret', CANARY);
    expect((await open()).of('obs')).toEqual({ password: 'by-hand' });
  });

  test('of broker and database go where they are used', async () => {
    const book = await open();
    await book.set('broker', 'username', 'fleet');
    await book.set('broker', 'password', CANARY);
    await book.set('database', 'password', 'p/w@');
    const secrets = await book.take();
    expect(brokerUser(secrets)).toEqual({ username: 'fleet', password: CANARY });
    expect(databaseAddress('postgres://u@h:5/d', secrets)).toBe('postgres://u:p%2Fw%40@h:5/d');
    expect(databaseAddress(null, secrets)).toBeNull();
  });

  test('with a keystore they lie sealed and open there alone', async () => {
    const book = await open(keystore());
    expect(book.keystore).toBe('Test Keychain');
    await book.set('shop', 'secret', CANARY);
    await book.set('dy', 'data_secrets', { live_comment: CANARY });
    expect(onDisk()).not.toContain(CANARY);
    const again = await open(keystore());
    expect([again.of('shop'), again.of('dy')]).toEqual([{ secret: CANARY }, { data_secrets: { live_comment: CANARY } }]); // prettier-ignore
    await expect(open()).rejects.toThrow(/shop.secret was sealed by the keystore of the system \(Test Keychain\)/);
    await expect(open(keystore('locked'))).rejects.toThrow(/does not open shop.secret/);
    // Without a keystore any more: taken out of the file and set again.
    const { connectors: _gone, since: _since, ...rest } = JSON.parse(onDisk()) as Record<string, unknown>;
    writeFileSync(path.join(folder, CONNECTOR_SECRETS), JSON.stringify(rest));
    expect((await open()).of('shop')).toEqual({});
  });

  test('that can no longer be read leave an agent that starts again with those in force', async () => {
    const turned = keystore();
    let isLocked = false;
    const book = await open({ ...turned, open: (text) => (isLocked ? Promise.reject(new Error('locked')) : turned.open(text)) }); // prettier-ignore
    await book.set('shop', 'secret', CANARY);
    isLocked = true;
    expect((await book.take()).of('shop')).toEqual({ secret: CANARY });
    expect(book.pending).toBe(true);
    writeFileSync(path.join(folder, CONNECTOR_SECRETS), '{"cut');
    expect((await book.take()).of('shop')).toEqual({ secret: CANARY });
    expect(words.splice(0)).toEqual([expect.stringMatching(/does not open shop\.secret.*in force stay/), expect.stringMatching(/not valid JSON.*in force stay/)]); // prettier-ignore
  });

  test('a keystore is asked for nothing but sealing', async () => {
    const seal = { seal: async () => 's', open: async () => 'o' };
    expect(await answerSealCall({ livecueSeal: 1, act: 'open', text: 'x' }, seal)).toEqual({
      livecueSeal: 1,
      text: 'o',
    });
    for (const other of [null, 'stop', { type: 'stop' }, { livecueSeal: 1, act: 'constructor', text: 'x' }, { livecueSeal: '1', act: 'seal', text: 'x' }]) expect(await answerSealCall(other, seal)).toBeNull(); // prettier-ignore
  });
});
