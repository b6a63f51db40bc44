import { describe, expect, it } from 'vitest';
import { SeenIds } from './seen-ids.ts';

const TTL = 900_000;
const add = (seen: SeenIds, id: string, nowMs: number) => {
  const known = seen.probe(id, nowMs);
  if (!known) seen.addProbed(nowMs);
  return known;
};

describe('seen ids', () => {
  it('knows every id for the time to live and forgets it within one and a half', () => {
    for (const addedMs of [0, 1, 449_999, 450_000, 450_001, 899_999]) {
      const seen = new SeenIds({ ttlMs: TTL, maxIds: 1_000_000 });
      for (let at = 0; at < addedMs; at += 50_000) add(seen, `before-${at}`, at);
      add(seen, 'x', addedMs);
      for (let at = addedMs; at < addedMs + TTL; at += 30_000) {
        expect(seen.probe('x', at)).toBe(true);
        add(seen, `after-${at}`, at);
      }
      expect(seen.probe('x', addedMs + TTL - 1)).toBe(true);
      expect(seen.probe('x', addedMs + 1.5 * TTL)).toBe(false);
    }
  });

  it('forgets everything after a silence longer than its memory', () => {
    const seen = new SeenIds({ ttlMs: TTL, maxIds: 1_000_000 });
    add(seen, 'x', 0);
    expect(seen.probe('x', 10 * TTL)).toBe(false);
    expect(seen.size).toBe(0);
  });

  it('tells a hundred thousand ids from a hundred thousand others', () => {
    const seen = new SeenIds({ ttlMs: TTL, maxIds: 1_000_000 });
    for (let i = 0; i < 100_000; i++) if (add(seen, `taobao:${i}`, i)) throw new Error(`never saw id ${i}`);
    for (let i = 0; i < 100_000; i++) {
      if (!seen.probe(`taobao:${i}`, 100_000)) throw new Error(`forgot id ${i}`);
      if (seen.probe(`douyin:${i}`, 100_000)) throw new Error(`never saw id ${i}`);
    }
    expect(seen.size).toBe(100_000);
  });

  it('knows every id also while its table grows, and no other', () => {
    const seen = new SeenIds({ ttlMs: TTL, maxIds: 1_000_000 });
    for (let i = 0; i < 13_000; i++) {
      add(seen, `id-${i}`, i);
      for (const known of [0, i >> 1, i - 700, i]) {
        if (known >= 0 && !seen.probe(`id-${known}`, i)) throw new Error(`forgot id ${known} with ${i} added`);
      }
      if (seen.probe(`id-${i + 1}`, i)) throw new Error(`never saw id ${i + 1}`);
    }
    expect(seen.size).toBe(13_000);
  });

  it('never holds more than its bound, keeps the newest, and says that it shortened', () => {
    const seen = new SeenIds({ ttlMs: TTL, maxIds: 3_000 });
    for (let i = 0; i < 20_000; i++) {
      add(seen, `id-${i}`, i);
      if (seen.size > 3_000) throw new Error(`holds ${seen.size}`);
    }
    for (let i = 18_500; i < 20_000; i++) expect(seen.probe(`id-${i}`, 20_000)).toBe(true);
    expect(seen.probe('id-10', 20_000)).toBe(false);
    expect(seen.shortenedMs).toBeGreaterThanOrEqual(1_900);
    expect(seen.shortenedMs).toBeLessThanOrEqual(3_000);
  });

  it('does not call its memory shortened while the time to live is kept', () => {
    const seen = new SeenIds({ ttlMs: TTL, maxIds: 3_000 });
    for (let i = 0; i < 10_000; i++) add(seen, `id-${i}`, i * 2_000);
    expect(seen.shortenedMs).toBeNull();
  });
});
