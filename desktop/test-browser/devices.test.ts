import { describe, expect, test } from 'vitest';
import type { ConfigReport } from '@livecue/shared/contract';
import { seriousProblems } from './axe.ts';
import { freshRoom } from './fresh-room.ts';

const room = freshRoom('devices', '.desk');

describe.skipIf(room.chromium === null)('the devices in a real browser', () => {
  const row = (agentId: string) => room.page.locator(`[data-device="${agentId}"]`);
  const words = async (agentId: string) => (await row(agentId).innerText()).replace(/\s+/g, ' ');
  async function open(options: Parameters<typeof room.open>[0] = {}): Promise<void> {
    await room.open(options);
    await room.page.goto(`${room.url}#/devices`);
    await room.page.locator('.devices').waitFor();
  }

  test('one row a device with its figures; what is out of bounds is marked by a shape, not by colour alone', async () => {
    await open();
    await row('studio-1').waitFor();
    expect(await words('studio-1')).toMatch(/^studio-1 本机 0\.4 秒 118\.4 31\.2 2\.3 ms 31 % 412\.0 MB 182 GB 12 3 \+4 ms 2\.0 秒前 已连接 0\.1\.0 8 等待中 ≠ 1 现在$/); // prettier-ignore
    // What studio-2 said of its feed 12 s ago has aged by 12 s since.
    expect(await words('studio-2')).toMatch(/^studio-2 34 秒 0 0 .* 等待 .* 8 试运行 12 秒前$/);
    expect(await words('studio-3')).toMatch(/1\.9 GB 12 18,204 −4\.2 秒 65 分钟前 已连接 0\.1\.0 8 已撤回/);
    expect(await words('studio-4')).toMatch(/未启用 离线，120 分钟前告知$/);
    expect(await row('studio-3').locator('td.wrong-text').count()).toBe(4);
    expect(await row('studio-3').locator('td.wrong-text .level.wrong').count()).toBe(4);
    expect(await row('studio-4').locator('td.wrong-text').count()).toBe(0);
    expect(await seriousProblems(room.page)).toEqual([]);
  });

  test('a version that waits is applied by one key, and the way back names where it leads', async () => {
    await open({ locale: 'en' });
    const section = room.page.getByRole('region', { name: 'Configuration from the cloud side' });
    await section.getByText('Version 8 waits for the end of the show.').waitFor();
    expect(await section.innerText()).toContain('Changed here since: advise.cardsPer10Min');
    await section.getByRole('button', { name: 'Apply now' }).click();
    await section.getByText('The agent starts again.').waitFor();
    await section.getByRole('button', { name: 'Back to version 6' }).click();
    const verbs = () => room.stage.show.calls.map(({ verb }) => verb).filter((verb) => verb === 'fleet.apply' || verb === 'fleet.back'); // prettier-ignore
    await expect.poll(verbs).toEqual(['fleet.apply', 'fleet.back']);
  });

  test('every state says itself in a sentence, and offers only what can be done', async () => {
    await open({ locale: 'en' });
    const { devices } = room.stage.show;
    const { config } = devices.call('fleet.read') as { config: ConfigReport };
    const says = async (part: Partial<typeof config>, sentence: RegExp, apply: boolean, back: boolean) => {
      devices.change({ config: { ...config, drift: [], note: '', before: null, ...part } });
      await room.page.locator('.remote-says', { hasText: sentence }).waitFor();
      const enabled = (name: RegExp) => room.page.getByRole('button', { name }).isEnabled();
      expect([await enabled(/^Apply now/), await enabled(/^Back to/)], String(sentence)).toEqual([apply, back]);
    };
    await says({ state: 'refused', reason: 'agentId: the cloud side may not set it' }, /Version 8 was refused/, false, false); // prettier-ignore
    await room.page.getByText('Why: agentId: the cloud side may not set it').waitFor();
    await says(
      { state: 'on-trial', trialUntilMs: Date.now() + 30_000, before: 0 },
      /on trial for \d+ s more/,
      false,
      true,
    );
    await room.page.getByRole('button', { name: 'Back to the studio’s own' }).waitFor();
    await says({ state: 'rolled-back', reason: 'by the operator' }, /Version 8 was taken back/, false, false);
    await says({ state: 'none', version: null, inForce: null }, /Nothing has come/, false, false);
    devices.change({ config: { ...config, state: 'off', version: null, inForce: null, drift: [], note: '' } });
    await room.page.getByText('uplink.fleetKey names no key').waitFor();
    expect(await room.page.getByRole('button', { name: /^(Apply|Back)/ }).count()).toBe(0);
  });

  test('no one has told of others yet: said; a narrow window keeps the table within itself', async () => {
    room.stage.show.devices.change({ others: [], toldMs: null, problem: 'the broker refuses the subscription to livecue/1/studio-1/fleet' }); // prettier-ignore
    await open({ width: 800, height: 700 });
    await room.page.getByText('接收端还没有告知其他设备').waitFor();
    await room.page.getByText('the broker refuses the subscription').waitFor();
    expect(await room.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(800);
    expect(await seriousProblems(room.page)).toEqual([]);
  });
});
