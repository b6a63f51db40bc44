import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openReportFiles } from './report-files.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

it('reads the files of whole reports alone, of shows and of rehearsals, and nothing beside them', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-files-'));
  folders.push(folder);
  const put = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  put('secrets.json', 'secret');
  put('reports/20260501T120000Z-main/report.en.html', 'one');
  put('reports/20260501T120000Z-main/summary.json', '{"why":"silence"}');
  put('reports/20260502T120000Z-main/report.en.html', 'half written');
  put('rehearsals/20260503T120000Z-3f/report/report.en.html', 'three');
  put('rehearsals/20260503T120000Z-3f/report/summary.json', '{"why":null}');
  symlinkSync('/etc', path.join(folder, 'reports/20260504T120000Z-main'));
  const files = openReportFiles(folder);
  expect(await files.read('show', '20260501T120000Z-main', 'report.en.html')).toBe('one');
  expect(await files.read('rehearsal', '20260503T120000Z-3f', 'report.en.html')).toBe('three');
  expect(await files.read('show', '20260502T120000Z-main', 'report.en.html')).toBeNull();
  expect(await files.read('show', '20260504T120000Z-main', 'report.en.html')).toBeNull();
  for (const id of ['..', '../reports/20260501T120000Z-main', '', '20260501T120000Z-main/../..', '%2e%2e']) {
    expect(await files.read('show', id, 'report.en.html'), id).toBeNull();
    expect(await files.read('rehearsal', id, 'report.en.html'), id).toBeNull();
  }
  expect(await files.read('show', '20260501T120000Z-main', '../../secrets.json' as 'report.en.html')).toBeNull();
});
