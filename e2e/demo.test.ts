import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SentMessage } from '@livecue/shared/contract';
import { pairPanel, type PanelPeer } from './panel-peer.ts';
import { eventually, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

describe('the simulated room, from one command', () => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let panel: PanelPeer;
  let readyMs = 0;

  beforeAll(async () => {
    agent = await startAgent([
      '--demo',
      '--data',
      path.join(folder, 'data'),
      '--config',
      writeConfig(folder, { advise: { holdBackShare: 0 } }),
    ]);
    readyMs = Date.now();
    panel = await pairPanel(agent.ready.panel!, agent.ready.code!);
  });
  afterAll(async () => {
    panel.close();
    expect(await agent.end()).toBe(0);
    remove();
  });

  test('shows the first card within 10 s of being up, with its evidence', async () => {
    const card = await eventually('first card', 12_000, () => panel.last()?.stage.active ?? undefined);
    expect(Date.now() - readyMs).toBeLessThan(10_000);
    expect(card.rule).toBe('counted-questions');
    const numbers = card.headline.zh.match(/\d+/g)!.map(Number);
    const known = [...Object.values(card.evidence.counts), ...Object.values(card.evidence.threshold), card.linkNumber];
    for (const number of numbers) expect(known).toContain(number);
    expect(card.expiresMs).toBeGreaterThan(card.raisedMs);
  });

  test('done takes the card from the stage; an unknown card is told so', async () => {
    const card = panel.last()!.stage.active!;
    expect(await panel.call('prompt.done', { promptId: card.promptId })).toEqual({ closed: true });
    await eventually('the stage without the card', 3_000, () =>
      panel.last()!.stage.active?.promptId === card.promptId ? undefined : true,
    );
    expect(await panel.call('prompt.done', { promptId: 'no-such-card' })).toEqual({ closed: false });
  });

  test('rows reach the cloud, and the page shows the exact bytes', async () => {
    const uplink = await eventually('an acknowledged record', 120_000, () => {
      const status = panel.last()!.uplink;
      return status.acknowledged > 0 && status.backlog === 0 ? status : undefined;
    });
    expect(uplink.state).toBe('connected');
    // The first card leaves before the first window of 10 s has closed.
    const messages = await eventually('a window among what left', 30_000, async () => {
      const { messages: sent } = (await panel.call('uplink.sent', { limit: 200 })) as { messages: SentMessage[] };
      return sent.some(({ payload }) => (JSON.parse(payload) as { kind: string }).kind === 'window') ? sent : undefined;
    });
    for (const { payload, bytes } of messages) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(bytes);
  }, 160_000);

  test('a code works once', async () => {
    await expect(pairPanel(agent.ready.panel!, agent.ready.code!)).rejects.toThrow(/pairing answered 40/);
    const { code } = (await panel.call('pairing.create', {})) as { code: string };
    const second = await pairPanel(agent.ready.panel!, code);
    second.close();
  });

  test('a second agent on the same data is refused with the remedy, and harms nothing', async () => {
    const again = startAgent([
      '--demo',
      '--data',
      path.join(folder, 'data'),
      '--config',
      path.join(folder, 'test-config.json'),
    ]);
    await expect(again).rejects.toThrow(/ended with exit code 1[\s\S]*(in use|holds|another)/i);
    expect(panel.last()!.feed.state).toBe('ok');
  });

  test('secrets and the desktop link are readable by their owner alone', async () => {
    const { statSync } = await import('node:fs');
    for (const file of readdirSync(path.join(folder, 'data')).filter((name) => /secrets|panel-link/.test(name))) {
      expect(statSync(path.join(folder, 'data', file)).mode & 0o077, file).toBe(0);
    }
    expect(readFileSync(path.join(folder, 'data', 'secrets.json'), 'utf8')).not.toContain(agent.ready.code!);
  });
});
