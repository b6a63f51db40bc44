import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pairPanel, type PanelPeer } from './panel-peer.ts';
import {
  eventually,
  runCommand,
  startAgent,
  temporaryFolder,
  writeConfig,
  type Program,
  type Ready,
} from './program.ts';

const comment = (id: string, over: Record<string, unknown> = {}) => ({
  id: `bad:${id}`,
  source: 'live/bad/1',
  type: 'live.comment.created',
  time: new Date().toISOString(),
  data: { text: '多少钱', author: { identifier: `v${id}` } },
  ...over,
});

describe('bad input is told, counted, and loses nothing that was accepted', () => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let panel: PanelPeer;

  beforeAll(async () => {
    const config = writeConfig(folder, { uplink: { enabled: false } });
    agent = await startAgent(['--data', path.join(folder, 'data'), '--config', config]);
    panel = await pairPanel(agent.ready.panel!, agent.ready.code!);
  });
  afterAll(async () => {
    panel.close();
    expect(await agent.end()).toBe(0);
    remove();
  });

  const post = async (body: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(agent.ready.endpoints.http!, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${agent.ready.ingestToken}`,
        'content-type': 'application/x-ndjson',
        ...headers,
      },
      body,
    });
    return { status: answer.status, told: await answer.text() };
  };
  const health = (name: string) =>
    eventually(`health item ${name}`, 5_000, () => panel.last()?.health.find((item) => item.name === name));

  test('a malformed line between good ones: the reply names the line, the good ones count', async () => {
    const { status, told } = await post(
      [JSON.stringify(comment('1')), '{"id": broken', JSON.stringify(comment('2'))].join('\n'),
    );
    expect(status).toBe(202);
    expect(JSON.parse(told)).toMatchObject({ accepted: 2, rejected: [{ line: 2, reason: 'malformed' }] });
    expect((await health('malformed')).text.en).toContain('1');
    await eventually('both good lines counted', 5_000, () =>
      panel.last()?.counters.admitted === 2 ? true : undefined,
    );
  });

  test('a 10 MB comment is refused with the limit; its words are nowhere', async () => {
    const secret = 'KANARIE'.repeat(1_500_000);
    const { status, told } = await post(
      JSON.stringify(comment('3', { data: { text: secret, author: { identifier: 'v3' } } })),
    );
    expect(status).toBe(413);
    expect(told).toMatch(/\d/);
    expect(told + agent.words()).not.toContain('KANARIE');
    expect((await health('too-large')).text.en).toContain('1');
  });

  test('a wrong token is refused with the remedy', async () => {
    const { status, told } = await post(JSON.stringify(comment('4')), { authorization: 'Bearer wrong' });
    expect(status).toBe(401);
    expect(told).toMatch(/secrets\.json|token/i);
    expect((await health('refused-token')).text.en).toContain('1');
  });

  test('a clock 3 h ahead is refused by name and remedy, a clock 3 h behind is counted as late', async () => {
    const hours = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString();
    const ahead = await post(JSON.stringify(comment('5', { time: hours(3) })));
    expect(ahead.told).toMatch(/from-the-future/);
    expect(ahead.told).toMatch(/3 h|180 min|10[78]\d\d/);
    expect((await health('from-the-future')).remedy?.en).toMatch(/clock/i);
    const behind = await post(JSON.stringify(comment('6', { time: hours(-3) })));
    expect(behind.status).toBe(202);
    expect((await health('late')).remedy?.en).toMatch(/clock/i);
  });

  test('an unknown kind is counted apart from what cannot be read', async () => {
    const { told } = await post(
      `${JSON.stringify(comment('7', { type: 'live.dance.started' }))}\n${JSON.stringify(comment('8'))}`,
    );
    expect(JSON.parse(told)).toMatchObject({ accepted: 1, rejected: [{ line: 1, reason: 'unknown-kind' }] });
    expect((await health('unknown-kind')).text.en).toContain('1');
  });

  test('a port in use ends the start with the port and the key to change', async () => {
    const other = temporaryFolder();
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const config = writeConfig(other.folder, {
      uplink: { enabled: false },
      panel: { httpPort: port, zmqPubPort: 0, zmqCallPort: 0 },
    });
    const { code, stderr } = await runCommand(['start', '--data', path.join(other.folder, 'data'), '--config', config]);
    taken.close();
    other.remove();
    expect(code).toBe(1);
    expect(stderr).toContain(String(port));
    expect(stderr).toMatch(/panel\.httpPort/);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('a configuration with an unknown key names the key; a broken one names the file', async () => {
    const other = temporaryFolder();
    const file = path.join(other.folder, 'config.json');
    writeFileSync(file, '{"ingest": {"htpPort": 1}}');
    const wrongKey = await runCommand(['start', '--data', path.join(other.folder, 'data'), '--config', file]);
    expect(wrongKey.code).toBe(1);
    expect(wrongKey.stderr).toContain('htpPort');
    writeFileSync(file, '{"ingest": ');
    const broken = await runCommand(['start', '--data', path.join(other.folder, 'data'), '--config', file]);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain(file);
    other.remove();
  });

  test('a wrong call exits with 2 and shows the help', async () => {
    for (const args of [
      ['start', '--sauce'],
      ['replay'],
      ['replay', 'x.jsonl', '--speed', '99'],
      ['simulate', '--minutes', 'x'],
      ['fly'],
    ]) {
      const { code, stderr } = await runCommand(args);
      expect(code, args.join(' ')).toBe(2);
      expect(stderr).toContain('livecue');
    }
    const missing = await runCommand(['replay', '/nowhere/show.jsonl']);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('/nowhere/show.jsonl');
  });
});
