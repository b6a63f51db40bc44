import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PanelState } from '@livecue/shared/contract';
import type { ShellUpdater } from './shell-port.ts';
import { createUpdates, onAir, parseFeed, updateRule, type UpdateFacts } from './updates.ts';

const feed = { provider: 'generic', url: 'https://updates.example/livecue', publishers: ['Example Studio'] };
const facts: UpdateFacts = { packaged: true, platform: 'win32', feed, wanted: true };
const why = (change: Partial<UpdateFacts>) => {
  const rule = updateRule({ ...facts, ...change });
  return rule.kind === 'off' ? rule.why.en : rule.kind;
};

describe('whether there are updates at all', () => {
  test.each([
    ['a signed package with a feed', {}, /^install$/],
    ['macOS compares signatures by itself', { platform: 'darwin', feed: { ...feed, publishers: [] } }, /^install$/],
    ['on Linux nothing checks a signature', { platform: 'linux' }, /^tell$/],
    ['from the sources', { packaged: false }, /from its sources/],
    ['without a feed', { feed: null }, /names no update feed/],
    ['switched off', { wanted: false }, /switched off/],
    ['over plain http', { feed: { ...feed, url: 'http://updates.example' } }, /not an https address/],
    ['another provider', { feed: { ...feed, provider: 'github' } }, /not an https address/],
    ['Windows without a publisher', { feed: { ...feed, publishers: [] } }, /names no publisher/],
  ] as [string, Partial<UpdateFacts>, RegExp][])('%s', (_what, change, expected) => {
    expect(why(change)).toMatch(expected);
  });

  test('the file of the packager is read as it writes it', () => {
    const list = 'provider: generic\nurl: https://updates.example/livecue\nupdaterCacheDirName: livecue-updater\npublisherName:\n  - Example Studio\n  - "Other, Ltd."\n'; // prettier-ignore
    expect(parseFeed(list)).toEqual({ ...feed, publishers: ['Example Studio', 'Other, Ltd.'] });
    expect(parseFeed("provider: 'generic'\r\nurl: https://updates.example/livecue\r\n")?.publishers).toEqual([]);
    expect(parseFeed('owner: somebody\nrepo: x\n')).toBe(null);
    expect(parseFeed('')).toBe(null);
  });
});

const state = (over: { mode?: PanelState['mode']; lastEventMs?: number | null }, nowMs = 10_000_000) =>
  ({ mode: over.mode ?? 'live', nowMs, feed: { state: 'stale', lastEventMs: over.lastEventMs ?? null } }) as PanelState;

describe('on air', () => {
  test.each([
    ['nothing was ever heard', null, true],
    ['the last state is old', { state: state({ mode: 'simulated' }), atMs: -20_000 }, true],
    ['events came a minute ago, and the feed is lost now', { state: state({ lastEventMs: 9_940_000 }), atMs: 0 }, true],
    ['the last event is half an hour past', { state: state({ lastEventMs: 10_000_000 - 1_800_000 }), atMs: 0 }, false],
    ['no event has come', { state: state({}), atMs: 0 }, false],
    ['a simulated room', { state: state({ mode: 'simulated', lastEventMs: 10_000_000 }), atMs: 0 }, false],
  ] as const)('%s: %s', (_what, heard, expected) => {
    expect(onAir(heard, 0)).toBe(expected);
  });
});

describe('an update', () => {
  let done: string[];
  let air: boolean;
  let version: string | null;
  const library = (): ShellUpdater => ({
    autoDownload: true, autoInstallOnAppQuit: true, allowDowngrade: true, disableWebInstaller: false,
    checkForUpdates: async () => (done.push('look'), { isUpdateAvailable: version !== null, updateInfo: { version: version ?? '0.1.0' } }),
    downloadUpdate: async () => done.push('download'),
    quitAndInstall: () => void done.push('install'),
  }); // prettier-ignore
  let updater: ShellUpdater;
  const open = (kind: 'install' | 'tell') => {
    updater = library();
    const ports = { load: async () => updater, onAir: () => air, log: (line: string) => done.push(line), stopAll: async () => void done.push('agent stopped') }; // prettier-ignore
    const updates = createUpdates(ports, { kind });
    updates.start();
    return updates;
  };
  beforeEach(() => {
    vi.useFakeTimers();
    done = [];
    air = false;
    version = '0.2.0';
  });
  afterEach(() => vi.useRealTimers());

  test('is fetched when nobody is on air, and installed only when asked, after the agent has ended in order', async () => {
    const updates = open('install');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(done).toEqual(['look', 'download']);
    expect(updater).toMatchObject({ autoDownload: false, autoInstallOnAppQuit: false, allowDowngrade: false, disableWebInstaller: true }); // prettier-ignore
    expect(updates.status).toEqual({ kind: 'ready', version: '0.2.0' });
    expect(await updates.install()).toBe(true);
    expect(done.slice(2)).toEqual(['agent stopped', 'install']);
  });

  test('is not even looked for while on air, and soon after', async () => {
    air = true;
    open('install');
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(done).toEqual([]);
    air = false;
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(done).toEqual(['look', 'download']);
  });

  test('that is ready is not installed while on air', async () => {
    const updates = open('install');
    await vi.advanceTimersByTimeAsync(60_000);
    air = true;
    expect(await updates.install()).toBe(false);
    expect(done).not.toContain('agent stopped');
  });

  test('without a signature to check is told and not fetched', async () => {
    const updates = open('tell');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(done).toEqual(['look']);
    expect(updates.status).toEqual({ kind: 'told', version: '0.2.0' });
    expect(await updates.install()).toBe(false);
  });

  test('that is none changes nothing, and a feed that is away is asked again', async () => {
    version = null;
    const updates = open('install');
    await vi.advanceTimersByTimeAsync(60_000);
    updater.checkForUpdates = () => Promise.reject(new Error('the host is not reachable'));
    await vi.advanceTimersByTimeAsync(6 * 60 * 60_000);
    expect(done).toEqual(['look', 'looking for an update: the host is not reachable; tried again later']);
    expect(updates.status).toEqual({ kind: 'none' });
    updates.stop();
    await vi.advanceTimersByTimeAsync(24 * 60 * 60_000);
    expect(done).toHaveLength(2);
  });

  test('is nothing at all where the rule says off', async () => {
    updater = library();
    createUpdates({ load: async () => updater, onAir: () => false, log: () => {}, stopAll: async () => {} }, { kind: 'off', why: { zh: '', en: '' } }).start(); // prettier-ignore
    await vi.advanceTimersByTimeAsync(24 * 60 * 60_000);
    expect(done).toEqual([]);
  });
});
