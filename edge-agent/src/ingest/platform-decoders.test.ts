import { describe, expect, it } from 'vitest';
import { hasGolden, openGolden, runGolden, SKIP_REASON, TEST_PORTS, type GoldenCase } from '../../test/connectors/golden.ts'; // prettier-ignore
import { describeOwnFixtures } from '../../test/connectors/own-fixtures.ts';
import type { WireInput } from './connector.ts';
import { PLATFORM_DECODERS } from './platform-decoders.ts';

const NAMES = Object.keys(PLATFORM_DECODERS);
/** Golden lines of each platform beside this checkout; a hidden part of the fixtures is not counted. */
const GOLDEN_CASES: Readonly<Record<string, number>> = { 'bilibili-open': 79, 'bilibili-web': 122, tiktok: 126, twitch: 190, youtube: 68 }; // prettier-ignore

function portsAt(setup: Record<string, unknown>) {
  return typeof setup.clock === 'string' ? { ...TEST_PORTS, nowMs: () => Date.parse(setup.clock as string) } : TEST_PORTS;
} // prettier-ignore

describe('golden lines of the live platforms', () => {
  if (!hasGolden) {
    it.skip(SKIP_REASON, () => {});
    return;
  }

  it.each(Object.keys(GOLDEN_CASES))('%s: every message gives its events or its outcome', (name) => {
    const folder = openGolden(name);
    const create = () => PLATFORM_DECODERS[name]!(folder.setup, portsAt(folder.setup));
    // Lines of IRC are JSON strings in the file, so that control characters survive.
    const input = ({ file, text }: GoldenCase): WireInput =>
      file === 'irc.jsonl' ? { text: JSON.parse(text) as string, route: 'irc' } : { text };
    expect(runGolden(folder, create, input)).toEqual([]);
    expect(folder.cases.length).toBeGreaterThanOrEqual(GOLDEN_CASES[name]!);
  });

  it.each(['head', 'overlap'])('youtube: pages that overlap (%s) give each comment once, the first page as history', (name) => {
    const folder = openGolden('youtube');
    const decoder = PLATFORM_DECODERS.youtube!(folder.setup, TEST_PORTS);
    const results = folder.lines(`pages-${name}.jsonl`).map((text) => decoder.decode({ text }));
    const told = results.map(({ events, duplicates = 0 }, index) => ({
      page: index + 1,
      items: events.length + duplicates,
      new: events.length,
      duplicates,
      historical: index === 0,
      firstNewId: events[0]?.id.replace('youtube:', '') ?? null,
      lastNewId: events.at(-1)?.id.replace('youtube:', '') ?? null,
    }));
    expect(told).toEqual(folder.lines(`pages-${name}-golden.jsonl`).map((line) => JSON.parse(line)));
    results.forEach(({ events }, index) => {
      expect(new Set(events.map((event) => event.historical ?? false))).toEqual(new Set(events.length === 0 ? [] : [index === 0]));
    });
  }); // prettier-ignore
});

it("warnings of Bilibili's inspectors reach the operator by the state of the source", () => {
  const warned = PLATFORM_DECODERS['bilibili-web']!({ room_id: 7 }, TEST_PORTS).decode({ text: '{"cmd":"WARNING","msg":"x"}' });
  expect(warned).toMatchObject({ outcome: 'ignored', state: 'degraded' });
}); // prettier-ignore

for (const name of NAMES)
  describeOwnFixtures(name, PLATFORM_DECODERS[name]!, new URL(`${name}/fixtures/`, import.meta.url));
