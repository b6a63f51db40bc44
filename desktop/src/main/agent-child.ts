import type { ForkOptions } from 'electron';
import type { ShellChild } from './shell-port.ts';

/** A child that asks for something: what it sent, and the way to answer. */
export type HearChild = (message: unknown, answer: (message: unknown) => void) => void;

export interface AgentChildPorts {
  readonly fork: (modulePath: string, args: string[], options: ForkOptions) => ShellChild;
  readonly nowMs: () => number;
  readonly log: (text: string) => void;
  /** Messages of the child that are no answer to ours. */
  readonly hear: HearChild;
}
export interface AgentChildConfig {
  /** `agent-entry`, which loads the program and hands it our word to stop. */
  readonly entry: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked to end, the agent writes what it has; then it is ended. */
  readonly stopWithinMs: number;
}

export type AgentChildStatus =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'running'; readonly pid: number | null }
  /** It ended; the next try begins after `waitMs`. */
  | { readonly kind: 'waiting'; readonly waitMs: number; readonly lastWords: string; readonly exitCode: number };

export interface AgentChild {
  readonly status: AgentChildStatus;
  start(): void;
  /** Resolves when it has ended in order, or was ended. Safe twice and before start. */
  stop(): Promise<void>;
}

/** As `edge-agent/bin/node-binary.mjs` has them: the heap of a long show stays small, one thread helps the collector. */
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=4',
  '--heap-growing-percent=30',
  '--v8-pool-size=1',
  '--expose-gc',
];
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const;
/** After so long a run the next end counts as the first. */
const WELL_AFTER_MS = 60_000;
const STOP = { type: 'stop' } as const;
/** The code that `livecue start` prints lets a device in; a log is no place for it. */
const SECRET_LINE = /^.*pairing code.*$/gim;

/** Keeps one agent running in a process of its own: neither a window nor a page can take it along. */
export function createAgentChild(ports: AgentChildPorts, config: AgentChildConfig): AgentChild {
  let child: ShellChild | null = null;
  let status: AgentChildStatus = { kind: 'stopped' };
  let wanted = false;
  let failures = 0;
  let again: NodeJS.Timeout | null = null;
  let lastWords = '';

  function keepWords(data: Buffer): void {
    const text = data.toString('utf8').replace(SECRET_LINE, '');
    ports.log(text);
    lastWords = text.trim().split('\n').at(-1) ?? lastWords;
  }

  const given = Object.entries(config.env).filter((pair): pair is [string, string] => pair[1] !== undefined);

  function launch(): void {
    again = null;
    const sinceMs = ports.nowMs();
    const started = ports.fork(config.entry, [config.program, ...config.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      serviceName: 'LiveCue agent',
      execArgv: NODE_FLAGS,
      env: Object.fromEntries([...given, ['LIVECUE_NO_WINDOW', '1']]),
    });
    child = started;
    status = { kind: 'running', pid: started.pid ?? null };
    started.stdout?.on('data', keepWords);
    started.stderr?.on('data', keepWords);
    started.on('spawn', () => {
      if (child === started) status = { kind: 'running', pid: started.pid ?? null };
    });
    started.on('message', (message: unknown) => ports.hear(message, (reply) => started.postMessage(reply)));
    started.on('exit', (exitCode) => {
      if (child === started) ended(exitCode, ports.nowMs() - sinceMs);
    });
  }

  function ended(exitCode: number, ranMs: number): void {
    child = null;
    if (!wanted) {
      status = { kind: 'stopped' };
      return;
    }
    failures = ranMs >= WELL_AFTER_MS ? 1 : failures + 1;
    const waitMs = WAITS_MS[Math.min(failures, WAITS_MS.length) - 1] ?? 0;
    status = { kind: 'waiting', waitMs, lastWords, exitCode };
    ports.log(`desktop: the agent ended with exit code ${exitCode} after ${ranMs} ms; it is started again in ${waitMs} ms\n`); // prettier-ignore
    again = setTimeout(launch, waitMs);
  }

  async function end(running: ShellChild): Promise<void> {
    const gone = new Promise<void>((resolve) => void running.on('exit', () => resolve()));
    const timer = setTimeout(() => {
      ports.log(`desktop: the agent did not end within ${config.stopWithinMs} ms and is ended\n`);
      running.kill();
    }, config.stopWithinMs);
    running.postMessage(STOP);
    await gone;
    clearTimeout(timer);
  }

  return {
    get status() {
      return status;
    },
    start() {
      if (wanted) return;
      wanted = true;
      failures = 0;
      launch();
    },
    async stop() {
      wanted = false;
      if (again !== null) clearTimeout(again);
      again = null;
      if (child === null) status = { kind: 'stopped' };
      else await end(child);
    },
  };
}
