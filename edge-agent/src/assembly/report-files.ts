import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { REPORT_FILES, RehearsalId, ShowId } from '@livecue/shared/contract';
import type { ReportFiles } from '../panel/report-pages.ts';
import { SUMMARY_FILE } from './show-report.ts';

const DAY_MS = 86_400_000;

/** Text of a file, or null when there is none. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Reports of shows and rehearsals in the data folder, those that are whole. */
export function openReportFiles(dataFolder: string): ReportFiles {
  return {
    async read(of, id, file) {
      if (!(of === 'show' ? ShowId : RehearsalId).safeParse(id).success || !REPORT_FILES.includes(file)) return null;
      const folder = of === 'show' ? reportFolder(dataFolder, id) : path.join(dataFolder, 'rehearsals', id, 'report');
      return textOf(path.join(folder, SUMMARY_FILE)) === null ? null : textOf(path.join(folder, file));
    },
  };
}

export const reportFolder = (dataFolder: string, showId: string): string => path.join(dataFolder, 'reports', showId);

/** Whether there is a whole report of a show, and whether it is of its end. */
export function reportState(dataFolder: string, showId: string): 'none' | 'so-far' | 'final' {
  const text = textOf(path.join(reportFolder(dataFolder, showId), SUMMARY_FILE));
  if (text === null) return 'none';
  return (JSON.parse(text) as { why?: string | null }).why === null ? 'so-far' : 'final';
}

/** Removes reports beyond number and age, as records go; what else lies in `reports/` is somebody's own. Returns how many. */
export function tidyReports(dataFolder: string, keep: { readonly keep: number; readonly keepDays: number }, nowMs: number): number {
  const folder = path.join(dataFolder, 'reports');
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => ShowId.safeParse(name).success).sort().reverse();
  } catch (error) {
    // No show has ended yet.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
  const gone = names.filter((name, at) => at >= keep.keep || nowMs - beganMs(name) > keep.keepDays * DAY_MS);
  for (const name of gone) rmSync(path.join(folder, name), { recursive: true, force: true });
  return gone.length;
} // prettier-ignore

/** `20260501T120000Z-main` → Unix ms. */
function beganMs(showId: string): number {
  const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(showId) ?? [];
  return Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h), Number(min), Number(s));
}
