import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { runDesktop } from './desktop.ts';
import { electronShell } from './electron-shell.ts';
import { LINK_VARIABLE } from './link-file.ts';

const AGENT_STOPS_WITHIN_MS = 15_000;
const here = import.meta.dirname;
/** The agent lies where it does among its sources; `desktop/packaging` puts it there as plain JavaScript. */
const program = join(here, '../../../edge-agent/src/main.js');
const shell = electronShell();

runDesktop(
  shell,
  {
    preload: join(here, '..', 'preload', 'preload.cjs'),
    page: join(here, '..', 'renderer'),
    agent: {
      linkFile: process.env[LINK_VARIABLE] || undefined,
      dataFolder: resolve(process.env.LIVECUE_DATA ?? join(homedir(), '.livecue')),
      program: existsSync(program) ? { entry: join(here, 'agent-entry.mjs'), main: program } : null,
      env: process.env,
      stopWithinMs: AGENT_STOPS_WITHIN_MS,
    },
  },
  Date.now,
).catch((error: unknown) => {
  console.error('The desktop could not start:', error);
  shell.app.exit(1);
});
