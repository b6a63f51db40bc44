/** The built page for tests: built first when it is missing or older than its sources. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const desktop = fileURLToPath(new URL('..', import.meta.url));

function newestMs(folder: string): number {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return Math.max(0, ...times);
}

/** Folder of the page. Throws with the output of vite when the build fails. */
export function buildPage(): string {
  const folder = join(desktop, 'dist', 'renderer');
  const built = existsSync(join(folder, 'index.html')) ? statSync(join(folder, 'index.html')).mtimeMs : 0;
  const sources = Math.max(
    newestMs(join(desktop, 'src', 'renderer')),
    newestMs(join(desktop, '..', 'shared', 'src')),
    statSync(join(desktop, 'vite.config.ts')).mtimeMs,
  );
  if (built < sources) {
    const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));
    // As it is shipped: a test runner's own environment would bring React's much slower development build.
    const env = { ...process.env, NODE_ENV: 'production' };
    execFileSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: desktop, stdio: 'pipe', env });
  }
  return folder;
}
