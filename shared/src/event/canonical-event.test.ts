import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, MAX_TEXT_LENGTH, parseLiveEvent } from './index.ts';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const GOLDEN = new URL('../../../../shared/fixtures/connectors/', import.meta.url);
const INGEST_MS = 1_768_479_000_000;

function lines(url: URL): { line: number; value: Record<string, unknown> }[] {
  return readFileSync(url, 'utf8')
    .split('\n')
    .map((text, index) => ({ line: index + 1, text }))
    .filter(({ text }) => text !== '')
    .map(({ line, text }) => ({ line, value: JSON.parse(text) as Record<string, unknown> }));
}

describe('canonical events', () => {
  const valid = lines(new URL('canonical.valid.jsonl', FIXTURES));
  const invalid = lines(new URL('canonical.invalid.jsonl', FIXTURES));

  it.each(valid)('takes line $line of the valid fixture', ({ value }) => {
    const parsed = parseLiveEvent(value, INGEST_MS);
    expect(parsed).toMatchObject({ ok: true, event: { id: value.id, type: value.type, ingestTimeMs: INGEST_MS } });
  });

  it.each(invalid)('refuses line $line of the invalid fixture with its reason', ({ value }) => {
    const parsed = parseLiveEvent(value.event, INGEST_MS);
    expect(parsed).toMatchObject({ ok: false, reason: value.reason, detail: expect.stringContaining(value.detail as string) }); // prettier-ignore
  });

  it('has a valid and an invalid line for every kind', () => {
    expect(new Set(valid.map(({ value }) => value.type))).toEqual(new Set(EVENT_TYPES));
    const refused = new Set(invalid.map(({ value }) => (value.event as { type?: unknown } | null)?.type));
    expect(EVENT_TYPES.filter((type) => !refused.has(type))).toEqual([]);
  });

  it('keeps the event time of the platform, whatever its offset, and marks a missing one', () => {
    const base = { id: 'a:1', source: 'live/demo/1', type: 'live.like.added', data: { count: 1 } };
    const time = '2026-01-15T20:10:00.123+08:00';
    expect(parseLiveEvent({ ...base, time }, 5)).toMatchObject({
      event: { eventTimeMs: Date.UTC(2026, 0, 15, 12, 10, 0, 123), eventTimeFrom: 'platform', ingestTimeMs: 5 },
    });
    expect(parseLiveEvent(base, 5)).toMatchObject({ event: { eventTimeMs: 5, eventTimeFrom: 'ingest' } });
  });

  it('takes a comment of the longest length and refuses one character more, without quoting it', () => {
    const comment = (text: string) => ({
      id: 'a:1',
      source: 'live/demo/1',
      type: 'live.comment.created',
      data: { text, author: { identifier: 'v' } },
    });
    expect(parseLiveEvent(comment('价'.repeat(MAX_TEXT_LENGTH)), 0).ok).toBe(true);
    const refused = parseLiveEvent(comment('价'.repeat(MAX_TEXT_LENGTH + 1)), 0);
    expect(refused).toMatchObject({ ok: false, reason: 'malformed', detail: expect.stringContaining('10000') });
    expect(JSON.stringify(refused)).not.toContain('价');
  });

  it('answers for any value, never throws, and never repeats a planted word in a detail', () => {
    const planted = 'zqx-canary';
    const value = fc.object({ maxDepth: 4, values: [fc.constant(planted), fc.integer(), fc.boolean(), fc.string()] });
    fc.assert(
      fc.property(fc.constantFrom(...EVENT_TYPES, planted), value, (type, data) => {
        const parsed = parseLiveEvent({ id: planted, source: 'live/demo/1', type, data }, 0);
        if (!parsed.ok) expect(parsed.detail).not.toContain(planted);
      }),
    );
  });
});

describe('golden events of the connectors', () => {
  if (!existsSync(GOLDEN)) {
    it.skip('skipped: ../shared/fixtures/connectors is not beside this checkout', () => {});
    return;
  }

  it('all parse', () => {
    let count = 0;
    const refused: string[] = [];
    const files = readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' }).filter((f) =>
      /golden[^/]*\.jsonl$/.test(f),
    );
    for (const file of files.sort()) {
      for (const { line, value } of lines(new URL(file, GOLDEN))) {
        for (const event of (value.events ?? []) as Record<string, unknown>[]) {
          // Derived ids are left out of the golden lines: every connector may derive its own.
          const parsed = parseLiveEvent({ id: 'derived:1', ...event }, INGEST_MS);
          if (!parsed.ok)
            refused.push(`${fileURLToPath(new URL(file, GOLDEN))}:${line} ${parsed.reason} ${parsed.detail}`);
          count++;
        }
      }
    }
    expect(refused).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(546);
  });
});
