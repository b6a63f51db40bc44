/** The desktop's own logic on the double of Electron, with a served show behind it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentPlace } from '../src/main/agent-keeper.ts';
import { runDesktop } from '../src/main/desktop.ts';
import { createShellDouble, type ShellDouble } from './shell-double.ts';
import { serveShow, type Served } from './stage.ts';

export const PRELOAD = '/app/preload.cjs';

export interface RunningDesktop {
  readonly shell: ShellDouble;
  readonly served: Served;
  readonly folder: string;
  readonly first: boolean;
  close(): Promise<void>;
}

export async function startDesktop(prepare: (shell: ShellDouble, folder: string) => void = () => {}, platform: NodeJS.Platform = 'linux', place: Partial<AgentPlace> = {}): Promise<RunningDesktop> {
  const served = await serveShow('/nowhere');
  const folder = mkdtempSync(join(tmpdir(), 'livecue-desktop-'));
  const linkFile = join(folder, 'panel-link.json');
  writeFileSync(linkFile, JSON.stringify(served.link), { mode: 0o600 });
  const shell = createShellDouble(folder, platform);
  prepare(shell, folder);
  const page = fileURLToPath(new URL('../dist/renderer', import.meta.url));
  const agent = { linkFile, dataFolder: folder, program: null, env: {}, stopWithinMs: 5_000, ...place };
  const first = await runDesktop(shell.port, { preload: PRELOAD, page, agent }, Date.now);
  return {
    shell,
    served,
    folder,
    first,
    async close() {
      if (first) await quit(shell);
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
} // prettier-ignore

/** A person chooses "Quit"; resolves when the application has let go of everything. */
export function quit(shell: ShellDouble): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!shell.app.done.includes('quit')) return;
      clearInterval(look);
      resolve();
    }, 5);
  });
  shell.app.quit();
  return gone;
}
