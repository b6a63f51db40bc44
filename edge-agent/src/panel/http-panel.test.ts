import { request } from 'node:http';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFixture, postCode, speakWebSocket, speakZeroMq, type Fixture } from './panel-fixture.ts';
import { createPanelServer } from './panel-server.ts';

let f: Fixture;
beforeAll(async () => void (f = await openFixture()));
afterAll(() => f.close());

/** A request whose Host, path and headers are exactly these; `fetch` would tidy them up. */
function raw(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const { httpPort } = f.server.address();
    const call = request(
      { host: '127.0.0.1', port: httpPort, path, method, headers: { Host: `127.0.0.1:${httpPort}`, ...headers } },
      (r) => {
        let body = '';
        r.on('data', (part) => (body += part));
        r.on('end', () => resolve({ status: r.statusCode ?? 0, headers: r.headers, body }));
      },
    );
    call.on('upgrade', (r, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: r.headers, body: '' });
    });
    call.on('error', reject);
    call.end();
  });
}

describe('the HTTP side', () => {
  test('pairing gives a token and the same in a cookie that scripts and other sites cannot use', async () => {
    const response = await postCode(f.server, f.server.createCode().code);
    const { token } = (await response.json()) as { token: string };
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toContain(`livecue_panel=${token};`);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
  });

  test('a wrong code is 403; the sixth try is 429 with Retry-After and says so', async () => {
    const own = await openFixture();
    for (let i = 0; i < 5; i++) expect((await postCode(own.server, '0000')).status).toBe(403);
    const locked = await postCode(own.server, '0000');
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(55);
    expect(await locked.json()).toMatchObject({ code: 'locked', message: expect.stringMatching(/Try again in \d+ s/) });
    await own.close();
  });

  test('what is not a pairing request is 400, from another site 403, with GET 405', async () => {
    expect((await postCode(f.server, 7)).status).toBe(400);
    expect((await postCode(f.server, '0'.repeat(2000))).status).toBe(400);
    expect((await postCode(f.server, '1', { 'Content-Type': 'text/plain' })).status).toBe(400);
    expect((await postCode(f.server, '1', { Origin: 'http://elsewhere.example' })).status).toBe(403);
    expect((await raw('/pair')).status).toBe(405);
    expect((await raw('/', {}, 'DELETE')).status).toBe(405);
  });

  test('the page comes with its types, a policy without inline code, and the right caching', async () => {
    const page = await raw('/');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self'/);
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    expect(page.headers['cache-control']).toBe('no-cache');
    const script = await raw('/assets/page-abc123.js');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
  });

  test('nothing outside the folder is served, however the path is written', async () => {
    await symlink('/etc/hostname', join(f.ports.pageFolder, 'link.html'));
    for (const path of ['/../package.json', '/..%2fpackage.json', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%5c..%5cindex.html', '/assets/../../../etc/passwd', '/link.html', '/notes.txt', '/.git/config', '/%00', '/%', '//etc/passwd', '/assets']) {
      expect((await raw(path)).status, path).toBe(404);
    } // prettier-ignore
  });

  test('a page that is not built says what to run', async () => {
    const server = createPanelServer(
      { ...f.ports, pageFolder: join(f.ports.pageFolder, 'nowhere') },
      { host: '127.0.0.1', httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 },
    );
    await server.start(new AbortController().signal);
    const response = await fetch(server.address().url);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
    await server.stop();
  });

  test('a foreign name in Host (DNS rebinding) gets nothing, an address or localhost does', async () => {
    const { httpPort } = f.server.address();
    for (const Host of [
      'evil.example',
      `evil.example:${httpPort}`,
      '127.0.0.1.evil.example',
      'localhost.evil.example',
    ]) {
      expect((await raw('/', { Host })).status, Host).toBe(421);
    }
    for (const Host of [`localhost:${httpPort}`, `[::1]:${httpPort}`, '192.168.1.5'])
      expect((await raw('/', { Host })).status, Host).toBe(200);
  });

  test('a WebSocket from another site or under a foreign name is refused even with a good token', async () => {
    const { httpPort } = f.server.address();
    const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', Cookie: `livecue_panel=${await f.pair()}` }; // prettier-ignore
    const own = `http://127.0.0.1:${httpPort}`;
    expect((await raw('/panel', { ...upgrade, Origin: own })).status).toBe(101);
    expect((await raw('/panel', upgrade)).status).toBe(101);
    expect((await raw('/panel', { ...upgrade, Origin: 'http://evil.example' })).status).toBe(403);
    expect((await raw('/panel', { ...upgrade, Origin: 'null' })).status).toBe(403);
    expect((await raw('/panel', { ...upgrade, Origin: `https://127.0.0.1:${httpPort}` })).status).toBe(403);
    expect((await raw('/panel', { ...upgrade, Host: 'evil.example', Origin: 'http://evil.example' })).status).toBe(403);
    expect((await raw('/other', { ...upgrade, Origin: own })).status).toBe(404);
  });

  test('a program without cookies may send its token as bearer', async () => {
    const panel = await speakWebSocket(f.server, '', { Authorization: `Bearer ${await f.pair()}` });
    expect((await panel.nextState()).agentId).toBe('studio-1');
    panel.close();
  });

  test('a panel that does not read gets the newest state once it does, not the old ones', async () => {
    const panel = await speakWebSocket(f.server, await f.pair());
    await panel.nextState();
    panel.socket.pause();
    // States too large for the kernel's buffers, so that the server sees that nobody reads.
    const text = 'x'.repeat(4_000_000);
    const watcher = await speakZeroMq(f.server, f.curve);
    for (let i = 1; i <= 8; i++) {
      f.backend.change({
        ordersLastHour: 1000 + i,
        health: [
          { name: 'big', level: 'ok', title: { zh: text, en: text }, text: { zh: text, en: text }, remedy: null },
        ],
      });
      while ((await watcher.nextState()).ordersLastHour !== 1000 + i);
    }
    const seen: number[] = [];
    panel.socket.resume();
    while (seen.at(-1) !== 1008) seen.push((await panel.nextState()).ordersLastHour);
    expect(seen.length).toBeLessThanOrEqual(4);
    f.backend.change({ health: [], ordersLastHour: 0 });
    watcher.close();
    panel.close();
  });
});
