import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { wire } from './oracle.ts';
import { pairPanel } from './panel-peer.ts';
import { eventually, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

/** A real small disk; null where this user may not mount one. */
function smallDisk(folder: string): { place: string; unmount: () => void } | null {
  const place = path.join(folder, 'disk');
  mkdirSync(place);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', place], { stdio: 'pipe' });
  } catch {
    return null; // not root, or no mounts in this container: the test says why it skips
  }
  return { place, unmount: () => execFileSync('umount', ['-l', place]) };
}

/** Fills what is left, so that the next write meets a full disk. */
function fill(file: string, folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - 128 * 1024)));
}

test('a full disk is told with the remedy; what was accepted is all there after a kill', async ({ skip }) => {
  const { folder, remove } = temporaryFolder();
  const disk = smallDisk(folder);
  if (disk === null) remove();
  skip(disk === null, 'skipped: no small disk could be mounted (needs root)');
  const { place, unmount } = disk!;
  const data = path.join(place, 'data');
  const filler = path.join(place, 'filler');
  const config = writeConfig(folder, { uplink: { enabled: false } });
  const start = () => startAgent(['--data', data, '--config', config, '--log', 'warn']);
  let agent: Program<Ready> = await start();
  let n = 0;
  const orders = (count: number) =>
    Array.from({ length: count }, () => wire({ id: `full:o-${++n}`, timeMs: Date.now(), kind: 'order', minor: 100 }));
  const post = async (events: object[]) => {
    const answer = await fetch(agent.ready.endpoints.http!, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    return { status: answer.status, told: await answer.text(), retryAfter: answer.headers.get('retry-after') };
  };
  try {
    const panel = await pairPanel(agent.ready.panel!, agent.ready.code!);
    expect((await post(orders(50))).status).toBe(202);
    fill(filler, place);
    const refused = await eventually('a refusal', 20_000, async () => {
      const batch = orders(500);
      const answer = await post(batch);
      return answer.status === 202 ? undefined : { ...answer, batch };
    });
    expect([503, 507]).toContain(refused.status);
    expect(refused.told).toContain(data);
    expect(refused.told).toMatch(/full|space/i);
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    const item = await eventually('the health page', 8_000, () => panel.last()?.health.find(({ name, level }) => name === 'disk' && level === 'wrong')); // prettier-ignore
    expect(item.remedy?.en).toMatch(/space/i);
    rmSync(filler);
    const accepts = async (batch: object[]) => ((await post(batch)).status === 202 ? true : undefined);
    await eventually('the refused batch is taken when it is sent again', 20_000, () => accepts(refused.batch));
    const last = orders(50);
    await eventually('new events are taken', 5_000, () => accepts(last));
    panel.close();
    await agent.kill();
    agent = await start();
    const again = await pairPanel(agent.ready.panel!, agent.ready.code!);
    const state = await eventually('the first state', 5_000, () => again.last());
    again.close();
    expect(state.ordersLastHour).toBe(n);
  } finally {
    await agent.kill();
    unmount();
    remove();
  }
}, 120_000);
