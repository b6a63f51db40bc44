import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawFrame } from '../../ports.ts';
import { createCanonicalDecoder, MAX_EVENTS_PER_FRAME } from './decoder.ts';
import { scanMsgpack } from './msgpack-scan.ts';

const NOW = Date.UTC(2026, 0, 15, 12, 10);
const SKEW = 300_000;
const decode = createCanonicalDecoder({ maxClockSkewMs: SKEW, maxFrameBytes: 4 * 1024 * 1024 });

function frame(encoding: RawFrame['encoding'], bytes: string | Uint8Array): RawFrame {
  return {
    sourceName: 'test',
    ingestTimeMs: NOW,
    encoding,
    bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
  };
}

const comment = (id: string, text = 'hello') => ({
  id, source: 'live/demo/1', type: 'live.comment.created', time: '2026-01-15T12:09:59.500Z', data: { text, author: { identifier: 'v' } },
}); // prettier-ignore
const ids = (decoded: ReturnType<typeof decode>) => decoded.events.map((event) => event.id);

describe('canonical decoder', () => {
  it.each(['json', 'msgpack'] as const)('reads one event or an array of events as %s', (encoding) => {
    const bytes = (value: unknown) => (encoding === 'json' ? Buffer.from(JSON.stringify(value)) : encode(value));
    expect(ids(decode(frame(encoding, bytes(comment('a:1')))))).toEqual(['a:1']);
    const several = decode(frame(encoding, bytes([comment('a:1'), comment('a:2', '几号链接'), comment('a:3')])));
    expect(ids(several)).toEqual(['a:1', 'a:2', 'a:3']);
    expect(several.events[1]).toMatchObject({ ingestTimeMs: NOW, eventTimeMs: NOW - 500, data: { text: '几号链接' } });
    expect(decode(frame(encoding, bytes([])))).toMatchObject({ events: [], rejects: [] });
  });

  it('reads lines, skips blank ones, tolerates a byte order mark and CRLF, and numbers the bad ones', () => {
    const text = `\uFEFF${JSON.stringify(comment('a:1'))}\r\n\n  \r\nnot json\n${JSON.stringify(comment('a:2'))}\n{"type":"live.like.added"}`;
    const decoded = decode(frame('jsonl', text));
    expect(ids(decoded)).toEqual(['a:1', 'a:2']);
    expect(decoded.rejects).toEqual([
      { line: 4, reason: 'malformed', detail: expect.stringContaining('not valid JSON') },
      { line: 6, reason: 'malformed', detail: expect.stringContaining('id:') },
    ]);
  });

  it('keeps the neighbours of a line that is not UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from(`${JSON.stringify(comment('a:1'))}\n`),
      Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]),
      Buffer.from(JSON.stringify(comment('a:2', '好'))),
    ]);
    const decoded = decode(frame('jsonl', bytes));
    expect(ids(decoded)).toEqual(['a:1', 'a:2']);
    expect(decoded.rejects).toEqual([{ line: 2, reason: 'malformed', detail: 'the bytes are not valid UTF-8' }]);
  });

  it('keeps the neighbours of a MessagePack event that is not readable', () => {
    const badText = encode(comment('a:2', 'XXXX'));
    badText.set([0xff, 0xff, 0xff, 0xff], Buffer.from(badText).indexOf('XXXX'));
    const badKey = Uint8Array.from([0x81, 0xc0, 0x01]);
    const parts = [encode(comment('a:1')), badText, badKey, encode(comment('a:4'))];
    const decoded = decode(frame('msgpack', Buffer.concat([Uint8Array.from([0x94]), ...parts])));
    expect(ids(decoded)).toEqual(['a:1', 'a:4']);
    expect(decoded.rejects.map(({ line, reason }) => [line, reason])).toEqual([[2, 'malformed'], [3, 'malformed']]); // prettier-ignore
    const cut = decode(frame('msgpack', encode([comment('a:1'), comment('a:2')]).subarray(0, -5)));
    expect(ids(cut)).toEqual(['a:1']);
    expect(cut.rejects).toEqual([{ line: 2, reason: 'malformed', detail: expect.stringContaining('ends before') }]);
    const two = decode(frame('msgpack', Buffer.concat([encode(comment('a:1')), encode(comment('a:2'))])));
    expect(ids(two)).toEqual(['a:1']);
    expect(two.rejects[0]?.detail).toContain('one MessagePack array');
  });

  it('keeps every digit of ids that are written as numbers', () => {
    const order = (id: string) =>
      `{"id":${id},"source":"shop/x/1","type":"shop.order.paid","sequence":18446744073709551615,"data":{"orderNumber": ${id},"orderStatus":"OrderProcessing","priceCurrency":"CNY","partial":false,"total":"9.90","orderedItem":[{"productID":${id},"orderQuantity":2}],"customerRef":7}}`;
    for (const id of ['9007199254740993', '7300000000000000011', '18446744073709551615', '9007199254740991', '42']) {
      const decoded = decode(frame('jsonl', order(id)));
      expect(decoded.rejects).toEqual([]);
      expect(decoded.events[0]).toMatchObject({ id, data: { orderNumber: id, customerRef: '7', orderedItem: [{ productID: id, orderQuantity: 2 }] } }); // prettier-ignore
    }
    const packed = encode({ ...comment('x'), id: 2n ** 63n + 1n, data: { text: 'x', author: { identifier: 9007199254740993n } } }, { useBigInt64: true }); // prettier-ignore
    expect(decode(frame('msgpack', packed)).events[0]).toMatchObject({ id: '9223372036854775809', data: { author: { identifier: '9007199254740993' } } }); // prettier-ignore
    const removal =
      '{"id":"a:1","source":"live/x/1","type":"live.comment.deleted","data":{"identifier":[9007199254740993,"m"]}}';
    expect(decode(frame('json', removal)).events[0]).toMatchObject({ data: { identifier: ['9007199254740993', 'm'] } });
  });

  it('takes 64-bit MessagePack counts as numbers and refuses ids that have lost digits', () => {
    const like = { id: 'a:1', source: 'live/x/1', type: 'live.like.added', data: { count: 12n } };
    expect(decode(frame('msgpack', encode(like, { useBigInt64: true }))).events[0]).toMatchObject({
      data: { count: 12 },
    });
    expect(decode(frame('json', '{"id":1e25,"source":"live/x/1","type":"live.like.added","data":{"count":1}}')).rejects).toMatchObject([{ reason: 'malformed', detail: expect.stringContaining('id:') }]); // prettier-ignore
  });

  it('refuses what is further ahead than the allowed skew, and says by how much', () => {
    const at = (ms: number) => JSON.stringify({ ...comment('a:1'), time: new Date(ms).toISOString() });
    expect(ids(decode(frame('json', at(NOW + SKEW))))).toEqual(['a:1']);
    expect(decode(frame('json', at(NOW + 412_000))).rejects).toEqual([
      { line: 1, reason: 'from-the-future', detail: expect.stringMatching(/412 s ahead.*300 s.*clocks/) },
    ]);
  });

  it('refuses frames and texts that are too large, naming the limit', () => {
    const huge = JSON.stringify(comment('a:1', '价'.repeat(10 * 1024 * 1024)));
    expect(decode(frame('json', huge)).rejects).toEqual([{ line: 1, reason: 'too-large', detail: expect.stringContaining('4194304') }]); // prettier-ignore
    const long = JSON.stringify(comment('a:1', '价'.repeat(100_000)));
    expect(decode(frame('json', long)).rejects).toEqual([{ line: 1, reason: 'malformed', detail: expect.stringContaining('10000') }]); // prettier-ignore
    for (const bad of [frame('jsonl', '0\n'.repeat(MAX_EVENTS_PER_FRAME + 1)), frame('json', `[${'0,'.repeat(MAX_EVENTS_PER_FRAME)}0]`), frame('msgpack', encode(new Array(MAX_EVENTS_PER_FRAME + 1).fill(0)))]) {
      expect(decode(bad).rejects).toEqual([{ line: 1, reason: 'too-large', detail: expect.stringContaining('100000') }]);
    }
  }); // prettier-ignore

  it('survives deep nesting, hostile keys and MessagePack lengths that promise gigabytes', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    for (const text of [
      deep,
      `{"id":${deep}}`,
      `[1234567890123456789,${deep}]`,
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    ]) {
      expect(decode(frame('json', text)).events).toEqual([]);
      expect(decode(frame('jsonl', text)).rejects).toHaveLength(1);
    }
    const hostile = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${JSON.stringify(comment('a:1')).slice(1)}`;
    expect(ids(decode(frame('json', hostile)))).toEqual(['a:1']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    const claims = new Uint8Array(1_000_000).fill(0xdd);
    for (let i = 1; i < claims.length; i += 5) claims.set([0, 0x0f, 0x42, 0x40], i);
    const before = process.memoryUsage().heapUsed;
    expect(decode(frame('msgpack', claims)).events).toEqual([]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
    expect(decode(frame('msgpack', new Uint8Array(200_000).fill(0x91))).events).toEqual([]);
  });

  it('never repeats what was sent in a detail', () => {
    const words = 'zqxcanary';
    const json = JSON.stringify(comment('a:1', words));
    const bad = [
      ...[json.slice(0, -3), json.replace('"text":"', '"text":'), json.replace('live.comment.created', words), json.replace('"v"', `{"${words}":1}`)].map((t) => frame('jsonl', t)),
      frame('msgpack', encode([{ [words]: words }, comment('a:1', words)]).subarray(0, -3)),
    ];
    for (const each of bad) {
      const { rejects } = decode(each);
      expect(rejects.length).toBeGreaterThan(0);
      expect(JSON.stringify(rejects)).not.toContain(words);
    }
  }); // prettier-ignore

  it('answers for any bytes: every event or line is taken or refused, and nothing is thrown', () => {
    const encodings = fc.constantFrom('json' as const, 'jsonl' as const, 'msgpack' as const);
    fc.assert(
      fc.property(encodings, fc.uint8Array({ maxLength: 400 }), (encoding, bytes) => {
        const decoded = decode(frame(encoding, bytes));
        expect(decoded.events).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    const whole = encode([comment('a:1'), comment('a:2', '好')]);
    const text = Buffer.from(`${JSON.stringify(comment('a:1'))}\n${JSON.stringify(comment('a:2', '好'))}`);
    const damage = fc.array(fc.tuple(fc.nat({ max: 1000 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.boolean(), damage, (packed, changes) => {
        const bytes = Uint8Array.from(packed ? whole : text);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const decoded = decode(frame(packed ? 'msgpack' : 'jsonl', bytes));
        expect(decoded.events.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('MessagePack scan', () => {
  it('ends where the encoder ended, for any value', () => {
    const value = fc.anything({ values: [fc.string({ unit: 'binary', maxLength: 300 }).map((s) => s.toWellFormed()), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.uint8Array({ maxLength: 300 }), fc.date({ noInvalidDate: true })], withNullPrototype: false, maxKeys: 20 });
    fc.assert(
      fc.property(value, fc.nat({ max: 5 }), (content, offset) => {
        const packed = encode(content);
        const bytes = Buffer.concat([new Uint8Array(offset), packed, new Uint8Array(3)]);
        expect(scanMsgpack(bytes, offset)).toEqual({ end: offset + packed.length, textValid: true });
        if (packed.length > 1) expect(scanMsgpack(packed.subarray(0, -1), 0)).toBeNull();
      }),
      { numRuns: 1000 },
    );
  }); // prettier-ignore

  it('knows every head of the format, the wide ones too', () => {
    const heads: [number[], number][] = [
      [[0xcc, 1], 2], [[0xcd, 1, 2], 3], [[0xce, 1, 2, 3, 4], 5], [[0xcf, 1, 2, 3, 4, 5, 6, 7, 8], 9],
      [[0xd0, 1], 2], [[0xd1, 1, 2], 3], [[0xd2, 1, 2, 3, 4], 5], [[0xd3, 1, 2, 3, 4, 5, 6, 7, 8], 9],
      [[0xca, 1, 2, 3, 4], 5], [[0xcb, 1, 2, 3, 4, 5, 6, 7, 8], 9],
      [[0xd4, 1, 2], 3], [[0xd5, 1, 2, 3], 4], [[0xd6, 1, 2, 3, 4, 5], 6], [[0xd7, 1, ...Array(8).fill(0)], 10], [[0xd8, 1, ...Array(16).fill(0)], 18],
      [[0xc7, 2, 1, 9, 9], 5], [[0xc8, 0, 1, 1, 9], 5], [[0xc9, 0, 0, 0, 1, 1, 9], 7],
      [[0xc4, 1, 9], 3], [[0xc5, 0, 1, 9], 4], [[0xc6, 0, 0, 0, 1, 9], 6],
      [[0xd9, 1, 65], 3], [[0xda, 0, 1, 65], 4], [[0xdb, 0, 0, 0, 1, 65], 6],
      [[0xdc, 0, 1, 5], 4], [[0xdd, 0, 0, 0, 1, 5], 6], [[0xde, 0, 1, 5, 5], 5], [[0xdf, 0, 0, 0, 1, 5, 5], 7],
    ];
    for (const [bytes, end] of heads) {
      expect(scanMsgpack(Uint8Array.from(bytes), 0), bytes.join(' ')).toEqual({ end, textValid: true });
      expect(scanMsgpack(Uint8Array.from(bytes.slice(0, -1)), 0), bytes.join(' ')).toBeNull();
    }
    expect(scanMsgpack(Uint8Array.from([0xc1]), 0)).toBeNull();
  }); // prettier-ignore
});
