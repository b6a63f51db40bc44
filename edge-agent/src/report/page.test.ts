import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShowLogEntry } from '@livecue/shared/contract';
import { reportCsv, toCsv } from './csv.ts';
import { reportPage } from './page.ts';
import { createReportBuilder, type ShowReport } from './show-report.ts';
import { at, card, closed, ended, entry, minute, product, prompt, raised, started } from './testing/entries.ts';
import type { UpliftRow } from './uplift-row.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)> '&amp; </title></style>`;

function hostileReport(name: string): ShowReport {
  const own = card('x', { productId: name, headline: { zh: name, en: name } });
  const entries: ShowLogEntry[] = [
    started(),
    product(name, null, name),
    minute(0, name, { counts: { unitsPaid: 2 }, asked: { price: { comments: 2, viewers: 2, viewersSoFar: 2 } }, stock: 3 }), // prettier-ignore
    minute(0, null, { counts: { unitsPaid: 2, comments: 2 }, revenueMinor: { CNY: 123_456, JPY: 5 } }),
    entry(at(1), { kind: 'explain', productId: name, sinceMs: at(1) }),
    entry(at(1), { kind: 'forecast', productId: name, fromMs: at(0), toMs: at(5), mean: 1, lo80: 0, hi80: 3, stock: 3 }), // prettier-ignore
    entry(at(2), { kind: 'offer', phase: 'started', eventTimeMs: at(2), productId: name, offerKind: 'flash', price: '1.00', priceCurrency: 'CNY', validThroughMs: null, eligibleQuantity: null }), // prettier-ignore
    entry(at(2), { kind: 'action', verb: name, promptId: null, productId: name, intent: null, values: { [name]: true } }), // prettier-ignore
    ...[raised(at(3), own), closed(at(4), own, 'done')].map(prompt),
    entry(at(5), { kind: 'gap', fromMs: at(5), toMs: at(6) }),
    ended(10),
  ];
  const builder = createReportBuilder();
  for (const one of entries) builder.add(one);
  const uplift: UpliftRow[] = [{ rule: 'interest-surge', productId: name, outcome: 'orders', shown: { decisions: 9, mean: 1.5 }, held: { decisions: 1, mean: 1 }, uplift: { value: 0.5, lo: -0.25, hi: 1.25 }, detectable: 0.2, stillNeeded: 900 }]; // prettier-ignore
  return builder.finish(uplift);
}

const pageOf = (report: ShowReport, lang: 'zh' | 'en') =>
  reportPage(report, { lang, zoneMinutes: 480, other: 'other.html' });

/** Every tag and attribute name that is in the page. */
function markup(page: string): Set<string> {
  const found = new Set<string>();
  for (const [, tag, rest] of page.matchAll(/<([a-z!/][^\s>]*)((?:\s+[^\s=>"]+(?:="[^"]*")?)*)\s*>/gi)) {
    found.add(tag!.toLowerCase());
    for (const [, name] of rest!.matchAll(/\s+([^\s=>"]+)(?:="[^"]*")?/g)) found.add(`@${name!.toLowerCase()}`);
  }
  return found;
}

describe('the page of a report', () => {
  it('has the same tags and attributes whatever products are called, and none that runs or loads anything', () => {
    const plain = markup(pageOf(hostileReport('linen shirt'), 'en'));
    for (const bad of ['script', 'img', 'iframe', 'object', 'link', '@onerror', '@onload', '@src', '@style']) {
      expect(plain.has(bad), bad).toBe(false);
    }
    for (const lang of ['zh', 'en'] as const) {
      const page = pageOf(hostileReport(HOSTILE), lang);
      expect(markup(page)).toEqual(plain);
      expect(page).not.toContain('<script');
      expect(page).not.toMatch(/<img/);
      // It is shown as it is called.
      expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (name) => {
        const page = pageOf(hostileReport(name), 'en');
        expect(markup(page)).toEqual(plain);
        expect(page).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
      }),
      { numRuns: 200 },
    );
  });

  it('closes every tag that it opens', () => {
    const page = pageOf(hostileReport(HOSTILE), 'zh').replace(/<style>[^]*?<\/style>/, '');
    const open: string[] = [];
    for (const [, slash, tag, rest] of page.matchAll(/<(\/?)([a-z0-9]+)([^>]*?)>/g)) {
      if (['meta', 'br', 'link'].includes(tag!) || rest!.endsWith('/')) continue;
      if (slash === '') open.push(tag!);
      else expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
  });

  it('says its numbers in both languages, with the clock of the reader and amounts in their own digits', () => {
    const report = hostileReport('shirt');
    const [zh, en] = [pageOf(report, 'zh'), pageOf(report, 'en')];
    expect(zh).toContain('<html lang="zh-CN">');
    expect(en).toContain('<html lang="en">');
    for (const page of [zh, en]) {
      expect(page).toContain('20:00:00–20:10:00 UTC+8');
      expect(page).toContain('CNY 1,234.56 · JPY 5');
      expect(page).toContain('0.5 (−0.25 … 1.25)');
      expect(page).toContain('90 %');
      expect(page.match(/<table>/g)!.length).toBe(page.match(/<caption>[^<]+<\/caption>/g)!.length);
      expect(page.match(/<svg /g)!.length).toBe(page.match(/<svg [^>]*role="img" aria-label="[^"]+"/g)!.length);
    }
    expect(zh).toContain('售出件数');
    expect(en).toContain('Units sold');
    expect(en).not.toMatch(/[\u4e00-\u9fff](?<!中|文)/);
  });

  it('leaves uplift out while nothing was left to chance', () => {
    const report = { ...hostileReport('shirt'), uplift: null };
    expect(pageOf(report, 'en')).not.toContain('Do the cues help?');
  });
});

/** RFC 4180, as a spreadsheet reads it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(text.slice(at));
    const plain = /^[^",\r\n]*/.exec(text.slice(at))!;
    rows.at(-1)!.push(quoted === null ? plain[0] : quoted[1]!.replaceAll('""', '"'));
    at += (quoted ?? plain)[0].length;
    const end = text.slice(at, at + 2);
    if (end === '\r\n') {
      at += 2;
      if (at < text.length) rows.push([]);
    } else if (end[0] === ',') at += 1;
    else throw new Error(`neither comma nor CRLF at ${at}: ${JSON.stringify(end)}`);
  }
  return rows;
}

describe('the tables of a report', () => {
  it('give every text back, and none that a spreadsheet takes for a formula', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', 'a"b', 'a,b', 'a\r\nb'), fc.integer(), fc.constant(null)), { minLength: 2, maxLength: 2 }), { maxLength: 10 }), // prettier-ignore
        (rows) => {
          const read = readCsv(toCsv(['a', 'b'], rows)).slice(1);
          expect(read.length).toBe(rows.length);
          rows.forEach((row, y) =>
            row.forEach((cell, x) => {
              const got = read[y]![x]!;
              if (typeof cell !== 'string') return expect(got).toBe(cell === null ? '' : String(cell));
              expect(got).not.toMatch(/^[=+\-@\t\r]/);
              expect([cell, `'${cell}`]).toContain(got);
            }),
          );
        },
      ),
    );
  });

  it('are harmless whatever products are called', () => {
    for (const name of ['=HYPERLINK("http://x","y")', '@SUM(1)', '+1', '-2', '\t=1', HOSTILE]) {
      const tables = reportCsv(hostileReport(name));
      const header = (file: string) => readCsv(tables[file]!)[0]!.length;
      for (const [file, text] of Object.entries(tables)) {
        for (const row of readCsv(text)) {
          expect(row.length, file).toBe(header(file));
          for (const cell of row) expect(cell, file).not.toMatch(/^[=+@\t\r]|^-\D/);
        }
      }
    }
  });

  it('leave the counts of a minute without data empty', () => {
    const rows = readCsv(reportCsv(hostileReport('p'))['timeline.csv']!);
    const column = rows[0]!.indexOf('comments');
    expect(rows.slice(1).map((row) => row[column])).toEqual(['2', '0', '0', '0', '0', '', '0', '0', '0', '0']);
  });
});
