import { readFileSync } from 'node:fs';
import { parseLiveEvent } from '@livecue/shared/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CreateDecoder, DecodeResult, PlatformDecoder } from '../../src/ingest/connector.ts';
import { ConfigurationError } from '../../src/runtime/agent-error.ts';
import { compareResult, RECEIVE_MS, TEST_PORTS, type GoldenCase } from './golden.ts';

interface OwnCase extends Omit<GoldenCase, 'file' | 'line' | 'sha'> {
  readonly route?: string;
}

function ownFixtures(folder: URL) {
  const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
  const cases = read('cases.jsonl').trimEnd().split('\n').map((line) => JSON.parse(line) as OwnCase); // prettier-ignore
  return { setup: JSON.parse(read('setup.json')) as Record<string, unknown>, cases };
}

/**
 * What every decoder must do with the messages of its own folder, `cases.jsonl` and `setup.json`: gives what is written
 * there, and lives through anything else.
 */
export function describeOwnFixtures(name: string, createDecoder: CreateDecoder, folder: URL): void {
  describe(`decoder of ${name}`, () => {
    const { setup, cases } = ownFixtures(folder);
    const create = (): PlatformDecoder => createDecoder(setup, TEST_PORTS);

    it('gives the events of its own fixtures', () => {
      const scenarios = new Map<string, PlatformDecoder>();
      const problems = cases.flatMap((own) => {
        const key = own.scenario ?? own.case;
        const decoder = scenarios.get(key) ?? create();
        scenarios.set(key, decoder);
        const result = decoder.decode({ text: own.text, route: own.route });
        const golden = { ...own, file: 'cases.jsonl', line: 1, sha: '' };
        return compareResult(golden, result).map((problem) => `${own.case}: ${problem}`);
      });
      expect(problems).toEqual([]);
    });

    it('names the key of a setup that is wrong, and quotes nothing of it', () => {
      const broken = { source: 'not a source' };
      expect(() => createDecoder(broken, TEST_PORTS)).toThrow(ConfigurationError);
      expect(() => createDecoder({ ...setup, source: 5, source_irc: 5 }, TEST_PORTS)).toThrow(/source/);
      expect(() => createDecoder('zqx-secret', TEST_PORTS)).not.toThrow(/zqx/);
    });

    it('never throws, whatever text or bytes it is given', () => {
    const decoder = create();
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json({ maxDepth: 6 }), fc.constantFrom('', '@', ':', '@ ', '{', '[', 'null', '"', '[[['));
    fc.assert(fc.property(text, (value) => checkResult(decoder.decode({ text: value }))), { numRuns: 300 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => checkResult(decoder.decode({ bytes }))), { numRuns: 200 });
    checkResult(decoder.decode({}));
    checkResult(decoder.decode({ text: '['.repeat(100_000) }));
    checkResult(decoder.decode({ text: `{"a":${'['.repeat(50_000)}12345678901234567890` }));
  }); // prettier-ignore

    it('never throws when a message is cut, or has something else in its middle, and never repeats it', () => {
      const decoder = create();
      fc.assert(
        fc.property(fc.constantFrom(...cases), fc.nat(), fc.nat(), fc.string(), ({ text, route }, at, length, odd) => {
          const from = at % (text.length + 1);
          const damaged = `${text.slice(0, from)}${odd}${PLANTED}${text.slice(from + (length % 20))}`;
          const result = decoder.decode({ text: damaged, route });
          checkResult(result);
          expect(result.reason ?? '').not.toContain(PLANTED);
          checkResult(decoder.decode({ text: text.slice(0, from), route }));
        }),
        { numRuns: 300 },
      );
    });

    it('never throws when any field of a known message is anything else, and never repeats a planted word', () => {
    const messages = cases.map(({ text }) => tryParse(text)).filter((value) => typeof value === 'object' && value !== null);
    // Of a platform whose messages are no JSON the test before has done it.
      if (messages.length === 0) return;
      const anything = fc.oneof(
      fc.constantFrom(null, true, -1, 0, 1e300, 2 ** 53, '', PLANTED, '9'.repeat(50), '-1', [], {}, [null], 'x'.repeat(20_000)),
      fc.integer(),
      fc.string(),
    );
    const decoder = create();
    fc.assert(
      fc.property(fc.constantFrom(...messages), fc.nat(), anything, (message, where, value) => {
        const copy = structuredClone(message);
        replaceField(copy, where, value);
        const result = decoder.decode({ text: JSON.stringify(copy) });
        checkResult(result);
        expect(result.reason ?? '').not.toContain(PLANTED);
      }),
      { numRuns: 600 },
    );
  }); // prettier-ignore
  });
}

const PLANTED = 'zqx-canary';

/** Events that the agent takes, or an outcome with a reason. */
function checkResult(result: DecodeResult): void {
  for (const event of result.events) expect(parseLiveEvent(event, RECEIVE_MS)).toMatchObject({ ok: true });
  expect(new Set(result.events.map(({ id }) => id)).size).toBe(result.events.length);
  if (result.events.length === 0) expect(result.outcome).toBeDefined();
  else expect(result.outcome).toBeUndefined();
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Replaces the `where`-th field (modulo their number) of all fields at any depth. */
function replaceField(root: unknown, where: number, value: unknown): void {
  const places: (readonly [object, string])[] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node, key]);
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  const place = places[where % Math.max(1, places.length)];
  if (place !== undefined) (place[0] as Record<string, unknown>)[place[1]] = value;
}
