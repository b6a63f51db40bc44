import { afterEach, describe, expect, test } from 'vitest';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OverlayState } from '@livecue/shared/contract';
import { createOverlayFeed } from './overlay-feed.ts';

const TOKEN = 'a-token-of-some-length';
const STATE: OverlayState = { version: 1, nowMs: 0, language: 'zh', simulated: false, product: null, offer: null, answer: null }; // prettier-ignore

let server: Server;
let listeners: Set<() => void>;
let state: OverlayState;
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

async function open(address?: string): Promise<string> {
  listeners = new Set();
  state = STATE;
  const feed = createOverlayFeed({
    token: TOKEN,
    state: () => state,
    open: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
  server = createServer((request, response) => {
    if (address !== undefined) Object.defineProperty(request.socket, 'remoteAddress', { value: address });
    if (!feed.answer(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/overlay/events`;
}

/** States as they come; `next` waits for one more. */
async function read(url: string) {
  const aborting = new AbortController();
  const response = await fetch(url, { signal: aborting.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    async next(): Promise<OverlayState> {
      while (!rest.includes('\n\n')) rest += (await reader.read()).value ?? '';
      const [line, ...more] = rest.split('\n\n');
      rest = more.join('\n\n');
      return JSON.parse(line!.replace(/^data: /, '')) as OverlayState;
    },
    close: () => aborting.abort(),
  };
}

describe('the feed of the overlay', () => {
  test('gives the state at once and after each change, and says when a page is closed', async () => {
    const page = await read(`${await open()}?token=${TOKEN}`);
    expect(page).toMatchObject({ status: 200, type: 'text/event-stream; charset=utf-8' });
    expect(await page.next()).toEqual(STATE);
    state = { ...STATE, answer: { question: '</script>\n\n<b>', answer: { zh: '好', en: 'ok' } } };
    listeners.forEach((listener) => listener());
    expect(await page.next()).toEqual(state);
    expect(listeners.size).toBe(1);
    page.close();
    await expect.poll(() => listeners.size).toBe(0);
  });

  test.each(['', '?token=', '?token=wrong', `?token=${TOKEN}x`, `?TOKEN=${TOKEN}`])('refuses %j', async (query) => {
    const url = await open();
    const response = await fetch(url + query);
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain(TOKEN);
    expect(listeners.size).toBe(0);
  });

  test.each(['192.168.1.7', '10.0.0.1', '::ffff:192.168.1.7', '2001:db8::1'])('is not for %s, whatever it knows', async (address) => {
    expect((await fetch(`${await open(address)}?token=${TOKEN}`)).status).toBe(403);
  }); // prettier-ignore

  test('is for reading, and for eight pages', async () => {
    const url = `${await open()}?token=${TOKEN}`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(405);
    const pages = await Promise.all(Array.from({ length: 8 }, () => read(url)));
    expect((await fetch(url)).status).toBe(429);
    pages[0]!.close();
    await expect.poll(() => listeners.size).toBe(7);
    expect((await read(url)).status).toBe(200);
  });

  test('leaves all else to others', async () => {
    expect((await fetch(`${await open()}/more`)).status).toBe(404);
  });
});
