/** The bundles of the main process and the preload: built first when one is missing or older than its sources. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from './build-page.ts';

const DESKTOP = fileURLToPath(new URL('..', import.meta.url));
const BUILT = { main: 'dist/main/main.mjs', preload: 'dist/preload/preload.cjs' } as const;

function newestMs(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

/** Folder of the whole built desktop, its page included. */
export function buildShell(): string {
  buildPage();
  const shared = newestMs(join(DESKTOP, '../shared/src'));
  for (const mode of ['main', 'preload'] as const) {
    const built = join(DESKTOP, BUILT[mode]);
    const sources = Math.max(
      shared,
      newestMs(join(DESKTOP, 'src', mode)),
      statSync(join(DESKTOP, 'vite.electron.config.ts')).mtimeMs,
    );
    if (existsSync(built) && statSync(built).mtimeMs >= sources) continue;
    const vite = join(DESKTOP, '../node_modules/vite/bin/vite.js');
    // Built aside and moved in file by file: another test may be running what is there.
    const aside = join(DESKTOP, 'dist', `${mode}-${process.pid}`);
    execFileSync(process.execPath, [vite, 'build', '--config', 'vite.electron.config.ts', '--mode', mode, '--outDir', aside, '--logLevel', 'warn'], { cwd: DESKTOP, stdio: 'pipe' }); // prettier-ignore
    mkdirSync(join(DESKTOP, 'dist', mode), { recursive: true });
    for (const name of readdirSync(aside)) renameSync(join(aside, name), join(DESKTOP, 'dist', mode, name));
    rmSync(aside, { recursive: true });
  }
  return join(DESKTOP, 'dist');
}
