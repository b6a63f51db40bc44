import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absent, endProcess, freePort, listening, undoneAtExit } from './processes.ts';

const ROOT = '/usr/lib/postgresql';

/**
 * A PostgreSQL of its own on 127.0.0.1; null, with the reason printed, when none is installed. `fsync` on: a COMMIT
 * waits for the disk, as it does in use; tests go without.
 */
export async function startPostgres({ fsync = false }: { readonly fsync?: boolean } = {}) {
  const version = existsSync(ROOT) ? readdirSync(ROOT).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  const bin = join(ROOT, version ?? '', 'bin');
  if (version === undefined || !existsSync(join(bin, 'initdb')))
    return absent('PostgreSQL is not installed (apt-get install postgresql)');
  // PostgreSQL refuses to run as root.
  const asRoot = process.getuid?.() === 0;
  const prefix = asRoot ? ['runuser', '-u', 'postgres', '--'] : [];
  const folder = mkdtempSync(join(tmpdir(), 'livecue-postgres-'));
  if (asRoot) chownSync(folder, Number(execFileSync('id', ['-u', 'postgres'])), -1);
  const [initdb = '', ...initdbArgs] = [...prefix, join(bin, 'initdb'), '-D', join(folder, 'data'), '-U', 'livecue', '--auth=trust', '--no-sync', '-E', 'UTF8']; // prettier-ignore
  execFileSync(initdb, initdbArgs, { stdio: 'pipe', cwd: folder });
  const port = await freePort();
  const [server = '', ...serverArgs] = [...prefix, join(bin, 'postgres'), '-D', join(folder, 'data'), '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', `fsync=${fsync ? 'on' : 'off'}`]; // prettier-ignore
  const child = spawn(server, serverArgs, { stdio: 'ignore', cwd: folder });
  const stop = () => {
    // SIGINT is PostgreSQL's fast shutdown; runuser passes only SIGTERM on, so the server is asked itself.
    const [ctl = '', ...ctlArgs] = [...prefix, join(bin, 'pg_ctl'), '-D', join(folder, 'data'), '-m', 'immediate', 'stop']; // prettier-ignore
    execFileSync(ctl, ctlArgs, { stdio: 'pipe', cwd: folder });
  };
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const ended = undoneAtExit(() => {
    stop();
    remove();
  });
  await listening(port, child);
  return {
    url: `postgres://livecue@127.0.0.1:${port}/postgres`,
    async end() {
      stop();
      await endProcess(child, 'SIGTERM');
      ended();
      remove();
    },
  };
}
