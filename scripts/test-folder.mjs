import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PREFIX = 'livecue-test-run-';

/**
 * All folders of a run of tests lie in one, which goes with the run. One that was killed leaves it, and the next run
 * removes it.
 */
export default function setup() {
  const base = tmpdir();
  // Every project of the configuration asks for it; paths of sockets have no room for folders in folders.
  if (path.basename(base).startsWith(`${PREFIX}${process.pid}-`)) return () => undefined;
  for (const name of readdirSync(base)) {
    const pid = /^livecue-test-run-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(path.join(base, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(path.join(base, `${PREFIX}${process.pid}-`));
  // A server that runs as a user of its own must come through to its data.
  chmodSync(folder, 0o711);
  // Of Unix, and of Windows.
  const before = { TMPDIR: process.env.TMPDIR, TEMP: process.env.TEMP, TMP: process.env.TMP };
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder, TMP: folder });
  return () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true, force: true });
  };
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, and belongs to somebody else.
    return error.code === 'EPERM';
  }
}
