import { spawn, type ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Running {
  readonly child: ChildProcess;
  /** What the program said when it was ready. */
  readonly told: Record<string, unknown>;
  /** Ends it and waits for the end. Safe when it has ended already. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts the cloud program and waits until it says that it is ready. */
export async function startCloud(...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let words = '';
  child.stderr!.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const told = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', (line) =>
      resolve(JSON.parse(line) as Record<string, unknown>),
    );
    child.once('exit', (code) => reject(new Error(`cloud ${args[0]} ended with ${code}: ${words}`)));
  });
  return { child, told, end: (signal = 'SIGTERM') => endProcess(child, signal) };
}

/** Runs the cloud program to its end. */
export async function runCloud(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

const leftBehind = new Set<() => void>();
process.on('exit', () => leftBehind.forEach((undo) => undo()));

/** What must be undone even when this program ends in the middle (Ctrl-C); the returned function takes it back. */
export function undoneAtExit(undo: () => void): () => void {
  leftBehind.add(undo);
  return () => void leftBehind.delete(undo);
}

export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  await gone;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until something listens there, or the process that should has ended. */
export async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`${child.spawnfile} ended with ${child.exitCode} before it listened on ${port}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A test that needs something absent skips and says so; where all is installed it fails instead. */
export function absent(what: string): null {
  if (process.env['LIVECUE_REQUIRE'] === '1') throw new Error(`${what}; LIVECUE_REQUIRE=1 wants it installed`);
  console.log(`skipped: ${what}`);
  return null;
}
