import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sealOverChannel } from '../../../edge-agent/src/setup/settings/secret-seal.ts';
import { createShellDouble } from '../../test/shell-double.ts';
import { createAgentChild, type AgentChild } from './agent-child.ts';
import { answerSealCall, openKeystore } from './secret-seal.ts';
import type { ShellChild } from './shell-port.ts';

/** A process that a test ends when it likes. */
class Process extends EventEmitter {
  readonly stdout = new EventEmitter();
  readonly stderr = new EventEmitter();
  readonly sent: unknown[] = [];
  pid: number | undefined = 4711;
  killed = 0;
  postMessage(message: unknown): void {
    this.sent.push(message);
  }
  kill(): boolean {
    this.killed += 1;
    return this.emit('exit', 1);
  }
}

let started: { process: Process; args: string[]; options: Electron.ForkOptions }[];
let log: string;
let child: AgentChild;
const latest = () => started.at(-1)?.process as Process;

beforeEach(() => {
  vi.useFakeTimers();
  started = [];
  log = '';
  child = createAgentChild(
    {
      fork(_module, args, options) {
        const process = new Process();
        started.push({ process, args, options });
        return process as unknown as ShellChild;
      },
      nowMs: Date.now,
      log: (text) => void (log += text),
      hear: () => {},
    },
    { entry: 'entry.mjs', program: 'main.js', args: ['start', '--data', 'D'], env: { HOME: '/h', GONE: undefined }, stopWithinMs: 5_000 },
  ); // prettier-ignore
});
afterEach(() => vi.useRealTimers());

describe('the agent as a child', () => {
  test('gets its program and folder, opens no window, and what is not set is not handed on as text', () => {
    child.start();
    child.start();
    expect(started).toHaveLength(1);
    expect(started[0]?.args).toEqual(['main.js', 'start', '--data', 'D']);
    expect(started[0]?.options.env).toEqual({ HOME: '/h', LIVECUE_NO_WINDOW: '1' });
    expect(child.status).toEqual({ kind: 'running', pid: 4711 });
  });

  test('that dies is started again, later each time, and soon again after a good minute', () => {
    child.start();
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000]) {
      const before = started.length;
      latest().stderr.emit('data', Buffer.from('first line\nlivecue: the port is taken\n'));
      latest().emit('exit', 1);
      expect(child.status).toEqual({ kind: 'waiting', waitMs, lastWords: 'livecue: the port is taken', exitCode: 1 });
      vi.advanceTimersByTime(waitMs - 1);
      expect(started).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(started).toHaveLength(before + 1);
    }
    vi.advanceTimersByTime(60_000);
    latest().emit('exit', 1);
    expect(child.status).toMatchObject({ kind: 'waiting', waitMs: 1_000 });
  });

  test('is asked to end, and not started again', async () => {
    child.start();
    const stopped = child.stop();
    expect(latest().sent).toEqual([{ type: 'stop' }]);
    latest().emit('exit', 0);
    await stopped;
    expect(child.status).toEqual({ kind: 'stopped' });
    vi.advanceTimersByTime(120_000);
    expect(started).toHaveLength(1);
    expect(latest().killed).toBe(0);
  });

  test('that does not end when asked is ended, and the log says so', async () => {
    child.start();
    const stopped = child.stop();
    vi.advanceTimersByTime(5_000);
    await stopped;
    expect(latest().killed).toBe(1);
    expect(log).toContain('did not end within 5000 ms');
  });

  test('stop is safe before start, twice, and while the next start is waited for', async () => {
    await child.stop();
    child.start();
    latest().emit('exit', 1);
    await child.stop();
    await child.stop();
    vi.advanceTimersByTime(120_000);
    expect(started).toHaveLength(1);
  });

  test('writes its output to the log, but not the code that lets a device in', () => {
    child.start();
    latest().stdout.emit('data', Buffer.from('out\n'));
    latest().stderr.emit('data', Buffer.from('  Panel  http://x\n  Pairing code  1234 5678   (works once)\n  Stop\n'));
    expect(log).toContain('out');
    expect(log).toContain('Panel');
    expect(log).not.toContain('1234');
  });
});

describe('the keystore of the system', () => {
  test('seals and opens what the agent asks over its channel, and refuses what was sealed elsewhere', async () => {
    const double = createShellDouble('/nowhere', 'darwin');
    double.keystore.available = true;
    const keystore = await openKeystore(double.port);
    if (keystore === null) throw new Error('there is none');
    // The agent's own half, with the desktop's at the other end of a channel.
    const listeners: ((event: { data: unknown }) => void)[] = [];
    const agent = sealOverChannel(
      {
        postMessage: (message) => void answerSealCall(message, keystore).then((reply) => listeners.forEach((hear) => hear({ data: reply }))),
        on: (_event, listener) => listeners.push(listener),
      },
      keystore.name,
    ); // prettier-ignore
    const sealed = await agent.seal('bili-token-直播');
    expect(Buffer.from(sealed, 'base64').toString()).not.toContain('bili-token');
    expect(await agent.open(sealed)).toBe('bili-token-直播');
    await expect(agent.open(Buffer.from('other').toString('base64'))).rejects.toThrow(
      /macOS Keychain.*not sealed here/,
    );
  });

  test.each([
    ['linux', true, 'gnome_libsecret', 'GNOME Keyring'],
    ['linux', true, 'kwallet6', 'KWallet'],
    ['linux', true, 'basic_text', null],
    ['linux', true, 'unknown', null],
    ['win32', true, 'unknown', 'Windows DPAPI'],
    ['win32', false, 'unknown', null],
  ] as const)('on %s, available %s, backend %s, is %s', async (platform, available, backend, name) => {
    const double = createShellDouble('/nowhere', platform);
    Object.assign(double.keystore, { available, backend });
    expect((await openKeystore(double.port))?.name ?? null).toBe(name);
  });

  test.each([null, 'text', {}, { livecueSeal: 1, act: 'erase', text: 'x' }, { livecueSeal: '1', act: 'seal', text: 'x' }])(
    'a message that is no question for it (%j) is left to others',
    async (message) => {
      const seal = { name: 'x', seal: async () => 'never', open: async () => 'never' };
      expect(await answerSealCall(message, seal)).toBe(null);
    },
  ); // prettier-ignore
});
