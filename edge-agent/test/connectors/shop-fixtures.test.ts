import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlatformDecoder, WireInput } from '../../src/ingest/connector.ts';
import { SHOP_DECODERS } from '../../src/ingest/shops/shop-decoders.ts';
import { compareResult, RECEIVE_MS, TEST_PORTS, type GoldenCase } from './golden.ts';
import { SHOP_RIGS } from './shop-signers.ts';

const NAMES = Object.keys(SHOP_DECODERS);

interface OwnCase extends GoldenCase {
  readonly headers?: Record<string, string>;
  readonly body: string;
}

function ownCases(name: string): OwnCase[] {
  const url = new URL(`../../src/ingest/shops/${name}/fixtures/messages.jsonl`, import.meta.url);
  return readFileSync(url, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as OwnCase);
} // prettier-ignore

const open = (name: string, changes: object = {}): PlatformDecoder =>
  SHOP_DECODERS[name]!({ ...SHOP_RIGS[name]!.setup, ...changes }, TEST_PORTS);

const goodCase = (name: string) =>
  ownCases(name).find(({ events, malformed }) => events !== undefined && malformed === undefined)!;

/** A request of the platform that gives at least one event. */
function goodRequest(name: string): WireInput {
  const good = goodCase(name);
  return SHOP_RIGS[name]!.sign(good.body, good.headers);
}

describe.each(NAMES)('%s', (name) => {
  it('gives the events and answers of its own fixtures', () => {
    const scenarios = new Map<string, PlatformDecoder>();
    const problems = ownCases(name).flatMap((own) => {
      const decoder = scenarios.get(own.scenario ?? '') ?? open(name);
      if (own.scenario !== undefined) scenarios.set(own.scenario, decoder);
      const result = decoder.decode(SHOP_RIGS[name]!.sign(own.body, own.headers));
      return compareResult(own, result).map((problem) => `${own.case}: ${problem}`);
    });
    expect(problems).toEqual([]);
  });

  it('gives one event for a message that comes twice, and takes it again after an undo', () => {
    const decoder = open(name);
    const request = goodRequest(name);
    const first = decoder.decode(request);
    expect(first.events.length).toBeGreaterThan(0);
    expect(decoder.decode(request)).toMatchObject({ events: [], outcome: 'duplicate' });
    first.undo!();
    expect(decoder.decode(request).events).toEqual(first.events);
    expect(decoder.decode(request).outcome).toBe('duplicate');
  });

  it('forgets ids after 48 hours, not before', () => {
    let nowMs = RECEIVE_MS;
    const setup = { ...SHOP_RIGS[name]!.setup };
    const decoder = SHOP_DECODERS[name]!(setup, { ...TEST_PORTS, nowMs: () => nowMs });
    const good = goodCase(name);
    const send = () => {
      const fresh = { ...good.headers, ...(name === 'standard-webhooks' ? { 'webhook-timestamp': String(nowMs / 1000) } : {}) }; // prettier-ignore
      return decoder.decode(SHOP_RIGS[name]!.sign(good.body, fresh)).outcome;
    };
    expect(send()).toBeUndefined();
    nowMs += 47 * 3_600_000;
    expect(send()).toBe('duplicate');
    nowMs += 2 * 3_600_000;
    expect(send()).not.toBe('duplicate');
  });

  it('refuses a body of which one byte was changed, and reads nothing of it', () => {
    // 快手 signs nothing: the secret is in the path.
    const damage = (request: WireInput): WireInput => {
      if (name === 'kuaishou') return { ...request, path: '/hooks/kuaishou/test/path-token-of-the-texts' };
      const bytes = Uint8Array.from(request.bytes!);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = bytes[at]! ^ 1;
      return { ...request, bytes };
    };
    const decoder = open(name);
    const request = goodRequest(name);
    const refused = decoder.decode(damage(request));
    expect(refused).toMatchObject({ events: [], outcome: 'rejected', answer: { status: name === 'kuaishou' ? 404 : 401 } });
    expect(decoder.decode(request).events.length).toBeGreaterThan(0);
  }); // prettier-ignore

  it('refuses more than 1 MiB with 413', () => {
    const huge = { ...goodRequest(name), bytes: new Uint8Array(1024 * 1024 + 1).fill(0x20) };
    expect(open(name).decode(huge)).toMatchObject({ events: [], outcome: 'rejected', answer: { status: 413 } });
  });

  it('never throws: any bytes, any headers, and signed bodies of any shape', () => {
    const decoder = open(name);
    const rig = SHOP_RIGS[name]!;
    const headers = fc.dictionary(fc.string(), fc.string(), { maxKeys: 5 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), headers, headers, (bytes, head, query) => {
        decoder.decode({ method: 'POST', path: '/x', bytes, headers: head, query });
        decoder.decode({ bytes });
      }),
      { numRuns: 200 },
    );
    const bodies = ownCases(name).map(({ body, headers: own }) => ({ body, own }));
    const value = fc.oneof(fc.anything({ maxDepth: 3 }), fc.constant(null), fc.bigInt(), fc.double());
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.nat(), fc.nat(), value, ({ body, own }, at, length, odd) => {
        const text = JSON.stringify(odd, (_key, field: unknown) => (typeof field === 'bigint' ? String(field) : field)) ?? ''; // prettier-ignore
        const from = at % body.length;
        const damaged = body.slice(0, from) + text + body.slice(from + (length % 20));
        for (const candidate of [damaged, replaceValue(body, at, text)]) {
          const result = decoder.decode(rig.sign(candidate, own));
          expect(result.answer?.status).toBeDefined();
          if (result.events.length === 0) expect(result.outcome).toBeDefined();
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** Puts `text` in the place of one JSON value of the body, so that it stays JSON. */
function replaceValue(body: string, at: number, text: string): string {
  const values = [...body.matchAll(/:("(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null)/g)];
  if (values.length === 0) return body;
  const value = values[at % values.length]!;
  return body.slice(0, value.index + 1) + text + body.slice(value.index + value[0].length);
}
