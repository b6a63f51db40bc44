import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync } from 'node:fs'; // prettier-ignore
import path from 'node:path';
import { DELIVERED_TASKS, ModelManifest, type ModelDelivery } from '@livecue/shared/contract';
import type { FleetChannel } from '../ports.ts';
import { AgentError, DiskFullError } from '../runtime/agent-error.ts';
import { fetchChunks, type FetchConfig } from './chunk-fetch.ts';
import { openPartFile } from './part-file.ts';

/** A delivery that cannot become a model here, whatever is tried again. The text says why. */
export class RefusedDelivery extends AgentError {
  readonly code = 'refused-delivery';
  readonly retry = 'never';
}

export interface DeliveryFolders {
  /** Whole models, `<task>/<version>`; nothing partial ever lies here. */
  readonly models: string;
  /** What is on its way, a folder a task. */
  readonly incoming: string;
}

/** Left free for the show, which goes first. */
const FREE_BYTES = 256 * 1024 * 1024;

/**
 * Brings the files of a delivery into `models/<task>/<version>` and returns that folder. What an earlier run had is
 * not fetched again. Throws `RefusedDelivery` when the files are no model as promised, else the disk's error.
 */
export async function bringFiles(
  folders: DeliveryFolders,
  { task, files, chunkBytes, modelVersion }: ModelDelivery,
  version: number,
  ports: { readonly channel: FleetChannel; readonly onProgress: (have: number, of: number, problem: string | null) => void },
  fetch: FetchConfig,
  signal: AbortSignal,
): Promise<string> {
  const target = path.join(folders.models, task, String(version));
  // It is moved there only when it is whole.
  if (existsSync(target)) return target;
  const folder = path.join(folders.incoming, task);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  checkRoom(folder, files.reduce((sum, { bytes }) => sum + bytes, 0));
  const names = new Set(files.map(({ name }) => name));
  for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(path.join(folder, name), { recursive: true });
  const of = files.reduce((sum, { chunks }) => sum + chunks.length, 0);
  let before = 0;
  for (const file of files) {
    const part = await openPartFile(folder, file, chunkBytes);
    try {
      const tell = (problem: string | null) => ports.onProgress(before + file.chunks.length - part.missing().length, of, problem);
      tell(null);
      await fetchChunks({ channel: ports.channel, onProgress: tell }, part, fetch, signal);
      if (!(await part.finish())) throw new RefusedDelivery(`${file.name} is not the file that was signed, though its chunks are: sign it again`);
    } finally {
      part.close();
    }
    before += file.chunks.length;
  }
  checkManifest(folder, names, { task, modelVersion });
  mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
  syncFolder(folder);
  renameSync(folder, target);
  syncFolder(path.dirname(target));
  return target;
} // prettier-ignore

function checkRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes + FREE_BYTES) return;
  const mega = (count: number) => Math.ceil(count / 1e6);
  throw new DiskFullError(`keeping a model of ${mega(bytes)} MB in ${folder}: ${mega(bavail * bsize)} MB are free, and ${mega(FREE_BYTES)} MB stay free for the show; free some space`); // prettier-ignore
}

/** The manifest may name what was delivered with it and nothing else: no other folder, no file left out or too much. */
function checkManifest(folder: string, names: ReadonlySet<string>, promised: { task: string; modelVersion: string }): void {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
  } catch (cause) {
    throw new RefusedDelivery('manifest.json is not JSON: publish the folder as its trainer wrote it', { cause });
  }
  const { data: manifest, error } = ModelManifest.safeParse(value);
  if (manifest === undefined) {
    throw new RefusedDelivery(`manifest.json: ${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}; publish the folder as its trainer wrote it`);
  }
  if (manifest.kind !== 'onnx') throw new RefusedDelivery('manifest.json: rules are not delivered, only trained models');
  const named = new Set(['manifest.json', manifest.file, manifest.golden]);
  if (named.size !== names.size || [...named].some((name) => !names.has(name))) {
    throw new RefusedDelivery(`manifest.json names ${[...named].join(', ')}, and what came is ${[...names].join(', ')}: send exactly the files that it names`);
  }
  if (manifest.task !== promised.task || manifest.version !== promised.modelVersion) {
    throw new RefusedDelivery(`manifest.json is of ${manifest.task} ${manifest.version}, promised was ${promised.task} ${promised.modelVersion}`);
  }
} // prettier-ignore

/** Removes whole models that nothing refers to. */
export function removeOthers(folders: DeliveryFolders, kept: ReadonlySet<string>): void {
  for (const task of DELIVERED_TASKS) {
    const own = path.join(folders.models, task);
    if (!existsSync(own)) continue;
    for (const version of readdirSync(own))
      if (!kept.has(`${task}/${version}`)) rmSync(path.join(own, version), { recursive: true, force: true });
  }
}

function syncFolder(folder: string): void {
  // Windows cannot open folders; its rename is in the journal of the file system.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
