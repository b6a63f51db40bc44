import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absent, endProcess, listening, undoneAtExit } from './processes.ts';

const PROGRAMS = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];

/** Where Mosquitto is installed; undefined when it is not. */
export function mosquittoProgram(): string | undefined {
  return PROGRAMS.find((path) => existsSync(path));
}

/** A Mosquitto of its own on 127.0.0.1 that keeps nothing on disk; null, with the reason printed, when there is none. */
export async function startMosquitto(port: number, extraLines: readonly string[] = []) {
  const program = mosquittoProgram();
  if (program === undefined) return absent('Mosquitto is not installed (apt-get install mosquitto)');
  const folder = mkdtempSync(join(tmpdir(), 'livecue-mosquitto-'));
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false', ...extraLines, ''].join('\n'),
  );
  const child = spawn(program, ['-c', config], { stdio: 'ignore' });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const ended = undoneAtExit(() => {
    child.kill('SIGKILL');
    remove();
  });
  await listening(port, child);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    child,
    async end(signal: NodeJS.Signals = 'SIGTERM') {
      await endProcess(child, signal);
      ended();
      remove();
    },
  };
}
