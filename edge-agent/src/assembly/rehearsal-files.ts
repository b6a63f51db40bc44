import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { PastRehearsal, RecordingName, RehearsalId, type PANEL_VERBS } from '@livecue/shared/contract';
import type * as z from 'zod';
import { PanelCallError } from '../panel/panel-call-error.ts';
import { replaceFile } from '../store/durable-file.ts';
import { SUMMARY_FILE } from './show-report.ts';

type Upload = z.output<(typeof PANEL_VERBS)['rehearsal.upload']['args']>;

const PART = '.part';
const DAY_MS = 86_400_000;

/** Recordings that were brought, and what is left of rehearsals: `recordings/` and `rehearsals/` of the data folder. */
export interface RehearsalFiles {
  readonly folder: string;
  recordings(): { name: string; bytes: number; changedMs: number }[];
  /** Path of a recording. Throws `PanelCallError` when there is none. */
  recording(name: string): string;
  upload(piece: Upload): number;
  removeRecording(name: string): boolean;
  /** Newest first. */
  past(): PastRehearsal[];
  /** Folder of one rehearsal, there already or not. */
  of(rehearsalId: string): string;
  save(past: Omit<PastRehearsal, 'report'>): void;
  remove(rehearsalId: string): boolean;
  /** Makes both folders; what is beyond number and age goes, and what a crash left of uploads. Call it first. */
  tidy(keep: { readonly shows: number; readonly days: number }, nowMs: number): void;
}

export function openRehearsalFiles(dataFolder: string): RehearsalFiles {
  const recordings = path.join(dataFolder, 'recordings');
  const rehearsals = path.join(dataFolder, 'rehearsals');
  /** Files that are on their way; an agent that starts again knows none of them. */
  const uploads = new Map<string, { readonly part: string; received: number; readonly totalBytes: number }>();

  const of = (rehearsalId: string) => path.join(rehearsals, RehearsalId.parse(rehearsalId));
  const free = (name: string): string => {
    const [, base = '', end = ''] = /^(.*?)(\.jsonl(?:\.gz)?)$/.exec(name) ?? [];
    for (let n = 1, file = name; ; n++, file = `${base} ${n}${end}`) if (!existsSync(path.join(recordings, file))) return path.join(recordings, file); // prettier-ignore
  };
  const drop = (uploadId: string) => {
    const upload = uploads.get(uploadId);
    uploads.delete(uploadId);
    if (upload !== undefined) rmSync(upload.part, { force: true });
  };
  const read = (rehearsalId: string): PastRehearsal | null => {
    try {
      const told: unknown = JSON.parse(readFileSync(path.join(of(rehearsalId), 'rehearsal.json'), 'utf8'));
      const report = existsSync(path.join(of(rehearsalId), 'report', SUMMARY_FILE));
      return PastRehearsal.safeParse({ ...(told as object), report }).data ?? null;
    } catch (error) {
      // Begun and killed before a word of it was on disk: there is nothing to show.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return null;
      throw error;
    }
  };
  const ids = () => readdirSync(rehearsals).filter((name) => RehearsalId.safeParse(name).success).sort().reverse(); // prettier-ignore
  const past = () => ids().flatMap((id) => read(id) ?? []);
  const remove = (rehearsalId: string) => {
    const there = existsSync(of(rehearsalId));
    rmSync(of(rehearsalId), { recursive: true, force: true });
    return there;
  };

  return {
    folder: recordings,
    recordings: () =>
      readdirSync(recordings)
        .filter((name) => RecordingName.safeParse(name).success && statSync(path.join(recordings, name)).isFile())
        .map((name) => {
          const { size, mtimeMs } = statSync(path.join(recordings, name));
          return { name, bytes: size, changedMs: Math.round(mtimeMs) };
        })
        .sort((a, b) => b.changedMs - a.changedMs),
    recording(name) {
      const file = path.join(recordings, RecordingName.parse(name));
      if (!existsSync(file)) throw new PanelCallError('not-found', `There is no recording ${name} in ${recordings}. Choose another one, or upload it.`); // prettier-ignore
      return file;
    },
    upload({ uploadId, name, totalBytes, offset, chunk }) {
      let upload = uploads.get(uploadId);
      if (upload === undefined) {
        // One at a time: what was begun before it was given up.
        for (const old of uploads.keys()) drop(old);
        upload = { part: path.join(recordings, `.${uploadId}${PART}`), received: 0, totalBytes };
        uploads.set(uploadId, upload);
      }
      const piece = Buffer.from(chunk, 'base64');
      if (offset !== upload.received || totalBytes !== upload.totalBytes || offset + piece.length > totalBytes) {
        drop(uploadId);
        throw new PanelCallError('bad-request', `rehearsal.upload: a piece at ${offset} of ${totalBytes} does not follow the ${upload.received} of ${upload.totalBytes} bytes that are there. Send the file again.`); // prettier-ignore
      }
      try {
        appendFileSync(upload.part, piece, { mode: 0o600 });
      } catch (error) {
        drop(uploadId);
        throw new PanelCallError('internal', `The recording could not be written to ${recordings}: ${(error as Error).message}. Free space on the disk, then send it again.`); // prettier-ignore
      }
      upload.received += piece.length;
      if (upload.received === totalBytes) {
        renameSync(upload.part, free(name));
        uploads.delete(uploadId);
      }
      return offset + piece.length;
    },
    removeRecording(name) {
      const file = path.join(recordings, RecordingName.parse(name));
      if (!existsSync(file)) return false;
      rmSync(file);
      return true;
    },
    past,
    of,
    save(one) {
      mkdirSync(of(one.rehearsalId), { recursive: true, mode: 0o700 });
      replaceFile(path.join(of(one.rehearsalId), 'rehearsal.json'), Buffer.from(`${JSON.stringify(one, null, 2)}\n`), 0o600); // prettier-ignore
    },
    remove,
    tidy(keep, nowMs) {
      for (const folder of [recordings, rehearsals]) mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const [at, id] of ids().entries()) {
        const known = read(id);
        if (known === null || at >= keep.shows || nowMs - known.beganMs > keep.days * DAY_MS) remove(id);
      }
      for (const name of readdirSync(recordings)) {
        const isOurs = name.startsWith('.') && name.endsWith(PART) && !uploads.has(name.slice(1, -PART.length));
        if (isOurs) rmSync(path.join(recordings, name));
      }
    },
  };
}
