import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../report/page.ts';
import { createReportBuilder } from '../report/show-report.ts';
import { SHOW_ID, ended, minute, started } from '../report/testing/entries.ts';
import { openFixture, type Fixture } from './panel-fixture.ts';
import { createPanelServer, type PanelServer } from './panel-server.ts';
import { TOKEN_COOKIE } from './peer-check.ts';
import type { ReportFiles } from './report-pages.ts';

const builder = createReportBuilder();
for (const entry of [started(), minute(0, null, { counts: { comments: 3 } }), ended(1)]) builder.add(entry);
const PAGE = reportPage(builder.finish(null), { lang: 'en', zoneMinutes: 0, other: 'report.zh.html' });

let fixture: Fixture;
let server: PanelServer;
const asked: string[] = [];
const reports: ReportFiles = {
  async read(of, id, file) {
    asked.push(`${of} ${id} ${file}`);
    if (id !== SHOW_ID) return null;
    return file.endsWith('.html') ? PAGE : 'minute;comments\r\n';
  },
};
beforeAll(async () => {
  fixture = await openFixture();
  server = createPanelServer({ ...fixture.ports, reports }, { host: '127.0.0.1', httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 }); // prettier-ignore
  await server.start(new AbortController().signal);
});
afterAll(async () => {
  await server.stop();
  await fixture.close();
});

const get = (path: string, token: string | null, method = 'GET') =>
  fetch(new URL(path, server.address().url), { method, headers: token === null ? {} : { Cookie: `${TOKEN_COOKIE}=${token}` } }); // prettier-ignore

describe('reports over HTTP', () => {
  test.each([['operator', 200], ['admin', 200], ['auditor', 200], ['host', 403]] as const)('a device paired as %s gets %i', async (role, status) => {
    const response = await get(`/reports/${SHOW_ID}/report.en.html`, await fixture.pair(role));
    expect(response.status).toBe(status);
    expect((await response.text()).includes('<!doctype html>')).toBe(status === 200);
  }); // prettier-ignore

  test('a device that is not paired is told to pair, and no file is touched', async () => {
    const before = asked.length;
    for (const token of [null, 'x'.repeat(43)]) {
      const response = await get(`/reports/${SHOW_ID}/report.en.html`, token);
      expect(response.status).toBe(403);
      expect(await response.text()).toContain('Pair this device');
    }
    expect(asked.length).toBe(before);
  });

  test('the page comes with a policy that lets in its own style alone: no script, no frame, nothing from elsewhere', async () => {
    const response = await get(`/reports/${SHOW_ID}/report.en.html`, await fixture.pair('operator'));
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/); // prettier-ignore
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).not.toContain('<script');
  });

  test('a table is a download with the name of its show', async () => {
    const response = await get(`/reports/${SHOW_ID}/timeline.csv`, await fixture.pair('operator'));
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${SHOW_ID}-timeline.csv"`);
  });

  test('what there is none of is told; other paths are none of its own; nothing is written', async () => {
    const token = await fixture.pair('operator');
    expect((await get('/reports/20260502T120000Z-main/report.en.html', token)).status).toBe(404);
    expect((await get('/rehearsals/20260502T120000Z-3f/report.zh.html', token)).status).toBe(404);
    expect(asked.at(-1)).toBe('rehearsal 20260502T120000Z-3f report.zh.html');
    const before = asked.length;
    for (const path of [`/reports/${SHOW_ID}/secrets.json`, `/reports/${SHOW_ID}/../summary.json`, `/reports/${SHOW_ID}/x/report.en.html`, '/reports/']) expect((await get(path, token)).status).toBe(404); // prettier-ignore
    expect(asked.length).toBe(before);
    expect((await get(`/reports/${SHOW_ID}/report.en.html`, token, 'DELETE')).status).toBe(405);
  });
});
