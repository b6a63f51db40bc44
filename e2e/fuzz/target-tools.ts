import { readFileSync } from 'node:fs';
import type { Target } from './fuzz.ts';

export const NOW_MS = Date.UTC(2026, 0, 15, 12, 30);
export const INGEST = new URL('../../edge-agent/src/ingest/', import.meta.url);
export const utf8 = (text: string) => Buffer.from(text, 'utf8');
export const text = (input: Uint8Array) => Buffer.from(input).toString('utf8');
export const linesOf = (file: string) => readFileSync(new URL(file, INGEST), 'utf8').trim().split('\n');

/** A reader remembers for days; a new one now and then keeps old inputs from being duplicates. */
const FRESH_EVERY = 200;

export function renewed<T>(make: () => T): () => T {
  let [at, now] = [0, make()];
  return () => (at++ % FRESH_EVERY === 0 ? (now = make()) : now);
}

/** Undefined: not JSON, which its server answers before anybody looks at it. */
export function jsonOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(text(input));
  } catch {
    return undefined;
  }
}

export function contract(
  name: string,
  schema: { safeParse(value: unknown): unknown },
  seeds: readonly unknown[],
): Target {
  // prettier-ignore
  return {
    name: `contract ${name}`,
    seeds: seeds.map((seed) => utf8(JSON.stringify(seed))),
    run(input) {
      const value = jsonOf(input);
      if (value !== undefined) schema.safeParse(value);
    },
  };
}
