import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { runDesktop } from './desktop.ts';
import { electronShell } from './electron-shell.ts';
import { LINK_VARIABLE } from './link-file.ts';

const AGENT_STOPS_WITHIN_MS = 15_000;
const here = import.meta.dirname;
const shell = electronShell();
/** `npm run stage` lays the agent out in `dist`; an installed desktop has it beside its archive. */
const beside = shell.packaged ? shell.resources : join(here, '../../../dist');
const program = join(beside, 'agent/edge-agent/src/main.js');
const node = join(beside, 'node', shell.platform === 'win32' ? 'node.exe' : 'node');

runDesktop(
  shell,
  {
    preload: join(here, '..', 'preload', 'preload.cjs'),
    page: join(here, '..', 'renderer'),
    agent: {
      linkFile: process.env[LINK_VARIABLE] || undefined,
      dataFolder: resolve(process.env.LIVECUE_DATA ?? join(homedir(), '.livecue')),
      program: existsSync(program) ? { entry: join(here, 'agent-entry.mjs'), main: program } : null,
      env: existsSync(node) ? { ...process.env, LIVECUE_NODE: node } : process.env,
      stopWithinMs: AGENT_STOPS_WITHIN_MS,
    },
  },
  Date.now,
).catch((error: unknown) => {
  console.error('The desktop could not start:', error);
  shell.app.exit(1);
});
