import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encode } from '@msgpack/msgpack';
import { parseLiveEvent } from '@livecue/shared/event';
import { AgentConfig, Catalogue, UplinkBody } from '@livecue/shared/contract';
import { SHOP_RIGS } from '../../edge-agent/test/connectors/shop-signers.ts';
import { decodeOsc } from '../../edge-agent/src/control/osc-codec.ts';
import { decodeFrame, encodePacket, OPERATION } from '../../edge-agent/src/ingest/bilibili-open/frame-codec.ts';
import { createCanonicalDecoder } from '../../edge-agent/src/ingest/canonical/decoder.ts';
import type { DecodeResult, DecoderPorts } from '../../edge-agent/src/ingest/connector.ts';
import { createBlockReader } from '../../edge-agent/src/ingest/event-stream/block-reader.ts';
import { PLATFORM_DECODERS } from '../../edge-agent/src/ingest/platform-decoders.ts';
import { SHOP_DECODERS } from '../../edge-agent/src/ingest/shops/shop-decoders.ts';
import { decodeHeader } from '../../edge-agent/src/ingest/zmq-header.ts';
import { decodeRecordMessage } from '../../cloud/src/receiver/record-message.ts';
import { COMMAND_TARGETS } from './command-targets.ts';
import { FILE_TARGETS } from './file-targets.ts';
import type { Target } from './fuzz.ts';
import { contract, INGEST, linesOf, NOW_MS, renewed, text, utf8 } from './target-tools.ts';

const PORTS: DecoderPorts = { nowMs: () => NOW_MS, hash: (text) => createHash('sha256').update(text).digest('hex').slice(0, 24), orderReferences: true }; // prettier-ignore

/** What a decoder promises: events that the agent takes, or a reason why there are none. */
function check({ events, outcome }: DecodeResult): void {
  for (const event of events) {
    const parsed = parseLiveEvent(event, NOW_MS);
    if (!parsed.ok) throw new Error(`an event that the agent refuses: ${JSON.stringify(parsed).slice(0, 300)}`);
  }
  if ((events.length === 0) !== (outcome !== undefined)) throw new Error(`${events.length} events with the outcome ${outcome}`); // prettier-ignore
}

function platform(name: string): Target {
  const setup: unknown = JSON.parse(readFileSync(new URL(`${name}/fixtures/setup.json`, INGEST), 'utf8'));
  const cases = linesOf(`${name}/fixtures/cases.jsonl`).map((line) => JSON.parse(line) as { text: string; route?: string });
  const decoder = renewed(() => PLATFORM_DECODERS[name]!(setup, PORTS));
  const routes = [...new Set(cases.map(({ route }) => route))];
  let turn = 0;
  return {
    name: `decoder ${name}`,
    seeds: cases.map((one) => utf8(one.text)),
    run(input) {
      const route = routes[turn++ % routes.length];
      check(decoder().decode({ text: text(input), route }));
      if (turn % 4 === 0) check(decoder().decode({ bytes: input, route }));
    },
  };
} // prettier-ignore

/** Bodies signed as the platform does: what lies behind the signature is what is tried here. */
function shop(name: string): Target {
  const rig = SHOP_RIGS[name]!;
  const cases = linesOf(`shops/${name}/fixtures/messages.jsonl`).map((line) => JSON.parse(line) as { body: string; headers?: Record<string, string> });
  const decoder = renewed(() => SHOP_DECODERS[name]!(rig.setup, PORTS));
  const headers = cases.map((one) => one.headers);
  let turn = 0;
  return {
    name: `signed requests of ${name}`,
    seeds: cases.map(({ body }) => utf8(body)),
    run(input) {
      const signed = rig.sign(text(input), headers[turn++ % headers.length]);
      check(decoder().decode(signed));
      // And without a right signature: nothing may come of it.
      const forged = decoder().decode({ ...signed, bytes: Buffer.concat([signed.bytes ?? Buffer.alloc(0), Buffer.of(32)]) });
      if (forged.events.length > 0) throw new Error('events of a request whose signature is wrong');
    },
  };
} // prettier-ignore

const COMMENT = { id: 'a:1', source: 'live/demo/1', type: 'live.comment.created', time: '2026-01-15T12:29:59.500Z', data: { text: '几号链接', author: { identifier: 'v' } } }; // prettier-ignore
const ORDER = { id: 'a:2', source: 'shop/demo/1', type: 'shop.order.paid', time: '2026-01-15T12:29:59.500Z', data: { orderNumber: '9007199254740993', orderStatus: 'OrderProcessing', partial: false, total: '12.50', priceCurrency: 'CNY', customerRef: 'b', orderedItem: [{ productID: 'p1', orderQuantity: 2, price: '6.25' }] } }; // prettier-ignore

function canonical(encoding: 'json' | 'jsonl' | 'msgpack'): Target {
  const decode = createCanonicalDecoder({ maxClockSkewMs: 300_000, maxFrameBytes: 4 * 1024 * 1024 });
  const good = [COMMENT, ORDER, [COMMENT, ORDER]];
  const seeds = encoding === 'msgpack' ? good.map((value) => encode(value)) : good.map((value) => utf8(encoding === 'json' ? JSON.stringify(value) : [value].flat().map((one) => JSON.stringify(one)).join('\n')));
  return {
    name: `canonical events, ${encoding}`,
    seeds,
    run: (bytes) => void decode({ sourceName: 'fuzz', ingestTimeMs: NOW_MS, encoding, bytes }),
  };
} // prettier-ignore

const WINDOW = { kind: 'window', roomId: 'main', windowStartMs: NOW_MS, windowLengthMs: 10_000, revision: 1, group: { kind: 'room' }, counts: { events: 3, comments: 2 } }; // prettier-ignore

const RECORD: Target = {
  name: 'records at the receiver',
  seeds: [
    utf8(JSON.stringify(WINDOW)),
    utf8(JSON.stringify({ ...WINDOW, group: { kind: 'product', productId: 'p1' } })),
  ],
  run(payload) {
    for (const topic of ['livecue/1/studio-1/records', 'livecue/1//records', text(payload).slice(0, 80)])
      decodeRecordMessage({ topic, payload, userProperties: { epoch: '1', seq: text(payload).slice(0, 12), v: '1' } });
  },
};

const FRAMES: Target = {
  name: 'frames of bilibili',
  seeds: [encodePacket(OPERATION.authAnswer, '{"code":0}'), encodePacket(OPERATION.message, '{"cmd":"X"}'), encodePacket(OPERATION.heartbeatAnswer, '\0\0\0\x01'), Buffer.concat([encodePacket(OPERATION.auth), encodePacket(OPERATION.message, '{}')])],
  run: (bytes) => void decodeFrame(bytes),
}; // prettier-ignore

const OSC: Target = {
  name: 'OSC packets',
  seeds: [utf8('/livecue/done\0\0\0,s\0\0tok\0'), utf8('/livecue/hold\0\0\0,i\0\0\0\0\0\x01'), utf8('#bundle\0\0\0\0\0\0\0\0\x01\0\0\0\x0c/a\0\0,i\0\0\0\0\0\x01')],
  run: (bytes) => void decodeOsc(bytes),
}; // prettier-ignore

const BLOCKS: Target = {
  name: 'server-sent events',
  seeds: [utf8('id: 1\nevent: a\ndata: {"a":1}\n\n'), utf8(':hi\r\n\r\nretry: 100\rdata\r\r')],
  run(input) {
    const reader = createBlockReader(64 * 1024);
    const all = text(input);
    const middle = Math.floor(all.length / 2);
    reader.push(all.slice(0, middle));
    reader.push(all.slice(middle));
  },
};

const HEADER: Target = {
  name: 'headers of ZeroMQ frames',
  seeds: [utf8('{"source":"room","sequence":1,"encoding":"json"}')],
  run: (bytes) => void decodeHeader(bytes),
};

/** All readers of what comes from outside. */
export const TARGETS: readonly Target[] = [
  ...Object.keys(PLATFORM_DECODERS).map(platform),
  ...Object.keys(SHOP_DECODERS).map(shop),
  ...(['json', 'jsonl', 'msgpack'] as const).map(canonical),
  contract('configuration', AgentConfig, [AgentConfig.parse({}), { ingest: { httpPort: 1 }, connectors: [{ name: 'a', connector: 'twitch', settings: {} }] }]),
  contract('catalogue', Catalogue, [{ version: 1, products: [] }]),
  contract('uplink', UplinkBody, [WINDOW]),
  RECORD,
  FRAMES,
  OSC,
  BLOCKS,
  HEADER,
  ...FILE_TARGETS,
  ...COMMAND_TARGETS,
]; // prettier-ignore
