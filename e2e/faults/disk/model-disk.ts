import { dirname } from 'node:path';
import type { Dice, DiskOp } from './disk-log.ts';

const SECTOR = 512;
const PAGE = 4096;
/** Bytes that a disk may show where a file grew and its data never came. */
const STALE = Buffer.alloc(SECTOR, 0xa5);

/**
 * What a file system may do to writes that were not forced to disk:
 * `ordered` like ext4: names change in order, and any fsync brings all earlier changes of names with it; sectors of
 * a file may be old or new each for itself, its size grows only as far as its data.
 * `harsh`: names are safe only by an fsync of their folder, and each change may be missing; sizes may be ahead of
 * data, which then reads as zeros or as something else.
 */
export type DiskRules = 'ordered' | 'harsh';

/** Writes since a file was last forced to disk, or since it was cut after that. */
interface Era {
  /** The first era goes on from what is on the disk, a later one from what an earlier one left, cut to so many bytes. */
  readonly cutTo: number | null;
  /** Contents of each sector, oldest first. */
  readonly sectors: Map<number, Buffer[]>;
  /** To which it grew. */
  readonly sizes: number[];
}

/** One file: what programs see, what is safe, and what may have reached the disk since the last fsync. */
class ModelFile {
  cache: Buffer;
  disk: Buffer;
  #eras: Era[] = [{ cutTo: null, sectors: new Map(), sizes: [] }];
  /** Pages of a failed fsync: clean to the kernel, not on the disk. */
  readonly #lost = new Set<number>();

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.cache = Buffer.from(bytes);
    this.disk = Buffer.from(bytes);
  }

  write(offset: number, data: Buffer): void {
    const end = offset + data.length;
    if (end > this.cache.length) {
      this.cache = resized(this.cache, end);
      this.#eras.at(-1)!.sizes.push(end);
    }
    data.copy(this.cache, offset);
    this.#dirty(offset, end);
    for (let at = offset - (offset % PAGE); at < end; at += PAGE) {
      // The kernel writes whole pages: what was lost of this one comes along.
      if (this.#lost.delete(at / PAGE)) this.#dirty(at, Math.min(at + PAGE, this.cache.length));
    }
  }

  #dirty(from: number, to: number): void {
    const { sectors } = this.#eras.at(-1)!;
    for (let sector = Math.floor(from / SECTOR); sector * SECTOR < to; sector++) {
      const now = resized(this.cache.subarray(sector * SECTOR, (sector + 1) * SECTOR), SECTOR);
      const versions = sectors.get(sector);
      if (versions === undefined) sectors.set(sector, [now]);
      else versions.push(now);
    }
  }

  truncate(size: number): void {
    if (size === this.cache.length) return;
    const cut = size < this.cache.length;
    this.cache = resized(this.cache, size);
    if (cut) this.#eras.push({ cutTo: size, sectors: new Map(), sizes: [] });
    else this.#eras.at(-1)!.sizes.push(size);
  }

  sync(): void {
    this.#synced(() => true);
  }

  /** The error is told once; what did not reach the disk never will, though programs still read it. */
  syncFailed(random: Dice): void {
    this.#synced(() => random(2) === 0);
  }

  #synced(reaches: () => boolean): void {
    const next =
      this.#lost.size === 0
        ? Buffer.from(this.cache)
        : this.#afterEra(this.#eras.length - 1, lastOf, this.cache.length);
    for (const sector of new Set(this.#eras.flatMap(({ sectors }) => [...sectors.keys()]))) {
      const at = sector * SECTOR;
      if (at >= next.length || reaches()) continue;
      next.set(resized(this.disk.subarray(at, at + SECTOR), Math.min(SECTOR, next.length - at)), at);
      this.#lost.add(Math.floor(at / PAGE));
    }
    this.disk = next;
    this.#eras = [{ cutTo: null, sectors: new Map(), sizes: [] }];
  }

  /** One of the contents that a power loss may leave. */
  afterLoss(rules: DiskRules, random: Dice): Buffer {
    if (this.#eras.length === 1 && this.#eras[0]!.sectors.size === 0 && this.#eras[0]!.sizes.length === 0)
      return this.disk;
    const era = random(this.#eras.length);
    return this.#afterEra(era, chooser(rules, random), (sizes) => sizes[random(sizes.length)]!);
  }

  #afterEra(index: number, choose: Choose, size: number | ((sizes: number[]) => number)): Buffer {
    const { cutTo, sectors, sizes } = this.#eras[index]!;
    const base = cutTo === null ? this.disk : this.#afterEra(index - 1, choose, size).subarray(0, cutTo);
    const found = resized(base, typeof size === 'number' ? size : size([base.length, ...sizes]));
    return choose(found, base.length, sectors);
  }
}

/** Puts versions of sectors into a file of its final size; returns it, or less of it. */
type Choose = (found: Buffer, baseLength: number, sectors: ReadonlyMap<number, readonly Buffer[]>) => Buffer;

const lastOf: Choose = (found, _baseLength, sectors) => {
  for (const [sector, versions] of sectors) if (sector * SECTOR < found.length) versions.at(-1)!.copy(found, sector * SECTOR);
  return found;
}; // prettier-ignore

function chooser(rules: DiskRules, random: Dice): Choose {
  // Whole writes lost or kept are likelier than a coin for each sector; tearing comes on top.
  const [keep, together] = [random(5), random(3) > 0];
  return (found, baseLength, sectors) => {
    let [like, grown] = [0, baseLength];
    for (const [sector, versions] of [...sectors].sort(([a], [b]) => a - b)) {
      const at = sector * SECTOR;
      if (at >= found.length) continue;
      if (!together || at % PAGE === 0) like = random(4);
      if (like < keep) {
        versions[keep === 4 ? versions.length - 1 : random(versions.length)]!.copy(found, at);
        grown = Math.max(grown, at + SECTOR);
      } else if (at >= baseLength && rules === 'harsh' && random(2) === 0) STALE.copy(found, at);
    }
    return rules === 'ordered' ? found.subarray(0, Math.min(found.length, grown)) : found;
  };
}

function resized(bytes: Buffer, size: number): Buffer {
  const next = Buffer.alloc(size);
  next.set(bytes.subarray(0, size));
  return next;
}

interface NameChange {
  readonly puts: readonly (readonly [path: string, file: ModelFile | null])[];
}

/** Files below one root as a disk with a write-back cache has them. */
export class ModelDisk {
  readonly #random: Dice;
  readonly #rules: DiskRules;
  readonly #names = new Map<string, ModelFile>();
  readonly #folders = new Set<string>();
  #safeNames = new Map<string, ModelFile>();
  #pending: NameChange[] = [];
  readonly #open = new Map<number, ModelFile | string>();

  /** `files`: what is on the disk when it starts. Folders have a trailing slash. */
  constructor(files: ReadonlyMap<string, Buffer>, rules: DiskRules, random: Dice) {
    this.#rules = rules;
    this.#random = random;
    for (const [path, bytes] of files) {
      if (path.endsWith('/')) {
        this.#folders.add(path.slice(0, -1));
        continue;
      }
      this.#names.set(path, new ModelFile(bytes));
    }
    this.#safeNames = new Map(this.#names);
    for (const path of this.#folders) this.#safeNames.set(`${path}/`, new ModelFile());
  }

  apply(op: DiskOp): void {
    switch (op.kind) {
      case 'open':
        return this.#opened(op.path, op.fd, op.truncates);
      case 'write':
        return this.#file(op.fd)?.write(op.offset, op.data);
      case 'truncate':
        return this.#file(op.fd)?.truncate(op.size);
      case 'sync':
        return this.#synced(op.fd);
      case 'sync-failed':
        return this.#file(op.fd)?.syncFailed(this.#random);
      case 'rename': {
        const file = this.#names.get(op.path);
        if (file === undefined) return;
        this.#names.delete(op.path);
        this.#names.set(op.to, file);
        return void this.#pending.push({ puts: [[op.path, null], [op.to, file]] }); // prettier-ignore
      }
      case 'unlink':
        this.#names.delete(op.path);
        return void this.#pending.push({ puts: [[op.path, null]] });
      case 'mkdir':
        this.#folders.add(op.path);
        return void this.#pending.push({ puts: [[`${op.path}/`, new ModelFile()]] });
      case 'close':
        return void this.#open.delete(op.fd);
      case 'mark':
    }
  }

  #opened(path: string, fd: number, truncates: boolean): void {
    if (this.#folders.has(path)) return void this.#open.set(fd, path);
    let file = this.#names.get(path);
    if (file === undefined) {
      file = new ModelFile();
      this.#names.set(path, file);
      this.#pending.push({ puts: [[path, file]] });
    } else if (truncates) file.truncate(0);
    this.#open.set(fd, file);
  }

  #file(fd: number): ModelFile | null {
    const found = this.#open.get(fd);
    return found instanceof ModelFile ? found : null;
  }

  #synced(fd: number): void {
    const found = this.#open.get(fd);
    if (found === undefined) return;
    if (found instanceof ModelFile) found.sync();
    const safe = ({ puts }: NameChange) => this.#rules === 'ordered' || puts.every(([path]) => dirname(path) === found);
    for (const change of this.#pending) if (safe(change)) put(this.#safeNames, change);
    this.#pending = this.#pending.filter((change) => !safe(change));
  }

  /** The files, by path, of one state that a power loss now may leave. */
  afterLoss(random: Dice): Map<string, Buffer> {
    const names = new Map(this.#safeNames);
    const keep = random(5);
    const blocked = new Set<string>();
    for (const change of this.#pending) {
      const held = change.puts.some(([path]) => blocked.has(path)) || random(4) >= keep;
      if (!held) put(names, change);
      else if (this.#rules === 'ordered') break;
      else for (const [path] of change.puts) blocked.add(path);
    }
    const contents = new Map<ModelFile, Buffer>();
    const state = new Map<string, Buffer>();
    for (const [path, file] of names) {
      // A file in a folder that is not there is not there.
      if (!path.endsWith('/') && !names.has(`${dirname(path)}/`) && this.#folders.has(dirname(path))) continue;
      if (!contents.has(file)) contents.set(file, file.afterLoss(this.#rules, random));
      state.set(path, contents.get(file)!);
    }
    return state;
  }
}

function put(names: Map<string, ModelFile>, { puts }: NameChange): void {
  for (const [path, file] of puts) {
    if (file === null) names.delete(path);
    else names.set(path, file);
  }
}
