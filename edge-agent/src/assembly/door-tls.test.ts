import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AgentConfig, parseAgentConfig } from '@livecue/shared/contract';
import { makeKey, selfSigned } from '../runtime/self-signed.ts';
import type { DoorTls } from '../runtime/tls-door.ts';
import { doorItems, openDoorTls, type Door } from './door-tls.ts';

const DAY = 86_400_000;
const START = Date.now();
let folder: string;
let nowMs: number;
let log: string[];
let names: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'livecue-tls-'));
  [nowMs, log, names] = [START, [], ['studio-pc', 'localhost', '192.168.7.20', 'fd00::7']];
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (line: string) => void log.push(line);
const ports = { nowMs: () => nowMs, logger: { debug: write, info: write, warn: write, error: write }, names: () => names }; // prettier-ignore
const door = (tls: object = {}, host = '0.0.0.0'): Door => AgentConfig.parse({ panel: { host, tls } }).panel;
const open = (of: Door): DoorTls | null => openDoorTls('panel', of, folder, ports);
const print = (tls: DoorTls) => tls.current.certificate.fingerprint256;

test.each([
  ['127.0.0.1', {}, false],
  ['localhost', {}, false],
  ['::1', {}, false],
  ['0.0.0.0', {}, true],
  ['::', {}, true],
  ['192.168.7.20', {}, true],
  ['0.0.0.0', { mode: 'off' }, false],
])('on %s with %j a certificate is shown: %s', (host, tls, isShown) => {
  expect(open(door(tls, host)) !== null).toBe(isShown);
});

describe('a certificate that we make', () => {
  test('stays the same over restarts, and its key is for this user alone', () => {
    const first = open(door())!;
    expect(first.isSelfSigned).toBe(true);
    if (process.platform !== 'win32') expect(statSync(path.join(folder, 'tls/key.pem')).mode & 0o777).toBe(0o600);
    nowMs += 300 * DAY;
    expect(print(open(door())!)).toBe(print(first));
    expect(log.filter((line) => line.includes(print(first)))).toHaveLength(1);
    for (const line of log) expect(line).not.toContain('PRIVATE');
  });

  test('is another one when less than 30 days are left, with the same key', () => {
    const tls = open(door())!;
    const before = print(tls);
    nowMs = tls.current.certificate.validToDate.getTime() - 30 * DAY;
    expect(tls.look()).toBe(false);
    nowMs += 1;
    const { key } = tls.current;
    expect([tls.look(), tls.current.key === key, print(tls) === before]).toEqual([true, true, false]);
    expect(tls.current.certificate.validToDate.getTime()).toBeGreaterThan(nowMs + 395 * DAY);
    expect(tls.look()).toBe(false);
  });

  test('is another one with an address that is new, keeps those that went, and comes back to them without a change', () => {
    const tls = open(door())!;
    names = ['studio-pc', 'localhost', '10.0.0.4'];
    expect(tls.look()).toBe(true);
    expect(tls.current.certificate.subjectAltName).toBe('DNS:studio-pc, DNS:localhost, IP Address:10.0.0.4, IP Address:192.168.7.20, IP Address:FD00:0:0:0:0:0:0:7'); // prettier-ignore
    names = ['studio-pc', 'localhost', '192.168.7.20', 'fd00::7'];
    expect(tls.look()).toBe(false);
  });

  test('does not gather names without end', () => {
    for (let n = 0; n < 60; n++) {
      names = ['studio-pc', `10.0.1.${n}`];
      open(door());
    }
    expect(open(door())!.current.certificate.subjectAltName!.split(', ')).toHaveLength(40);
  });

  test.each(['cert.pem', 'key.pem'])('is made anew where somebody spoilt %s', (file) => {
    open(door());
    writeFileSync(path.join(folder, 'tls', file), 'no pem');
    expect(open(door())!.current.cert).toBe(readFileSync(path.join(folder, 'tls/cert.pem'), 'utf8'));
  });

  test('made while the clock was years ahead, is made anew', () => {
    nowMs = START + 4000 * DAY;
    const ahead = print(open(door())!);
    nowMs = START;
    expect(print(open(door())!)).not.toBe(ahead);
  });
});

describe('a certificate of somebody’s own', () => {
  const key = makeKey();
  const files = () => ({ mode: 'own', certFile: path.join(folder, 'a.pem'), keyFile: path.join(folder, 'a.key') }); // prettier-ignore
  const put = (cert: string, pem = key) => {
    writeFileSync(files().certFile, cert);
    writeFileSync(files().keyFile, pem);
  };
  const cert = (madeMs = START) => selfSigned(key, ['panel.example.com'], madeMs);

  test('is shown as it is', () => {
    put(cert());
    const tls = open(door(files()))!;
    expect([tls.isSelfSigned, tls.current.certificate.subject]).toEqual([false, 'CN=LiveCue panel.example.com']);
  });

  test.each([
    ['is not there', () => undefined, /^Reading panel\.tls\.certFile: ENOENT.*a\.pem.*Give the path of a PEM file/],
    ['is none', () => put('hello'), /^Reading panel\.tls\.certFile .*a\.pem: .*Give a certificate in PEM/],
    ['has a key that is none', () => put(cert(), 'hello'), /^Reading panel\.tls\.keyFile .*a\.key: .*without a passphrase/],
    ['has the key of another', () => put(cert(), makeKey()), /the key in .*a\.key is not that of the certificate in .*a\.pem\. Give the two that belong together/],
    ['has ended', () => put(cert(START - 400 * DAY)), /a\.pem ended on .* Put a new one there, or set panel\.tls\.mode to self-signed\.$/],
    ['has not begun', () => put(cert(START + 5 * DAY)), /a\.pem holds from .* only/],
  ])('that %s ends the start with the file and the remedy', (_what, prepare, words) => {
    prepare();
    expect(() => open(door(files()))).toThrow(words);
    expect(() => open(door(files()))).toThrow(expect.objectContaining({ code: 'configuration' }));
  }); // prettier-ignore

  test('that is replaced on disk is taken up; a wrong one is not, and is told once', () => {
    put(cert());
    const tls = open(door(files()))!;
    const before = print(tls);
    writeFileSync(files().keyFile, makeKey());
    expect([tls.look(), tls.look(), print(tls)]).toEqual([false, false, before]);
    expect(log.filter((line) => line.includes('The certificate from before stays.'))).toHaveLength(1);
    put(cert(START - DAY));
    expect([tls.look(), print(tls) === before]).toEqual([true, false]);
  });

  test('needs both files', () => {
    expect(parseAgentConfig({ panel: { tls: { mode: 'own', certFile: 'a.pem' } } })).toEqual({ ok: false, problems: ['panel.tls.keyFile: expected the path of a PEM file, since mode is own'] }); // prettier-ignore
  });
});

describe('before air and doctor', () => {
  const told = (panel: object, ingest: object = {}, daysOn = 0) => doorItems(AgentConfig.parse({ panel, ingest }), folder, START + daysOn * DAY); // prettier-ignore
  const level = (tls: object, daysOn = 0) => told({ host: '0.0.0.0', tls }, {}, daysOn).map((item) => item.level);

  test('say nothing of a closed door, amber of one in the clear', () => {
    expect(told({})).toEqual([]);
    expect(level({ mode: 'off' })).toEqual(['warn']);
    // Existing settings of the ingress stay as they are, and are told of.
    expect(told({}, { host: '0.0.0.0' })).toMatchObject([{ name: 'ingress TLS', level: 'warn', remedy: { en: 'Set ingest.tls.mode to self-signed in the settings.' } }]); // prettier-ignore
    expect(told({}, { host: '0.0.0.0', tls: { mode: 'self-signed' } })).toMatchObject([{ level: 'ok' }]);
  });

  test('before there is a certificate none is made by looking', () => {
    expect(told({ host: '0.0.0.0' })).toMatchObject([{ level: 'ok', text: { en: 'A certificate is made at the start' } }]); // prettier-ignore
    expect(() => statSync(path.join(folder, 'tls'))).toThrow();
  });

  test('amber within 14 days of the end, red after it', () => {
    open(door());
    expect([0, 381, 383, 395, 397].flatMap((days) => level({}, days))).toEqual(['ok', 'ok', 'warn', 'warn', 'wrong']);
  });

  test('red of files that cannot be used, with which', () => {
    expect(told({ host: '0.0.0.0', tls: { mode: 'own', certFile: '/no/such', keyFile: '/no/such' } })).toMatchObject([{ level: 'wrong', text: { en: expect.stringContaining('/no/such') } }]); // prettier-ignore
  });
});
