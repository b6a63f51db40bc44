import { readFileSync } from 'node:fs';
import { stringify } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import type { DecodeResult } from '../../src/ingest/connector.ts';
import { parseLossless } from '../../src/ingest/canonical/lossless.ts';
import { PLATFORM_DECODERS } from '../../src/ingest/platform-decoders.ts';
import { SHOP_DECODERS } from '../../src/ingest/shops/shop-decoders.ts';
import { TEST_PORTS } from './golden.ts';
import { SHOP_RIGS } from './shop-signers.ts';

type Path = readonly string[];
type Holder = Record<string, unknown>;
interface Sample {
  readonly case: string;
  readonly message: unknown;
  decode(message: unknown): DecodeResult;
}

/** Forms that a user writes for himself say what is wrong with them instead. */
const PLATFORMS = ['bilibili-open', 'bilibili-web', 'tiktok', 'twitch', 'youtube'];
const SHOPS = Object.keys(SHOP_DECODERS).filter((name) => name !== 'standard-webhooks');
/** What people write is text, also when it is "888". */
const WORDS = /(text|message|comment|content|name|title)$/i;
/** Fields whose absence and whose null say different things, with why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'shopify available': 'null: this location does not stock the item',
  'twitch metadata': 'it tells the messages of the socket from the answers of the interface',
};

/** Of deliveries that have none of their own: else each would be another one. */
const IDS = { 'X-Shopify-Event-Id': 'e', 'X-WC-Webhook-Delivery-ID': 'd' };

const print = (message: unknown) => stringify(message)!;
const lines = (file: string) => readFileSync(new URL(`../../src/ingest/${file}`, import.meta.url), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { case: string; text: string; body: string; route?: string; headers?: Record<string, string> }); // prettier-ignore

/** The JSON objects among the texts. */
function samplesOf(cases: readonly { case: string; text: string; decode: (text: string) => DecodeResult }[]): Sample[] {
  return cases.flatMap(({ case: title, text, decode }) => {
    try {
      const message = parseLossless(text.replace(/^\uFEFF/, ''));
      return typeof message === 'object' && message !== null ? [{ case: title, message, decode: (value: unknown) => decode(print(value)) }] : []; // prettier-ignore
    } catch {
      return []; // A case of broken JSON, or a line of IRC.
    }
  });
}

function platformSamples(name: string): Sample[] {
  const setup = JSON.parse(readFileSync(new URL(`../../src/ingest/${name}/fixtures/setup.json`, import.meta.url), 'utf8')) as object; // prettier-ignore
  return samplesOf(lines(`${name}/fixtures/cases.jsonl`).map(({ case: title, text, route }) => ({ case: title, text, decode: (given) => PLATFORM_DECODERS[name]!(setup, TEST_PORTS).decode({ text: given, route }) }))); // prettier-ignore
}

function shopSamples(name: string): Sample[] {
  const { setup, sign } = SHOP_RIGS[name]!;
  return samplesOf(lines(`shops/${name}/fixtures/messages.jsonl`).map(({ case: title, body, headers }) => ({ case: title, text: body, decode: (given) => SHOP_DECODERS[name]!(setup, TEST_PORTS).decode(sign(given, { ...IDS, ...headers })) }))); // prettier-ignore
}

function paths(value: unknown, before: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => [[...before, key], ...paths(field, [...before, key])]);
}

/** A copy in which one field was changed. */
function changed(message: unknown, path: Path, change: (holder: Holder, key: string) => void): unknown {
  const copy = structuredClone(message);
  const holder = path.slice(0, -1).reduce((value, key) => value[key] as Holder, copy as Holder);
  change(holder, path.at(-1)!);
  return copy;
}

/** All but ids that are made of the text, which differs. */
function told({ events, outcome, duplicates, malformed, unknown, refetch }: DecodeResult): unknown {
  const same = events.map((event) => (event.idquality === 'derived' ? { ...event, id: '' } : event));
  return { events: same, outcome, duplicates, malformed, unknown, refetch };
}

/** The same whole number in the other form; undefined for what is none. */
function inOtherForm(key: string, value: unknown): unknown {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && /^(0|[1-9]\d{0,18})$/.test(value) && !WORDS.test(key) ? (BigInt(value) > Number.MAX_SAFE_INTEGER ? BigInt(value) : Number(value)) : undefined; // prettier-ignore
}

function problemsOf(name: string, { case: title, message, decode }: Sample): string[] {
  const problems: string[] = [];
  const compare = (what: string, path: Path, expected: unknown, actual: unknown) => {
    try {
      expect(actual).toEqual(expected);
    } catch {
      problems.push(`${title}: ${path.join('.')}: ${what}`);
    }
  };
  const plain = told(decode(message));
  for (const path of paths(message)) {
    const key = path.at(-1)!;
    const value = path.reduce((holder, each) => (holder as Holder)[each], message);
    const other = inOtherForm(key, value);
    if (other !== undefined) compare(`${typeof value} and ${typeof other} differ`, path, plain, told(decode(changed(message, path, (holder) => (holder[key] = other))))); // prettier-ignore
    if (/^\d+$/.test(key) || `${name} ${key}` in EXCEPTIONS) continue;
    const absent = told(decode(changed(message, path, (holder) => delete holder[key])));
    compare('null and absent differ', path, absent, told(decode(changed(message, path, (holder) => (holder[key] = null))))); // prettier-ignore
  }
  return problems;
}

describe('fields in another shape', () => {
  it.each([...PLATFORMS, ...SHOPS])('%s: null is as absent, and a whole number is as its digits, in every field', (name) => {
    const samples = PLATFORMS.includes(name) ? platformSamples(name) : shopSamples(name);
    expect(samples.length).toBeGreaterThan(2);
    expect(samples.some(({ message, decode }) => decode(message).events.length > 0)).toBe(true);
    expect(samples.flatMap((sample) => problemsOf(name, sample))).toEqual([]);
  }); // prettier-ignore
});
