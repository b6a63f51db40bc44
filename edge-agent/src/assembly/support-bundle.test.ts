import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentConfig, Catalogue } from '@livecue/shared/contract';
import { createLogger } from '../runtime/logger.ts';
import { openAuditLog } from '../store/audit-log.ts';
import { openConnectorSecrets, type ConnectorSecrets } from '../store/connector-files.ts';
import { connectorForms, settingsSchema } from './settings-form.ts';
import { supportFile } from './support-desk.ts';
import { masker } from './support-mask.ts';
import { toldSettings } from './support-settings.ts';

const told = (config: unknown) => toldSettings(AgentConfig.parse(config), settingsSchema(), connectorForms());

describe('settings in a support file', () => {
  test('defaults stand as they are', () => {
    const { connectors, ...own } = AgentConfig.parse({});
    expect(told({}).settings).toEqual({ ...own, connectors });
    expect(told({}).hidden).toEqual([]);
  });

  test('numbers, switches and words that the schema lists stand; any other text is told by kind and length', () => {
    const { settings } = told({
      agentId: 'canary-studio',
      room: { id: '7788990011', name: '王姐直播间' },
      language: 'en',
      advise: { cardsPer10Min: 3, presets: [{ id: 'mine', zh: '小声点', en: 'CANARY' }] },
      uplink: { brokerUrl: 'mqtts://canary.example:8883', databaseUrl: 'postgres://canary:CANARY@db/canary' },
      hotkeys: { done: 'F13' },
    });
    expect(JSON.stringify(settings)).not.toMatch(/canary|王姐|小声|77889/i);
    expect(settings).toMatchObject({
      agentId: '(text, 13 characters)',
      room: { id: '(digits, 10 characters)', name: '(text, 5 characters)' },
      language: 'en',
      advise: { cardsPer10Min: 3 },
      uplink: { brokerUrl: '(address, 27 characters)' },
    });
  });

  test('a source has its connector, and its room neither as text nor as number', () => {
    const { settings, hidden, sources } = told({
      connectors: [
        { connector: 'youtube', name: 'canary-shop', settings: { video_id: 'CANARYVIDEO', mode: 'poll', max_results: 500, quota_units: 778899 }, endpoints: { api: 'https://canary.example/x' } },
        { connector: 'canary-own', name: 'other', settings: { room: 778899 } },
      ],
    }); // prettier-ignore
    expect(settings['connectors']).toEqual([
      { name: 'source-1', connector: 'youtube', enabled: true, settings: { video_id: '(text, 11 characters)', mode: 'poll', max_results: 500, quota_units: '(number)' }, endpoints: '1 entries' },
      { name: 'source-2', connector: '(text, 10 characters)', enabled: true, settings: '1 entries', endpoints: '0 entries' },
    ]); // prettier-ignore
    expect(hidden).toEqual(expect.arrayContaining(['CANARYVIDEO', 'canary.example', '778899']));
    expect([...sources]).toEqual([['canary-shop', 'source-1'], ['other', 'source-2']]); // prettier-ignore
  });
});

describe('a line of the log', () => {
  const mask = masker(new Map([['hunter2', 'SECRET'], ['p3', 'PRODUCT'], ['亚麻衬衫', 'PRODUCT'], ['衬衫', 'PRODUCT'], ['7788', '…'], ['12', '…'], ['a b+c', 'SECRET'], ['/home/li/live cue', 'DATA']]), ['panel']); // prettier-ignore

  test.each([
    ['the password hunter2 was refused', 'the password SECRET was refused'],
    ['card p3 of mp3 and p33', 'card PRODUCT of mp3 and p33'],
    ['3号亚麻衬衫卖完', '3号PRODUCT卖完'],
    ['room 7788 after 17788 ms, 12 times', 'room … after 17788 ms, 12 times'],
    ['?key=a%20b%2Bc', '?key=SECRET'],
    ['wss://user:pw@live.example/room/1?token=x closed', 'wss://… closed'],
    ['listens on http://127.0.0.1:7421/events', 'listens on http://127.0.0.1:7421'],
    ['http://127.0.0.1.evil.example/x', 'http://…'],
    ['connect ECONNREFUSED 192.168.1.7:443', 'connect ECONNREFUSED …:443'],
    ['connect ECONNREFUSED 127.0.0.1:443', 'connect ECONNREFUSED 127.0.0.1:443'],
    ['from fe80::1ff:fe23:4567:890a at 12:30:15', 'from … at 12:30:15'],
    ['getaddrinfo ENOTFOUND shop.example.com', 'getaddrinfo ENOTFOUND …'],
    ['mail of wang@shop.example', 'mail of …'],
    ['panel.httpPort and secrets.json stay', 'panel.httpPort and secrets.json stay'],
    ['writing /home/li/live cue/journal/7.log: ENOSPC', 'writing DATA/journal/7.log: ENOSPC'],
    ['reading /var/lib/wang/config.json and C:\\Users\\wang\\x', 'reading … and …'],
    ['token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9abc', 'token …'],
    ['2026-11-22T16:38:00.123Z info  4/5 done', '2026-11-22T16:38:00.123Z info  4/5 done'],
  ])('%s', (line, masked) => {
    expect(mask(line)).toBe(masked);
  });

  test('no private word is left in any text around it', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 20 }).filter((text) => /\p{L}{4}/u.test(text));
    fc.assert(
      fc.property(word, fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!before.includes(secret) && !after.includes(secret) && !'LABEL'.includes(secret));
        expect(masker(new Map([[secret, '#']]), [])(`${before} ${secret} ${after}`)).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  test('thirty thousand product words cost a long log less than a second of processor time', () => {
    const words = new Map(Array.from({ length: 30_000 }, (_, n) => [`product number ${n}`, 'PRODUCT']));
    const began = process.cpuUsage();
    const long = masker(words, []);
    for (let n = 0; n < 500; n++) long(`${'a.b-c/d:e@f '.repeat(80)} product number ${n}`);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1e6).toBeLessThan(1);
  });
});

test('a logger keeps its newest 500 lines, each cut, and none of debug', () => {
  const written: string[] = [];
  const logger = createLogger({ write: (line) => written.push(line), nowMs: () => 0 }, 'debug');
  logger.debug('card of p3');
  for (let n = 0; n < 600; n++) logger.info(`line ${n}`);
  logger.warn('x'.repeat(5_000));
  expect(written).toHaveLength(602);
  expect(logger.recent()).toHaveLength(500);
  expect(logger.recent()[0]).toContain('line 101');
  expect(logger.recent().at(-1)).toHaveLength(1_000);
  const quiet = createLogger({ write: () => undefined, nowMs: () => 0 }, 'error');
  quiet.info('not written');
  expect(quiet.recent()).toEqual([]);
});

describe('a support file of a data folder', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'livecue-support-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const shirt = { productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' } };
  const making = (text: string, secrets: ConnectorSecrets | null = null) =>
    supportFile({ folder, config: AgentConfig.parse({ room: { id: 'room-of-xia' } }), catalogue: Catalogue.parse({ products: [shirt] }), secrets, running: null, findings: [{ name: 'x', level: 'ok', text }], madeMs: 0, program: '0.1.0' }); // prettier-ignore

  test('what its secrets, devices, tokens, products and settings hold is known, wherever it stands', async () => {
    const write = (name: string, value: unknown) => writeFileSync(path.join(folder, name), JSON.stringify(value));
    write('secrets.json', { version: 1, ingestToken: 'hunter2hunter2', panelDevices: { ab: { role: 'operator', name: '小夏的平板' } } }); // prettier-ignore
    write('control-tokens.json', { version: 1, tokens: [{ name: 'Pedal of Xia' }] });
    const seal = { name: 'keystore', seal: async (plain: string) => Buffer.from(plain).toString('hex'), open: async (hex: string) => Buffer.from(hex, 'hex').toString() }; // prettier-ignore
    const opened = await openConnectorSecrets(folder, seal);
    await opened.set('shop', 'tokens', { left: 'swordfish-1' }, 0);
    const log = await openAuditLog(folder);
    await log.record({ atMs: 0, device: 'abcdef01', name: 'Xia’s phone', role: 'admin', verb: 'cues.control', allowed: true, args: { hold: '亚麻' } }); // prettier-ignore
    await log.close();
    const words = ['hunter2hunter2', '小夏的平板', 'Pedal of Xia', 'swordfish-1', 'Xia’s phone', 'abcdef01', '亚麻衬衫', 'Linen shirt', 'room-of-xia', opened.salt]; // prettier-ignore
    const { name, text } = await making(`operator: ${words.join(' / ')} / ${folder}/journal`, opened);
    expect(name).toBe('livecue-support-19700101T000000Z.json');
    for (const word of [...words, folder]) expect(text).not.toContain(word);
    expect(text).toContain('operator: SECRET / SECRET / SECRET / SECRET / DEVICE / DEVICE / PRODUCT / PRODUCT / … / SECRET / DATA/journal'); // prettier-ignore
    expect(text).toContain('1970-01-01T00:00:00.000Z admin cues.control done');
  });

  test('a file of secrets that cannot be read is named, and neither quoted nor passed over', async () => {
    writeFileSync(path.join(folder, 'secrets.json'), '{"ingestToken": hunter2hunter2');
    await expect(making('')).rejects.toThrow(
      /^Reading secrets\.json for a support file without secrets: (?!.*hunter2)/,
    );
  });
});
