import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ShowLogEntry } from '@livecue/shared/contract';
import { upliftTable } from '../learn/uplift.ts';
import { reportCsv } from '../report/csv.ts';
import { reportPage } from '../report/page.ts';
import { createReportBuilder, type ShowReport } from '../report/show-report.ts';

/** Written last: where it lies, the report is whole. */
export const SUMMARY_FILE = 'summary.json';
const PAGES = { zh: 'report.zh.html', en: 'report.en.html' } as const;
/** Decisions, rewards and answers that uplift is found from; a show makes some hundreds. */
const MAX_MEASURED = 200_000;

/** Takes the entries of one show and makes its report; holds a bounded part of them. */
export interface ReportMaker {
  add(entry: ShowLogEntry): void;
  finish(): ShowReport;
}

export function createReportMaker(): ReportMaker {
  const builder = createReportBuilder();
  const measured: ShowLogEntry[] = [];
  return {
    add(entry) {
      builder.add(entry);
      const counts = entry.kind === 'decision' || entry.kind === 'reward' || entry.kind === 'action';
      if (counts && measured.length < MAX_MEASURED) measured.push(entry);
    },
    finish() {
      const rows = upliftTable(measured);
      return builder.finish(rows.length === 0 ? null : rows);
    },
  };
}

/** Both pages, the tables and the summary, for the owner alone. Times on the pages are `zoneMinutes` ahead of UTC. */
export function writeReport(report: ShowReport, folder: string, zoneMinutes: number): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const put = (name: string, text: string) => writeFileSync(path.join(folder, name), text, { mode: 0o600 });
  put(PAGES.zh, reportPage(report, { lang: 'zh', zoneMinutes, other: PAGES.en }));
  put(PAGES.en, reportPage(report, { lang: 'en', zoneMinutes, other: PAGES.zh }));
  for (const [name, text] of Object.entries(reportCsv(report))) put(name, text);
  put(SUMMARY_FILE, `${JSON.stringify(summaryOf(report), null, 2)}\n`);
}

/** The report's numbers without its long lists. */
function summaryOf({ minutes, cards, compared: _compared, followed: _followed, products, ...report }: ShowReport) {
  return {
    ...report,
    minutes: minutes.length,
    cards: cards.length,
    products: products.map(({ productId, counts, revenueMinor }) => ({ productId, counts, revenueMinor })),
  };
}

/** Minutes that this machine's clock was ahead of UTC then. */
export const zoneAt = (ms: number): number => -new Date(ms).getTimezoneOffset();
