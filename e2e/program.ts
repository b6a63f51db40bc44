import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const AGENT = path.join(ROOT, 'edge-agent/src/main.ts');
const CLOUD = path.join(ROOT, 'cloud/src/main.ts');

/** What `livecue start --json` says when it is ready. */
export interface Ready {
  readonly pid: number;
  readonly endpoints: Record<string, string>;
  readonly ingestToken: string;
  readonly panel: string | null;
  readonly code: string | null;
  /** Addresses for other devices, and the fingerprint of the certificate that they see there. */
  readonly panels: readonly string[];
  readonly fingerprint: string | null;
  readonly panelLinkFile: string;
  readonly cloudPid: number | null;
}

/** A started program of ours: its first stdout line as JSON, everything it said on stderr. */
export interface Program<T> {
  readonly child: ChildProcess;
  readonly ready: T;
  words(): string;
  /** Kills it without a chance to tidy up and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to end; resolves with its exit code. */
  end(): Promise<number | null>;
}

export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'livecue-e2e-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** All ports free, one fast uplink; `over` replaces whole sections. */
export function writeConfig(folder: string, over: Record<string, unknown> = {}): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'test-config.json');
  const config = {
    agentId: 'e2e',
    ingest: { httpPort: 0, zmq: { endpoint: 'tcp://127.0.0.1:*' } },
    panel: { httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 },
    uplink: { embeddedBrokerPort: 0, resendAfterMs: 1000 },
    ...over,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function launch<T>(args: string[], env: Record<string, string> = {}): Promise<Program<T>> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LIVECUE_NO_WINDOW: '1', ...env },
  });
  let words = '';
  child.stderr.on('data', (data: Buffer) => (words += data.toString()));
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not ready within 40 s: ${args.join(' ')}\n${words}`));
    }, 40_000);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with exit code ${code}: ${args.join(' ')}\n${words}`));
    });
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve({
        child,
        ready: JSON.parse(line) as T,
        words: () => words,
        async kill() {
          child.kill('SIGKILL');
          await gone;
        },
        end() {
          child.kill('SIGTERM');
          return gone;
        },
      });
    });
  });
}

export function startAgent(args: string[], env: Record<string, string> = {}): Promise<Program<Ready>> {
  return launch<Ready>([AGENT, 'start', '--json', ...args], env);
}

export function startCloud(args: string[], env: Record<string, string> = {}): Promise<Program<{ port: number }>> {
  return launch([CLOUD, ...args], env);
}

/** Runs a command to its end. */
export function runCommand(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = ['receiver', 'broker', 'fleet'].includes(args[0] ?? '') ? CLOUD : AGENT;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

/** Asks again and again until `read` gives something; fails with `what` after `ms`. */
export async function eventually<T>(
  what: string,
  ms: number,
  read: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const endMs = Date.now() + ms;
  for (;;) {
    const found = await read();
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
