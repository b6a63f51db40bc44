/**
 * The golden lines of the connectors and how they are compared: exactly the rules that stand beside
 * them ("Comparing" in `fixtures/connectors/README.md`).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { CanonicalWireEvent, DecodeResult, DecoderPorts, Outcome, PlatformDecoder, WireInput } from '../../src/ingest/connector.ts'; // prettier-ignore

const ROOT = new URL('../../../../shared/fixtures/connectors/', import.meta.url);

export const SKIP_REASON = 'skipped: ../shared/fixtures/connectors is not beside this checkout';
export const hasGolden = existsSync(ROOT);

/** Receive time of every message; golden events with this time have no time of the platform. */
export const RECEIVE_MS = Date.UTC(2026, 0, 15, 12, 30);
export const TEST_PORTS: DecoderPorts = {
  nowMs: () => RECEIVE_MS,
  hash: (text) => createHash('sha256').update(`test salt ${text}`).digest('hex').slice(0, 24),
};

export interface GoldenCase {
  readonly case: string;
  readonly file: string;
  readonly line: number;
  readonly sha: string;
  readonly scenario?: string;
  readonly events?: readonly Record<string, unknown>[];
  readonly outcome?: Outcome;
  readonly reason?: string;
  readonly answer?: { readonly status: number; readonly body?: string };
  readonly duplicates?: number;
  readonly malformed?: number;
  readonly unknown?: number;
  readonly envelope?: readonly string[];
  /** The line as received. */
  readonly text: string;
}

export interface GoldenFolder {
  readonly setup: Record<string, unknown>;
  readonly cases: readonly GoldenCase[];
  /** Lines of any other file of the folder. */
  lines(file: string): string[];
}

export function openGolden(folder: string, goldenFile = 'golden.jsonl'): GoldenFolder {
  const url = (file: string) => new URL(`${folder}/${file}`, ROOT);
  const files = new Map<string, string[]>();
  const lines = (file: string) => {
    if (!files.has(file)) files.set(file, readFileSync(url(file), 'utf8').replace(/\n$/, '').split('\n'));
    return files.get(file)!;
  };
  const cases = lines(goldenFile).map((text) => {
    const golden = JSON.parse(text) as Omit<GoldenCase, 'text'>;
    const line = lines(golden.file)[golden.line - 1] ?? '';
    const sha = createHash('sha256').update(line).digest('hex').slice(0, 12);
    if (sha !== golden.sha) throw new Error(`${fileURLToPath(url(golden.file))}:${golden.line} is another line than ${golden.case} means`); // prettier-ignore
    return { ...golden, text: line };
  });
  const setup = existsSync(url('setup.json')) ? JSON.parse(readFileSync(url('setup.json'), 'utf8')) : {};
  return { setup, cases, lines };
}

/**
 * All cases of a folder through fresh decoders (one decoder for the cases of a scenario, in order):
 * what differs, one text a difference. Empty: all golden lines are equal.
 */
export function runGolden(
  folder: GoldenFolder,
  createDecoder: () => PlatformDecoder,
  toInput: (golden: GoldenCase) => WireInput,
): string[] {
  const problems: string[] = [];
  const derivedIds = new Map<string, string>();
  const scenarios = new Map<string, PlatformDecoder>();
  const again = new Map<string, PlatformDecoder>();
  const decoderOf = (golden: GoldenCase, decoders: Map<string, PlatformDecoder>) => {
    if (golden.scenario === undefined) return createDecoder();
    if (!decoders.has(golden.scenario)) decoders.set(golden.scenario, createDecoder());
    return decoders.get(golden.scenario)!;
  };
  for (const golden of folder.cases) {
    const result = decoderOf(golden, scenarios).decode(toInput(golden));
    problems.push(...compareResult(golden, result).map((problem) => `${golden.case}: ${problem}`));
    const second = decoderOf(golden, again).decode(toInput(golden));
    if (!isDeepStrictEqual(result.events, second.events))
      problems.push(`${golden.case}: another result the second time`);
    problems.push(...checkDerived(golden, result.events, derivedIds));
  }
  return problems;
}

/** Ids must differ between cases unless the cases tell the very same event. */
function checkDerived(golden: GoldenCase, events: readonly CanonicalWireEvent[], ids: Map<string, string>): string[] {
  return events.flatMap((event) => {
    if (event.idquality !== 'derived') return [];
    const content = JSON.stringify([event.source, event.type, event.time, event.data]);
    const before = ids.get(event.id);
    ids.set(event.id, content);
    return before === undefined || before === content ? [] : [`${golden.case}: id ${event.id} stands for two events`];
  });
}

export function compareResult(golden: GoldenCase, result: DecodeResult): string[] {
  const problems: string[] = [];
  const check = (what: string, expected: unknown, actual: unknown) => {
    if (!isDeepStrictEqual(expected, actual)) problems.push(`${what}: expected ${show(expected)}, got ${show(actual)}`);
  };
  check('outcome', golden.outcome, result.outcome);
  for (const count of ['duplicates', 'malformed', 'unknown'] as const) check(count, golden[count], result[count]);
  // Of the other outcomes the reason is words; of these two somebody acts on it.
  if (golden.outcome === 'refetch') check('reason', golden.reason, result.reason);
  if (golden.answer !== undefined) {
    check('answer.status', golden.answer.status, result.answer?.status);
    check('answer.body', golden.answer.body ?? '', result.answer?.body ?? '');
  }
  const expected = golden.events ?? [];
  check('number of events', expected.length, result.events.length);
  expected.forEach((event, index) => {
    const actual = result.events[index] as Record<string, unknown> | undefined;
    if (actual !== undefined) problems.push(...compareEvent(event, actual, golden.envelope ?? [], `events[${index}]`));
  });
  return problems;
}

const IGNORED_FIELDS = [
  'specversion',
  'datacontenttype',
  'dataschema',
  'subject',
  'receivedtime',
  'origin',
  'sequence',
];

function compareEvent(
  golden: Record<string, unknown>,
  given: Record<string, unknown>,
  envelope: readonly string[],
  where: string,
): string[] {
  // prettier-ignore
  const expected: Record<string, unknown> = { historical: false, idquality: 'native', ...golden };
  const actual: Record<string, unknown> = { historical: false, idquality: 'native', ...given };
  for (const field of IGNORED_FIELDS) {
    delete expected[field];
    delete actual[field];
  }
  const problems: string[] = [];
  const platform = /^[^:]+:/.exec(String(actual.id))?.[0] ?? '';
  const source = String(golden.source).split('/')[1]!;
  if (expected.id === undefined || envelope.includes('id')) {
    // `shop/generic/…` and the like: the prefix is the platform of the source.
    if (platform !== `${source}:`) problems.push(`${where}.id: expected ${source}:…, got ${show(actual.id)}`);
    if (envelope.includes('id')) expected.idquality = actual.idquality;
    delete expected.id;
    delete actual.id;
  }
  if (expected.time === undefined) {
    // Without a time of the platform the receive time counts, which the agent adds.
    if (actual.time !== undefined && Date.parse(String(actual.time)) !== RECEIVE_MS) problems.push(`${where}.time: expected the receive time, got ${show(actual.time)}`); // prettier-ignore
    delete expected.time;
    delete actual.time;
  } else if (envelope.includes('time') && actual.time === undefined) delete expected.time;
  if (!sameValue(expected, actual)) problems.push(`${where}: expected ${show(expected)}, got ${show(actual)}`);
  return problems;
}

/** Equal, and `"*"` stands for any string with something in it. */
function sameValue(expected: unknown, actual: unknown): boolean {
  if (expected === '*') return typeof actual === 'string' && actual !== '' && actual !== '*';
  if (Array.isArray(expected)) {
    // In a removal it is no wildcard: "everything so far".
    if (isDeepStrictEqual(expected, ['*'])) return isDeepStrictEqual(actual, expected);
    return Array.isArray(actual) && expected.length === actual.length && expected.every((each, i) => sameValue(each, actual[i])); // prettier-ignore
  }
  if (typeof expected !== 'object' || expected === null) return Object.is(expected, actual);
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return false;
  const keys = Object.keys(expected);
  if (keys.length !== Object.keys(actual).length) return false;
  return keys.every((key) => Object.hasOwn(actual, key) && sameValue((expected as never)[key], (actual as never)[key]));
}

const show = (value: unknown) => JSON.stringify(value) ?? 'nothing';
