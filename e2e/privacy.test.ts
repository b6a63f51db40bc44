import { createServer, connect, type Server, type Socket } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { PanelResult } from '@livecue/shared/contract';
import { pairPanel } from './panel-peer.ts';
import { eventually, runCommand, startAgent, startCloud, temporaryFolder, writeConfig } from './program.ts';

/** A TCP proxy that keeps every byte of both directions. */
async function wireTap(toPort: number): Promise<{ port: number; bytes: () => Buffer; close: () => void }> {
  const kept: Buffer[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('data', (data) => kept.push(data));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => open.delete(socket));
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    bytes: () => Buffer.concat(kept),
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

test('canaries in comments, names, ids and corrections appear in no byte of the uplink and in no log', async () => {
  const { folder, remove } = temporaryFolder();
  const broker = await startCloud(['broker', '--port', '0']);
  const tap = await wireTap(broker.ready.port);
  const receiver = await startCloud([
    'receiver',
    '--broker',
    `mqtt://127.0.0.1:${broker.ready.port}`,
    '--database',
    path.join(folder, 'database'),
  ]);
  const stranger = await runCommand(['fleet', 'keygen', '--key', path.join(folder, 'key.json')]);
  const config = writeConfig(folder, {
    uplink: {
      brokerUrl: `mqtt://127.0.0.1:${tap.port}`,
      resendAfterMs: 1000,
      kAnonymity: 1,
      fleetKey: stranger.stdout.trim(),
    },
  });
  const stats = path.join(folder, 'stats.json');
  const agent = await startAgent([
    '--data',
    path.join(folder, 'data'),
    '--config',
    config,
    '--stats',
    stats,
    '--log',
    'debug',
  ]);
  try {
    const time = new Date().toISOString();
    const events = Array.from({ length: 40 }, (_, n) => ({
      id: `canary:CANARYID${n}`,
      source: 'live/canary/1',
      type: 'live.comment.created',
      time,
      data: { text: `3号多少钱 CANARYTEXT${n}`, author: { identifier: `CANARYVIEWER${n}`, name: `CANARYNAME${n}` } },
    }));
    const order = { id: 'canary:CANARYORDERID', source: 'shop/canary/1', type: 'shop.order.paid', time, data: { orderNumber: 'CANARYORDER', orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false, total: '10.00', customerRef: 'CANARYBUYER', orderedItem: [{ productID: 'p1', orderQuantity: 1, price: '10.00' }] } }; // prettier-ignore
    const broken =
      '{"id":"canary:x","type":"live.comment.created","source":"live/canary/1","data":{"text":"CANARYBROKEN"}}';
    const body = [...events, order].map((event) => JSON.stringify(event)).join('\n');
    const answer = await fetch(agent.ready.endpoints.http!, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/x-ndjson' },
      body: `${body}\n${broken}`,
    });
    expect(await answer.json()).toMatchObject({ accepted: 41, rejected: [{ line: 42 }] });
    // A corrected comment is stored with its words: on this box, and nowhere else.
    const peer = await pairPanel(agent.ready.panel!, agent.ready.code!);
    const { extent, rows } = (await peer.call('comments.before', { before: 1_000 })) as PanelResult<'comments.before'>;
    expect(rows.map(({ text }) => text)).toContain('3号多少钱 CANARYTEXT7');
    expect(JSON.stringify(rows)).not.toMatch(/CANARY(VIEWER|NAME|ID)/);
    const labels = { intent: 'stock', offensive: true, spam: false, productIds: [] };
    for (const { seq } of rows.slice(0, 3))
      await peer.call('comments.correct', { session: extent.session, seq, labels });
    peer.close();
    const examples = await runCommand(['corrections', '--out', '-', '--data', path.join(folder, 'data')]);
    expect(examples.stdout).toContain('CANARYTEXT');
    expect(examples.stderr).toBe('3 examples written\n');
    await eventually('the window in the cloud', 45_000, () => {
      const { uplink } = JSON.parse(readFileSync(stats, 'utf8')) as {
        uplink: { acknowledged: number; backlog: number };
      };
      const windowLeft = tap.bytes().includes('"ordersPaid":1');
      return windowLeft && uplink.acknowledged > 1 && uplink.backlog === 0 ? uplink : undefined;
    });
    const wire = tap.bytes().toString('latin1');
    expect(wire).toContain('"comments":40');
    expect(wire).toContain('"ordersPaid":1');
    // Beside the records: how the device is, where its configuration stands, and what the receiver tells the studio.
    for (const topic of ['device', 'reported/config', 'desired/config', 'fleet'])
      expect(wire, topic).toContain(`livecue/1/e2e/${topic}`);
    expect(wire).toContain('"commentsPerSecond"');
    expect(wire).not.toMatch(/CANARY/);
    expect(agent.words() + receiver.words() + broker.words()).not.toMatch(/CANARY/);
    const cloudFiles = readdirSync(path.join(folder, 'database'), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile(),
    );
    for (const entry of cloudFiles)
      expect(readFileSync(path.join(entry.parentPath, entry.name)).includes('CANARY'), entry.name).toBe(false);
  } finally {
    await agent.end();
    tap.close();
    await receiver.kill();
    await broker.kill();
    remove();
  }
}, 120_000);
