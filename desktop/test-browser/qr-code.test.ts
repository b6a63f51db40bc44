import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('pairing by QR code', '.desk');
const SCALE = 4;
/** Another program than the one that draws. */
const readQr = createRequire(import.meta.url)('jsqr') as (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null; // prettier-ignore

/** What a camera would see of the drawn squares. */
function picture(path: string, modules: number): { data: Uint8ClampedArray; width: number } {
  const width = modules * SCALE;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let i = 0; i < SCALE * SCALE; i++) {
      const at = ((Number(y) * SCALE + Math.floor(i / SCALE)) * width + Number(x) * SCALE + (i % SCALE)) * 4;
      data.fill(0, at, at + 3);
    }
  return { data, width };
}

describe.skipIf(room.chromium === null)('pairing by QR code', { timeout: 60_000 }, () => {
  test('the code on the screen, read by another program, opens the panel’s address with the code, and pairs', async () => {
    await room.open({ locale: 'en' });
    // The room listens on this machine alone; a studio's agent tells addresses of its network.
    await room.page.routeWebSocket(/\/panel$/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((text) => socket.send(String(text).replace(/"http:\/\/127\.0\.0\.1:(\d+)\/"/g, '"http://192.168.1.20:$1/"'))); // prettier-ignore
    });
    await room.page.reload();
    await room.page.locator('.pair-button').click();
    const code = (await room.page.locator('.device-code').innerText()).replace(/\D/g, '');
    const svg = room.page.locator('.qr-code');
    await svg.waitFor();
    const size = Number((await svg.getAttribute('viewBox'))!.split(' ')[2]);
    const { data, width } = picture((await svg.locator('path').getAttribute('d'))!, size);
    const read = readQr(data, width, width);
    const { port } = new URL(room.url);
    expect(read?.data).toBe(`http://192.168.1.20:${port}/#/pair?code=${code}`);
    expect(await seriousProblems(room.page)).toEqual([]);
    const { page } = await room.stage.device({ paired: false });
    await page.goto(read!.data.replace('192.168.1.20', '127.0.0.1'));
    await page.locator('.desk').waitFor();
  });

  test('an address of this machine alone has no QR code: a phone could not open it', async () => {
    await room.open({ locale: 'en' });
    await room.page.locator('.pair-button').click();
    await room.page.locator('.device-code').waitFor();
    await room.page.getByText('This address works on this machine only').waitFor();
    expect(await room.page.locator('.qr-code').count()).toBe(0);
  });
});
