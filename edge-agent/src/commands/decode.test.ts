import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHOP_RIGS } from '../../test/connectors/shop-signers.ts';
import type { WireInput } from '../ingest/connector.ts';
import { decode } from './decode.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'livecue-decode-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const line = ({ bytes, ...request }: WireInput) => `${JSON.stringify({ ...request, body: Buffer.from(bytes!).toString('utf8') })}\n`; // prettier-ignore
const paid = (id: string) => SHOP_RIGS.doudian!.sign(`[{"tag":110,"msg_id":"m${id}","data":{"shop_id":7,"p_id":${id},"pay_time":1768480190,"pay_amount":100}}]`); // prettier-ignore

async function run(...args: string[]) {
  const told = { out: '', err: '' };
  const sink = (key: 'out' | 'err') => ({ write: (text: string) => ((told[key] += text), true) }) as unknown as NodeJS.WritableStream; // prettier-ignore
  const io = { stdout: sink('out'), stderr: sink('err'), env: {}, signal: new AbortController().signal };
  return { code: await decode(args, io), ...told };
}

describe('livecue decode', () => {
  it('writes events of signed requests, and names each line that gave none with its reason', async () => {
    const forged = { ...paid('4900000000000000301'), headers: { 'event-sign': '0'.repeat(64) } };
    const lines = [paid('4900000000000000301'), paid('4900000000000000301'), forged, SHOP_RIGS.doudian!.sign('[{')];
    writeFileSync(at('requests.jsonl'), lines.map(line).join(''));
    writeFileSync(at('setup.json'), JSON.stringify(SHOP_RIGS.doudian!.setup));
    const told = await run('--connector', 'doudian', '--in', at('requests.jsonl'), '--out', at('events.jsonl'));
    expect(told.code).toBe(0);
    const events = readFileSync(at('events.jsonl'), 'utf8').trim().split('\n');
    expect(events).toHaveLength(1);
    expect(JSON.parse(events[0]!)).toMatchObject({ specversion: '1.0', id: 'doudian:m4900000000000000301', data: { orderNumber: '4900000000000000301', total: '1.00' } }); // prettier-ignore
    const words = told.err.trim().split('\n').map((each) => each.replace(`${at('requests.jsonl')}:`, '')); // prettier-ignore
    expect(words).toEqual([
      expect.stringMatching(/^2: duplicate: /),
      expect.stringMatching(/^3: rejected: .*signature.* \(answered 401\)$/),
      expect.stringMatching(/^4: malformed: /),
      ' 4 messages, 1 events, 1 duplicate, 1 rejected, 1 malformed',
    ]);
  });

  it('reads folders and .gz, takes the clock of the setup, and ends at a wrong line when it is strict', async () => {
    const { setup, sign } = SHOP_RIGS['standard-webhooks']!;
    mkdirSync(at('in'));
    const good = line(sign('{"type":"live.like.added","data":{"count":1}}'));
    writeFileSync(at('in/a.jsonl.gz'), gzipSync(good));
    writeFileSync(at('in/b.jsonl'), good + line(sign('{"type":"live.like.added","data":{}}')) + good);
    writeFileSync(at('in/setup.json'), JSON.stringify({ ...setup, now: Date.UTC(2026, 0, 15, 12, 30) / 1000 }));
    const call = ['--connector', 'standard-webhooks', '--in', at('in'), '--out', at('out')];
    expect((await run(...call)).code).toBe(0);
    expect(readFileSync(at('out/a.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1);
    expect((await run(...call, '--strict')).code).toBe(1);
  });

  it('keeps the digits of 64-bit ids and the content of lines that are JSON strings', async () => {
    writeFileSync(at('setup.json'), JSON.stringify({ ...SHOP_RIGS.shopify!.setup }));
    const view = '{"id":"p","name":"product_viewed","clientId":"c","data":{"productVariant":{"id":1,"product":{"id":7300000000000000011}}}}'; // prettier-ignore
    writeFileSync(at('pixel.jsonl'), `${view}\n${JSON.stringify(view.replace('"p"', '"q"'))}\n`);
    const told = await run('--connector', 'shopify', '--in', at('pixel.jsonl'), '--out', '-');
    const products = told.out.trim().split('\n').map((each) => (JSON.parse(each) as { data: { product: { productID: string } } }).data.product.productID); // prettier-ignore
    expect(products).toEqual(['7300000000000000011', '7300000000000000011']);
  });

  it('says what is wrong with a call, and never quotes the setup', async () => {
    expect(await run('--connector', 'nobody', '--in', 'a', '--out', 'b')).toMatchObject({ code: 2, err: expect.stringContaining('shopify') }); // prettier-ignore
    expect(await run('--connector', 'shopify')).toMatchObject({ code: 2 });
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Example:') });
    const call = ['--connector', 'shopify', '--in', at('x.jsonl'), '--out', at('y.jsonl')];
    await expect(run(...call)).rejects.toThrow(/x\.jsonl: there is no such file/);
    writeFileSync(at('x.jsonl'), '{}\n');
    await expect(run(...call)).rejects.toThrow(/--setup/);
    writeFileSync(at('setup.json'), '{"secret": "zqx-canary"');
    await expect(run(...call)).rejects.toThrow(/not valid JSON/);
    await expect(run(...call)).rejects.not.toThrow(/zqx-canary/);
    writeFileSync(at('setup.json'), '{"secret": 5}');
    await expect(run(...call)).rejects.toThrow(/Setting up shopify: secret/);
  });
});
