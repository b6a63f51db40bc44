import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { ScoredFile } from './scoring.ts';

/** Where NAB lies beside the checkout. */
export const NAB_FOLDER = fileURLToPath(new URL('../../../shared/data/signals/nab', import.meta.url));

export interface NabFile extends ScoredFile {
  /** Unix ms; the files give no time zone, UTC is taken. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

interface ScoreIndex {
  readonly files: readonly { readonly file: string; readonly rows: number; readonly offset: number }[];
  readonly detectors: Readonly<
    Record<
      string,
      {
        readonly file: string;
        readonly expected: Readonly<
          Record<string, { readonly official: number; readonly threshold: number; readonly leave_category_out: number }>
        >;
      }
    >
  >;
}

/** Why NAB cannot be read, or null when it can. */
export function missingNab(folder: string = NAB_FOLDER): string | null {
  return existsSync(path.join(folder, 'labels/combined_windows.json'))
    ? null
    : `the NAB corpus is not at ${path.relative(process.cwd(), folder)}`;
}

function readJson<T>(folder: string, name: string): T {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as T;
}

/** All 58 files in alphabetical order. */
export function readCorpus(folder: string = NAB_FOLDER): NabFile[] {
  const labels = readJson<Record<string, [string, string][]>>(folder, 'labels/combined_windows.json');
  return Object.keys(labels)
    .sort()
    .map((file) => readSeries(folder, file, labels[file]!));
}

function readSeries(folder: string, file: string, windows: readonly (readonly [string, string])[]): NabFile {
  const lines = gunzipSync(readFileSync(path.join(folder, 'data', `${file}.gz`)))
    .toString('utf8')
    .split(/\r?\n/)
    .slice(1)
    .filter((line) => line !== '');
  const rowOf = new Map<string, number>();
  const timesMs = new Float64Array(lines.length);
  const values = new Float64Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const [time = '', value = ''] = line.split(',');
    if (!rowOf.has(time)) rowOf.set(time, row);
    timesMs[row] = Date.parse(`${time.replace(' ', 'T')}Z`);
    values[row] = Number(value);
  }
  const at = (time: string): number => {
    const row = rowOf.get(time.replace(/\.\d+$/, ''));
    if (row === undefined) throw new Error(`reading ${file}: the label ${time} is no row of it`);
    return row;
  };
  const category = path.posix.dirname(file);
  return { file, category, rows: lines.length, windows: windows.map(([first, last]) => ({ first: at(first), last: at(last) })), timesMs, values }; // prettier-ignore
}

export interface PublishedDetector {
  readonly name: string;
  readonly scores: readonly Float32Array[];
  /** By profile: NAB's own result, and with leave-category-out thresholds. */
  readonly expected: ScoreIndex['detectors'][string]['expected'];
}

/** Scores that other detectors published for the same files, in the order of `readCorpus`. */
export function readPublished(files: readonly NabFile[], folder: string = NAB_FOLDER): PublishedDetector[] {
  const index = readJson<ScoreIndex>(folder, 'detector_scores/index.json');
  return Object.entries(index.detectors).map(([name, { file, expected }]) => {
    const bytes = gunzipSync(readFileSync(path.join(folder, 'detector_scores', file)));
    const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const scores = files.map((of) => {
      const part = index.files.find((entry) => entry.file === of.file);
      if (part === undefined) throw new Error(`reading scores of ${name}: none for ${of.file}`);
      return all.subarray(part.offset, part.offset + part.rows);
    });
    return { name, scores, expected };
  });
}

/** The board that NAB publishes: detector → standard, reward_low_FP_rate, reward_low_FN_rate. */
export function readBoard(
  folder: string = NAB_FOLDER,
): Record<string, [number | string, number | string, number | string]> {
  return readJson<{ published_readme_table: Record<string, [number, number, number]> }>(folder, 'scoreboard.json').published_readme_table; // prettier-ignore
}
