import { spawn, type ChildProcess } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import type { Logger } from '../runtime/logger.ts';
import type { Service } from '../runtime/service.ts';

const PROGRAM = fileURLToPath(new URL('../../../cloud/src/main.ts', import.meta.url));
/** A first start makes a database, at the lowest priority: cut off too early it would begin again for ever. */
const READY_WITHIN_MS = 120_000;
const RESTART_AFTER_MS = 2_000;

export interface EmbeddedCloud extends Service {
  /** mqtt:// address as soon as the broker listens. The show does not wait for it. */
  whenReady(signal: AbortSignal): Promise<string>;
  readonly pid: number | null;
  readonly problem: string | null;
}

/**
 * Broker and receiver as one child process: a stand-in for a real cloud, so that one command shows the
 * whole path. Ends with us (its IPC channel closes), is started again when it dies.
 */
export function createEmbeddedCloud(
  ports: { logger: Logger },
  config: { host: string; port: number; databaseUrl: string | null; folder: string },
): EmbeddedCloud {
  let child: ChildProcess | null = null;
  let port = config.port;
  let stopping = false;
  let problem: string | null = null;
  let restart: NodeJS.Timeout | null = null;
  const listening = Promise.withResolvers<string>();

  const launch = async (): Promise<void> => {
    const { address, password } = apart(config.databaseUrl);
    const started = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        PROGRAM,
        'embedded',
        '--port',
        String(port),
        '--data',
        config.folder,
        ...(address === null ? [] : ['--database', address]),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...process.env, ...(password === '' ? {} : { PGPASSWORD: password }) },
      },
    );
    stepBack(started);
    child = started;
    let lastWords = '';
    createInterface({ input: started.stderr! }).on('line', (line) => {
      lastWords = line;
      ports.logger.debug(`cloud: ${line}`);
    });
    started.on('exit', (code) => {
      if (child === started) child = null;
      if (stopping) return;
      problem = `the embedded broker and receiver on port ${port} (uplink.embeddedBrokerPort) ended with exit code ${code}: ${lastWords}; it is started again`;
      ports.logger.warn(problem);
      restart = setTimeout(tryLaunch, RESTART_AFTER_MS);
    });
    await ready(started, () => lastWords);
    problem = null;
    listening.resolve(`mqtt://${config.host}:${port}`);
  };

  const ready = (started: ChildProcess, words: () => string) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        started.kill('SIGKILL');
        reject(
          new Error(`the embedded broker and receiver were not ready within ${READY_WITHIN_MS / 1000} s: ${words()}`),
        );
      }, READY_WITHIN_MS);
      createInterface({ input: started.stdout! }).on('line', (line) => {
        const told = JSON.parse(line) as { ready?: boolean; port?: number };
        if (told.ready !== true || told.port === undefined) return;
        port = told.port;
        clearTimeout(timer);
        resolve();
      });
      started.on('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`the embedded broker and receiver ended with exit code ${code}: ${words()}`));
      });
    });

  // A launch that failed has ended its process, whose exit starts the next try.
  const tryLaunch = () => void launch().catch((error: unknown) => ports.logger.debug(String(error)));

  return {
    name: 'embedded cloud',
    whenReady: (signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        void listening.promise.then(resolve);
      }),
    get pid() {
      return child?.pid ?? null;
    },
    get problem() {
      return problem;
    },
    async start() {
      tryLaunch();
    },
    async stop() {
      stopping = true;
      if (restart !== null) clearTimeout(restart);
      const running = child;
      if (running === null) return;
      const gone = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      running.kill('SIGTERM');
      const timer = setTimeout(() => running.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** The arguments of a process can be read by every user of its machine, its environment by ours alone. */
function apart(databaseUrl: string | null): { readonly address: string | null; readonly password: string } {
  if (databaseUrl === null) return { address: null, password: '' };
  try {
    const address = new URL(databaseUrl);
    const password = decodeURIComponent(address.password);
    address.password = '';
    return { address: address.href, password };
  } catch {
    // No address of a server: the receiver says what is wrong with it.
    return { address: databaseUrl, password: '' };
  }
}

/** Rows may come later, cues may not: when windows close, the database would take a core from the agent. */
function stepBack({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
  } catch (error) {
    // It has ended already, which is told elsewhere.
    if ((error as { info?: { code?: string } }).info?.code !== 'ESRCH') throw error;
  }
}
