import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absent, endProcess, listening } from './processes.ts';

const ERLANG = '/usr/bin/erl';
const LIBRARIES = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib'];

/** Everybody may log in under any name and read and write all: for tests on 127.0.0.1. */
const config = (port: number) => `loglevel: error
hosts:
  - localhost
auth_method: anonymous
anonymous_protocol: login_anon
allow_multiple_connections: true
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: mod_mqtt
modules:
  mod_mqtt: {}
`;

/**
 * An ejabberd of its own on 127.0.0.1, with no part of the system's configuration; null, with the reason printed,
 * when there is none. The Erlang machine starts without distribution: it needs no EPMD and opens no other port.
 */
export async function startEjabberd(port: number) {
  const libraries = LIBRARIES.find((path) => existsSync(path) && readdirSync(path).some((name) => name.startsWith('ejabberd-'))); // prettier-ignore
  if (libraries === undefined || !existsSync(ERLANG))
    return absent('ejabberd is not installed (apt-get install ejabberd)');
  const folder = mkdtempSync(join(tmpdir(), 'livecue-ejabberd-'));
  const file = join(folder, 'ejabberd.yml');
  writeFileSync(file, config(port));
  const args = ['-noinput', '-mnesia', 'dir', JSON.stringify(join(folder, 'db')), '-s', 'ejabberd'];
  const env = { PATH: process.env['PATH'], HOME: folder, ERL_LIBS: libraries, EJABBERD_CONFIG_PATH: file, EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'), ERL_CRASH_DUMP_BYTES: '0' }; // prettier-ignore
  const child = spawn(ERLANG, args, { stdio: 'ignore', cwd: folder, env });
  await listening(port, child);
  return {
    /** Its MQTT users are XMPP addresses, and it lets nobody in without one. */
    url: `mqtt://studio-1%40localhost:any@127.0.0.1:${port}`,
    async end(signal: NodeJS.Signals = 'SIGTERM') {
      await endProcess(child, signal);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
