import { brotliCompressSync, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasGolden, openGolden, SKIP_REASON, TEST_PORTS } from '../../../test/connectors/golden.ts';
import { createDecoder } from './decoder.ts';
import { decodeFrame, encodePacket, type FramePart, OPERATION } from './frame-codec.ts';

/** A packet by the description of the platform, apart from the code under test. */
function packet(version: number, operation: number, body: Uint8Array, { length = 16 + body.length, header = 16 } = {}) {
  const head = new DataView(new ArrayBuffer(16));
  head.setUint32(0, length);
  head.setUint16(4, header);
  head.setUint16(6, version);
  head.setUint32(8, operation);
  head.setUint32(12, 1);
  return Buffer.concat([new Uint8Array(head.buffer), body]);
}
const json = (text: string) => packet(0, 5, Buffer.from(text));
const zlib = (...packets: Buffer[]) => packet(2, 5, deflateSync(Buffer.concat(packets)));
const brotli = (...packets: Buffer[]) => packet(3, 5, brotliCompressSync(Buffer.concat(packets)));
const texts = (parts: readonly FramePart[]) => parts.map((part) => (part.kind === 'message' ? part.text : part.kind));

describe('frames of Bilibili', () => {
  it('keeps the order of packets, plain, packed with zlib and with brotli, nested twice', () => {
    const frame = Buffer.concat([json('1'), brotli(json('2'), zlib(json('3'), json('4'))), json('5'), zlib(json('6'))]);
    expect(texts(decodeFrame(frame))).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('reads nothing that is packed three times, and its neighbours live', () => {
    expect(texts(decodeFrame(Buffer.concat([zlib(zlib(zlib(json('x')))), json('y')])))).toEqual(['malformed', 'y']);
  });

  it('unpacks at most 1 MiB of one message, however it is divided', () => {
    const large = json('0'.repeat(700 * 1024));
    expect(texts(decodeFrame(brotli(large))).map((text) => text.length)).toEqual([700 * 1024]);
    const parts = texts(decodeFrame(Buffer.concat([brotli(large), brotli(large), json('after')])));
    expect(parts.slice(1)).toEqual(['malformed', 'after']);
    expect(texts(decodeFrame(zlib(Buffer.alloc(16 * 1024 * 1024))))).toEqual(['malformed']);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a header', json('x').subarray(0, 10)],
    ['a length of 0', packet(0, 5, Buffer.from('x'), { length: 0 })],
    ['a length below the header', packet(0, 5, Buffer.from('x'), { length: 15 })],
    ['a length beyond the end', packet(0, 5, Buffer.from('x'), { length: 18 })],
    ['a header longer than the packet', packet(0, 5, Buffer.from('x'), { header: 18 })],
    ['a header below 16', packet(0, 5, Buffer.from('x'), { header: 15 })],
    ['a version of tomorrow', packet(4, 5, Buffer.from('x'))],
    ['broken zlib', packet(2, 5, Buffer.from('noise'))],
    ['text that is no UTF-8', packet(0, 5, Buffer.from([0xff, 0xfe]))],
  ])('takes %s as malformed', (_, frame) => {
    expect(texts(decodeFrame(frame))).toEqual(['malformed']);
  });

  it('reads the body from the header length, and what the server answers', () => {
    const longer = packet(0, 5, Buffer.from('\0\0\0\0hi'), { header: 20 });
    expect(texts(decodeFrame(longer))).toEqual(['hi']);
    expect(decodeFrame(packet(1, 8, Buffer.from('{"code":-101}')))).toEqual([{ kind: 'auth', code: -101 }]);
    expect(decodeFrame(packet(1, 8, Buffer.from('no')))).toEqual([{ kind: 'auth', code: null }]);
    expect(decodeFrame(packet(1, 3, Buffer.from([0, 0, 4, 1])))).toEqual([{ kind: 'heartbeat', value: 1025 }]);
    expect(decodeFrame(packet(0, 99, Buffer.from('{}')))).toEqual([{ kind: 'unknown', operation: 99 }]);
  });

  it('reads what it writes, and ends for any bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const frame = encodePacket(OPERATION.message, text);
        expect(frame).toEqual(packet(1, 5, Buffer.from(text)));
        expect(texts(decodeFrame(frame))).toEqual([text]);
      }),
    );
    const lying = fc.tuple(fc.nat(5), fc.nat(9), fc.uint8Array({ maxLength: 40 }), fc.nat(60), fc.nat(30)).map(([version, operation, body, length, header]) => packet(version, operation, body, { length, header }));
    fc.assert(fc.property(fc.array(lying, { maxLength: 4 }), (frames) => void decodeFrame(Buffer.concat(frames))), { numRuns: 500 });
  }); // prettier-ignore
});

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

interface WireFrame {
  readonly case: string;
  readonly dir: string;
  readonly base64: string;
  readonly expect: string;
  readonly messages?: string[];
}

describe('recorded frames of the open platform', () => {
  if (!hasGolden) {
    it.skip(SKIP_REASON, () => {});
    return;
  }
  const folder = openGolden('bilibili-open');
  const frames = folder.lines('frames.jsonl').map((line) => JSON.parse(line) as WireFrame);
  const bytesOf = (frame: WireFrame) => Buffer.from(frame.base64, 'base64');

  it.each(frames.filter(({ dir }) => dir === 'in'))('$case: $expect', (frame) => {
    const parts = decodeFrame(bytesOf(frame));
    // That a body is JSON is the decoder's business: the one that is not counts there.
    const messages = parts.flatMap((part) => (part.kind === 'message' && isJson(part.text) ? [part.text] : []));
    if (frame.messages !== undefined) expect(messages).toEqual(frame.messages);
    const result = createDecoder(folder.setup, TEST_PORTS).decode({ bytes: bytesOf(frame) });
    if (frame.case === 'brotli-with-a-bad-one') expect(result.malformed).toBe(1);
    if (frame.messages !== undefined) expect(result.events).toHaveLength(frame.messages.length);
    else if (frame.expect === 'malformed' || frame.expect === 'unknown') expect(result.outcome).toBe(frame.expect);
    else expect(result.outcome).toBe('control');
  });

  it('writes authentication and heartbeat byte for byte', () => {
    const find = (name: string) => bytesOf(frames.find((frame) => frame.case === name)!);
    expect(encodePacket(OPERATION.heartbeat)).toEqual(find('heartbeat-out'));
    const auth = find('auth-out');
    expect(encodePacket(OPERATION.auth, auth.subarray(16).toString('utf8'))).toEqual(auth);
  });
});
