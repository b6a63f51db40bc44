import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PanelResult, PanelState } from '@livecue/shared/contract';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
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

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** An order as a shop sends it, now. */
const order = (n: number) => ({
  specversion: '1.0', id: `order-${n}`, source: 'shop/e2e/main', type: 'shop.order.paid', time: new Date().toISOString(),
  data: { orderNumber: `2026-${n}`, orderStatus: 'OrderProcessing', partial: false, priceCurrency: 'CNY', total: '59.00', orderedItem: [{ productID: 'LC-101', orderQuantity: 1, price: '59.00' }] },
}); // prettier-ignore

describe('a rehearsal beside a live room', () => {
  const { folder, remove } = temporaryFolder();
  const data = path.join(folder, 'data');
  const show = path.join(data, 'recordings/昨晚.jsonl.gz');
  let agent: Program<Ready>;
  let panel: PanelPeer;

  const read = async () => (await panel.call('rehearsal.read', {})) as PanelResult<'rehearsal.read'>;
  const look = async () => ((await panel.call('rehearsal.look', {})) as { state: PanelState | null }).state;
  const now = () => panel.last()?.rehearsal;
  let sent = 0;
  const send = async (count: number) => {
    const lines = Array.from({ length: count }, () => JSON.stringify(order(sent++))).join('\n');
    const answer = await fetch(new URL('/events', agent.ready.endpoints.http), {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/x-ndjson' },
      body: lines,
    });
    expect(answer.status, await answer.text()).toBeLessThan(300);
  };

  beforeAll(async () => {
    mkdirSync(path.dirname(show), { recursive: true });
    const made = await runCommand(['simulate', '--seed', '7', '--minutes', '5', '--profile', 'demo', '--out', show, '--catalogue-out', path.join(folder, 'catalogue.json')]); // prettier-ignore
    expect(made.code, made.stderr).toBe(0);
    rmSync(`${show}.truth.jsonl`);
    agent = await startAgent(['--data', data, '--config', writeConfig(folder), '--catalogue', path.join(folder, 'catalogue.json'), '--source', 'http']); // prettier-ignore
    panel = await pairPanel(agent.ready.panel!, agent.ready.code!);
  });
  afterEach(() => panel.call('rehearsal.stop', {}));
  afterAll(async () => {
    panel.close();
    await agent.kill();
    remove();
  });

  test('plays a recording at 50× with the cards of `livecue replay`, while the live room takes orders', async () => {
    expect((await read()).recordings.map(({ name }) => name)).toEqual(['昨晚.jsonl.gz']);
    const { rehearsalId } = (await panel.call('rehearsal.start', { from: { kind: 'recording', name: '昨晚.jsonl.gz' }, speed: 50 })) as { rehearsalId: string }; // prettier-ignore
    await eventually('the rehearsal runs', 60_000, () => (now()?.phase === 'running' ? true : undefined));
    await panel.call('rehearsal.control', { onHosts: true });
    await eventually('host screens show it', 10_000, () => now()?.onHosts || undefined);
    expect((await eventually('its state', 20_000, async () => (await look()) ?? undefined)).mode).toBe('replay');
    expect(panel.last()!.mode).toBe('live');
    await expect(panel.call('rehearsal.start', { from: { kind: 'recording', name: '昨晚.jsonl.gz' }, speed: 1 })).rejects.toThrow('runs already'); // prettier-ignore

    // Live orders meanwhile: all of them are taken, the operator is told, host screens are back.
    await send(40);
    const told = await eventually('the operator is told', 10_000, () => (now()?.liveMs == null ? undefined : now()));
    expect(told.onHosts).toBe(false);
    await expect(panel.call('rehearsal.control', { onHosts: true })).rejects.toThrow('Live events are coming in');
    await eventually('all orders are counted', 10_000, () =>
      panel.last()!.ordersLastHour === sent ? true : undefined,
    );

    const past = await eventually('it is over', 90_000, async () => (await read()).past.find((one) => one.rehearsalId === rehearsalId)); // prettier-ignore
    expect(past).toMatchObject({ rehearsalId, problem: null, report: true, check: { refused: {} } });
    await eventually('screens hear of it', 10_000, () => (now() === undefined ? true : undefined));
    const out = path.join(folder, 'replayed');
    const replayed = await runCommand(['replay', show, '--catalogue', path.join(folder, 'catalogue.json'), '--out', out]); // prettier-ignore
    expect(replayed.code, replayed.stderr).toBe(0);
    const prompts = readFileSync(path.join(data, 'rehearsals', rehearsalId, 'prompts.jsonl'), 'utf8');
    expect(prompts).toBe(readFileSync(path.join(out, 'prompts.jsonl'), 'utf8'));
    expect(past.cards).toBeGreaterThan(2);

    // Nothing of it is in the live room: neither its orders, nor its cards, nor a record, nor a byte for the cloud.
    expect(panel.last()!.ordersLastHour).toBe(sent);
    expect(panel.last()!.counters['admitted']).toBe(sent);
    expect(panel.states.every(({ stage }) => stage.active === null)).toBe(true);
    expect(((await panel.call('shows.list', {})) as { shows: unknown[] }).shows).toEqual([]);
    const { messages } = (await panel.call('uplink.sent', { limit: 200 })) as { messages: { payload: string }[] };
    expect(messages.filter(({ payload }) => payload.includes('"comments":') && !payload.includes('"comments":0'))).toEqual([]); // prettier-ignore
    const report = (await panel.call('report.read', { of: 'rehearsal', id: rehearsalId, file: 'report.zh.html' })) as { text: string }; // prettier-ignore
    expect(report.text).toContain('class="mode"');
    expect(((await panel.call('rehearsal.remove', { rehearsalId })) as { removed: boolean }).removed).toBe(true);
    expect(readdirSync(path.join(data, 'rehearsals'))).toEqual([]);
  });

  test('a file is uploaded in pieces, its bad lines are counted, a name that is taken stays whose it is, and it is removed', async () => {
    const bytes = Buffer.from('no event\n{"neither":true}\n');
    const upload = async (uploadId: string) => {
      for (let at = 0; at < bytes.length; at += 10) {
        await panel.call('rehearsal.upload', { uploadId, name: 'bad.jsonl', totalBytes: bytes.length, offset: at, chunk: bytes.subarray(at, at + 10).toString('base64') }); // prettier-ignore
      }
    };
    await upload('0'.repeat(32));
    await upload('1'.repeat(32));
    const names = (await read()).recordings.map(({ name }) => name);
    expect(names).toContain('bad.jsonl');
    expect(names).toContain('bad 2.jsonl');
    const { rehearsalId } = (await panel.call('rehearsal.start', { from: { kind: 'recording', name: 'bad.jsonl' }, speed: 1 })) as { rehearsalId: string }; // prettier-ignore
    const past = await eventually('it is over', 60_000, async () => (await read()).past.find((one) => one.rehearsalId === rehearsalId)); // prettier-ignore
    expect(past).toMatchObject({ problem: { kind: 'no-events' }, check: { events: 0, refused: { malformed: 2 } }, report: false }); // prettier-ignore
    expect(past.check.lines.map(({ line }) => line)).toEqual([1, 2]);
    await expect(panel.call('rehearsal.start', { from: { kind: 'recording', name: 'gone.jsonl' }, speed: 1 })).rejects.toThrow('There is no recording'); // prettier-ignore
    expect(await panel.call('recording.remove', { name: 'bad.jsonl' })).toEqual({ removed: true });
    expect(existsSync(path.join(data, 'recordings/bad.jsonl'))).toBe(false);
  });

  test('a simulated room is paused, changed in speed, acted in and stopped; a host’s device may act and read no words', async () => {
    await panel.call('rehearsal.start', { from: { kind: 'simulated', profile: 'demo', seed: 1, minutes: 60, ownProducts: true }, speed: 20 }); // prettier-ignore
    const { code } = (await panel.call('pairing.create', { role: 'host' })) as { code: string };
    const host = await pairPanel(agent.ready.panel!, code);
    const card = await eventually('a card', 60_000, async () => (await look())?.stage.active ?? undefined);
    await panel.call('rehearsal.control', { paused: true });
    await eventually('it stands', 10_000, () => (now()?.phase === 'paused' ? true : undefined));
    expect((await look())?.mode).toBe('simulated');
    const rehearsed = (verb: string, args: unknown) => ({ verb, args });
    expect(await host.call('rehearsal.call', rehearsed('prompt.done', { promptId: card.promptId }))).toBeDefined();
    await expect(host.call('rehearsal.call', rehearsed('comments.after', { after: 0, revision: 0 }))).rejects.toThrow('forbidden'); // prettier-ignore
    await expect(host.call('rehearsal.stop', {})).rejects.toThrow('forbidden');
    await expect(panel.call('rehearsal.call', rehearsed('comments.after', { after: -1, revision: 0 }))).rejects.toThrow('bad-request'); // prettier-ignore
    const { result } = (await panel.call('rehearsal.call', rehearsed('comments.after', { after: 0, revision: 0, limit: 5 }))) as { result: { rows: unknown[] } }; // prettier-ignore
    expect(result.rows.length).toBeGreaterThan(0);
    await panel.call('rehearsal.control', { paused: false, speed: 50 });
    await eventually('it goes on', 10_000, () => (now()?.phase === 'running' && now()?.speed === 50 ? true : undefined)); // prettier-ignore
    await panel.call('rehearsal.stop', {});
    expect((await read()).past[0]).toMatchObject({ problem: null, report: true });
    host.close();
  });

  test('the page of a report opens with the device’s cookie alone', async () => {
    const { rehearsalId } = (await read()).past[0]!;
    const page = new URL(`/rehearsals/${rehearsalId}/report.en.html`, agent.ready.panel!);
    expect((await fetch(page)).status).toBe(403);
  });

  test('when the agent is killed the rehearsal ends with it, and the next agent says what became of it', async () => {
    await panel.call('rehearsal.start', { from: { kind: 'simulated', profile: 'demo', seed: 1, minutes: 60, ownProducts: true }, speed: 1 }); // prettier-ignore
    await eventually('it runs', 60_000, () => (now()?.phase === 'running' ? true : undefined));
    const pid = Number(/in a process of its own \((\d+)\)\n(?![\s\S]*in a process of its own)/.exec(agent.words())![1]);
    process.kill(pid, 0);
    await agent.kill();
    await eventually('its process is gone', 20_000, () => {
      try {
        process.kill(pid, 0);
        return undefined;
      } catch {
        // ESRCH: there is no such process any more.
        return true;
      }
    });
    writeFileSync(path.join(data, 'recordings', `.${'2'.repeat(32)}.part`), 'cut off');
    agent = await startAgent(['--data', data, '--config', writeConfig(folder), '--catalogue', path.join(folder, 'catalogue.json'), '--source', 'http']); // prettier-ignore
    panel = await pairPanel(agent.ready.panel!, agent.ready.code!);
    expect((await read()).past[0]).toMatchObject({ problem: { kind: 'agent-ended' } });
    expect(readdirSync(path.join(data, 'recordings')).filter((name) => name.endsWith('.part'))).toEqual([]);
    // What was accepted before the kill is there.
    await eventually('the orders are there', 20_000, () => (panel.last()?.ordersLastHour === sent ? true : undefined));
  });
});
