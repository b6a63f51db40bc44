// Plain JavaScript: runs on whatever Node >= 20 the machine has.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Path of a Node >= 24: this one, or the one that came with the platform's optional dependency; else null. */
export function nodeBinary() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const file = path.join('bin', process.platform === 'win32' ? 'node.exe' : 'node');
  // The packages of the platforms do not agree on a name.
  const candidates = [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`];
  return (
    candidates.map((name) => path.join(ROOT, 'node_modules', name, file)).find((found) => existsSync(found)) ?? null
  );
}

/**
 * How every program of ours runs. A live room makes garbage steadily: the heap is let grow by 30 % between
 * collections instead of V8's much more, which keeps the agent below 400 MB at any rate (bench/README.md). One thread
 * helps the collector, not four: on two cores they take them from the thread that decides. Threads that are done with
 * opening something large collect what it left behind (`--expose-gc`).
 */
export const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=4',
  '--heap-growing-percent=30',
  '--v8-pool-size=1',
  '--expose-gc',
];

/**
 * What every program of ours runs with, where the user says nothing else.
 *
 * - glibc gives each thread a heap of its own and gives little of them back; ours share one. Other libraries pass over it.
 * - Stripped and compiled code is kept beside the packages from one run to the next: half a second less to start and
 *   30 MB less to hold. Node itself passes over a folder that it may not write, and over code that has changed.
 */
export const NODE_ENVIRONMENT = {
  MALLOC_ARENA_MAX: '1',
  NODE_COMPILE_CACHE: path.join(ROOT, 'node_modules/.cache/livecue'),
};
