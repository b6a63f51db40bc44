/**
 * First file of the agent's process: its first argument is the program, the rest are the program's. Electron's
 * processes have no signals on Windows and do not end when nothing is left to do, so both are made up for here.
 */
import { pathToFileURL } from 'node:url';

const LOOK_MS = 50;

const program = process.argv[2];
if (program === undefined) throw new Error('Starting the agent: the path of its program is missing.');
process.argv.splice(2, 1);
// Its own children (the embedded cloud, rehearsals) are plain Node, and Electron's binary is none: the fuse is blown.
if (process.env.LIVECUE_NODE !== undefined) process.execPath = process.env.LIVECUE_NODE;
process.parentPort.on('message', ({ data }: { data: unknown }) => {
  if ((data as { type?: unknown } | null)?.type !== 'stop') return;
  process.emit('SIGTERM');
});
// The program sets its exit code as the last thing it does.
setInterval(() => {
  if (process.exitCode !== undefined) process.exit();
}, LOOK_MS);
await import(pathToFileURL(program).href);
